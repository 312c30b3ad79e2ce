#!/usr/bin/env python3
"""Checks that the library does not have libgit2 and libmd loaded at start-up, and that looking at experiments of which
all is known does without libgit2, too."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PIPELINE = "stages:\n  s:\n    cmd: cp params.yaml out\n    params: [x]\n    outs: [out]\n"


def check_header(readelf: str, library: str) -> None:
    dynamic = subprocess.run([readelf, "-d", library], check=True, capture_output=True, text=True).stdout
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    for late, header in {"libgit2": "src/git/libgit2.hpp", "libmd": "src/hash/libmd.hpp", "libz": "src/git/libz.hpp"}.items():
        if any(name.startswith(late) for name in needed):
            sys.exit(f"libexpcore needs {late} at start-up: add the new function to {header}")


def check_commands(program: str, folder: Path) -> None:
    env = {**os.environ, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        env[name] = "somebody@example.com"
    project = folder / "project"

    def run(*argv: str, **more: str) -> str:
        done = subprocess.run(argv, cwd=project, env={**env, **more}, check=True, capture_output=True, text=True)
        return done.stderr

    project.mkdir()
    run("git", "init", "-q", "-b", "main")
    run(program, "init", "-q")
    (project / "dvc.yaml").write_text(PIPELINE)
    (project / "params.yaml").write_text("x: 1\n")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "init")
    if "libgit2" not in run(program, "exp", "run", "-q", LD_DEBUG="files"):
        return  # this dynamic linker does not tell
    for command in (["exp", "list"], ["exp", "show", "--json"], ["exp", "show", "--csv"]):
        run(program, *command)
        if "libgit2" in run(program, *command, LD_DEBUG="files"):
            sys.exit(f"`{' '.join(command)}` loads libgit2, which takes 10 ms")


if __name__ == "__main__":
    check_header(*sys.argv[1:3])
    with tempfile.TemporaryDirectory() as temporary:
        for built in filter(None, sys.argv[3:]):
            check_commands(built, Path(temporary))
