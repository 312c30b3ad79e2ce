"""Machine-learning experiment runs: DVC projects without DVC.

>>> import expcore
>>> with expcore.Project.open(".") as project:     # doctest: +SKIP
...     for stage in project.pipeline.status():
...         print(stage.address, stage.reason)
"""

from ._call import Cancel
from ._library import lib as _lib
from .composition import Composition, compose
from .configuration import ConfigEntry, ConfigLevel, Configuration, Remote
from .data import (
    ChangeKind,
    CheckoutResult,
    CloudStatus,
    Data,
    DataChange,
    DataPart,
    DataStatus,
    GcResult,
    MigrateResult,
    PullResult,
    SyncResult,
)
from .errors import (
    Busy,
    Cancelled,
    ConfigError,
    Exists,
    ExpError,
    GitError,
    InvalidArgument,
    IoError,
    NotAProject,
    NotFound,
    ParseError,
    StageFailed,
)
from .events import Event, EventKind, LogLevel, LogRecord, Outcome, StageKind
from .executor import Executor, Job, JobEngine
from .experiments import Experiment, ExperimentRef, Experiments, Row, RowKind, Rows, ShareResult
from .metrics import Change, Changes, Metrics, Params, Value, Values
from .overrides import ParamOverrides
from .pipeline import Pipeline, Stage, StageResult, StaleStage
from .plots import Plot, PlotError, PlotList, Plots
from .project import Project
from .queue import Finding, Queue, QueueEvent, QueueEventKind, Task, Tasks, TaskState
from .tables import Table

__all__ = [
    "Busy",
    "Cancel",
    "Cancelled",
    "Change",
    "ChangeKind",
    "Changes",
    "CheckoutResult",
    "CloudStatus",
    "Composition",
    "ConfigEntry",
    "ConfigError",
    "ConfigLevel",
    "Configuration",
    "Data",
    "DataChange",
    "DataPart",
    "DataStatus",
    "Event",
    "EventKind",
    "Executor",
    "Exists",
    "ExpError",
    "Experiment",
    "ExperimentRef",
    "Experiments",
    "Finding",
    "GcResult",
    "GitError",
    "InvalidArgument",
    "IoError",
    "Job",
    "JobEngine",
    "LogLevel",
    "LogRecord",
    "Metrics",
    "MigrateResult",
    "NotAProject",
    "NotFound",
    "Outcome",
    "ParamOverrides",
    "Params",
    "ParseError",
    "Pipeline",
    "Plot",
    "PlotError",
    "PlotList",
    "Plots",
    "Project",
    "PullResult",
    "Queue",
    "QueueEvent",
    "QueueEventKind",
    "Remote",
    "Row",
    "RowKind",
    "Rows",
    "ShareResult",
    "Stage",
    "StageFailed",
    "StageKind",
    "StageResult",
    "StaleStage",
    "SyncResult",
    "Table",
    "Task",
    "TaskState",
    "Tasks",
    "Value",
    "Values",
    "compose",
    "dvc_version",
    "has_capability",
    "library_version",
]


def library_version() -> str:
    """Version of the library that is loaded, "0.1.0"."""
    return str(_lib.exp_version_text().decode())


def dvc_version() -> str:
    """The release of DVC whose files, refs and words the library has, "3.64"."""
    return str(_lib.exp_dvc_version().decode())


def has_capability(name: str) -> bool:
    """Whether the library can do what another version or build may not: "executor.command", "hydra", "remote.local",
    … (see exp_has_capability in exp.h)."""
    return bool(_lib.exp_has_capability(name.encode()))
