#!/usr/bin/env python3
"""Kills experiment commands, and all they started, at every system call that changes a file, and looks at what is left.

    tests/faults/kills.py EXPCORE KILL_AT                   every few calls, as in the suite
    … --full                                                every call
    … --dvc PYTHON                                          real DVC looks, too (python of its environment)
    … --only NAME [--at N]                                  one command, one call; its project stays

After each kill must hold:
  - every file of the user's, the index, HEAD and the Git stash are as before or as after the whole command; what
    `apply` replaced is in the work tree or in the stash it names;
  - `git fsck` is content, no lock keeps `git` from committing, every ref is one from before or from after;
  - real DVC shows the experiments and saves one;
  - expcore shows them, and the same command, run again, leaves what it leaves without a kill.
"""

import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import typing

KILLED, CANNOT_TRACE, SKIP = 137, 99, 77

DVC_YAML = """\
stages:
  prepare:
    cmd: mkdir -p out && cp in.csv out/a.csv && cat in.csv in.csv > all.csv
    deps: [in.csv]
    outs: [out, all.csv]
  train:
    cmd: cp params.yaml metrics.yaml
    deps: [all.csv]
    params: [lr]
    metrics: [{metrics.yaml: {cache: false}}]
"""


@dataclasses.dataclass
class Scenario:
    name: str
    command: list
    build: typing.Callable
    again: list = dataclasses.field(default_factory=list)  # to run afterwards; the command itself where empty
    remakes: tuple = ()  # outputs that stages make anew: they may be gone
    replaces: bool = False  # files of the user's, which then are in a stash
    every: int = 6  # in the suite


class Project:
    """A folder with a repository `repo` and, for sharing, `hub`."""

    def __init__(self, base: pathlib.Path, expcore: str) -> None:
        self.base, self.repo, self.expcore = base, base / "repo", expcore
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DVC_", "EXPCORE_"))}
        home = str(base.parent)
        self.environment.update(
            HOME=home, XDG_CONFIG_HOME=home, XDG_CONFIG_DIRS=home, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8",
            DVC_NO_ANALYTICS="1", DVC_SITE_CACHE_DIR=str(base / "site"), GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b.c",
            GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b.c")

    def call(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            words, cwd=self.repo, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=120)
        if check and done.returncode != 0:
            raise SystemExit(f"{words}: {done.stderr}")
        return done

    def git(self, *words: str, check: bool = True) -> str:
        return self.call("git", *words, check=check).stdout

    def run(self, *words: str) -> None:
        self.call(self.expcore, *words)

    def write(self, path: str, text: str) -> None:
        (self.repo / path).parent.mkdir(parents=True, exist_ok=True)
        (self.repo / path).write_text(text)

    def create(self, dvc_yaml: str, **more: str) -> None:
        """A repository with a pipeline, its input and, as {name: text}, more files; all is committed."""
        self.repo.mkdir()
        self.git("init", "-q", "-b", "main")
        self.run("init", "-q")
        files = {"dvc.yaml": dvc_yaml, "params.yaml": "lr: 1\n", "in.csv": "a,b\n" * 50, "tracked.txt": "one\n", **more}
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "first")

    def edit(self) -> None:
        """Edits of the user's: in the stash, in the index, in a tracked file and in one that is not."""
        self.write("stashed.txt", "in the user's stash\n")
        self.git("add", "stashed.txt")
        self.git("stash", "-q")
        self.write("tracked.txt", "edited\n")
        self.write("mine.txt", "not tracked\n")
        self.write("staged.txt", "staged\n")
        self.git("add", "staged.txt")


def ran(project: Project) -> None:
    """A pipeline that ran, is committed, and has two experiments; then edits of every kind."""
    project.create(DVC_YAML, **{"gone.txt": "gone\n"})
    project.run("repro", "-q")
    project.git("add", "-A")
    project.git("commit", "-qm", "results")
    project.run("exp", "run", "-q", "-n", "old", "-S", "lr=2")
    project.run("exp", "run", "-q", "--temp", "-n", "older", "-S", "lr=3")
    project.git("checkout", "-q", "-f", "HEAD")
    project.run("checkout", "-q", "--force")


def edited(project: Project) -> None:
    ran(project)
    project.edit()
    project.write("in.csv", "c,d\n" * 60)
    (project.repo / "gone.txt").unlink()


def used_slot(project: Project) -> None:
    edited(project)
    project.run("exp", "run", "-q", "--temp", "-n", "before", "-S", "lr=4")


def packed(project: Project) -> None:
    edited(project)
    project.git("pack-refs", "--all")


def to_push(project: Project) -> None:
    edited(project)
    project.git("init", "-q", "--bare", str(project.base / "hub"))
    project.git("push", "-q", str(project.base / "hub"), "main")
    project.run("remote", "add", "--local", "-d", "store", "../store")


def to_pull(project: Project) -> None:
    to_push(project)
    project.run("exp", "push", "-q", "../hub", "old", "older")
    project.run("exp", "remove", "-q", "-A")
    shutil.rmtree(project.repo / ".dvc/cache")


OUTS = ("out/", "all.csv", "metrics.yaml", "dvc.lock")
SCENARIOS = [
    Scenario("run", ["exp", "run", "-f", "-n", "new", "-S", "lr=7"], edited, remakes=OUTS),
    Scenario("temp", ["exp", "run", "--temp", "-f", "-n", "new", "-S", "lr=7"], edited),
    Scenario("temp-again", ["exp", "run", "--temp", "-f", "-n", "new", "-S", "lr=7"], used_slot),
    Scenario("save", ["exp", "save", "-f", "-n", "new", "-I", "mine.txt"], edited),
    Scenario("apply", ["exp", "apply", "old"], edited, replaces=True),
    Scenario("remove", ["exp", "remove", "old", "older"], edited, again=["exp", "remove", "-A"]),
    Scenario("remove-packed", ["exp", "remove", "old", "older"], packed, again=["exp", "remove", "-A"]),
    Scenario("rename", ["exp", "rename", "-f", "old", "new"], packed, again=["exp", "list"]),
    Scenario("branch", ["exp", "branch", "old", "kept"], packed, again=["exp", "list"]),
    Scenario("push", ["exp", "push", "../hub", "old", "older"], to_push, every=12),
    Scenario("pull", ["exp", "pull", "../hub", "old", "older"], to_pull, every=12),
]


class State:
    """What must not get lost."""

    def __init__(self, project: Project) -> None:
        self.files = {}
        for folder, folders, files in os.walk(project.repo):
            below = os.path.relpath(folder, project.repo)
            if below == ".":
                folders.remove(".git")
            if below == ".dvc":
                for name in {"cache", "tmp"} & set(folders):
                    folders.remove(name)
            for name in files:
                path = os.path.normpath(os.path.join(below, name))
                self.files[path] = hashlib.md5((project.repo / path).read_bytes()).hexdigest()
        self.index = project.git("ls-files", "-s")
        self.head = project.git("symbolic-ref", "HEAD") + project.git("rev-parse", "HEAD")
        self.stash = project.git("stash", "list", "--format=%H")
        self.refs = refs_of(project, project.repo)
        self.hub = refs_of(project, project.base / "hub")
        self.objects, self.bad = objects_of(project)


def refs_of(project: Project, repository: pathlib.Path) -> dict[str, str]:
    """Trees and parents: experiments have the time in them."""
    if not repository.exists():
        return {}
    text = project.git("-C", str(repository), "for-each-ref", "--format=%(refname) %(tree) %(parent)")
    refs = dict(line.split(" ", 1) for line in text.splitlines())
    passing = ("refs/exps/exec/", "refs/exps/apply/", "refs/expcore/", "refs/exps/temp/")
    return {name: value for name, value in refs.items() if not name.startswith(passing)}


def objects_of(project: Project) -> tuple[set[str], list[str]]:
    """Of cache and remote, and those that have another content than their name says."""
    objects, bad = set(), []
    for depot in (project.repo / ".dvc/cache/files/md5", project.base / "store/files/md5"):
        for path in depot.rglob("*"):
            if not path.is_file() or len(path.parent.name) != 2 or path.name.startswith("."):
                continue
            name = path.parent.name + path.name
            objects.add(str(path))
            if hashlib.md5(path.read_bytes()).hexdigest() != name.removesuffix(".dir"):
                bad.append(f"{path} has wrong content")
    return objects, bad


class Dvc:
    """Real DVC, imported once."""

    def __init__(self, python: str) -> None:
        self.process = subprocess.Popen(
            [python, "-B", str(pathlib.Path(__file__).with_name("dvc_looks.py"))], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.lock = threading.Lock()

    def run(self, project: Project, *words: str) -> tuple[int, str]:
        with self.lock:
            request = {"directory": str(project.repo), "environment": project.environment, "words": words}
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        return answer["code"], answer["errors"]


class Sweep:
    def __init__(self, scenario: Scenario, work: pathlib.Path, expcore: str, kill_at: str, dvc: Dvc | None) -> None:
        self.scenario, self.work, self.expcore, self.kill_at, self.dvc = scenario, work, expcore, kill_at, dvc
        self.template = work / scenario.name
        self.template.mkdir()
        scenario.build(Project(self.template, expcore))

    def copy(self, name: str) -> Project:
        target = self.work / f"{self.scenario.name}.{name}"
        subprocess.run(["cp", "-a", self.template, target], check=True)
        project = Project(target, self.expcore)
        return project

    def killed(self, project: Project, at: int) -> tuple[subprocess.CompletedProcess, list[str]]:
        log = project.base / "calls"
        done = project.call(
            self.kill_at, str(at), self.expcore, *self.scenario.command, check=False, KILL_AT_LOG=str(log),
            KILL_AT_ROOT=str(project.base) + "/")
        return done, log.read_text(errors="replace").splitlines()

    def prepare(self) -> None:
        self.before = State(self.copy("before"))
        project = self.copy("after")
        done, self.calls = self.killed(project, 0)
        if done.returncode == CANNOT_TRACE:
            print("processes may not be traced here")
            sys.exit(SKIP)
        if done.returncode != 0:
            raise SystemExit(f"{self.scenario.name} fails by itself: {done.stdout}{done.stderr}")
        self.after = State(project)

    def check(self, at: int, keep: bool = False) -> tuple[list[str], str]:
        project = self.copy(str(at))
        done, calls = self.killed(project, at)
        problems = []
        if done.returncode == KILLED:
            problems = self.look(project)
        elif done.returncode != 0:
            problems = [f"exit {done.returncode}: {done.stderr}"]
        call = calls[-1].replace(str(project.base), "") if calls else ""
        if keep:
            print(f"exit {done.returncode}\n{done.stdout}{done.stderr}kept: {project.base}")
        elif not problems:
            shutil.rmtree(project.base)
        return problems, call

    def look(self, project: Project) -> list[str]:
        now = State(project)
        problems = list(now.bad)
        problems += self.files(project, now)
        for what in ("index", "head", "stash"):
            if getattr(now, what) not in (getattr(self.before, what), getattr(self.after, what)):
                problems.append(f"{what} is neither old nor new: {getattr(now, what)}")
        for what in ("refs", "hub"):
            old, new, found = (getattr(state, what) for state in (self.before, self.after, now))
            for name in sorted(old.keys() | new.keys() | found.keys()):
                if found.get(name) not in (old.get(name), new.get(name)):
                    problems.append(f"{what}: {name} is {found.get(name)}, was {old.get(name)}, should be {new.get(name)}")
        problems += self.usable(project, "git")
        if self.dvc:
            problems += self.with_dvc(project)
        problems += self.with_expcore(project)
        return problems

    def files(self, project: Project, now: State) -> list[str]:
        problems = []
        for path in sorted(self.before.files.keys() | self.after.files.keys() | now.files.keys()):
            old, new, found = (state.files.get(path) for state in (self.before, self.after, now))
            if found in (old, new):
                continue
            if self.scenario.remakes and path.startswith(self.scenario.remakes):
                continue
            if self.scenario.replaces:
                continue  # half-written; below it must be found in the stash
            if old is None and new is None and os.path.basename(path).startswith(".") and path.endswith(".tmp"):
                continue  # the next command takes it away: seen there
            problems.append(f"'{path}' is neither old nor new: {found}")
        if self.scenario.replaces:
            kept = {self.before.files[path] for path in now.files if now.files[path] == self.before.files.get(path)}
            for ref in ("refs/expcore/apply/stash", "refs/expcore/apply/stash^3"):
                for path in project.git("ls-tree", "-r", "--name-only", ref, check=False).splitlines():
                    content = project.git("show", f"{ref}:{path}")
                    kept.add(hashlib.md5(content.encode()).hexdigest())
            for depot in (project.repo / ".dvc/cache/files/md5").rglob("*"):
                kept.add(depot.parent.name + depot.name)
            lost = [path for path, digest in self.before.files.items() if digest not in kept]
            problems += [f"'{path}' cannot be had back" for path in lost]
        return problems

    @staticmethod
    def usable(project: Project, who: str) -> list[str]:
        problems = []
        for place in (project.repo, project.base / "hub"):
            if not place.exists():
                continue
            done = project.call("git", "-C", str(place), "fsck", "--strict", "--no-dangling", check=False)
            if done.returncode != 0 or "missing" in done.stdout or "broken" in done.stdout + done.stderr:
                problems.append(f"{who}: git fsck: {done.stdout}{done.stderr}")
        return problems

    def with_dvc(self, given: Project) -> list[str]:
        """In a copy: DVC's `exp save` unstages what the user staged."""
        problems = []
        project = Project(given.base.with_name(given.base.name + ".dvc"), self.expcore)
        subprocess.run(["cp", "-a", given.base, project.base], check=True)
        # An output that its stage was making is gone or half there: then DVC has to run the stage before it can save.
        is_whole = all((project.repo / out).exists() for out in OUTS)
        keep = ["exp", "save", "-f"] if is_whole else ["exp", "run", "-f"]
        for words in (["exp", "show", "--json"], [*keep, "-n", "by-dvc"], ["exp", "remove", "by-dvc"]):
            code, errors = self.dvc.run(project, *words)
            if code != 0:
                problems.append(f"dvc {' '.join(words)}: {errors.strip()}")
        problems += self.usable(project, "after dvc")
        if not problems:
            shutil.rmtree(project.base)
        return problems

    def with_expcore(self, project: Project) -> list[str]:
        for words in (["exp", "show", "--json"], ["exp", "list", "-A"]):
            done = project.call(self.expcore, *words, check=False)
            if done.returncode != 0:
                return [f"expcore {' '.join(words)}: {done.stderr}"]
        # Git's own, when the repository's side is killed with us; it says to remove them.
        for lock in (project.base / "hub").rglob("*.lock"):
            lock.unlink()
        again = self.scenario.again or self.scenario.command
        done = project.call(self.expcore, *again, check=False)
        if done.returncode != 0:
            return [f"the next run fails: {done.stderr.strip()}"]
        problems = []
        now = State(project)
        if not self.scenario.again:
            for what in ("files", "index", "head", "stash", "refs", "hub"):
                new, found = getattr(self.after, what), getattr(now, what)
                if new != found:
                    problems.append(f"after the next run {what} differ: {difference(new, found)}")
        for path in project.repo.rglob("*.tmp"):
            if ".git" not in path.parts and ".dvc" not in path.parts:
                problems.append(f"'{path}' is left over")
        # Copies of the index are in nobody's way and go a minute later.
        # That of `git fetch` only keeps automatic maintenance away.
        harmless = ("expcore-index-", "maintenance.lock")
        left = [path for path in (project.repo / ".git").rglob("*.lock") if not path.name.startswith(harmless)]
        problems += [f"{path} is left over" for path in left]
        done = project.call("git", "commit", "--allow-empty", "-qm", "works", check=False)
        if done.returncode != 0:
            problems.append(f"git commit: {done.stderr}")
        return problems


def difference(new: typing.Any, found: typing.Any) -> typing.Any:
    if isinstance(new, dict):
        return {k: (new.get(k), found.get(k)) for k in new.keys() | found.keys() if new.get(k) != found.get(k)}
    return sorted(set(new.splitlines()) ^ set(found.splitlines()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("expcore")
    parser.add_argument("kill_at")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--dvc", help="python of an environment with real DVC")
    parser.add_argument("--only", help="commands whose name contains this")
    parser.add_argument("--at", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="kills-", dir=base)))
    dvc = Dvc(arguments.dvc) if arguments.dvc else None
    failed = total = 0
    for scenario in SCENARIOS:
        if arguments.only and arguments.only not in scenario.name:
            continue
        sweep = Sweep(scenario, work, os.path.abspath(arguments.expcore), os.path.abspath(arguments.kill_at), dvc)
        sweep.prepare()
        points = range(1, len(sweep.calls) + 1, 1 if arguments.full else scenario.every)
        if arguments.at:
            points = [arguments.at]
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            results = list(pool.map(lambda at: sweep.check(at, keep=bool(arguments.at)), points))
        bad = [(call, problems) for problems, call in results if problems]
        print(f"{scenario.name}: {len(sweep.calls)} calls, {len(points)} kills, {len(bad)} with damage", flush=True)
        for call, problems in bad:
            print("  at " + call + "".join("\n    " + problem.strip() for problem in problems), flush=True)
        failed += len(bad)
        total += len(points)
    if failed:
        print(f"projects are in {work}")
    elif not arguments.at:
        shutil.rmtree(work)
    print(f"{total - failed} passed, {failed} failed")
    return failed > 0 or total == 0


if __name__ == "__main__":
    sys.exit(main())
