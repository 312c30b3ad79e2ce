"""Reads what `exp show --json` prints and prints its rows as rows.py does."""

import json
import sys
from collections.abc import Iterator
from typing import Any


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{key}.{name}" if key else name)
    else:
        yield key, value


def show(kind: int, name: str | None, data: dict[str, Any]) -> None:
    print(kind, name or "")
    for files in (data["metrics"], data["params"]):
        for file, read in files.items():
            if "error" in read:
                print(f"  {file}:={read['error']['msg']}")
            for key, value in leaves(read.get("data", {})):
                print(f"  {file}:{key}={value}")


for row in json.load(sys.stdin):
    show(0 if row["rev"] == "workspace" else 1, "" if row["rev"] == "workspace" else row["name"], row["data"])
    for experiment in row["experiments"] or []:
        for revision in experiment["revs"]:
            show(2, revision["name"], revision["data"])
