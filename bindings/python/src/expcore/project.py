"""A DVC project."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import _native as n
from ._call import Handle, PathLike, call, encode, made, strings, text, whole
from ._library import lib
from .events import LogLevel, LogRecord, known

if TYPE_CHECKING:  # each is loaded when it is first asked for
    from .data import Data
    from .experiments import Experiments
    from .metrics import Metrics, Params
    from .pipeline import Pipeline
    from .plots import Plots
    from .queue import Queue

_logger = logging.getLogger("expcore")


class Project(Handle):
    """A DVC project; use one from one thread at a time.

    >>> with Project.open(".") as project:         # doctest: +SKIP
    ...     project.experiments.run(set_params=["lr=0.1"])
    """

    _free = "exp_project_free"

    @classmethod
    def open(cls, directory: PathLike | None = None, *, environment: Mapping[str, str] | None = None) -> Project:
        """The project that contains `directory` (default: the current one). `environment` is what configuration,
        `oc.env` and commands see instead of a copy of this process's. Raises NotAProject."""
        variables = None if environment is None else strings(f"{k}={v}" for k, v in environment.items())
        options = n.exp_open_options(struct_size=ctypes.sizeof(n.exp_open_options), environment=variables)
        return cls(made(lib.exp_project_open_with, encode(directory), ctypes.byref(options)))

    @classmethod
    def init(
        cls, directory: PathLike | None = None, *, no_scm: bool = False, subdir: bool = False, force: bool = False
    ) -> Project:
        """Makes `directory` a DVC project and opens it."""
        flags = (
            (n.EXP_INIT_NO_SCM if no_scm else 0)
            | (n.EXP_INIT_SUBDIR if subdir else 0)
            | (n.EXP_INIT_FORCE if force else 0)
        )
        return cls(made(lib.exp_project_init, encode(directory), flags))

    @property
    def root(self) -> str:
        """The folder that holds `.dvc`, absolute."""
        return text(lib.exp_project_root(self.raw))

    @property
    def directory(self) -> str:
        """The folder that paths are relative to, absolute."""
        return text(lib.exp_project_directory(self.raw))

    def log_to(self, listener: Callable[[LogRecord], Any] | None, least: LogLevel = LogLevel.INFO) -> None:
        """From now on every operation of the project tells `listener` what happens, line by line, except what matters
        less than `least`; None: nobody any more. An exception of the listener stops nothing; it is
        told to Python's own logging. To have all of it there:

        >>> project.log_to(lambda record: logging.log(record.level.logging_level, record.text))  # doctest: +SKIP
        """

        def tell(raw: Any, _: Any) -> int:
            record = whole(raw.contents)
            try:
                hear(LogRecord(known(LogLevel, record.level), text(record.text), text(record.task)))
            except Exception:  # no exception enters C
                _logger.exception("a listener of a project's log failed")
            return 0

        hear = listener or (lambda record: None)
        callback = n.exp_log_cb() if listener is None else n.exp_log_cb(tell)
        call(lib.exp_project_log_to, self.raw, callback, None, least)
        self._log = callback  # as long as C may call it

    _log: Any = None

    @property
    def metrics(self) -> Metrics:
        from .metrics import Metrics

        return Metrics(self)

    @property
    def params(self) -> Params:
        from .metrics import Params

        return Params(self)

    @property
    def plots(self) -> Plots:
        from .plots import Plots

        return Plots(self)

    @property
    def pipeline(self) -> Pipeline:
        from .pipeline import Pipeline

        return Pipeline(self)

    @property
    def data(self) -> Data:
        from .data import Data

        return Data(self)

    @property
    def experiments(self) -> Experiments:
        from .experiments import Experiments

        return Experiments(self)

    @property
    def queue(self) -> Queue:
        from .queue import Queue

        return Queue(self)

    def __repr__(self) -> str:
        return "<Project closed>" if self._raw is None else f"<Project {self.root}>"
