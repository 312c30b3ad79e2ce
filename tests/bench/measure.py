"""What the scripts beside share: running programs and Google Benchmark programs, timing Python, a table."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Callable, NamedTuple

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


def environment(work: Path, venv_bin: str) -> dict[str, str]:
    home = work / "home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@example.com\n")
    return {
        "PATH": f"{venv_bin}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "SHELL": "/bin/sh",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(work / "site"),
    }


class Figures(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, children included
    rss: int  # kilobytes, the largest process


def measure(argv: list[str], cwd: Path, env: dict[str, str]) -> Figures:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        with subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as child:
            _, status, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{argv} in {cwd}: {output.read().decode()[-500:]}")
    return Figures(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)


Command = tuple[list[str], Path]  # and the folder in which it runs


class Table:
    """Rows of commands that are run in turn (A B A B …), so that a drift of the machine's speed meets all of them.
    The first column is what the ratios refer to."""

    def __init__(self, titles: dict[str, str], env: dict[str, str], repeat: int) -> None:
        """`titles`: of the columns, by the names that rows use."""
        self.columns = list(titles)
        self.env = env
        self.repeat = repeat
        self.rows: list[dict] = []
        print("| what | " + " | ".join(titles.values()) + " |\n|" + "---|" * (len(titles) + 1))

    def row(self, what: str, commands: dict[str, Command], prepare: Callable[[str], None] | None = None,
            repeat: int | None = None) -> None:
        figures: dict[str, list[Figures]] = {name: [] for name in commands}
        for _ in range(repeat or self.repeat):
            for name, command in commands.items():
                if prepare:
                    prepare(name)
                figures[name].append(measure(*command, self.env))
        self.rows.append({"what": what, "figures": figures})
        cells = [self._cell(figures.get(name), figures[self.columns[0]], name) for name in self.columns]
        print(f"| {what} | " + " | ".join(cells) + " |", flush=True)

    def _cell(self, values: list[Figures] | None, ours: list[Figures], name: str) -> str:
        if not values:
            return "–"
        walls = [f.wall for f in values]
        wall = statistics.median(walls)
        cpu = statistics.median(f.cpu for f in values)
        ratio = "" if name == self.columns[0] else f" **{wall / statistics.median(f.wall for f in ours):.3g}×**"
        rss = max(f.rss for f in values) / 1000
        return f"{wall:.4f} ({min(walls):.4f}–{max(walls):.4f}), cpu {cpu:.4f}, {rss:.0f} MB{ratio}"


def machine() -> str:
    """Where and when figures were made."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{date.today()}, {os.cpu_count()} cores, {model}, Linux {platform.release()}"


def version(argv: list[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
