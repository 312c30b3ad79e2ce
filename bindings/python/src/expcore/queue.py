"""The durable queue of a project: add, look, run."""

from __future__ import annotations

import codecs
import collections
import ctypes
import dataclasses
import datetime
import enum
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

from . import _native as n
from ._call import (
    Cancel,
    Handle,
    PathLike,
    call,
    encode,
    made,
    milliseconds,
    owned_names,
    owned_text,
    strings,
    text,
    whole,
)
from ._library import lib
from .events import Event, Relay, from_native, known
from .executor import Executor
from .pipeline import NativeRunOptions
from .tables import to_html


class TaskState(enum.IntEnum):
    """What a task is doing."""

    QUEUED = n.EXP_TASK_QUEUED
    """Waits for its turn."""
    HELD = n.EXP_TASK_HELD
    """Waits for Queue.release."""
    RUNNING = n.EXP_TASK_RUNNING
    """One attempt is being made."""
    SUCCESS = n.EXP_TASK_SUCCESS
    """Its experiment is published."""
    FAILED = n.EXP_TASK_FAILED
    """See Task.reason."""


@dataclasses.dataclass(frozen=True)
class Task:
    """One experiment that was added to the queue, as it was when it was looked at."""

    id: str
    """40 hex digits."""
    name: str
    state: TaskState | int
    reason: str
    """Of a failed task: "failed", "killed", "timed out", "lost", a sentence."""
    overrides: list[tuple[str, str]]
    """`(file, override)`, for example `("params.yaml", "lr=0.1")`."""
    priority: int
    """Greater ones run first."""
    waits_for_others: bool
    """Tasks it comes after have not succeeded yet."""
    created: datetime.datetime | None
    started: datetime.datetime | None
    """Of the last attempt, as all that follows; None: none yet."""
    ended: datetime.datetime | None
    attempts: int
    """Made or being made."""
    exit_code: int
    cpu_seconds: float
    max_rss: int
    """Bytes; the greatest of its processes."""
    message: str
    """What went wrong."""
    log: str
    """Path of the log; "" before the first attempt."""
    pid: int
    """Of the worker that runs it; 0 when none does."""
    baseline: str
    """The commit it is an experiment of."""
    commit: str
    """Of the experiment, once published."""
    ref: str
    is_dvc: bool
    """A task of DVC's own queue, which only DVC changes."""

    def to_dict(self) -> dict[str, Any]:
        """One row of plain values: the fields, and an override as `file:key` each."""
        row = dataclasses.asdict(self)
        row["state"] = self.state.name.lower() if isinstance(self.state, TaskState) else self.state
        del row["overrides"]
        for file, override in self.overrides:
            key, _, value = override.partition("=")
            row[f"{file}:{key}"] = value
        return row


def _time(nanoseconds: int) -> datetime.datetime | None:
    if nanoseconds == 0:
        return None
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return epoch + datetime.timedelta(microseconds=nanoseconds // 1000)


def _task(given: n.exp_task) -> Task:
    raw = whole(given)
    return Task(
        id=text(raw.id),
        name=text(raw.name),
        state=known(TaskState, raw.state),
        reason=text(raw.reason),
        overrides=[(text(raw.override_files[i]), text(raw.overrides[i])) for i in range(raw.override_count)],
        priority=raw.priority,
        waits_for_others=bool(raw.waits_for_others),
        created=_time(raw.created),
        started=_time(raw.started),
        ended=_time(raw.ended),
        attempts=raw.attempts,
        exit_code=raw.exit_code,
        cpu_seconds=raw.cpu_seconds,
        max_rss=raw.max_rss,
        message=text(raw.message),
        log=text(raw.log),
        pid=raw.pid,
        baseline=text(raw.baseline),
        commit=text(raw.commit),
        ref=text(raw.ref),
        is_dvc=bool(raw.is_dvc),
    )


class Tasks(Sequence[Task]):
    """Tasks as they were when they were looked at, and the workers there were."""

    def __init__(self, tasks: Iterable[Task], active_workers: int = 0, idle_workers: int = 0) -> None:
        self._tasks = list(tasks)
        self.active_workers = active_workers
        self.idle_workers = idle_workers

    def __len__(self) -> int:
        return len(self._tasks)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> list[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | list[Task]:
        return self._tasks[index]

    def to_dicts(self) -> list[dict[str, Any]]:
        """A row for each task, as `pandas.DataFrame` takes them."""
        return [task.to_dict() for task in self._tasks]

    def __repr__(self) -> str:
        states = collections.Counter(task.to_dict()["state"] for task in self._tasks)
        words = [f"{count} {state}" for state, count in states.items()]
        return f"<Tasks {', '.join(words) or 'none'}>"

    def _repr_html_(self) -> str:
        columns = ("id", "name", "state", "created", "message")
        rows = ({**row, "id": row["id"][:7]} for row in self.to_dicts())
        return to_html(columns, ([row[column] for column in columns] for row in rows))


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that Queue.doctor found."""

    kind: str
    """For programs: "lost_attempt"; listed in docs/formats/queue.md."""
    task: str
    """The name of the task that it is about; "" when it is about none."""
    what: str
    remedy: str
    """What fixes it: what `doctor(fix=True)` does or, where it is not `fixable`, people can do."""
    fixable: bool
    fixed: bool


class QueueEventKind(enum.IntEnum):
    """Kinds of events; a newer library may send numbers that are not here."""

    TASK_STARTED = n.EXP_QUEUE_EVENT_TASK_STARTED
    TASK_EVENT = n.EXP_QUEUE_EVENT_TASK_EVENT
    """Something in its run: see QueueEvent.event."""
    TASK_FINISHED = n.EXP_QUEUE_EVENT_TASK_FINISHED


@dataclasses.dataclass(frozen=True)
class QueueEvent:
    """One thing that happened in Queue.run. `task` lacks what only Queue.status looks up: times, log, pid."""

    kind: QueueEventKind | int
    task: Task
    event: Event | None
    again: bool
    """Of a finished task: another attempt will be made."""


QueueListener = Callable[[QueueEvent], Any]


def _queue_event(given: n.exp_queue_event) -> QueueEvent:
    raw = whole(given)
    return QueueEvent(
        kind=known(QueueEventKind, raw.kind),
        task=_task(raw.task.contents),
        event=from_native(raw.event.contents) if raw.event else None,
        again=bool(raw.again),
    )


TaskLike = Task | str
"""A task, the name of its experiment, or a prefix of its id."""


def _names(tasks: Iterable[TaskLike] | None) -> Any:
    if tasks is None:
        return None
    if isinstance(tasks, (str, Task)):
        raise TypeError("a list of tasks is wanted, not one task")
    return strings([_name(task) for task in tasks])


def _name(task: TaskLike) -> str:
    return task.id if isinstance(task, Task) else task


class Queue:
    """The durable queue of a project. Made by Project.queue.

    Tasks survive everything but the deletion of their folder, run first in, first out within a priority, and each
    publishes its result once. Any number of programs may use it; other threads open a project of their own.

    >>> with expcore.Project.open(".") as project:        # doctest: +SKIP
    ...     project.queue.add(set_params=["lr=0.1,0.2"], name="sweep")
    ...     project.queue.run(jobs=2)
    """

    def __init__(self, project: Any) -> None:
        self._project = project

    def add(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        name: str | None = None,
        message: str | None = None,
        set_params: Iterable[str] | None = None,
        copy_paths: Iterable[PathLike] | None = None,
        after: Iterable[TaskLike] | None = None,
        priority: int = 0,
        held: bool = False,
        no_hydra: bool = False,
        timeout: float = 0,
        retries: int = 0,
        jobs: int | None = 1,
        **flags: bool,
    ) -> Tasks:
        """Adds one task for each combination of the overrides, all of them or none. They start from the workspace as
        it is now; your files, index and HEAD stay as they are.

        `name`: of a sweep's tasks `<name>-1`, `<name>-2`, …. `after`: tasks that must have succeeded before.
        `timeout`: seconds of one attempt. `retries`: attempts after a first that failed. `copy_paths`: untracked
        files that the runs need. `jobs` and flags as in Pipeline.run."""
        run = NativeRunOptions(targets=targets, jobs=jobs, on_event=None, cancel=Cancel(), flags=flags)
        params, paths, others = strings(set_params), strings(copy_paths), _names(after)
        options = n.exp_queue_add_options(
            struct_size=ctypes.sizeof(n.exp_queue_add_options),
            run=ctypes.pointer(run.native),
            name=encode(name),
            message=encode(message),
            set_params=params,
            copy_paths=paths,
            after=others,
            timeout=milliseconds(timeout),
            priority=priority,
            retries=retries,
            flags=(n.EXP_QUEUE_ADD_HELD if held else 0) | (n.EXP_QUEUE_ADD_NO_HYDRA if no_hydra else 0),
        )
        return self._tasks(lib.exp_queue_add, self._project.raw, ctypes.byref(options))

    def status(self, *, brief: bool = False) -> Tasks:
        """Running tasks, then queued and held, failed, successful ones, each in order. `brief` leaves out overrides
        and all about attempts."""
        return self._tasks(lib.exp_queue_status, self._project.raw, n.EXP_QUEUE_STATUS_BRIEF if brief else 0)

    def status_json(self) -> Any:
        """The JSON of `queue status --json`, parsed."""
        return json.loads(owned_text(lib.exp_queue_status_json, self._project.raw))

    def find(self, task: TaskLike) -> Task | None:
        """A task as it is now; None when there is none of that name."""
        found = self._tasks(lib.exp_queue_find, self._project.raw, encode(_name(task)))
        return found[0] if found else None

    def run(
        self,
        *,
        jobs: int | None = 1,
        executor: Executor | None = None,
        on_event: QueueListener | None = None,
        on_ready: Callable[[], Any] | None = None,
        linger: float = 0,
        own_process: bool = False,
        cancel: Cancel | None = None,
    ) -> None:
        """Runs tasks in this process until none is left, `jobs` at once (None: one per processor) or as `executor`
        says. A failing task is told, not raised. Ctrl-C, `cancel` and an exception of a listener end the run and
        queue again what was running.

        `linger`: seconds to wait for more tasks. `on_ready`: the workers are known to everyone. `own_process`: for
        programs that do nothing else, ends processes that commands leave behind."""
        if executor is not None and jobs != 1:
            raise TypeError("either jobs or an executor")
        cancel = cancel or Cancel()
        relay = Relay(None)
        native_event, native_ready = n.exp_queue_event_cb(), n.exp_ready_cb()
        if on_event is not None:
            listener = on_event
            native_event = n.exp_queue_event_cb(relay.guarded(lambda raw: listener(_queue_event(raw.contents))))
        if on_ready is not None:
            native_ready = n.exp_ready_cb(relay.guarded(on_ready))
        options = n.exp_queue_run_options(
            struct_size=ctypes.sizeof(n.exp_queue_run_options),
            on_event=native_event,
            on_ready=native_ready,
            cancel=cancel.token,
            linger=milliseconds(linger),
            flags=n.EXP_QUEUE_RUN_OWN_PROCESS if own_process else 0,
        )
        used = executor or Executor.local(jobs)
        try:
            relay.run(
                lambda: call(lib.exp_queue_run, self._project.raw, used.raw, ctypes.byref(options)), cancel
            )
        finally:
            if used is not executor:
                used.close()

    def start(
        self, count: int = 1, *, program: PathLike | None = None, linger: float = 10, executor: str = "local"
    ) -> int:
        """Starts detached workers, which outlive this process, until there are `count`. Returns how many it started.
        `program`: `expcore` or one that knows `exp queue-worker`. `linger`: seconds they wait for more tasks.
        `executor`: where commands run, one of `.dvc/expcore.yaml`."""
        options = n.exp_worker_options(
            struct_size=ctypes.sizeof(n.exp_worker_options),
            program=encode(program),
            linger=milliseconds(linger) or -1,
            count=count,
            executor=encode(executor),
        )
        started = ctypes.c_uint32()
        call(lib.exp_queue_start, ctypes.byref(started), self._project.raw, ctypes.byref(options))
        return started.value

    def stop(self) -> None:
        """Workers end after what they are running now."""
        call(lib.exp_queue_stop, self._project.raw)

    def kill(self, tasks: Iterable[TaskLike], *, force: bool = False) -> list[str]:
        """Ends running tasks with all their processes and waits for their end: SIGTERM, ten seconds later SIGKILL;
        `force`: SIGKILL at once. Returns the names given that no running task has."""
        return owned_names(lib.exp_queue_kill, self._project.raw, _names(tasks), self._kill_flags(force))

    def kill_all(self, *, force: bool = False) -> list[str]:
        """Every running one. Returns their names."""
        return owned_names(lib.exp_queue_kill_all, self._project.raw, self._kill_flags(force))

    def remove(self, tasks: Iterable[TaskLike]) -> None:
        """Takes tasks away: all of them or, when one is unknown or running, none (NotFound). Logs go, experiments
        stay."""
        call(lib.exp_queue_remove, self._project.raw, _names(tasks))

    def remove_all(self, *, queued: bool = False, failed: bool = False, success: bool = False) -> Tasks:
        """Takes all tasks of some kinds away (`queued`: held ones, too) and returns them."""
        flags = (
            (n.EXP_QUEUE_REMOVE_QUEUED if queued else 0)
            | (n.EXP_QUEUE_REMOVE_FAILED if failed else 0)
            | (n.EXP_QUEUE_REMOVE_SUCCESS if success else 0)
        )
        return self._tasks(lib.exp_queue_remove_all, self._project.raw, flags)

    def hold(self, tasks: Iterable[TaskLike]) -> None:
        """Queued tasks wait for `release`."""
        call(lib.exp_queue_hold, self._project.raw, _names(tasks))

    def release(self, tasks: Iterable[TaskLike]) -> None:
        """Held tasks may run."""
        call(lib.exp_queue_release, self._project.raw, _names(tasks))

    def prioritize(self, tasks: Iterable[TaskLike], priority: int) -> None:
        """Greater ones run first; 0 is what tasks have."""
        call(lib.exp_queue_prioritize, self._project.raw, _names(tasks), priority)

    def retry(self, tasks: Iterable[TaskLike] | None = None) -> None:
        """Queues failed tasks (None: all of them) once more."""
        call(lib.exp_queue_retry, self._project.raw, _names(tasks))

    def requeue(self, tasks: Iterable[TaskLike]) -> None:
        """Queues finished tasks, failed or not, once more."""
        call(lib.exp_queue_requeue, self._project.raw, _names(tasks))

    def wait(
        self, tasks: Iterable[TaskLike] | None = None, *, timeout: float = 0, cancel: Cancel | None = None
    ) -> bool:
        """Waits until tasks (None: all) neither run nor wait to; held ones count as over. Returns whether all
        succeeded; raises Busy after `timeout` seconds (0: none)."""
        cancel = cancel or Cancel()
        succeeded, names, token = ctypes.c_int32(), _names(tasks), cancel.token
        Relay(None).run(
            lambda: call(
                lib.exp_queue_wait,
                ctypes.byref(succeeded),
                self._project.raw,
                names,
                milliseconds(timeout),
                token,
            ),
            cancel,
        )
        return bool(succeeded.value)

    def log(self, task: TaskLike, *, all: bool = False) -> str:
        """What the last attempt wrote; `all`: with the lines about attempts."""
        out, size = ctypes.c_void_p(), ctypes.c_size_t()
        flags = n.EXP_QUEUE_LOG_ALL if all else 0
        call(
            lib.exp_queue_log, ctypes.byref(out), ctypes.byref(size), self._project.raw, encode(_name(task)), flags
        )
        try:
            return text(ctypes.string_at(out, size.value))
        finally:
            lib.exp_free(out)

    def follow(self, task: TaskLike, on_text: Callable[[str], Any], *, cancel: Cancel | None = None) -> None:
        """Hands the log over as it grows, until the task has ended."""
        cancel = cancel or Cancel()
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        relay = Relay(None)

        def tell(raw: int, size: int) -> None:
            on_text(decoder.decode(ctypes.string_at(raw, size)))

        callback, token = n.exp_text_cb(relay.guarded(tell)), cancel.token
        relay.run(
            lambda: call(
                lib.exp_queue_follow, self._project.raw, encode(_name(task)), callback, None, token
            ),
            cancel,
        )
        rest = decoder.decode(b"", final=True)
        if rest:
            on_text(rest)

    def recover(self) -> int:
        """Finds tasks whose worker died: they are queued again, published or failed. Every call that needs to know
        does this, too. Returns how many there were."""
        count = ctypes.c_uint32()
        call(lib.exp_queue_recover, ctypes.byref(count), self._project.raw)
        return count.value

    def doctor(self, *, fix: bool = False) -> list[Finding]:
        """Tells what crashes, deleted files and foreign hands have left: tasks of dead workers, tasks that cannot run,
        a damaged store, files and refs that nobody needs. `fix` repairs what is safe to. Empty: nothing is wrong."""
        raw = made(lib.exp_queue_doctor, self._project.raw, n.EXP_QUEUE_DOCTOR_FIX if fix else 0)
        try:
            found = [lib.exp_findings_get(raw, i).contents for i in range(lib.exp_findings_count(raw))]
            return [
                Finding(text(f.kind), text(f.task), text(f.what), text(f.remedy), bool(f.fixable), bool(f.fixed))
                for f in found
            ]
        finally:
            lib.exp_findings_free(raw)

    @staticmethod
    def _kill_flags(force: bool) -> int:
        return n.EXP_QUEUE_KILL_FORCE if force else 0

    @staticmethod
    def _tasks(function: Any, *args: Any) -> Tasks:
        raw = made(function, *args)
        try:
            tasks = [_task(lib.exp_tasks_get(raw, i).contents) for i in range(lib.exp_tasks_count(raw))]
            return Tasks(tasks, lib.exp_tasks_active_workers(raw), lib.exp_tasks_idle_workers(raw))
        finally:
            lib.exp_tasks_free(raw)
