"""Runs commands of real DVC, one JSON request a line, each in a fork of a process that has imported it."""

import json
import os
import sys
import tempfile

from dvc.cli import main
from dvc.repo import Repo  # noqa: F401  the expensive imports, once
import dvc.commands.experiments.save, dvc.commands.experiments.show, dvc.repo.experiments.executor.local  # noqa: E401,F401


def run(request: dict, errors: int) -> int:
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.dup2(errors, 2)
    return main(list(request["words"]))


for line in sys.stdin:
    with tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(json.loads(line), errors.fileno())
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    print(json.dumps({"code": os.waitstatus_to_exitcode(status), "errors": text}), flush=True)
