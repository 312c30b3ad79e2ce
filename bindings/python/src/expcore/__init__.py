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
from .events import Event, EventKind, Outcome, StageKind
from .executor import Executor, Job, JobEngine
from .experiments import Experiment, ExperimentRef, Experiments, Row, RowKind, Rows, ShareResult
from .overrides import ParamOverrides
from .pipeline import Pipeline, Stage, StageResult, StaleStage
from .project import Project
from .queue import Finding, Queue, QueueEvent, QueueEventKind, Task, Tasks, TaskState

__all__ = [
    "Busy",
    "Cancel",
    "Cancelled",
    "ChangeKind",
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
    "MigrateResult",
    "NotAProject",
    "NotFound",
    "Outcome",
    "ParamOverrides",
    "ParseError",
    "Pipeline",
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
    "Task",
    "TaskState",
    "Tasks",
    "compose",
    "library_version",
]


def library_version() -> str:
    """Version of the library that is loaded, "0.1.0"."""
    number = int(_lib.exp_version())
    return f"{number // 1000000}.{number // 1000 % 1000}.{number % 1000}"
