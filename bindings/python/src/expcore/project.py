"""A DVC project."""

from __future__ import annotations

from . import _native as n
from ._call import Handle, PathLike, encode, made, text
from ._library import lib
from .data import Data
from .experiments import Experiments
from .pipeline import Pipeline
from .queue import Queue


class Project(Handle):
    """A DVC project; use one from one thread at a time.

    >>> with Project.open(".") as project:         # doctest: +SKIP
    ...     project.experiments.run(set_params=["lr=0.1"])
    """

    _free = "exp_project_free"

    @classmethod
    def open(cls, directory: PathLike | None = None) -> Project:
        """The project that contains `directory` (default: the current one). Raises NotAProject."""
        return cls(made(lib.exp_project_open, encode(directory)))

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
    def pipeline(self) -> Pipeline:
        return Pipeline(self)

    @property
    def data(self) -> Data:
        return Data(self)

    @property
    def experiments(self) -> Experiments:
        return Experiments(self)

    @property
    def queue(self) -> Queue:
        return Queue(self)

    def __repr__(self) -> str:
        return "<Project closed>" if self._raw is None else f"<Project {self.root}>"
