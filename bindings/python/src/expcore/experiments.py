"""Experiments: run, compare."""

import ctypes
import dataclasses
import enum
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import Cancel, PathLike, call, encode, made, optional_text, owned_text, strings, text
from ._library import lib
from .events import Listener
from .pipeline import NativeRunOptions, StageResult, flags_of, summary_of


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A finished experiment: its name, commit (40 hex digits, "" after a dry run), ref and stages."""

    name: str
    commit: str
    ref: str
    stages: list[StageResult]


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
        jobs: int | None = 1,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> Experiment:
        """Runs the pipeline in the workspace and records the outcome as an experiment of HEAD. `set_params` are
        overrides, "lr=0.1" or "file.yaml:lr=0.1"; the rest as in Pipeline.run."""
        cancel = cancel or Cancel()
        run = NativeRunOptions(targets=targets, jobs=jobs, on_event=on_event, cancel=cancel, flags=flags)
        params = strings(set_params)
        options = n.exp_experiment_options(
            struct_size=ctypes.sizeof(n.exp_experiment_options),
            run=ctypes.pointer(run.native),
            name=encode(name),
            message=encode(message),
            set_params=params,
        )
        raw = ctypes.c_void_p()

        def work() -> None:
            call(lib.exp_experiments_run, ctypes.byref(raw), self._project.raw, ctypes.byref(options))

        run.relay.run(work, cancel)
        try:
            return Experiment(
                text(lib.exp_experiment_name(raw)),
                text(lib.exp_experiment_commit(raw)),
                text(lib.exp_experiment_ref(raw)),
                summary_of(lib.exp_experiment_summary(raw)),
            )
        finally:
            lib.exp_experiment_free(raw)

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

    @staticmethod
    def _show_options(revs: Iterable[str] | None, num: int, flags: dict[str, bool]) -> tuple[Any, Any]:
        array = strings(revs)
        options = n.exp_show_options(
            struct_size=ctypes.sizeof(n.exp_show_options), revs=array, num=num, flags=flags_of(_SHOW_FLAGS, flags)
        )
        return options, array
