#!/usr/bin/env python3
"""Checks that long commands show a progress bar on a terminal, take it away, and only there.

usage: progress.py <expcore>"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
CLEAR = "\r\x1b[K"


def run(folder: pathlib.Path, *arguments: str) -> str:
    """What a command says on stderr when that is a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    command = subprocess.Popen([PROGRAM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, env=environment,
                               stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            bytes = os.read(ours, 65536)
        except OSError:  # nobody holds the other end any more
            break
        if not bytes:
            break
        said += bytes
    os.close(ours)
    assert command.wait() == 0, (arguments, said)
    return said.decode()


def run_in_a_pipe(folder: pathlib.Path, *arguments: str) -> str:
    result = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, (arguments, result.stderr)
    return result.stderr


def expect(said: str, *names: str) -> None:
    for name in names:
        assert re.search(rf"\r{name} +\d+% \|[# ]*\| \d+/\d+ files", said), (name, said)
    assert said.endswith(CLEAR), said


def main() -> None:
    folder = pathlib.Path(tempfile.mkdtemp())
    run_in_a_pipe(folder, "init", "--no-scm")
    run_in_a_pipe(folder, "remote", "add", "-d", "store", str(folder / "remote"))
    (folder / "data").mkdir()
    for i in range(30):
        (folder / "data" / str(i)).write_text(f"{i}\n" * 100)
    expect(run(folder, "add", "data"), "Hashing", "Storing")
    expect(run(folder, "push"), "Pushing")
    subprocess.run(["rm", "-rf", "data", ".dvc/cache"], cwd=folder, check=True)
    expect(run(folder, "fetch"), "Fetching")
    expect(run(folder, "checkout"), "Checking out")
    (folder / "data" / "0").unlink()
    (folder / "data" / "0").write_text("changed\n")
    assert run(folder, "commit", "-q", "--force") == ""
    assert "\r" not in run_in_a_pipe(folder, "commit", "--force")
    (folder / "data" / "1").unlink()
    (folder / "data" / "1").write_text("changed, too\n")
    expect(run(folder, "commit", "--force"), "Hashing", "Storing")
    expect(run(folder, "gc", "--workspace", "--force"), "Collecting")
    subprocess.run(["rm", "-rf", folder], check=True)


main()
