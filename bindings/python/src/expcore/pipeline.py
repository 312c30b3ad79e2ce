"""The stages of a project."""

import ctypes
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import Cancel, PathLike, call, encode, made, owned_text, strings, text, texts, whole
from ._library import lib
from .events import Confirm, Listener, Outcome, Relay, StageKind, known


@dataclasses.dataclass(frozen=True)
class Stage:
    """A stage of a dvc.yaml, or a `.dvc` file. Paths are relative to the project's directory."""

    address: str
    """"train", "sub/dvc.yaml:train", "data.csv.dvc"."""
    command: str
    """The commands, one a line."""
    file: str = ""
    """Of the definition."""
    kind: StageKind | int = StageKind.PIPELINE
    description: str = ""
    """First line of its `desc`, else what it writes or reads."""
    deps: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    """"params.yaml:train.lr"; "params.yaml" for a whole file."""
    outs: tuple[str, ...] = ()
    """Without metrics and plots."""
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    """Addresses of the stages it needs; empty from Pipeline.list."""
    frozen: bool = False
    always_changed: bool = False


@dataclasses.dataclass(frozen=True)
class StaleStage:
    """A stage that a run would not pass by, its first reason in words, and all of them."""

    address: str
    reason: str
    reasons: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class StageResult:
    """What a run did with a stage."""

    address: str
    outcome: Outcome | int
    reason: str
    seconds: float = 0


def summary_of(raw: Any) -> list[StageResult]:
    """Copies an exp_run_summary."""
    return [
        StageResult(
            text(lib.exp_run_summary_address(raw, i)),
            known(Outcome, lib.exp_run_summary_outcome(raw, i)),
            text(lib.exp_run_summary_reason(raw, i)),
            lib.exp_run_summary_seconds(raw, i),
        )
        for i in range(lib.exp_run_summary_count(raw))
    ]


_FLAGS = {
    "force": n.EXP_RUN_FORCE,
    "force_downstream": n.EXP_RUN_FORCE_DOWNSTREAM,
    "single_item": n.EXP_RUN_SINGLE_ITEM,
    "downstream": n.EXP_RUN_DOWNSTREAM,
    "all_pipelines": n.EXP_RUN_ALL_PIPELINES,
    "dry": n.EXP_RUN_DRY,
    "no_commit": n.EXP_RUN_NO_COMMIT,
    "no_run_cache": n.EXP_RUN_NO_RUN_CACHE,
    "keep_going": n.EXP_RUN_KEEP_GOING,
    "inherit_streams": n.EXP_RUN_INHERIT_STREAMS,
    "allow_missing": n.EXP_RUN_ALLOW_MISSING,
    "pipeline": n.EXP_RUN_PIPELINE,
    "recursive": n.EXP_RUN_RECURSIVE,
    "glob": n.EXP_RUN_GLOB,
    "ignore_errors": n.EXP_RUN_IGNORE_ERRORS,
    "pull": n.EXP_RUN_PULL,
}


def flags_of(table: dict[str, int], given: dict[str, bool]) -> int:
    """Keyword arguments as bits; an unknown name is a TypeError, as for any function."""
    unknown = sorted(set(given) - set(table))
    if unknown:
        raise TypeError(f"unexpected keyword argument '{unknown[0]}'")
    return sum(table[name] for name, on in given.items() if on)


class NativeRunOptions:
    """An exp_run_options and what it points to."""

    def __init__(
        self,
        *,
        targets: Iterable[PathLike] | None,
        jobs: int | None,
        on_event: Listener | None,
        cancel: Cancel,
        flags: dict[str, bool],
        confirm: Confirm | None = None,
    ) -> None:
        self._targets = strings(targets)
        self.relay = Relay(on_event)
        self.native = n.exp_run_options(
            struct_size=ctypes.sizeof(n.exp_run_options),
            targets=self._targets,
            on_event=self.relay.callback,
            cancel=cancel.token,
            flags=flags_of(_FLAGS, flags),
            jobs=n.EXP_JOBS_PER_PROCESSOR if jobs is None else jobs,
            on_confirm=self.relay.asking(confirm),
        )


def _taken_stages(raw: Any) -> list[Stage]:
    """Copies and frees an exp_stages."""
    try:
        return [_stage(whole(lib.exp_stages_get(raw, i).contents)) for i in range(lib.exp_stages_count(raw))]
    finally:
        lib.exp_stages_free(raw)


def _stage(raw: Any) -> Stage:
    return Stage(
        address=text(raw.address),
        command="\n".join(texts(raw.command)),
        file=text(raw.file),
        kind=known(StageKind, raw.kind),
        description=text(raw.description),
        deps=tuple(texts(raw.deps)),
        params=tuple(texts(raw.params)),
        outs=tuple(texts(raw.outs)),
        metrics=tuple(texts(raw.metrics)),
        plots=tuple(texts(raw.plots)),
        upstream=tuple(texts(raw.upstream)),
        frozen=bool(raw.frozen),
        always_changed=bool(raw.always_changed),
    )


def _stale_stage(raw: Any, i: int) -> StaleStage:
    reasons = range(lib.exp_pipeline_status_reason_count(raw, i))
    return StaleStage(
        address=text(lib.exp_pipeline_status_address(raw, i)),
        reason=text(lib.exp_pipeline_status_reason(raw, i)),
        reasons=tuple(text(lib.exp_pipeline_status_reason_at(raw, i, k)) for k in reasons),
    )


def _status_options(targets: Iterable[PathLike] | None, with_deps: bool, recursive: bool) -> tuple[Any, Any]:
    """A reference to options, or None for the defaults, and what has to be kept during the call."""
    if targets is None and not with_deps and not recursive:
        return None, None
    array = strings(targets)
    options = n.exp_status_options(
        struct_size=ctypes.sizeof(n.exp_status_options),
        targets=array,
        flags=(n.EXP_STATUS_WITH_DEPS if with_deps else 0) | (n.EXP_STATUS_RECURSIVE if recursive else 0),
    )
    return ctypes.byref(options), (options, array)


# Pipeline.list is not the type.
_Stages = list[Stage]
_StaleStages = list[StaleStage]
_Explanations = list[dict[str, Any]]
_Results = list[StageResult]


class Pipeline:
    """The stages of a project, what is stale, and how to run them. Made by Project.pipeline."""

    def __init__(self, project: Any) -> None:
        self._project = project

    def stages(self) -> _Stages:
        """Every stage of the project."""
        return _taken_stages(made(lib.exp_pipeline_stages, self._project.raw))

    def list(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        all: bool = False,
        recursive: bool = False,
        fail: bool = False,
    ) -> _Stages:
        """Stages in the order of the targets (none: dvc.yaml), without `upstream`: nothing but what is named is
        looked at. `all`: every stage of the project; `recursive`: what is below folders. With these two, `fail`
        makes a broken file an error."""
        array = strings(targets)
        options = n.exp_stage_list_options(
            struct_size=ctypes.sizeof(n.exp_stage_list_options),
            targets=array,
            flags=(n.EXP_STAGE_LIST_ALL if all else 0)
            | (n.EXP_STAGE_LIST_RECURSIVE if recursive else 0)
            | (n.EXP_STAGE_LIST_FAIL if fail else 0),
        )
        return _taken_stages(made(lib.exp_pipeline_list, self._project.raw, ctypes.byref(options)))

    def status(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        with_deps: bool = False,
        recursive: bool = False,
    ) -> _StaleStages:
        """The stale stages of the project, or of `targets` and, `with_deps`, of what they need; empty when
        everything is up to date."""
        options, keep = _status_options(targets, with_deps, recursive)
        raw = made(lib.exp_pipeline_status_with, self._project.raw, options)
        del keep
        try:
            return [_stale_stage(raw, i) for i in range(lib.exp_pipeline_status_count(raw))]
        finally:
            lib.exp_pipeline_status_free(raw)

    def explain(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        with_deps: bool = False,
        recursive: bool = False,
    ) -> _Explanations:
        """Stale stages with their whole chains of reasons: `{"stage", "direct", "inherited"}` each."""
        options, keep = _status_options(targets, with_deps, recursive)
        found = json.loads(owned_text(lib.exp_pipeline_explain_json_with, self._project.raw, options))
        del keep
        return found  # type: ignore[no-any-return]

    def dag(self, target: PathLike | None = None, *, format: str = "text", full: bool = False, outs: bool = False) -> str:
        """The graph as "text", "dot" or "mermaid"."""
        formats = {"text": n.EXP_DAG_TEXT, "dot": n.EXP_DAG_DOT, "mermaid": n.EXP_DAG_MERMAID}
        if format not in formats:
            raise ValueError(f"format is one of {', '.join(formats)}, not '{format}'")
        flags = (n.EXP_DAG_FULL if full else 0) | (n.EXP_DAG_OUTS if outs else 0)
        return owned_text(lib.exp_pipeline_dag, self._project.raw, formats[format], encode(target), flags)

    def run(
        self,
        targets: Iterable[PathLike] | None = None,
        *,
        jobs: int | None = 1,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        confirm: Confirm | None = None,
        **flags: bool,
    ) -> _Results:
        """Brings stages up to date, as `dvc repro`. `jobs=None`: as many at once as there are processors. `confirm`
        is asked with a stage's address before it runs; no: the stage fails. Flags are those of exp.h in small
        letters: force, single_item, dry, keep_going, …"""
        cancel = cancel or Cancel()
        options = NativeRunOptions(
            targets=targets, jobs=jobs, on_event=on_event, cancel=cancel, flags=flags, confirm=confirm
        )
        summary = ctypes.c_void_p()

        def work() -> None:
            call(lib.exp_pipeline_run, ctypes.byref(summary), self._project.raw, ctypes.byref(options.native))

        options.relay.run(work, cancel)
        try:
            return summary_of(summary)
        finally:
            lib.exp_run_summary_free(summary)
