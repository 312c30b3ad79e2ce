"""Machine-learning experiment runs: DVC projects without DVC.

>>> import expcore
>>> with expcore.Project.open(".") as project:     # doctest: +SKIP
...     for stage in project.pipeline.status():
...         print(stage.address, stage.reason)
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._call import Cancel
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


# Each module is loaded when one of its names is first used: importing the package costs little.
_MODULES = {
    "_call": ("Cancel",),
    "composition": ("Composition", "compose"),
    "configuration": ("ConfigEntry", "ConfigLevel", "Configuration", "Remote"),
    "data": ("ChangeKind", "CheckoutResult", "CloudStatus", "Data", "DataChange", "DataPart", "DataStatus", "GcResult", "MigrateResult", "PullResult", "SyncResult"),
    "errors": ("Busy", "Cancelled", "ConfigError", "Exists", "ExpError", "GitError", "InvalidArgument", "IoError", "NotAProject", "NotFound", "ParseError", "StageFailed"),
    "events": ("Event", "EventKind", "LogLevel", "LogRecord", "Outcome", "StageKind"),
    "executor": ("Executor", "Job", "JobEngine"),
    "experiments": ("Experiment", "ExperimentRef", "Experiments", "Row", "RowKind", "Rows", "ShareResult"),
    "metrics": ("Change", "Changes", "Metrics", "Params", "Value", "Values"),
    "overrides": ("ParamOverrides",),
    "pipeline": ("Pipeline", "Stage", "StageResult", "StaleStage"),
    "plots": ("Plot", "PlotError", "PlotList", "Plots"),
    "project": ("Project",),
    "queue": ("Finding", "Queue", "QueueEvent", "QueueEventKind", "Task", "TaskState", "Tasks"),
    "tables": ("Table",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'expcore' has no attribute '{name}'")
    value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _lib() -> Any:
    from ._library import lib

    return lib


def library_version() -> str:
    """Version of the library that is loaded, "0.1.0"."""
    return str(_lib().exp_version_text().decode())


def dvc_version() -> str:
    """The release of DVC whose files, refs and words the library has, "3.64"."""
    return str(_lib().exp_dvc_version().decode())


def has_capability(name: str) -> bool:
    """Whether the library can do what another version or build may not: "executor.command", "hydra", "remote.local",
    … (see exp_has_capability in exp.h)."""
    return bool(_lib().exp_has_capability(name.encode()))
