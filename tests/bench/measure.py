"""What the scripts beside share: running a Google Benchmark program, timing Python, a table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def benchmark(program: Path, environment: dict[str, str]) -> dict[str, dict]:
    """Medians of five repetitions by benchmark: "seconds" of CPU, "items_per_second" if any."""
    done = subprocess.run(
        [program, "--benchmark_format=json", "--benchmark_repetitions=5",
         "--benchmark_report_aggregates_only=true", "--benchmark_min_time=0.2"],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    return {
        b["run_name"]: {**b, "seconds": b["cpu_time"] * unit[b["time_unit"]]}
        for b in json.loads(done.stdout)["benchmarks"]
        if b["aggregate_name"] == "median"
    }


def python_seconds(action, repeat: int = 5, number: int = 1) -> float:
    """CPU seconds of one call: the median of `repeat` runs of `number` calls."""
    action()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        for _ in range(number):
            action()
        times.append((time.process_time() - start) / number)
    return statistics.median(times)


def shown(seconds: float) -> str:
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def print_table(other: str, rows: list[tuple[str, float, float | None]]) -> None:
    """Rows: what, our seconds, theirs."""
    print(f"| what | expcore | {other} |\n|---|---|---|")
    for what, ours, theirs in rows:
        beside = "–" if theirs is None else f"{shown(theirs)} **{theirs / ours:.0f}×**"
        print(f"| {what} | {shown(ours)} | {beside} |")
