"""Tracked data: files, the cache, `.dvc` files."""

import ctypes
import dataclasses
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import PathLike, call, encode, strings, text
from ._library import lib
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


@dataclasses.dataclass(frozen=True)
class CheckoutResult:
    """What a checkout did; folders end in '/'. The cache lacks a part of what `failed`: it is as it was."""

    added: list[str]
    modified: list[str]
    deleted: list[str]
    failed: list[str]


class Data:
    """The data that a project tracks. Made by Project.data."""

    def __init__(self, project: Any) -> None:
        self._project = project

    def add(self, targets: Iterable[PathLike], *, out: PathLike | None = None, **flags: bool) -> None:
        """Tracks files and folders: `dvc add`. Flags: glob, no_commit, no_relink, force."""
        call(lib.exp_data_add, self._project.raw, strings(targets), encode(out), flags_of(_ADD_FLAGS, flags))

    def commit(self, target: PathLike | None = None, **flags: bool) -> None:
        """Records what files are now: `dvc commit`. Flags: with_deps, recursive, force."""
        call(lib.exp_data_commit, self._project.raw, encode(target), flags_of(_DATA_FLAGS, flags))

    def checkout(self, targets: Iterable[PathLike] | None = None, **flags: bool) -> CheckoutResult:
        """Brings recorded data into the work tree: `dvc checkout`. Flags: with_deps, recursive, force, relink."""
        known = {**_DATA_FLAGS, "relink": n.EXP_DATA_RELINK}
        raw = ctypes.c_void_p()
        call(
            lib.exp_data_checkout,
            ctypes.byref(raw),
            self._project.raw,
            strings(targets),
            flags_of(known, flags),
        )
        try:
            paths: dict[int, list[str]] = {}
            for i in range(lib.exp_checkout_result_count(raw)):
                paths.setdefault(lib.exp_checkout_result_kind(raw, i), []).append(
                    text(lib.exp_checkout_result_path(raw, i))
                )
        finally:
            lib.exp_checkout_result_free(raw)
        return CheckoutResult(
            added=paths.get(n.EXP_CHECKOUT_ADDED, []),
            modified=paths.get(n.EXP_CHECKOUT_MODIFIED, []),
            deleted=paths.get(n.EXP_CHECKOUT_DELETED, []),
            failed=paths.get(n.EXP_CHECKOUT_FAILED, []),
        )

    def remove(self, target: PathLike, *, outs: bool = False) -> None:
        """Takes stages or a `.dvc` file away, with `outs` their outputs, too."""
        call(lib.exp_data_remove, self._project.raw, encode(target), int(outs))

    def move(self, source: PathLike, destination: PathLike) -> None:
        """Moves tracked data with its `.dvc` file."""
        call(lib.exp_data_move, self._project.raw, encode(source), encode(destination))

    def unprotect(self, target: PathLike) -> None:
        """Makes files ordinary ones, no links into the cache."""
        call(lib.exp_data_unprotect, self._project.raw, encode(target))
