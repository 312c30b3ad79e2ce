"""What a run tells while it goes on."""

import ctypes
import dataclasses
import enum
from collections.abc import Callable
from typing import Any, TypeVar

from . import _native as n
from ._call import Cancel, blocking, text, texts, whole
from .errors import ExpError

T = TypeVar("T")


class EventKind(enum.IntEnum):
    """Kinds of events; a newer library may send numbers that are not here (see Event.kind)."""

    WARNING = n.EXP_EVENT_WARNING
    PLAN_MADE = n.EXP_EVENT_PLAN_MADE
    STAGE_STARTED = n.EXP_EVENT_STAGE_STARTED
    COMMAND_STARTED = n.EXP_EVENT_COMMAND_STARTED
    OUTPUT = n.EXP_EVENT_OUTPUT
    STAGE_FINISHED = n.EXP_EVENT_STAGE_FINISHED
    LOCK_CREATED = n.EXP_EVENT_LOCK_CREATED
    LOCK_UPDATED = n.EXP_EVENT_LOCK_UPDATED
    FILES_TO_TRACK = n.EXP_EVENT_FILES_TO_TRACK
    EXPERIMENT_STARTED = n.EXP_EVENT_EXPERIMENT_STARTED
    EXPERIMENT_FINISHED = n.EXP_EVENT_EXPERIMENT_FINISHED
    PROGRESS = n.EXP_EVENT_PROGRESS
    STAGE_SHARED = n.EXP_EVENT_STAGE_SHARED
    STAGE_WAITING = n.EXP_EVENT_STAGE_WAITING


class Outcome(enum.IntEnum):
    """How a stage ended."""

    NONE = n.EXP_OUTCOME_NONE
    RAN = n.EXP_OUTCOME_RAN
    CACHED = n.EXP_OUTCOME_CACHED
    UNCHANGED = n.EXP_OUTCOME_UNCHANGED
    FAILED = n.EXP_OUTCOME_FAILED
    VERIFIED = n.EXP_OUTCOME_VERIFIED
    SKIPPED = n.EXP_OUTCOME_SKIPPED
    PULLED = n.EXP_OUTCOME_PULLED


class StageKind(enum.IntEnum):
    """What defines a stage."""

    PIPELINE = n.EXP_STAGE_PIPELINE
    """An entry of a dvc.yaml."""
    DATA_SOURCE = n.EXP_STAGE_DATA_SOURCE
    """A `.dvc` file of Data.add()."""
    IMPORT = n.EXP_STAGE_IMPORT
    """A `.dvc` file made by `dvc import` or `dvc import-url`."""


@dataclasses.dataclass(frozen=True)
class Event:
    """One thing that happened. `data` are the bytes of OUTPUT; `text` is the same, decoded. `stages` are the stages
    of PLAN_MADE and the paths of FILES_TO_TRACK, `commit` is that of EXPERIMENT_FINISHED."""

    kind: EventKind | int
    outcome: Outcome | int
    stage: str
    text: str
    data: bytes
    seconds: float
    done: int
    total: int
    stream: int
    bytes_done: int = 0
    bytes_total: int = 0
    commit: str = ""
    stages: tuple[str, ...] = ()
    stage_kind: StageKind | int = StageKind.PIPELINE
    frozen: bool = False


Listener = Callable[[Event], Any]
Confirm = Callable[[str], bool]
"""Answers a question that only a person can: True for yes."""


class LogLevel(enum.IntEnum):
    """How much a line of a project's log matters."""

    DEBUG = n.EXP_LOG_DEBUG
    """Commands that are run, files that are written."""
    INFO = n.EXP_LOG_INFO
    """What happens to stages, tasks and experiments."""
    WARNING = n.EXP_LOG_WARNING
    """Warnings, and stages and tasks that failed."""

    @property
    def logging_level(self) -> int:
        """The level of Python's `logging`."""
        return 10 * int(self)


@dataclasses.dataclass(frozen=True)
class LogRecord:
    """One line of a project's log; `task` is the queued task that it is from, or ""."""

    level: LogLevel | int
    text: str
    task: str


def known(kind: type[Any], number: int) -> Any:
    """The member of an enumeration; a number of a newer library stays a number."""
    try:
        return kind(number)
    except ValueError:
        return number


def from_native(given: n.exp_event) -> Event:
    raw = whole(given)
    data = ctypes.string_at(raw.text, raw.text_size) if raw.text else b""
    return Event(
        kind=known(EventKind, raw.kind),
        outcome=known(Outcome, raw.outcome),
        stage=text(raw.stage),
        text=text(data),
        data=data,
        seconds=raw.seconds,
        done=raw.done,
        total=raw.total,
        stream=raw.stream,
        bytes_done=raw.bytes_done,
        bytes_total=raw.bytes_total,
        commit=text(raw.commit),
        stages=tuple(texts(raw.stages)),
        stage_kind=known(StageKind, raw.stage_kind),
        frozen=bool(raw.frozen),
    )


class Relay:
    """Carries events from C to a listener. An exception of the listener stops the call, and `run` raises it."""

    def __init__(self, listener: Listener | None) -> None:
        self._failure: BaseException | None = None
        self.callback = n.exp_event_cb()
        if listener is not None:
            hear: Listener = listener
            self.callback = n.exp_event_cb(self.guarded(lambda raw: hear(from_native(raw.contents))))

    def guarded(self, tell: Callable[..., Any]) -> Callable[..., int]:
        """`tell` without C's user data, as C wants it: no exception leaves it."""

        def relay(*args: Any) -> int:
            try:
                tell(*args[:-1])
                return 0
            except BaseException as error:  # no exception enters C
                self._failure = error
                return 1

        return relay

    def asking(self, confirm: Confirm | None) -> Any:
        """`confirm` as C wants it."""
        if confirm is None:
            return n.exp_confirm_cb()
        decide: Confirm = confirm

        def ask(question: bytes, answer: Any) -> None:
            answer[0] = int(bool(decide(text(question))))

        return n.exp_confirm_cb(self.guarded(ask))

    def run(self, work: Callable[[], T], cancel: Cancel) -> T:
        """Makes a blocking call; the listener's own exception wins over EXP_ERR_CALLBACK."""
        try:
            return blocking(work, cancel)
        except ExpError as error:
            if error.code == n.EXP_ERR_CALLBACK and self._failure is not None:
                raise self._failure
            raise
