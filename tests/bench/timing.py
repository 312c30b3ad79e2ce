"""What the scripts that time whole commands share: one command with its CPU time and memory, and a table of ratios."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Callable, NamedTuple


class Figures(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, children included
    rss: int  # kilobytes, the largest process


class Command(NamedTuple):
    argv: list[str]
    cwd: Path


def environment(work: Path, venv_bin: str) -> dict[str, str]:
    """A home of its own; nothing of the user's settings."""
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


def measure(command: Command, env: dict[str, str]) -> Figures:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        with subprocess.Popen(command.argv, cwd=command.cwd, env=env, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=output) as child:
            _, status, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command.argv} in {command.cwd}: {output.read().decode()[-500:]}")
    return Figures(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)


class Table:
    """Rows of commands that are run in turn (A B A B …), so that a drift of the machine's speed meets all of them.
    The first column is what the ratios refer to."""

    def __init__(self, columns: list[str], env: dict[str, str], repeat: int) -> None:
        self.columns = columns
        self.env = env
        self.repeat = repeat
        self.rows: list[dict] = []
        print("| what | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))

    def row(self, what: str, commands: dict[str, Command], prepare: Callable[[str], None] | None = None,
            repeat: int | None = None) -> None:
        figures: dict[str, list[Figures]] = {name: [] for name in commands}
        for _ in range(repeat or self.repeat):
            for name, command in commands.items():
                if prepare:
                    prepare(name)
                figures[name].append(measure(command, self.env))
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


def machine_line() -> str:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{date.today()}, {os.cpu_count()} cores, {model}, Linux {platform.release()}"
