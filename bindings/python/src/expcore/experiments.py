"""Experiments: run, keep, compare, share."""

import ctypes
import dataclasses
import enum
import json
from collections.abc import Iterable, Iterator
from typing import Any

from . import _native as n
from ._call import (
    Cancel,
    PathLike,
    call,
    encode,
    made,
    names_of,
    optional_text,
    owned_names,
    owned_text,
    strings,
    text,
    whole,
)
from ._library import lib
from .errors import ExpError, make
from .events import Listener, Relay
from .metrics import plain, table_options
from .pipeline import NativeRunOptions, StageResult, flags_of, summary_of
from .tables import Table, dicts_to_html, taken


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A finished experiment: its name, commit (40 hex digits, "" after a dry run), ref and stages."""

    name: str
    commit: str
    ref: str
    stages: list[StageResult]


@dataclasses.dataclass(frozen=True)
class ExperimentRef:
    """Where an experiment is: its commit ("" of a Git remote's) and the commit it belongs to, with its branch or tag."""

    name: str
    commit: str
    baseline: str
    baseline_name: str
    ref: str


@dataclasses.dataclass(frozen=True)
class ShareResult:
    """What Experiments.push or pull did."""

    done: list[ExperimentRef]
    up_to_date: list[ExperimentRef]
    """The other side had the same."""
    diverged: list[ExperimentRef]
    """The other side has another one; left alone."""
    transferred: int
    """Files of data."""
    failed: list[str]
    """Objects that could not be copied: "<hash>: <reason>"."""
    data_error: ExpError | None
    """Why no data was transferred."""


# Experiments.list is not the type.
_Names = list[str]
_Refs = list[ExperimentRef]


class RowKind(enum.IntEnum):
    """What a row of Experiments.show is about."""

    WORKSPACE = n.EXP_ROW_WORKSPACE
    BASELINE = n.EXP_ROW_BASELINE
    EXPERIMENT = n.EXP_ROW_EXPERIMENT


class Rows:
    """A table of the workspace, baselines and experiments."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __len__(self) -> int:
        return int(lib.exp_rows_count(self._raw))

    def __getitem__(self, index: int) -> "Row":
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"row {index} of {count}")
        return Row(self, index % count)

    def __iter__(self) -> Iterator["Row"]:
        return (Row(self, index) for index in range(len(self)))

    def to_dicts(self) -> list[dict[str, Any]]:
        """A row for each, as `pandas.DataFrame` takes them: `file:key` for metrics and params."""
        return [row.to_dict() for row in self]

    def __repr__(self) -> str:
        return f"<Rows {len(self)}>"

    def _repr_html_(self) -> str:
        return dicts_to_html(self.to_dicts())

    def __del__(self) -> None:
        lib.exp_rows_free(self._raw)

    @property
    def raw(self) -> Any:
        return self._raw


@dataclasses.dataclass(frozen=True)
class Row:
    """A row; metrics and params are texts, None when missing."""

    table: Rows = dataclasses.field(repr=False)
    index: int

    @property
    def kind(self) -> RowKind:
        return RowKind(lib.exp_rows_kind(self.table.raw, self.index))

    @property
    def name(self) -> str:
        return text(lib.exp_rows_name(self.table.raw, self.index))

    @property
    def rev(self) -> str:
        return text(lib.exp_rows_rev(self.table.raw, self.index))

    @property
    def baseline(self) -> str:
        """Of experiments: the commit they belong to."""
        return text(lib.exp_rows_baseline(self.table.raw, self.index))

    @property
    def created(self) -> str:
        """ "2026-11-24T12:02:14", local time; "" for the workspace."""
        return text(lib.exp_rows_created(self.table.raw, self.index))

    @property
    def state(self) -> str:
        """ "Running", "Queued", "Failed", "Success" or ""."""
        return text(lib.exp_rows_state(self.table.raw, self.index))

    @property
    def executor(self) -> str:
        """ "Workspace", "Tempdir", "Dvc-task" or ""."""
        return text(lib.exp_rows_executor(self.table.raw, self.index))

    @property
    def error(self) -> str:
        """Why the revision could not be read, or ""."""
        return text(lib.exp_rows_error(self.table.raw, self.index))

    @property
    def metrics(self) -> dict[tuple[str, str], Any]:
        """Values by file and key; numbers and booleans as such."""
        return self._values(n.EXP_COLUMN_METRIC)

    @property
    def params(self) -> dict[tuple[str, str], Any]:
        """Values by file and key; numbers and booleans as such."""
        return self._values(n.EXP_COLUMN_PARAM)

    @property
    def deps(self) -> dict[str, str | None]:
        """Hashes of files that stages depend on."""
        return {file: value for (file, _), value in self._values(n.EXP_COLUMN_DEP).items()}

    def to_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        row: dict[str, Any] = {"rev": self.rev, "name": self.name, "kind": self.kind.name.lower()}
        row.update(created=self.created, state=self.state)
        for (file, key), value in [*self.metrics.items(), *self.params.items()]:
            row[f"{file}:{key}"] = value
        return row

    def _values(self, column: int) -> dict[tuple[str, str], Any]:
        values = {}
        for i in range(lib.exp_rows_value_count(self.table.raw, self.index, column)):
            where = (self.table.raw, self.index, column, i)
            file, key = text(lib.exp_rows_value_file(*where)), text(lib.exp_rows_value_key(*where))
            kind, written = lib.exp_rows_value_kind(*where), text(lib.exp_rows_value_text(*where))
            values[file, key] = plain(kind, written, lib.exp_rows_value_number(*where))
        return values

    def metric(self, key: str, file: PathLike | None = None) -> str | None:
        return optional_text(lib.exp_rows_metric(self.table.raw, self.index, encode(file), encode(key)))

    def param(self, key: str, file: PathLike | None = None) -> str | None:
        return optional_text(lib.exp_rows_param(self.table.raw, self.index, encode(file), encode(key)))

    def __repr__(self) -> str:
        return f"<Row {self.kind.name.lower()} {self.name or self.rev}>"


_SHOW_FLAGS = {
    "all_branches": n.EXP_SHOW_ALL_BRANCHES,
    "all_tags": n.EXP_SHOW_ALL_TAGS,
    "all_commits": n.EXP_SHOW_ALL_COMMITS,
    "hide_workspace": n.EXP_SHOW_HIDE_WORKSPACE,
    "sha_only": n.EXP_SHOW_SHA_ONLY,
    "force": n.EXP_SHOW_FORCE,
    "hide_queued": n.EXP_SHOW_HIDE_QUEUED,
    "hide_failed": n.EXP_SHOW_HIDE_FAILED,
    "param_deps": n.EXP_SHOW_PARAM_DEPS,
}


def _copied(raw: Any) -> Experiment:
    """Copies and frees an exp_experiment."""
    try:
        return Experiment(
            text(lib.exp_experiment_name(raw)),
            text(lib.exp_experiment_commit(raw)),
            text(lib.exp_experiment_ref(raw)),
            summary_of(lib.exp_experiment_summary(raw)),
        )
    finally:
        lib.exp_experiment_free(raw)


def _refs(raw: Any) -> list[ExperimentRef]:
    found = (whole(lib.exp_refs_get(raw, i).contents) for i in range(lib.exp_refs_count(raw)))
    return [
        ExperimentRef(text(r.name), text(r.commit), text(r.baseline), text(r.baseline_name), text(r.ref))
        for r in found
    ]


def _share_result(raw: Any) -> ShareResult:
    """Copies and frees an exp_share_result."""
    try:
        error = lib.exp_share_result_data_error(raw)
        return ShareResult(
            done=_refs(lib.exp_share_result_done(raw)),
            up_to_date=_refs(lib.exp_share_result_up_to_date(raw)),
            diverged=_refs(lib.exp_share_result_diverged(raw)),
            transferred=lib.exp_share_result_transferred(raw),
            failed=names_of(lib.exp_share_result_failed(raw)),
            data_error=make(
                lib.exp_error_code(error), text(lib.exp_error_message(error)), text(lib.exp_error_details(error))
            )
            if error
            else None,
        )
    finally:
        lib.exp_share_result_free(raw)


_SHARE_FLAGS = {
    "all_commits": n.EXP_SHARE_ALL_COMMITS,
    "force": n.EXP_SHARE_FORCE,
    "no_cache": n.EXP_SHARE_NO_CACHE,
    "run_cache": n.EXP_SHARE_RUN_CACHE,
}


class Experiments:
    """The experiments of a project. Made by Project.experiments."""

    def __init__(self, project: Any) -> None:
        self._project = project

    def run(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        name: str | None = None,
        message: str | None = None,
        set_params: Iterable[str] | None = None,
        temp: bool = False,
        copy_paths: Iterable[PathLike] | None = None,
        no_hydra: bool = False,
        jobs: int | None = 1,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> Experiment:
        """Runs the pipeline in the workspace and records the outcome as an experiment of HEAD. `set_params` are
        overrides, "lr=0.1" or "file.yaml:lr=0.1". `temp` runs it in a folder of its own, with `copy_paths`,
        untracked files, copied there; the rest as in Pipeline.run."""
        cancel = cancel or Cancel()
        run = NativeRunOptions(targets=targets, jobs=jobs, on_event=on_event, cancel=cancel, flags=flags)
        params, paths = strings(set_params), strings(copy_paths)
        options = n.exp_experiment_options(
            struct_size=ctypes.sizeof(n.exp_experiment_options),
            run=ctypes.pointer(run.native),
            name=encode(name),
            message=encode(message),
            set_params=params,
            copy_paths=paths,
            flags=(n.EXP_EXPERIMENT_TEMP if temp else 0) | (n.EXP_EXPERIMENT_NO_HYDRA if no_hydra else 0),
        )
        raw = ctypes.c_void_p()

        def work() -> None:
            call(lib.exp_experiments_run, ctypes.byref(raw), self._project.raw, ctypes.byref(options))

        run.relay.run(work, cancel)
        return _copied(raw)

    def save(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        name: str | None = None,
        message: str | None = None,
        include_untracked: Iterable[PathLike] | None = None,
        recursive: bool = False,
        force: bool = False,
        on_event: Listener | None = None,
    ) -> Experiment:
        """Records the workspace as it is, its data included, as an experiment of HEAD; nothing is run. `force`
        replaces an experiment of that name."""
        relay, cancel = Relay(on_event), Cancel()
        data, untracked = strings(targets), strings(include_untracked)
        options = n.exp_save_options(
            struct_size=ctypes.sizeof(n.exp_save_options),
            targets=data,
            name=encode(name),
            message=encode(message),
            include_untracked=untracked,
            on_event=relay.callback,
            flags=(n.EXP_SAVE_FORCE if force else 0) | (n.EXP_SAVE_RECURSIVE if recursive else 0),
        )
        raw = ctypes.c_void_p()

        def work() -> None:
            call(lib.exp_experiments_save, ctypes.byref(raw), self._project.raw, ctypes.byref(options))

        relay.run(work, cancel)
        return _copied(raw)

    def apply(self, experiment: str, *, on_event: Listener | None = None) -> None:
        """Brings the files of an experiment or of another commit into the workspace; HEAD stays, nothing is staged.
        `git reset --hard` and `git stash apply refs/exps/apply/stash` bring back what was there."""
        relay = Relay(on_event)

        def work() -> None:
            call(lib.exp_experiments_apply, self._project.raw, encode(experiment), relay.callback, None)

        relay.run(work, Cancel())

    def branch(self, experiment: str, branch: str | None = None) -> str:
        """Makes a branch on an experiment's commit ("<experiment>-branch") and returns its name."""
        return owned_text(lib.exp_experiments_branch, self._project.raw, encode(experiment), encode(branch))

    def rename(self, experiment: str, name: str, *, git_remote: str | None = None, force: bool = False) -> bool:
        """Gives an experiment another name, here or in a Git remote. False when it has that one already."""
        renamed = ctypes.c_int32()
        flags = n.EXP_RENAME_FORCE if force else 0
        call(
            lib.exp_experiments_rename,
            ctypes.byref(renamed),
            self._project.raw,
            encode(experiment),
            encode(name),
            encode(git_remote),
            flags,
        )
        return bool(renamed.value)

    def clean(self) -> None:
        """Removes slots that nobody uses and what finished runs in them left behind."""
        call(lib.exp_experiments_clean, self._project.raw)

    def list(
        self,
        revs: Iterable[str] | None = None,
        *,
        num: int = 1,
        all_commits: bool = False,
        git_remote: str | None = None,
    ) -> _Refs:
        """The experiments of HEAD, of `revs` and `num` commits from them on (negative: all), or of every commit;
        sorted by baseline and name."""
        array = strings(revs)
        options = n.exp_list_options(
            struct_size=ctypes.sizeof(n.exp_list_options),
            revs=array,
            git_remote=encode(git_remote),
            num=num,
            flags=n.EXP_LIST_ALL_COMMITS if all_commits else 0,
        )
        raw = made(lib.exp_experiments_list, self._project.raw, ctypes.byref(options))
        try:
            return _refs(raw)
        finally:
            lib.exp_refs_free(raw)

    def remove(
        self,
        names: Iterable[str] | None = None,
        *,
        revs: Iterable[str] | None = None,
        num: int = 1,
        all_commits: bool = False,
        keep: bool = False,
        queue: bool = False,
        git_remote: str | None = None,
    ) -> _Names:
        """Deletes experiments by name or by baseline and returns their names; cached data stays. `keep`: all others
        instead. `queue`: all tasks that wait, too. `git_remote`: there instead of here."""
        wanted, array = strings(names), strings(revs)
        options = n.exp_remove_options(
            struct_size=ctypes.sizeof(n.exp_remove_options),
            names=wanted,
            revs=array,
            git_remote=encode(git_remote),
            num=num,
            flags=(n.EXP_REMOVE_ALL_COMMITS if all_commits else 0)
            | (n.EXP_REMOVE_KEEP if keep else 0)
            | (n.EXP_REMOVE_QUEUE if queue else 0),
        )
        return owned_names(lib.exp_experiments_remove, self._project.raw, ctypes.byref(options))

    def push(self, git_remote: PathLike, names: Iterable[str] | None = None, **options: Any) -> ShareResult:
        """Pushes experiments to a Git repository (name of a remote, URL, path), then their data. Without names those
        of HEAD, or of `revs` and `num` or `all_commits` as in `list`. Further options: `force` replaces others of
        the same name, `no_cache` leaves data where it is, `remote` names the DVC remote for it, `run_cache`, `jobs`,
        `on_event`, `cancel`. What goes wrong with data is told in the result."""
        return self._share(lib.exp_experiments_push, git_remote, names, **options)

    def pull(self, git_remote: PathLike, names: Iterable[str] | None = None, **options: Any) -> ShareResult:
        """The other way, with the options of `push`; nothing in the workspace changes."""
        return self._share(lib.exp_experiments_pull, git_remote, names, **options)

    def diff(
        self, a_rev: str | None = None, b_rev: str | None = None, *, all: bool = False, param_deps: bool = False
    ) -> Any:
        """Metrics and params of HEAD or `a_rev` and the workspace or `b_rev`: the JSON of `exp diff --json`,
        parsed. `all`: unchanged values, too. `param_deps`: only params that stages depend on."""
        options = n.exp_diff_options(
            struct_size=ctypes.sizeof(n.exp_diff_options),
            a_rev=encode(a_rev),
            b_rev=encode(b_rev),
            flags=(n.EXP_DIFF_ALL if all else 0) | (n.EXP_DIFF_DEPS_ONLY if param_deps else 0),
        )
        return json.loads(owned_text(lib.exp_experiments_diff_json, self._project.raw, ctypes.byref(options)))

    def diff_tables(
        self,
        a_rev: str | None = None,
        b_rev: str | None = None,
        *,
        all: bool = False,
        param_deps: bool = False,
        precision: int | None = None,
        no_path: bool = False,
    ) -> tuple[Table, Table]:
        """The two tables that `exp diff` prints: metrics and params. `precision`: significant digits of metrics, 0
        for all. Typed rows are those of Metrics.diff and Params.diff."""
        options = n.exp_diff_options(
            struct_size=ctypes.sizeof(n.exp_diff_options),
            a_rev=encode(a_rev),
            b_rev=encode(b_rev),
            flags=(n.EXP_DIFF_ALL if all else 0) | (n.EXP_DIFF_DEPS_ONLY if param_deps else 0),
        )
        table = table_options(precision, no_path)
        metrics, params = ctypes.c_void_p(), ctypes.c_void_p()
        call(
            lib.exp_experiments_diff_tables,
            ctypes.byref(metrics),
            ctypes.byref(params),
            self._project.raw,
            ctypes.byref(options),
            ctypes.byref(table),
        )
        return taken(metrics), taken(params)

    def _share(
        self,
        function: Any,
        git_remote: PathLike,
        names: Iterable[str] | None,
        *,
        revs: Iterable[str] | None = None,
        num: int = 1,
        remote: str | None = None,
        jobs: int = 0,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> ShareResult:
        cancel = cancel or Cancel()
        relay = Relay(on_event)
        wanted, array = strings(names), strings(revs)
        options = n.exp_share_options(
            struct_size=ctypes.sizeof(n.exp_share_options),
            git_remote=encode(git_remote),
            names=wanted,
            revs=array,
            remote=encode(remote),
            on_event=relay.callback,
            cancel=cancel.token,
            num=num,
            jobs=jobs,
            flags=flags_of(_SHARE_FLAGS, flags),
        )
        raw = ctypes.c_void_p()
        relay.run(lambda: call(function, ctypes.byref(raw), self._project.raw, ctypes.byref(options)), cancel)
        return _share_result(raw)

    def show(self, revs: Iterable[str] | None = None, *, num: int = 0, **flags: bool) -> Rows:
        """Workspace, baselines and experiments as typed rows."""
        options, keep = self._show_options(revs, num, flags)
        del keep
        return Rows(made(lib.exp_experiments_show, self._project.raw, ctypes.byref(options)))

    def show_json(self, revs: Iterable[str] | None = None, *, num: int = 0, **flags: bool) -> Any:
        """The JSON of `exp show --json`, parsed."""
        options, keep = self._show_options(revs, num, flags)
        found = json.loads(owned_text(lib.exp_experiments_show_json, self._project.raw, ctypes.byref(options)))
        del keep
        return found

    def show_table(
        self,
        revs: Iterable[str] | None = None,
        *,
        num: int = 0,
        csv: bool = False,
        only_changed: bool = False,
        drop: Iterable[str] | None = None,
        keep: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        precision: int | None = None,
        **flags: bool,
    ) -> Table:
        """The table that `exp show` prints, with `csv` that of `--csv`. `drop` and `keep` are regular expressions of
        columns, `sort_by` is "[file:]key"."""
        options, array = self._show_options(revs, num, flags)
        dropped, kept = strings(drop), strings(keep)
        table = n.exp_table_options(
            struct_size=ctypes.sizeof(n.exp_table_options),
            drop=dropped,
            keep=kept,
            sort_by=encode(sort_by),
            precision=precision or 0,
            flags=(n.EXP_TABLE_CSV if csv else 0)
            | (n.EXP_TABLE_ONLY_CHANGED if only_changed else 0)
            | (n.EXP_TABLE_DESCENDING if descending else 0),
        )
        raw = made(lib.exp_experiments_show_table, self._project.raw, ctypes.byref(options), ctypes.byref(table))
        del array, dropped, kept
        return taken(raw)

    @staticmethod
    def _show_options(revs: Iterable[str] | None, num: int, flags: dict[str, bool]) -> tuple[Any, Any]:
        array = strings(revs)
        options = n.exp_show_options(
            struct_size=ctypes.sizeof(n.exp_show_options), revs=array, num=num, flags=flags_of(_SHOW_FLAGS, flags)
        )
        return options, array
