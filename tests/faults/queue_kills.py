#!/usr/bin/env python3
"""Kills what works with the queue at every system call that changes a file, and sees that nothing is lost or doubled.

    tests/faults/queue_kills.py EXPCORE KILL_AT             every few calls, as in the suite
    … --full                                                every call
    … --dvc PYTHON                                          real DVC looks at the results, too
    … --only NAME [--at N]                                  one command, one call; its project stays

Once everything that was started is killed and, for workers, once the process that makes the call only. Then must hold:
  - files of the user's, index, HEAD, stash and branches are as before;
  - the queue is as before or as after the whole command, and the same command, run again, brings it there;
  - `git fsck` is content;
  - drained, each task has one published result with its own parameters, tasks were claimed in the queue's order, no
    attempt did anything once the next one of its task had begun;
  - `queue doctor --fix` leaves nothing for `queue doctor`; no lock, temporary file or snapshot is left.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import typing

import kills
from kills import CANNOT_TRACE, KILLED, SKIP, Project, State

DVC_YAML = """\
stages:
  prepare:
    cmd: cat in.csv in.csv > all.csv
    deps: [in.csv]
    outs: [all.csv]
  train:
    cmd: >-
      echo $DVC_EXP_NAME $EXPCORE_ATTEMPT >> $DVC_ROOT/../lines;
      test -e $DVC_ROOT/../whole || ! grep -q 13 params.yaml || exit 3;
      ! grep -q 14 params.yaml || while ! test -e $DVC_ROOT/../whole; do sleep 0.02; done;
      cp params.yaml metrics.yaml
    deps: [all.csv]
    params: [lr]
    metrics: [{metrics.yaml: {cache: false}}]
"""
few = 100
WORKER = ["exp", "queue-worker", "--linger", "0", "--count"]


def nothing(project: Project) -> None:
    del project


@dataclasses.dataclass
class Scenario:
    name: str
    command: list
    build: typing.Callable
    every: int = 0  # in the suite; 0: not at all
    is_worker: bool = False  # changes the queue step by step
    meanwhile: typing.Callable = nothing  # done to each copy: what cannot be copied


def fresh(project: Project) -> None:
    """A project with edits of the user's and a queue that was never used."""
    project.create(DVC_YAML)
    project.edit()


def queue(project: Project, name: str, *values: int, options: tuple = ()) -> None:
    project.run("exp", "run", "-q", "--queue", "-n", name, "-S", "lr=" + ",".join(map(str, values)), *options)


def work(project: Project) -> None:
    project.run(*WORKER, "1")
    await_workers(project)


def unchanged(project: Project) -> None:
    """The last snapshot is still the present one: adding takes it again."""
    fresh(project)
    project.git("reset", "-q", "--hard")
    queue(project, "a", 2)


def queued(project: Project) -> None:
    fresh(project)
    queue(project, "a", 2, 3)


def ran_before(project: Project) -> None:
    """Slots and run-cache are there."""
    fresh(project)
    queue(project, "first", 2)
    work(project)
    queue(project, "a", 3, 4)


def every_state(project: Project) -> None:
    fresh(project)
    queue(project, "done", 2)
    queue(project, "bad", 13)
    work(project)
    queue(project, "b", 3, 4)
    queue(project, "held", 5, options=("--hold",))
    queue(project, "last", 6, options=("--after", "b-1"))


def crashed(project: Project) -> None:
    """A worker died while its task ran."""
    every_state(project)
    queue(project, "slow", 14, options=("--priority", "1"))
    pid = begin_slow(project)
    key = next(task["id"] for task in tasks_of(project) if task["name"] == "slow")
    os.kill(pid, signal.SIGKILL)
    for entry in pathlib.Path("/proc").iterdir():  # what it leaves running would be of one copy only
        try:
            if f"EXPCORE_ATTEMPT={key}.".encode() in (entry / "environ").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
    (project.base / "whole").touch()


def with_slow(project: Project) -> None:
    fresh(project)
    queue(project, "slow", 14)
    queue(project, "a", 2, options=("--hold",))  # or it would run next


def begin_slow(project: Project) -> int:
    """The worker that is at the task that takes its time."""
    project.run(*WORKER, "1")
    lines = project.base / "lines"
    end = time.monotonic() + 30
    while not (lines.exists() and "slow " in lines.read_text()):
        if time.monotonic() > end:
            raise SystemExit("the slow task does not begin")
        time.sleep(0.002)
    return next(task["pid"] for task in tasks_of(project) if task["name"] == "slow")


def tasks_of(project: Project) -> list[dict]:
    return json.loads(project.call(project.expcore, "queue", "status", "--json").stdout)["tasks"]


def await_workers(project: Project) -> None:
    end = time.monotonic() + 60
    while any(json.loads(project.call(project.expcore, "queue", "status", "--json").stdout)["workers"].values()):
        if time.monotonic() > end:
            raise SystemExit(f"workers do not leave: {project.base}")
        time.sleep(0.01)


SCENARIOS = [
    Scenario("add", ["exp", "run", "--queue", "-n", "s", "-S", "lr=2,3,4"], fresh, every=50),
    Scenario("add-again", ["exp", "run", "--queue", "-n", "s", "-S", "lr=2,3,4"], unchanged),
    Scenario("work", [*WORKER, "1"], queued, every=0, is_worker=True),
    Scenario("work-again", [*WORKER, "1"], ran_before, every=0, is_worker=True),
    Scenario("work-together", [*WORKER, "2"], queued, every=300, is_worker=True),
    Scenario("run-all", ["exp", "run", "--run-all", "-j", "2"], queued, every=0, is_worker=True),
    Scenario("take-over", [*WORKER, "1"], crashed, every=700, is_worker=True),
    Scenario("doctor", ["queue", "doctor", "--fix"], crashed),
    Scenario("kill", ["queue", "kill", "slow"], with_slow, meanwhile=begin_slow),
    Scenario("stop-kill", ["queue", "stop", "--kill"], with_slow, meanwhile=begin_slow),
    Scenario("stop", ["queue", "stop"], with_slow, meanwhile=begin_slow),
    Scenario("remove", ["queue", "remove", "b-2", "bad", "done"], every_state),
    Scenario("remove-all", ["queue", "remove", "--all"], every_state),
    Scenario("exp-remove", ["exp", "remove", "--queue"], every_state),
    Scenario("requeue", ["queue", "requeue", "done", "bad"], every_state),
    Scenario("retry", ["queue", "retry"], every_state),
    Scenario("hold", ["queue", "hold", "b-1", "b-2"], every_state),
    Scenario("release", ["queue", "release", "held"], every_state),
    Scenario("prioritize", ["queue", "prioritize", "-p", "3", "b-2", "held"], every_state),
]


class Sweep:
    def __init__(self, scenario: Scenario, work: pathlib.Path, expcore: str, kill_at: str, dvc: kills.Dvc | None,
                 one: bool) -> None:
        self.scenario, self.work, self.expcore, self.kill_at, self.dvc = scenario, work, expcore, kill_at, dvc
        self.name = scenario.name + (" (one process)" if one else "")
        self.environment = {"KILL_AT_ONE": "1"} if one else {}
        self.template = work / scenario.name
        if not self.template.exists():
            self.template.mkdir()
            scenario.build(Project(self.template, expcore))

    def copy(self, name: str) -> Project:
        target = self.work / f"{self.template.name}.{name}{'.one' if self.environment else ''}"
        subprocess.run(["cp", "-a", self.template, target], check=True)
        # Processes are known by the id of their task: copies must not end each other's.
        store = target / "repo/.dvc/tmp/exps/expcore/queue.db"
        if store.exists():
            with contextlib.closing(sqlite3.connect(store)) as database, database:
                database.execute("UPDATE task SET key = lower(hex(randomblob(20)))")
        return Project(target, self.expcore)

    def killed(self, project: Project, at: int) -> tuple[subprocess.CompletedProcess, list[str]]:
        log = project.base / "calls"
        done = project.call(
            self.kill_at, str(at), self.expcore, *self.scenario.command, check=False, KILL_AT_LOG=str(log),
            KILL_AT_ROOT=str(project.base) + "/", **self.environment)
        return done, log.read_text(errors="replace").splitlines()

    def prepare(self) -> None:
        project = self.copy("before")
        self.scenario.meanwhile(project)
        self.before, self.queue_before = State(project), look(project)
        self.finish(project)
        project = self.copy("after")
        self.scenario.meanwhile(project)
        done, self.calls = self.killed(project, 0)
        if done.returncode == CANNOT_TRACE:
            print("processes may not be traced here")
            sys.exit(SKIP)
        if done.returncode != 0:
            raise SystemExit(f"{self.name} fails by itself: {done.stdout}{done.stderr}")
        self.queue_after = look(project)
        self.finish(project)

    def finish(self, project: Project) -> None:
        """Of a project that nobody looks at any more."""
        (project.base / "whole").touch()
        project.call(self.expcore, "queue", "stop", "--kill", check=False)
        await_workers(project)
        shutil.rmtree(project.base)

    def check(self, at: int, keep: bool = False) -> tuple[list[str], str, bool]:
        project = self.copy(str(at))
        self.scenario.meanwhile(project)
        done, calls = self.killed(project, at)
        was_killed = done.returncode == KILLED
        problems = []
        try:
            if was_killed:
                problems = self.look(project)
            elif done.returncode != 0:
                problems = [f"exit {done.returncode}: {done.stderr}"]
        except (SystemExit, subprocess.TimeoutExpired) as error:
            problems = [str(error)]
        call = calls[-1].replace(str(project.base), "") if calls else ""
        if keep:
            print(f"exit {done.returncode}\n{done.stdout}{done.stderr}kept: {project.base}")
        elif not problems:
            if not was_killed:  # it ended sooner than the first time
                self.finish(project)
            else:
                shutil.rmtree(project.base)
        return problems, call, was_killed

    def look(self, project: Project) -> list[str]:
        problems = self.intact(project, "killed")
        if not self.scenario.is_worker:
            found = look(project)
            if found not in (self.queue_before, self.queue_after):
                problems.append(f"the queue is neither as before nor as after: {found}")
            if found != self.queue_after:
                # What the killed one has asked for may happen only now: then the next one is told so.
                done = project.call(self.expcore, *self.scenario.command, check=False)
                if look(project) != self.queue_after:
                    problems.append(f"after the next run the queue is {look(project)}: {done.stderr.strip()}")
        self.drain(project)
        problems += self.results(project)
        problems += self.tidy(project)
        problems += self.intact(project, "drained")
        if self.dvc:
            code, errors = self.dvc.run(project, "exp", "show", "--json")
            if code != 0:
                problems.append(f"dvc exp show: {errors.strip()}")
        return problems

    def intact(self, project: Project, when: str) -> list[str]:
        now = State(project)
        problems = list(now.bad)
        if now.files != self.before.files:
            problems.append(f"{when}: files differ: {kills.difference(self.before.files, now.files)}")
        for what in ("index", "head", "stash"):
            if getattr(now, what) != getattr(self.before, what):
                problems.append(f"{when}: {what} is {getattr(now, what)}")
        refs = {name: value for name, value in now.refs.items() if not name.startswith("refs/exps/")}
        if refs != {name: value for name, value in self.before.refs.items() if not name.startswith("refs/exps/")}:
            problems.append(f"{when}: refs are {refs}")
        done = project.call("git", "fsck", "--strict", "--no-dangling", check=False)
        if done.returncode != 0 or "missing" in done.stdout or "broken" in done.stdout + done.stderr:
            problems.append(f"{when}: git fsck: {done.stdout}{done.stderr}")
        return problems

    def drain(self, project: Project) -> None:
        """Everything that can run does, and succeeds now."""
        (project.base / "whole").touch()
        states = {"held": "release", "failed": "retry"}
        for _ in range(10):
            for task in tasks_of(project):
                # One that another retry has brought back, or that is waited for, says so.
                if task["state"] in states:
                    project.call(self.expcore, "queue", states[task["state"]], task["id"], check=False)
            work(project)
            project.call(self.expcore, "queue", "wait", check=False)
            await_workers(project)
            if all(task["state"] == "success" for task in tasks_of(project)):
                return
        raise SystemExit(f"tasks do not end: {tasks_of(project)}")

    def results(self, project: Project) -> list[str]:
        problems = []
        tasks = {task["name"]: task for task in tasks_of(project)}
        refs = {}
        for line in project.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines():
            ref, commit = line.split()
            if not ref.startswith("refs/exps/exec/"):
                refs[ref.rpartition("/")[2]] = commit
        removed = {name for name, *_ in self.queue_before} - tasks.keys()
        if refs.keys() - removed != tasks.keys():
            problems.append(f"experiments {sorted(refs)}, tasks {sorted(tasks)}")
        for name, task in tasks.items():
            overrides = task["overrides"]["params.yaml"]
            wanted = "".join(text.replace("=", ": ") + "\n" for text in overrides)
            found = project.git("show", f"{refs.get(name)}:metrics.yaml", check=False)
            if task["commit"] != refs.get(name) or found != wanted:
                problems.append(f"{name}: {task['commit']}, {refs.get(name)} with {found!r}")
        return problems + self.attempts(project)

    def attempts(self, project: Project) -> list[str]:
        problems = []
        database = sqlite3.connect(project.repo / ".dvc/tmp/exps/expcore/queue.db")
        rows = database.execute(
            "SELECT name, priority, min(attempt.id), sum(outcome = 1), sum(outcome = 0) FROM task JOIN attempt ON "
            "attempt.task = task.id GROUP BY task.id ORDER BY priority DESC, task.id").fetchall()
        database.close()
        most = 2 if self.scenario.name == "requeue" else 1
        for name, _, _, published, still_open in rows:
            if not 1 <= published <= most or still_open:
                problems.append(f"{name}: {published} results, {still_open} attempts being made")
        if self.scenario.is_worker:
            waited = {name for name, state, _, waits in self.queue_before if state == "queued" and not waits}
            claims = [claim for name, _, claim, _, _ in rows if name in waited]
            if claims != sorted(claims):
                problems.append(f"claimed in another order: {rows}")
        last: dict[str, int] = {}
        for line in (project.base / "lines").read_text().splitlines() if (project.base / "lines").exists() else []:
            name, mark = line.split()
            attempt = int(mark.rpartition(".")[2])
            if attempt < last.get(name, 0):
                problems.append(f"{name}: attempt {attempt} works on after {last[name]} has begun")
            last[name] = attempt
        return problems

    def tidy(self, project: Project) -> list[str]:
        folder = project.repo / ".dvc/tmp/exps/expcore"
        for path in folder.glob("results/*"):  # they go when they are a minute old
            os.utime(path, (0, 0))
        done = project.call(self.expcore, "queue", "doctor", "--fix", check=False)
        problems = [f"queue doctor --fix: {done.stdout}{done.stderr}"] if done.returncode != 0 else []
        done = project.call(self.expcore, "queue", "doctor", check=False)
        if done.returncode != 0:
            problems.append(f"queue doctor: {done.stdout}{done.stderr}")
        if kept := project.git("for-each-ref", "refs/expcore/queue"):
            problems.append(f"snapshots are kept: {kept}")
        for name in ("workers", "running", "results"):
            left = os.listdir(folder / name) if (folder / name).exists() else []
            problems += [f"{name}/{file} is left over" for file in left]
        harmless = ("expcore-index-", "maintenance.lock")
        left = [path for path in (project.repo / ".git").rglob("*.lock") if not path.name.startswith(harmless)]
        left += list(folder.glob("slots/*/.git/**/*.lock"))
        left += folder.glob("*.tmp*")
        problems += [f"{path} is left over" for path in left]
        return problems


def look(project: Project) -> list[tuple]:
    """What people see of the queue."""
    return [(task["name"], task["state"], task["priority"], task["waits_for_others"]) for task in tasks_of(project)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("expcore")
    parser.add_argument("kill_at")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="with --full: not every call")
    parser.add_argument("--dvc", help="python of an environment with real DVC")
    parser.add_argument("--only", help="commands whose name contains this")
    parser.add_argument("--at", type=int)
    parser.add_argument("--one", action="store_true", help="with --at: kill the process that makes the call only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="queue-kills-", dir=base)))
    dvc = kills.Dvc(arguments.dvc) if arguments.dvc else None
    failed = total = 0
    for scenario in SCENARIOS:
        if arguments.only and arguments.only not in scenario.name:
            continue
        if not (arguments.only or arguments.full or scenario.every):
            continue
        ways = (False, True) if scenario.is_worker else (False,)
        for one in (arguments.one,) if arguments.at else ways:
            sweep = Sweep(
                scenario, work, os.path.abspath(arguments.expcore), os.path.abspath(arguments.kill_at), dvc, one)
            sweep.prepare()
            points = range(1, len(sweep.calls) + 1, arguments.every if arguments.full else scenario.every or few)
            if arguments.at:
                points = [arguments.at]
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                results = list(pool.map(lambda at: sweep.check(at, keep=bool(arguments.at)), points))
            bad = [(call, problems) for problems, call, _ in results if problems]
            count = sum(was_killed for _, _, was_killed in results)
            print(f"{sweep.name}: {len(sweep.calls)} calls, {count} kills, {len(bad)} with damage", flush=True)
            for call, problems in bad:
                print("  at " + call + "".join("\n    " + problem.strip() for problem in problems), flush=True)
            failed += len(bad)
            total += count
    if failed:
        print(f"projects are in {work}")
    elif not arguments.at:
        shutil.rmtree(work)
    print(f"{total - failed} passed, {failed} failed")
    return failed > 0 or total == 0


if __name__ == "__main__":
    sys.exit(main())
