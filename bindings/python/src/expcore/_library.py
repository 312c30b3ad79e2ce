"""Finds libexpcore and declares its functions."""

import ctypes
import os
import pathlib
from typing import Any

from . import _native as n

_SONAME = "libexpcore.so.0"


def _candidates() -> list[str]:
    """Where the library may be, best first: the one asked for, the wheel's own, the system's."""
    asked = os.environ.get("EXPCORE_LIBRARY")
    if asked:
        return [asked]
    beside = pathlib.Path(__file__).parent / _SONAME
    return ([str(beside)] if beside.exists() else []) + [_SONAME]


def _load() -> ctypes.CDLL:
    failures = []
    for name in _candidates():
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            failures.append(str(error))
    raise ImportError("libexpcore is not there: " + "; ".join(failures) + " (EXPCORE_LIBRARY may name it)")


class Library:
    """The C functions, each declared when it is first used; each releases the interpreter lock while it runs."""

    def __init__(self) -> None:
        self._library = _load()

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._library, name)
        function.restype, function.argtypes = n.FUNCTIONS[name]
        setattr(self, name, function)
        return function


lib = Library()
