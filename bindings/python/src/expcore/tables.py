"""Tables: as they are printed, and as notebooks show them."""

import dataclasses
import html
from collections.abc import Iterable, Iterator
from typing import Any

from ._call import text
from ._library import lib


def to_html(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table for a notebook."""
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    lines = ("".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) for row in rows)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def dicts_to_html(rows: list[dict[str, Any]]) -> str:
    """The same of rows whose keys are columns, in order of first appearance."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return to_html(columns, ([row.get(column, "") for column in columns] for row in rows))


@dataclasses.dataclass(frozen=True)
class Table:
    """Text cells below headers, as the program prints them. `str()` draws it."""

    headers: list[str]
    rows: list[list[str]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self.rows)

    def to_dicts(self) -> list[dict[str, str]]:
        """A row for each, as `pandas.DataFrame` takes them."""
        return [dict(zip(self.headers, row)) for row in self.rows]

    def __str__(self) -> str:
        lines = [self.headers, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in lines)

    def __repr__(self) -> str:
        return f"<Table {len(self.rows)}x{len(self.headers)}>"

    def _repr_html_(self) -> str:
        return to_html(self.headers, self.rows)


def taken(raw: Any) -> Table:
    """Copies and frees an exp_table."""
    try:
        columns = range(lib.exp_table_column_count(raw))
        headers = [text(lib.exp_table_header(raw, c)) for c in columns]
        rows = [[text(lib.exp_table_cell(raw, r, c)) for c in columns] for r in range(lib.exp_table_row_count(raw))]
        return Table(headers, rows)
    finally:
        lib.exp_table_free(raw)
