"""Packed refs that expcore, git and real DVC delete and make at the same time: none vanishes, none comes back.

    refs_race.py EXPCORE [EXPERIMENTS]      run by the python of DVC's environment

Each program deletes experiments of its own while another packs all refs over and over. What DVC deletes may come back
through `git pack-refs`, with which it does not share a lock; nothing else may be lost or stay.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from dvc.repo import Repo

COUNT = 30


class World:
    def __init__(self, expcore: str, folder: str, count: int) -> None:
        self.expcore = str(pathlib.Path(expcore).resolve())
        self.path = folder
        self.count = count
        self.problems: list[str] = []
        self.are_done = threading.Event()
        self.git("init", "-q", "-b", "main")
        self.git("config", "gc.auto", "0")
        self.git("commit", "-q", "--allow-empty", "-m", "first")
        subprocess.run([self.expcore, "init", "-q"], cwd=folder, check=True)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "init")
        self.base = self.git("rev-parse", "HEAD")
        commit = self.git("commit-tree", "-m", "e", "-p", "HEAD", "HEAD^{tree}")
        self.commit = commit
        names = [f"{kind}-{i}" for kind in ("ours", "git", "dvc", "stays") for i in range(count)]
        self.git("update-ref", "--stdin", text="".join(f"create {self.ref(name)} {commit}\n" for name in names))
        self.git("pack-refs", "--all")

    def ref(self, name: str) -> str:
        return f"refs/exps/{self.base[:2]}/{self.base[2:]}/{name}"

    def git(self, *words: str, text: str = "") -> str:
        done = subprocess.run(["git", *words], cwd=self.path, input=text, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def attempt(self, *words: str) -> None:
        """What another program's lock is in the way of is tried again, as users do."""
        for _ in range(100):
            done = subprocess.run(words, cwd=self.path, capture_output=True, text=True)
            if done.returncode == 0:
                return
            if words[0] == self.expcore or "lock" not in done.stderr.lower():
                break
        self.problems.append(f"{words}: {done.stderr}")

    # ------------------------------------------------------------------------------------------- who takes part
    def by_expcore(self) -> None:
        for i in range(self.count):
            self.attempt(self.expcore, "exp", "remove", f"ours-{i}")

    def by_git(self) -> None:
        for i in range(self.count):
            self.attempt("git", "update-ref", "-d", self.ref(f"git-{i}"))
            self.attempt("git", "update-ref", self.ref(f"new-{i}"), self.commit)

    def by_dvc(self) -> None:
        for i in range(self.count):
            for _ in range(100):
                try:
                    with Repo(self.path) as repo:
                        repo.experiments.remove([f"dvc-{i}"])
                    break
                except Exception as error:  # its locks give up at once
                    last = error
            else:
                self.problems.append(f"dvc: {last!r}")

    def pack(self) -> None:
        while not self.are_done.is_set():
            subprocess.run(["git", "pack-refs", "--all"], cwd=self.path, capture_output=True)

    def play(self) -> None:
        packing = threading.Thread(target=self.pack)
        packing.start()
        threads = [threading.Thread(target=part) for part in (self.by_expcore, self.by_git, self.by_dvc)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.are_done.set()
        packing.join()

    def check(self) -> list[str]:
        found = self.git("for-each-ref", "--format=%(refname:lstrip=4)", "refs/exps").splitlines()
        kinds = {kind: {name for name in found if name.startswith(kind + "-")} for kind in ("ours", "git", "stays", "new")}
        for kind in ("ours", "git"):
            self.problems += [f"{name} came back" for name in kinds[kind]]
        for kind in ("stays", "new"):
            self.problems += [f"{kind}-{i} vanished" for i in range(self.count) if f"{kind}-{i}" not in kinds[kind]]
        locks = [str(at) for at in (pathlib.Path(self.path) / ".git").rglob("*.lock")]
        self.problems += [f"{lock} was left" for lock in locks]
        return self.problems


def main() -> int:
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "x", f"GIT_{role}_EMAIL": "x@example.com"}
    os.environ |= {"DVC_NO_ANALYTICS": "1", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as folder:
        world = World(sys.argv[1], folder, int(sys.argv[2]) if len(sys.argv) > 2 else COUNT)
        world.play()
        problems = world.check()
    print("\n".join(problems))
    print(f"refs_race: {3 * world.count} deletions and {world.count} creations, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
