"""The stages of a project."""

import ctypes
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import Cancel, PathLike, call, encode, made, owned_text, strings, text
from ._library import lib
from .events import Listener, Outcome, Relay, known


@dataclasses.dataclass(frozen=True)
class Stage:
    """A stage: "train" or "sub/dvc.yaml:train", and its commands, one a line."""

    address: str
    command: str


@dataclasses.dataclass(frozen=True)
class StaleStage:
    """A stage that a run would not pass by, and its first reason in words."""

    address: str
    reason: str


@dataclasses.dataclass(frozen=True)
class StageResult:
    """What a run did with a stage."""

    address: str
    outcome: Outcome | int
    reason: str


def summary_of(raw: Any) -> list[StageResult]:
    """Copies an exp_run_summary."""
    return [
        StageResult(
            text(lib.exp_run_summary_address(raw, i)),
            known(Outcome, lib.exp_run_summary_outcome(raw, i)),
            text(lib.exp_run_summary_reason(raw, i)),
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
        )


class Pipeline:
    """The stages of a project, what is stale, and how to run them. Made by Project.pipeline."""

    def __init__(self, project: Any) -> None:
        self._project = project

    def stages(self) -> list[Stage]:
        """Every stage of the project."""
        raw = made(lib.exp_pipeline_stages, self._project.raw)
        try:
            return [
                Stage(text(lib.exp_stages_address(raw, i)), text(lib.exp_stages_command(raw, i)))
                for i in range(lib.exp_stages_count(raw))
            ]
        finally:
            lib.exp_stages_free(raw)

    def status(self) -> list[StaleStage]:
        """The stale stages; empty when everything is up to date."""
        raw = made(lib.exp_pipeline_status_get, self._project.raw)
        try:
            return [
                StaleStage(
                    text(lib.exp_pipeline_status_address(raw, i)), text(lib.exp_pipeline_status_reason(raw, i))
                )
                for i in range(lib.exp_pipeline_status_count(raw))
            ]
        finally:
            lib.exp_pipeline_status_free(raw)

    def explain(self) -> list[dict[str, Any]]:
        """Stale stages with their whole chains of reasons: `{"stage", "direct", "inherited"}` each."""
        found: list[dict[str, Any]] = json.loads(owned_text(lib.exp_pipeline_explain_json, self._project.raw))
        return found

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
        **flags: bool,
    ) -> list[StageResult]:
        """Brings stages up to date, as `dvc repro`. `jobs=None`: as many at once as there are processors. Flags are
        those of exp.h in small letters: force, single_item, dry, keep_going, …"""
        cancel = cancel or Cancel()
        options = NativeRunOptions(targets=targets, jobs=jobs, on_event=on_event, cancel=cancel, flags=flags)
        summary = ctypes.c_void_p()

        def work() -> None:
            call(lib.exp_pipeline_run, ctypes.byref(summary), self._project.raw, ctypes.byref(options.native))

        options.relay.run(work, cancel)
        try:
            return summary_of(summary)
        finally:
            lib.exp_run_summary_free(summary)
