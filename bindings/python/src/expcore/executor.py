"""How and where the commands of queued tasks run."""

from __future__ import annotations

import ctypes
import dataclasses
import logging
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from . import _native as n
from ._call import Handle, encode, made, milliseconds, text
from ._library import lib

if TYPE_CHECKING:
    from .project import Project

_log = logging.getLogger("expcore")


@dataclasses.dataclass(frozen=True)
class Job:
    """All commands of one stage, as a script that an engine is to run."""

    name: str
    """For people: letters, digits, '.', '_' and '-'."""
    script: pathlib.Path
    """Absolute path of an executable file."""
    log: pathlib.Path
    """What the script prints has to get there."""
    directory: pathlib.Path
    """The script goes there by itself."""
    cpus: float
    """What the stage asks for."""
    memory: int
    """Bytes; 0: not said."""
    gpus: int
    timeout: float
    """Seconds after which it is cancelled; 0: none."""


class JobEngine(Protocol):
    """One's own cluster, cloud or pool of machines. Called from several threads at once, one for each running task.

    The script writes its own exit code next to itself when it ends; that is what counts. An exception of `submit`
    fails the stage; after one of the others it is tried again. They are logged as "expcore"."""

    def submit(self, job: Job) -> str:
        """Has the script run soon. Returns a name for it that the other two understand: not empty, at most 255
        bytes."""

    def is_alive(self, id: str) -> bool:
        """Whether the job waits or runs; False once it is over or unknown."""

    def cancel(self, id: str) -> None:
        """Ends the job; nothing to do when it is over."""


def _jobs(jobs: int | None) -> int:
    return n.EXP_JOBS_PER_PROCESSOR if jobs is None else jobs


def _flags(shares_out: bool, jobs_outlive_us: bool) -> int:
    flags = 0 if shares_out else n.EXP_ENGINE_SHARES_NOTHING_OUT
    return flags | (0 if jobs_outlive_us else n.EXP_ENGINE_JOBS_END_WITH_US)


def _guarded(what: Callable[..., None]) -> Callable[..., int]:
    """`what` without C's user data, as C wants it: no exception leaves it."""

    def relay(*args: Any) -> int:
        try:
            what(*args[:-1])
            return 0
        except BaseException:  # no exception enters C
            _log.exception("an executor's engine failed")
            return 1

    return relay


class Executor(Handle):
    """How and where the commands of queued tasks run."""

    _free = "exp_executor_free"

    @classmethod
    def local(cls, jobs: int | None = 1) -> Executor:
        """Processes of this machine, each task in a folder of its own. `jobs=None`: as many tasks at once as there
        are processors."""
        return cls(made(lib.exp_executor_local, _jobs(jobs)))

    @classmethod
    def command(
        cls,
        *,
        submit: str,
        poll: str,
        cancel: str,
        id_pattern: str | None = None,
        name: str = "command",
        jobs: int | None = 1,
        poll_interval: float = 10,
        shares_out: bool = True,
        jobs_outlive_us: bool = True,
    ) -> Executor:
        """A cluster by its command lines; docs/guide/executors.md lists names and exit codes.

        `shares_out`: it gives jobs their processors, memory and GPUs itself. `jobs_outlive_us`: after a crash jobs
        are waited for instead of running them again."""
        options = n.exp_command_options(
            struct_size=ctypes.sizeof(n.exp_command_options),
            name=encode(name),
            submit=encode(submit),
            poll=encode(poll),
            cancel=encode(cancel),
            id_pattern=encode(id_pattern),
            poll_interval=milliseconds(poll_interval),
            jobs=_jobs(jobs),
            flags=_flags(shares_out, jobs_outlive_us),
        )
        return cls(made(lib.exp_executor_command, ctypes.byref(options)))

    @classmethod
    def custom(
        cls,
        engine: JobEngine,
        *,
        name: str = "custom",
        jobs: int | None = 1,
        poll_interval: float = 10,
        shares_out: bool = True,
        jobs_outlive_us: bool = True,
    ) -> Executor:
        """An engine of one's own; the rest as for `command`."""

        def submit(raw: Any, out: int, size: int) -> None:
            job = raw.contents
            id = engine.submit(
                Job(
                    name=text(job.name),
                    script=pathlib.Path(text(job.script)),
                    log=pathlib.Path(text(job.log)),
                    directory=pathlib.Path(text(job.directory)),
                    cpus=job.cpus,
                    memory=job.memory,
                    gpus=job.gpus,
                    timeout=job.timeout / 1000,
                )
            ).encode()
            if len(id) >= size:
                raise ValueError("the job's name is too long")
            ctypes.memmove(out, id + b"\0", len(id) + 1)

        def is_alive(id: bytes, out: Any) -> None:
            out[0] = int(engine.is_alive(id.decode()))

        native = n.exp_engine(
            struct_size=ctypes.sizeof(n.exp_engine),
            name=encode(name),
            submit=n.exp_job_submit_cb(_guarded(submit)),
            poll=n.exp_job_poll_cb(_guarded(is_alive)),
            cancel=n.exp_job_cancel_cb(_guarded(lambda id: engine.cancel(id.decode()))),
            poll_interval=milliseconds(poll_interval),
            jobs=_jobs(jobs),
            flags=_flags(shares_out, jobs_outlive_us),
        )
        executor = cls(made(lib.exp_executor_custom, ctypes.byref(native)))
        executor._callbacks = native  # as long as C may call them
        return executor

    @classmethod
    def of_project(cls, project: Project, name: str, jobs: int | None = 1) -> Executor:
        """The executor that `.dvc/expcore.yaml` has under `executors`; "local": this machine."""
        return cls(made(lib.exp_executor_of_project, project.raw, encode(name), _jobs(jobs)))

    _callbacks: Any = None

    @property
    def name(self) -> str:
        """"local" for this machine."""
        return text(lib.exp_executor_name(self.raw))

    @property
    def jobs(self) -> int | None:
        jobs = int(lib.exp_executor_jobs(self.raw))
        return None if jobs == n.EXP_JOBS_PER_PROCESSOR else jobs

    @property
    def has_engine(self) -> bool:
        """Whether commands run as jobs of an engine; otherwise they are processes of this machine."""
        return bool(lib.exp_executor_has_engine(self.raw))

    def __repr__(self) -> str:
        return "<Executor closed>" if self._raw is None else f"<Executor {self.name}>"
