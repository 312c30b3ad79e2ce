"""How Python calls C: statuses become exceptions, owned text is freed, long calls stay interruptible."""

import ctypes
import itertools
import math
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from . import errors
from . import _native as n
from ._library import lib

# A signal that comes just before a wait does not end that one, but the next is not begun.
_LISTEN_SECONDS = 0.1

T = TypeVar("T")
PathLike = str | os.PathLike[str]


def call(function: Any, *args: Any) -> None:
    """Calls a fallible function; `out_error` is appended."""
    error = ctypes.c_void_p()
    status = function(*args, ctypes.byref(error))
    if status == n.EXP_OK:
        return
    message, details = "out of memory", ""
    if error:
        message = text(lib.exp_error_message(error))
        details = text(lib.exp_error_details(error))
        lib.exp_error_free(error)
    raise errors.make(status, message, details)


def text(raw: bytes | None) -> str:
    """Text of the library; bytes that are not UTF-8 (file names) survive as in os.fsdecode."""
    return "" if raw is None else raw.decode("utf-8", "surrogateescape")


def optional_text(raw: bytes | None) -> str | None:
    return None if raw is None else text(raw)


def texts(array: Any) -> list[str]:
    """The strings of an array that ends in NULL; NULL has none."""
    if not array:
        return []
    return [text(raw) for raw in itertools.takewhile(lambda raw: raw is not None, array)]


def whole(raw: Any) -> Any:
    """A copy of a struct that the library hands out; fields that an older library does not have are 0 and NULL."""
    copy = type(raw)()
    ctypes.memmove(ctypes.byref(copy), ctypes.byref(raw), min(raw.struct_size, ctypes.sizeof(copy)))
    return copy


def encode(value: PathLike | None) -> bytes | None:
    return None if value is None else os.fsencode(os.fspath(value))


def strings(values: Iterable[PathLike] | None) -> Any:
    """A NULL-terminated array, or None. Keep the result alive during the call."""
    if values is None:
        return None
    if isinstance(values, (str, bytes, os.PathLike)):
        raise TypeError("a list of strings is wanted, not one string")
    encoded = [encode(value) for value in values]
    return (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)


def owned_text(function: Any, *args: Any) -> str:
    """Calls a function whose first parameter is `char **out_text`; frees the text."""
    return owned_optional_text(function, *args) or ""


def owned_optional_text(function: Any, *args: Any) -> str | None:
    """As owned_text() where NULL means that there is none."""
    out = ctypes.c_void_p()
    call(function, ctypes.byref(out), *args)
    try:
        return text(ctypes.string_at(out)) if out else None
    finally:
        lib.exp_free(out)


def made(function: Any, *args: Any) -> ctypes.c_void_p:
    """Calls a function whose first parameter is a handle to be made."""
    out = ctypes.c_void_p()
    call(function, ctypes.byref(out), *args)
    return out


def milliseconds(seconds: float) -> int:
    """A duration in C's unit; what is not 0 does not become it."""
    return math.ceil(seconds * 1000)


def owned_names(function: Any, *args: Any) -> list[str]:
    """Calls a function whose first parameter is `exp_names **out_names`."""
    raw = made(function, *args)
    try:
        return names_of(raw)
    finally:
        lib.exp_names_free(raw)


def names_of(raw: Any) -> list[str]:
    """Copies a list of names."""
    return [text(lib.exp_names_get(raw, i)) for i in range(lib.exp_names_count(raw))]


class Cancel:
    """Stops a long call from any thread."""

    def __init__(self) -> None:
        self._token = ctypes.c_void_p(lib.exp_cancel_new())
        if not self._token:
            raise MemoryError

    def request(self) -> None:
        """Asks every call that holds the token to stop. Idempotent."""
        lib.exp_cancel_request(self._token)

    @property
    def token(self) -> ctypes.c_void_p:
        return self._token

    def __del__(self) -> None:
        token, self._token = getattr(self, "_token", None), ctypes.c_void_p()
        if token:
            lib.exp_cancel_free(token)


def blocking(work: Callable[[], T], cancel: Cancel) -> T:
    """Runs `work` on a thread of its own and waits so that Ctrl-C reaches Python. An exception here (Ctrl-C, a
    signal handler's) cancels the call, waits for it, and goes on."""
    result: list[T] = []
    failure: list[BaseException] = []
    over = threading.Event()

    def body() -> None:
        try:
            result.append(work())
        except BaseException as error:  # handed to the waiting thread
            failure.append(error)
        finally:
            over.set()

    thread = threading.Thread(target=body, name="expcore")
    try:
        thread.start()  # in here a signal may already be handled
        while not over.wait(_LISTEN_SECONDS):
            pass
    except BaseException as error:
        cancel.request()
        if thread.ident is not None or not isinstance(error, RuntimeError):  # a RuntimeError: it cannot be started
            _wait_out(over)
        raise
    if failure:
        raise failure[0]
    return result[0]


def _wait_out(over: threading.Event) -> None:
    """Waits whatever comes: C still uses what the caller is about to release. Not with Thread.join(), which until
    Python 3.13 returns at once for a running thread after a signal handler had raised in another join()."""
    while not over.is_set():
        try:
            over.wait()
        except BaseException:  # one more Ctrl-C
            continue


class Handle:
    """Owns one C object; a context manager."""

    _free: str = ""

    def __init__(self, raw: ctypes.c_void_p) -> None:
        self._raw: ctypes.c_void_p | None = raw

    @property
    def raw(self) -> ctypes.c_void_p:
        if self._raw is None:
            raise ValueError(f"{type(self).__name__} is closed")
        return self._raw

    def close(self) -> None:
        """Releases the C object; further use is a ValueError. Idempotent."""
        raw, self._raw = getattr(self, "_raw", None), None
        if raw is not None:
            getattr(lib, self._free)(raw)

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
