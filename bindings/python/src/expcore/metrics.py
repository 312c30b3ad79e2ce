"""Metrics and params at any revision."""

import ctypes
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import PathLike, encode, made, optional_text, owned_text, strings, text
from ._library import lib
from .tables import Table, dicts_to_html, taken


def plain(kind: int, written: str, number: float) -> Any:
    """A value as Python's own type."""
    if kind == n.EXP_VALUE_NUMBER:
        return int(written) if written.lstrip("-").isdigit() else number
    if kind == n.EXP_VALUE_BOOLEAN:
        return written.lower() == "true"
    return None if kind == n.EXP_VALUE_MISSING else written


@dataclasses.dataclass(frozen=True)
class Value:
    """A value of a metrics file, or why a file or revision could not be read."""

    rev: str
    """"" for the workspace asked for alone, else "workspace" or names of a commit joined by ','."""
    file: str
    """"" for the error of a revision."""
    key: str
    """Dotted; "" for an error or a file that is one value."""
    value: Any
    """A number, a boolean or a text; None for an error."""
    error: str
    """Why it could not be read, or ""."""


@dataclasses.dataclass(frozen=True)
class Change:
    """A value that two revisions have differently; None where it is missing."""

    file: str
    key: str
    old: str | None
    new: str | None
    difference: float | None
    """new - old of two numbers."""


class _List(list[Any]):
    """A list that notebooks show as a table."""

    def to_dicts(self) -> list[dict[str, Any]]:
        """A row for each, as `pandas.DataFrame` takes them."""
        return [dataclasses.asdict(row) for row in self]

    def _repr_html_(self) -> str:
        return dicts_to_html(self.to_dicts())


class Values(_List):
    """Values as rows: Value objects."""


class Changes(_List):
    """Differences as rows: Change objects."""


def _taken_values(raw: Any) -> Values:
    """Copies and frees an exp_values."""
    try:
        rows = Values()
        for i in range(lib.exp_values_count(raw)):
            kind, written = lib.exp_values_kind(raw, i), text(lib.exp_values_text(raw, i))
            failed = kind == n.EXP_VALUE_ERROR
            rows.append(
                Value(
                    rev=text(lib.exp_values_rev(raw, i)),
                    file=text(lib.exp_values_file(raw, i)),
                    key=text(lib.exp_values_key(raw, i)),
                    value=None if failed else plain(kind, written, lib.exp_values_number(raw, i)),
                    error=written if failed else "",
                )
            )
        return rows
    finally:
        lib.exp_values_free(raw)


def _taken_changes(raw: Any) -> Changes:
    """Copies and frees an exp_changes."""
    try:
        rows = Changes()
        for i in range(lib.exp_changes_count(raw)):
            difference = ctypes.c_double()
            has_one = lib.exp_changes_difference(raw, i, ctypes.byref(difference))
            rows.append(
                Change(
                    file=text(lib.exp_changes_file(raw, i)),
                    key=text(lib.exp_changes_key(raw, i)),
                    old=optional_text(lib.exp_changes_old(raw, i)),
                    new=optional_text(lib.exp_changes_new(raw, i)),
                    difference=difference.value if has_one else None,
                )
            )
        return rows
    finally:
        lib.exp_changes_free(raw)


def table_options(precision: int | None, no_path: bool) -> Any:
    return n.exp_table_options(
        struct_size=ctypes.sizeof(n.exp_table_options),
        precision=0 if precision is None else precision or n.EXP_PRECISION_ALL,
        flags=n.EXP_TABLE_NO_PATH if no_path else 0,
    )


class _Compared:
    """What metrics and params have in common."""

    _rows: Any
    _json: Any
    _table: Any

    def __init__(self, project: Any) -> None:
        self._project = project

    def diff(
        self,
        a_rev: str | None = None,
        b_rev: str | None = None,
        *,
        targets: Iterable[PathLike] | None = None,
        all: bool = False,
        deps: bool = False,
    ) -> Changes:
        """What HEAD or `a_rev` and the workspace or `b_rev` have differently. `all`: unchanged values, too. `deps`:
        only params that stages depend on."""
        options, keep = self._options(a_rev, b_rev, targets, all, deps)
        changes = _taken_changes(made(self._rows, self._project.raw, ctypes.byref(options)))
        del keep
        return changes

    def diff_json(
        self,
        a_rev: str | None = None,
        b_rev: str | None = None,
        *,
        targets: Iterable[PathLike] | None = None,
        all: bool = False,
        deps: bool = False,
    ) -> Any:
        """The JSON that the program prints, parsed."""
        options, keep = self._options(a_rev, b_rev, targets, all, deps)
        found = json.loads(owned_text(self._json, self._project.raw, ctypes.byref(options)))
        del keep
        return found

    def diff_table(
        self,
        a_rev: str | None = None,
        b_rev: str | None = None,
        *,
        targets: Iterable[PathLike] | None = None,
        all: bool = False,
        deps: bool = False,
        precision: int | None = None,
        no_path: bool = False,
    ) -> Table:
        """The table that the program prints. `precision`: decimals of metrics, 0 for all; `no_path`: without the
        column of files."""
        options, keep = self._options(a_rev, b_rev, targets, all, deps)
        table = table_options(precision, no_path)
        raw = made(self._table, self._project.raw, ctypes.byref(options), ctypes.byref(table))
        del keep
        return taken(raw)

    @staticmethod
    def _options(
        a_rev: str | None, b_rev: str | None, targets: Iterable[PathLike] | None, all: bool, deps: bool
    ) -> tuple[Any, Any]:
        array = strings(targets)
        options = n.exp_diff_options(
            struct_size=ctypes.sizeof(n.exp_diff_options),
            a_rev=encode(a_rev),
            b_rev=encode(b_rev),
            targets=array,
            flags=(n.EXP_DIFF_ALL if all else 0) | (n.EXP_DIFF_DEPS_ONLY if deps else 0),
        )
        return options, array


class Params(_Compared):
    """The params of a project at any revision. Made by Project.params."""

    _rows = lib.exp_params_diff
    _json = lib.exp_params_diff_json
    _table = lib.exp_params_diff_table


class Metrics(_Compared):
    """The metrics of a project at any revision. Made by Project.metrics."""

    _rows = lib.exp_metrics_diff
    _json = lib.exp_metrics_diff_json
    _table = lib.exp_metrics_diff_table

    def show(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        all_branches: bool = False,
        all_tags: bool = False,
        all_commits: bool = False,
    ) -> Values:
        """The metrics of the workspace, or of every branch, tag or commit."""
        options, keep = self._show_options(targets, all_branches, all_tags, all_commits)
        values = _taken_values(made(lib.exp_metrics_show, self._project.raw, ctypes.byref(options)))
        del keep
        return values

    def show_json(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        all_branches: bool = False,
        all_tags: bool = False,
        all_commits: bool = False,
    ) -> Any:
        """The JSON of `metrics show --json`, parsed."""
        options, keep = self._show_options(targets, all_branches, all_tags, all_commits)
        found = json.loads(owned_text(lib.exp_metrics_show_json, self._project.raw, ctypes.byref(options)))
        del keep
        return found

    def show_table(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        all_branches: bool = False,
        all_tags: bool = False,
        all_commits: bool = False,
        precision: int | None = None,
    ) -> Table:
        """The table of `metrics show`. `precision`: decimals, 0 for all."""
        options, keep = self._show_options(targets, all_branches, all_tags, all_commits)
        table = table_options(precision, False)
        raw = made(lib.exp_metrics_show_table, self._project.raw, ctypes.byref(options), ctypes.byref(table))
        del keep
        return taken(raw)

    @staticmethod
    def _show_options(
        targets: Iterable[PathLike] | None, all_branches: bool, all_tags: bool, all_commits: bool
    ) -> tuple[Any, Any]:
        array = strings(targets)
        options = n.exp_metrics_options(
            struct_size=ctypes.sizeof(n.exp_metrics_options),
            targets=array,
            flags=(n.EXP_METRICS_ALL_BRANCHES if all_branches else 0)
            | (n.EXP_METRICS_ALL_TAGS if all_tags else 0)
            | (n.EXP_METRICS_ALL_COMMITS if all_commits else 0),
        )
        return options, array
