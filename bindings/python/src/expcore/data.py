"""Tracked data: files, the cache, `.dvc` files, remotes."""

import ctypes
import dataclasses
import enum
import json
from collections.abc import Callable, Iterable
from typing import Any

from . import _native as n
from ._call import Cancel, PathLike, call, encode, names_of, owned_names, owned_text, strings, text, whole
from ._library import lib
from .events import Confirm, Listener, Relay, known
from .pipeline import flags_of

_ADD_FLAGS = {
    "glob": n.EXP_ADD_GLOB,
    "no_commit": n.EXP_ADD_NO_COMMIT,
    "no_relink": n.EXP_ADD_NO_RELINK,
    "force": n.EXP_ADD_FORCE,
}
_DATA_FLAGS = {
    "with_deps": n.EXP_DATA_WITH_DEPS,
    "recursive": n.EXP_DATA_RECURSIVE,
    "force": n.EXP_DATA_FORCE,
}
_COMMIT_FLAGS = {**_DATA_FLAGS, "no_relink": n.EXP_DATA_NO_RELINK}
_CHECKOUT_FLAGS = {**_DATA_FLAGS, "relink": n.EXP_DATA_RELINK, "glob": n.EXP_DATA_GLOB}
_SYNC_FLAGS = {
    "with_deps": n.EXP_SYNC_WITH_DEPS,
    "recursive": n.EXP_SYNC_RECURSIVE,
    "glob": n.EXP_SYNC_GLOB,
    "all_branches": n.EXP_SYNC_ALL_BRANCHES,
    "all_tags": n.EXP_SYNC_ALL_TAGS,
    "all_commits": n.EXP_SYNC_ALL_COMMITS,
    "run_cache": n.EXP_SYNC_RUN_CACHE,
    "verify": n.EXP_SYNC_VERIFY,
}
_GC_FLAGS = {
    "workspace": n.EXP_GC_WORKSPACE,
    "all_branches": n.EXP_GC_ALL_BRANCHES,
    "all_tags": n.EXP_GC_ALL_TAGS,
    "all_commits": n.EXP_GC_ALL_COMMITS,
    "all_experiments": n.EXP_GC_ALL_EXPERIMENTS,
    "not_in_remote": n.EXP_GC_NOT_IN_REMOTE,
    "cloud": n.EXP_GC_CLOUD,
    "dry": n.EXP_GC_DRY,
    "force": n.EXP_GC_FORCE,
    "skip_failed": n.EXP_GC_SKIP_FAILED,
}
_STATUS_FLAGS = {
    "granular": n.EXP_DATA_STATUS_GRANULAR,
    "untracked_files": n.EXP_DATA_STATUS_UNTRACKED,
    "not_in_remote": n.EXP_DATA_STATUS_NOT_IN_REMOTE,
    "unchanged": n.EXP_DATA_STATUS_UNCHANGED,
}


@dataclasses.dataclass(frozen=True)
class CheckoutResult:
    """What a checkout did; folders end in '/'. The cache lacks a part of what `failed`: it is as it was."""

    added: list[str]
    modified: list[str]
    deleted: list[str]
    failed: list[str]
    files_added: int = 0
    """Those in folders, too."""
    files_modified: int = 0
    files_deleted: int = 0


@dataclasses.dataclass(frozen=True)
class SyncResult:
    """What a transfer did."""

    transferred: int
    """Objects; with `run_cache` its entries, too."""
    failed: list[str]
    """`<hash>: <reason>` of what could not be copied."""
    missing: list[str]
    """Hashes that neither side has."""


@dataclasses.dataclass(frozen=True)
class PullResult:
    """What a pull did. When something could not be copied, the work tree is as it was."""

    fetched: SyncResult
    checkout: CheckoutResult


@dataclasses.dataclass(frozen=True)
class CloudStatus:
    """How the cache and a remote differ: paths of outputs and of files in folders, sorted."""

    remote: str
    """Its name."""
    only_in_cache: list[str]
    """A push would bring them."""
    only_on_remote: list[str]
    """A fetch would bring them."""
    missing: list[str]
    """In neither."""

    @property
    def in_sync(self) -> bool:
        return not (self.only_in_cache or self.only_on_remote or self.missing)


@dataclasses.dataclass(frozen=True)
class GcResult:
    """What was, or would be, removed from one store: "repo", "local" (the same again), "legacy" (objects of DVC 2)
    or "remote"."""

    store: str
    removed: int
    bytes: int


@dataclasses.dataclass(frozen=True)
class MigrateResult:
    """What a migration did or, dry, would do."""

    objects: int
    """Those that were new; dry: those to look at."""
    records: list[str]
    """`f.dvc`, `dvc.yaml (dvc.lock)`."""


class DataPart(enum.IntEnum):
    """Which comparison a change belongs to."""

    COMMITTED = n.EXP_DATA_COMMITTED
    """From the last Git commit to what is recorded."""
    UNCOMMITTED = n.EXP_DATA_UNCOMMITTED
    """From what is recorded to the work tree."""
    NOT_IN_CACHE = n.EXP_DATA_NOT_IN_CACHE
    NOT_IN_REMOTE = n.EXP_DATA_NOT_IN_REMOTE
    UNTRACKED = n.EXP_DATA_UNTRACKED
    """Neither Git nor DVC tracks it."""
    UNCHANGED = n.EXP_DATA_UNCHANGED
    BETWEEN = n.EXP_DATA_BETWEEN
    """Of Data.diff(): from the old side to the new one."""


class ChangeKind(enum.IntEnum):
    """What happened to a path."""

    NONE = n.EXP_CHANGE_NONE
    """The part says it all."""
    ADDED = n.EXP_CHANGE_ADDED
    MODIFIED = n.EXP_CHANGE_MODIFIED
    DELETED = n.EXP_CHANGE_DELETED
    RENAMED = n.EXP_CHANGE_RENAMED
    UNKNOWN = n.EXP_CHANGE_UNKNOWN
    """In a folder whose list of files is lost."""


@dataclasses.dataclass(frozen=True)
class DataChange:
    """A path and what became of it. Paths are relative to the project's root, folders end in '/'; untracked ones are
    relative to its directory."""

    part: DataPart | int
    change: ChangeKind | int
    path: str
    old_path: str
    """Of what was renamed; else the same."""
    hash: str = ""
    """Of Data.diff(): MD5 in hex, of folders followed by ".dir"."""
    old_hash: str = ""
    """Of Data.diff(): what modified data had before."""


@dataclasses.dataclass(frozen=True)
class DataStatus:
    """The last commit, what is recorded, and the work tree compared."""

    changes: list[DataChange]
    git_is_empty: bool
    """Git has no commit yet."""
    git_is_dirty: bool
    """Git sees changes of its own."""


def _checkout_result(raw: Any) -> CheckoutResult:
    """Copies an exp_checkout_result."""
    paths: dict[int, list[str]] = {}
    for i in range(lib.exp_checkout_result_count(raw)):
        paths.setdefault(lib.exp_checkout_result_kind(raw, i), []).append(text(lib.exp_checkout_result_path(raw, i)))
    return CheckoutResult(
        added=paths.get(n.EXP_CHECKOUT_ADDED, []),
        modified=paths.get(n.EXP_CHECKOUT_MODIFIED, []),
        deleted=paths.get(n.EXP_CHECKOUT_DELETED, []),
        failed=paths.get(n.EXP_CHECKOUT_FAILED, []),
        files_added=lib.exp_checkout_result_files(raw, n.EXP_CHECKOUT_ADDED),
        files_modified=lib.exp_checkout_result_files(raw, n.EXP_CHECKOUT_MODIFIED),
        files_deleted=lib.exp_checkout_result_files(raw, n.EXP_CHECKOUT_DELETED),
    )


def _sync_result(raw: Any) -> SyncResult:
    """Copies an exp_sync_result."""
    return SyncResult(
        transferred=lib.exp_sync_result_transferred(raw),
        failed=names_of(lib.exp_sync_result_failed(raw)),
        missing=names_of(lib.exp_sync_result_missing(raw)),
    )


def _pull_result(raw: Any) -> PullResult:
    return PullResult(_sync_result(raw), _checkout_result(lib.exp_sync_result_checkout(raw)))


def _cloud_status(raw: Any) -> CloudStatus:
    """Copies an exp_cloud_status."""
    return CloudStatus(
        remote=text(lib.exp_cloud_status_remote(raw)),
        only_in_cache=names_of(lib.exp_cloud_status_only_in_cache(raw)),
        only_on_remote=names_of(lib.exp_cloud_status_only_on_remote(raw)),
        missing=names_of(lib.exp_cloud_status_missing(raw)),
    )


def _gc_results(raw: Any) -> list[GcResult]:
    """Copies an exp_gc_result."""
    return [
        GcResult(
            text(lib.exp_gc_result_store(raw, i)), lib.exp_gc_result_removed(raw, i), lib.exp_gc_result_bytes(raw, i)
        )
        for i in range(lib.exp_gc_result_count(raw))
    ]


def _changes(raw: Any) -> list[DataChange]:
    """Copies an exp_data_changes."""
    found = (whole(lib.exp_data_changes_get(raw, i).contents) for i in range(lib.exp_data_changes_count(raw)))
    return [
        DataChange(
            part=known(DataPart, change.part),
            change=known(ChangeKind, change.change),
            path=text(change.path),
            old_path=text(change.old_path),
            hash=text(change.hash),
            old_hash=text(change.old_hash),
        )
        for change in found
    ]


def _status(raw: Any) -> DataStatus:
    git = lib.exp_data_changes_git(raw)
    return DataStatus(_changes(raw), bool(git & n.EXP_GIT_EMPTY), bool(git & n.EXP_GIT_DIRTY))


class _Listening:
    """The listener, the answers and the token of one call, as its options want them."""

    def __init__(self, on_event: Listener | None, cancel: Cancel | None, confirm: Confirm | None = None) -> None:
        self.cancel = cancel or Cancel()
        self.relay = Relay(on_event)
        self.confirm = self.relay.asking(confirm)

    def run(self, work: Callable[[], Any]) -> Any:
        return self.relay.run(work, self.cancel)

    def options(self, flags: int) -> Any:
        return n.exp_data_options(
            struct_size=ctypes.sizeof(n.exp_data_options),
            on_event=self.relay.callback,
            on_confirm=self.confirm,
            cancel=self.cancel.token,
            flags=flags,
        )

    def taken(self, function: Any, copy: Callable[[Any], Any], free: Any, *args: Any) -> Any:
        """Calls a function that makes a result; copies and frees that."""
        raw = ctypes.c_void_p()
        self.run(lambda: call(function, ctypes.byref(raw), *args))
        try:
            return copy(raw)
        finally:
            free(raw)


class Data:
    """The data that a project tracks. Made by Project.data.

    Long calls take `on_event`, which is told of warnings and progress, and `cancel`; an exception of the listener
    stops the call and is raised by it.

    >>> with expcore.Project.open(".") as project:     # doctest: +SKIP
    ...     project.data.add(["images"], on_event=lambda event: print(event.text, event.done, event.total))
    ...     project.data.push(remote="store")
    """

    def __init__(self, project: Any) -> None:
        self._project = project

    def add(
        self,
        targets: Iterable[PathLike],
        *,
        out: PathLike | None = None,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> list[str]:
        """Tracks files and folders and returns the `.dvc` files: `dvc add`. Flags: glob, no_commit, no_relink,
        force."""
        listening = _Listening(on_event, cancel)
        options = listening.options(flags_of(_ADD_FLAGS, flags))
        wanted, place = strings(targets), encode(out)
        made: list[str] = listening.run(
            lambda: owned_names(lib.exp_data_add_with, self._project.raw, wanted, place, ctypes.byref(options))
        )
        return made

    def commit(
        self,
        target: PathLike | None = None,
        *,
        confirm: Confirm | None = None,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> None:
        """Records what files are now: `dvc commit`. Flags: with_deps, recursive, force, no_relink. `confirm` is asked
        whether what changed may be recorded; without it that takes `force`."""
        listening = _Listening(on_event, cancel, confirm)
        options = listening.options(flags_of(_COMMIT_FLAGS, flags))
        wanted = encode(target)
        listening.run(lambda: call(lib.exp_data_commit_with, self._project.raw, wanted, ctypes.byref(options)))

    def checkout(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> CheckoutResult:
        """Brings recorded data into the work tree: `dvc checkout`. Flags: with_deps, recursive, force, relink, glob."""
        listening = _Listening(on_event, cancel)
        options = listening.options(flags_of(_CHECKOUT_FLAGS, flags))
        result: CheckoutResult = listening.taken(
            lib.exp_data_checkout_with,
            _checkout_result,
            lib.exp_checkout_result_free,
            self._project.raw,
            strings(targets),
            ctypes.byref(options),
        )
        return result

    def push(self, targets: Iterable[PathLike] | None = None, **options: Any) -> SyncResult:
        """Copies data from the cache to a remote, which is a folder of this machine: `dvc push`.

        Options: `remote` (default: the default one), `jobs` (files at once), `on_event`, `cancel`; flags with_deps,
        recursive, glob, all_branches, all_tags, all_commits, run_cache, verify. What cannot be copied is told in the
        result. Raises ConfigError without a remote."""
        result: SyncResult = self._sync(lib.exp_data_push, _sync_result, targets, _SYNC_FLAGS, **options)
        return result

    def fetch(self, targets: Iterable[PathLike] | None = None, **options: Any) -> SyncResult:
        """The other way, with the options of `push` and `max_size`, bytes, for no larger outputs: `dvc fetch`."""
        result: SyncResult = self._sync(lib.exp_data_fetch, _sync_result, targets, _SYNC_FLAGS, **options)
        return result

    def pull(self, targets: Iterable[PathLike] | None = None, **options: Any) -> PullResult:
        """Fetches and checks out: `dvc pull`. With the options of `fetch` and the flag force, which also replaces
        files whose content is not in the cache."""
        known_flags = {**_SYNC_FLAGS, "force": n.EXP_SYNC_FORCE}
        result: PullResult = self._sync(lib.exp_data_pull, _pull_result, targets, known_flags, **options)
        return result

    def cloud_status(self, targets: Iterable[PathLike] | None = None, **options: Any) -> CloudStatus:
        """Compares the cache with a remote, with the options of `push`: `dvc status --cloud`."""
        free = lib.exp_cloud_status_free
        status: CloudStatus = self._sync(
            lib.exp_data_cloud_status, _cloud_status, targets, _SYNC_FLAGS, free=free, **options
        )
        return status

    def gc(
        self,
        *,
        rev: str | None = None,
        num: int = 0,
        commit_date: str | None = None,
        remote: str | None = None,
        projects: Iterable[PathLike] | None = None,
        confirm: Confirm | None = None,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> list[GcResult]:
        """Removes objects that nothing refers to: `dvc gc`. One of the scopes has to be given: workspace,
        all_branches, all_tags, all_commits, all_experiments, `rev` (and `num` commits from there), `commit_date`
        ("YYYY-MM-DD" and later); what the work tree and queued experiments use stays always.

        Further flags: cloud (the remote, too), not_in_remote, dry, force, skip_failed. `projects` are folders of
        others that share the cache. `confirm` is asked when the list of a folder's files is lost."""
        listening = _Listening(on_event, cancel, confirm)
        options = n.exp_gc_options(
            struct_size=ctypes.sizeof(n.exp_gc_options),
            rev=encode(rev),
            commit_date=encode(commit_date),
            remote=encode(remote),
            projects=strings(projects),
            on_event=listening.relay.callback,
            on_confirm=listening.confirm,
            cancel=listening.cancel.token,
            num=num,
            flags=flags_of(_GC_FLAGS, flags),
        )
        results: list[GcResult] = listening.taken(
            lib.exp_data_gc, _gc_results, lib.exp_gc_result_free, self._project.raw, ctypes.byref(options)
        )
        return results

    def status(self, targets: Iterable[PathLike] | None = None, **options: Any) -> DataStatus:
        """Compares the last commit, what is recorded and the work tree: `dvc data status`. Takes no lock.

        Flags: granular (files in folders, too), untracked_files, not_in_remote (`remote` names which one),
        unchanged. Also `on_event` and `cancel`."""
        listening, native = self._status_options(targets, **options)
        status: DataStatus = listening.taken(
            lib.exp_data_status, _status, lib.exp_data_changes_free, self._project.raw, ctypes.byref(native)
        )
        return status

    def status_json(self, targets: Iterable[PathLike] | None = None, **options: Any) -> Any:
        """The JSON of `data status --json`, parsed; with the options of `status`."""
        listening, native = self._status_options(targets, **options)
        return json.loads(
            listening.run(lambda: owned_text(lib.exp_data_status_json, self._project.raw, ctypes.byref(native)))
        )

    def diff(self, old_rev: str | None = None, new_rev: str | None = None, **options: Any) -> list[DataChange]:
        """What data changed from HEAD or `old_rev` to the work tree or `new_rev`: `dvc diff`. Takes no lock. What the
        old side records and the cache lacks has the part NOT_IN_CACHE, unless `hide_missing`.

        Options: `targets`, `on_event`, `cancel`."""
        listening, native = self._diff_options(old_rev, new_rev, **options)
        changes: list[DataChange] = listening.taken(
            lib.exp_data_diff, _changes, lib.exp_data_changes_free, self._project.raw, ctypes.byref(native)
        )
        return changes

    def diff_json(self, old_rev: str | None = None, new_rev: str | None = None, **options: Any) -> Any:
        """The JSON of `diff --json`, parsed; with the options of `diff` and `hashes`."""
        listening, native = self._diff_options(old_rev, new_rev, **options)
        return json.loads(
            listening.run(lambda: owned_text(lib.exp_data_diff_json, self._project.raw, ctypes.byref(native)))
        )

    def migrate_cache(
        self,
        *,
        records: bool = False,
        dry: bool = False,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
    ) -> MigrateResult:
        """Brings a cache of DVC 2, which is read in place until then, over to DVC 3's layout: `dvc cache migrate`.
        `records`: `.dvc` and dvc.lock files, too. `dry`: only tell."""
        listening = _Listening(on_event, cancel)
        options = listening.options((n.EXP_MIGRATE_RECORDS if records else 0) | (n.EXP_MIGRATE_DRY if dry else 0))
        objects = ctypes.c_int64()

        def migrate(out_records: Any, *rest: Any) -> int:
            status: int = lib.exp_data_migrate_cache(ctypes.byref(objects), out_records, *rest)
            return status

        files = listening.run(lambda: owned_names(migrate, self._project.raw, ctypes.byref(options)))
        return MigrateResult(objects.value, files)

    def remove(self, target: PathLike, *, outs: bool = False) -> None:
        """Takes stages or a `.dvc` file away, with `outs` their outputs, too."""
        call(lib.exp_data_remove, self._project.raw, encode(target), int(outs))

    def move(
        self,
        source: PathLike,
        destination: PathLike,
        *,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
    ) -> None:
        """Moves tracked data with its `.dvc` file."""
        listening = _Listening(on_event, cancel)
        options = listening.options(0)
        old, new = encode(source), encode(destination)
        listening.run(lambda: call(lib.exp_data_move_with, self._project.raw, old, new, ctypes.byref(options)))

    def unprotect(self, target: PathLike) -> None:
        """Makes files ordinary ones, no links into the cache."""
        call(lib.exp_data_unprotect, self._project.raw, encode(target))

    def _sync(
        self,
        function: Any,
        copy: Callable[[Any], Any],
        targets: Iterable[PathLike] | None,
        known_flags: dict[str, int],
        *,
        free: Any = None,
        remote: str | None = None,
        jobs: int = 0,
        max_size: int = 0,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> Any:
        listening = _Listening(on_event, cancel)
        options = n.exp_sync_options(
            struct_size=ctypes.sizeof(n.exp_sync_options),
            targets=strings(targets),
            remote=encode(remote),
            on_event=listening.relay.callback,
            cancel=listening.cancel.token,
            max_size=max_size,
            jobs=jobs,
            flags=flags_of(known_flags, flags),
        )
        return listening.taken(
            function, copy, free or lib.exp_sync_result_free, self._project.raw, ctypes.byref(options)
        )

    @staticmethod
    def _status_options(
        targets: Iterable[PathLike] | None,
        *,
        remote: str | None = None,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        **flags: bool,
    ) -> tuple[_Listening, Any]:
        listening = _Listening(on_event, cancel)
        return listening, n.exp_data_status_options(
            struct_size=ctypes.sizeof(n.exp_data_status_options),
            targets=strings(targets),
            remote=encode(remote),
            on_event=listening.relay.callback,
            cancel=listening.cancel.token,
            flags=flags_of(_STATUS_FLAGS, flags),
        )

    @staticmethod
    def _diff_options(
        old_rev: str | None,
        new_rev: str | None,
        *,
        targets: Iterable[PathLike] | None = None,
        hide_missing: bool = False,
        hashes: bool = False,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
    ) -> tuple[_Listening, Any]:
        listening = _Listening(on_event, cancel)
        return listening, n.exp_data_diff_options(
            struct_size=ctypes.sizeof(n.exp_data_diff_options),
            old_rev=encode(old_rev),
            new_rev=encode(new_rev),
            targets=strings(targets),
            on_event=listening.relay.callback,
            cancel=listening.cancel.token,
            flags=(n.EXP_DATA_DIFF_HASHES if hashes else 0) | (n.EXP_DATA_DIFF_NO_MISSING if hide_missing else 0),
        )
