#!/usr/bin/env python3
"""Fails every file operation of a command in turn and looks at what is left.

    tests/faults/sweep.py build/dev/tests/faults/expcore-faulty            a thin sweep
    … --full            every operation with every fault that fits it
    … --only NAME       one scenario; with --at 17:crash only this fault, its project kept

For each fault the project is copied, the command runs with the fault, and then must hold:
  - every file of the user's has its old or its new content, and so have .dvc files and dvc.lock;
  - every object in a cache or remote has the content of its name, folders come after their members;
  - what a .dvc file or dvc.lock newly refers to is in the cache;
  - the command failed with an error message, or did its whole work (always when a call was only
    interrupted or moved fewer bytes than asked for);
  - the same command then runs without a fault and leaves what it leaves without any of this.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

from scenarios import SCENARIOS

# Which faults a call can have. `crash` comes before the call, in a write in its midst; `full` and
# `dead` last; `power` is a crash that loses what was not flushed.
MAKES = {"create", "mkdir", "mkdtemp", "rename", "link", "symlink", "ioctl"}
MOVES_OUT = {"write", "copy_file_range"}
MOVES = MOVES_OUT | {"read"}
NAMES = MAKES | {"open", "open_write", "stat", "lstat", "fstatat", "chmod", "unlink", "rmdir",
                 "opendir", "readlink"}
SLOW = MOVES | {"create", "open", "open_write", "fsync", "syncfs", "ftruncate", "flock"}
CHANGES = MAKES | MOVES_OUT | {"open_write", "chmod", "fchmod", "unlink", "rmdir", "fsync",
                               "syncfs", "ftruncate", "flock"}
KINDS = [
    ("crash", None), ("eio", None), ("full", MAKES | MOVES_OUT), ("power", CHANGES),
    ("dead", None), ("torn", MOVES_OUT), ("eacces", NAMES), ("eintr", SLOW), ("part", MOVES),
    ("enospc", MAKES | MOVES_OUT),
]
ABSORBED = {"eintr", "part"}  # nothing has gone wrong
CRASHED = 137

OBJECT = re.compile(r"^(?:files/md5/)?([0-9a-f]{2})/([0-9a-f]{30}(?:\.dir)?)$")
REFERENCE = re.compile(r"\bmd5: ([0-9a-f]{32}(?:\.dir)?)\b")


def kinds_for(call):
    return [kind for kind, calls in KINDS if calls is None or call in calls]


class Lines(tuple):
    """Of a .gitignore: several targets each add theirs, so lines between old and new are right."""

    def is_between(self, old, new):
        return set(old or ()) <= set(self) <= set(new or ())


class State:
    """What a project holds: files of the user's, objects of its depots, and what is left over."""

    def __init__(self, root):
        self.files, self.objects, self.bad, self.left = {}, {}, [], []
        self.manifests = {}
        self.walk(root, "")

    def walk(self, root, below):
        for entry in os.scandir(os.path.join(root, below)):
            path = os.path.join(below, entry.name)
            if path in (".git", ".dvc/tmp"):
                continue
            if path in (".dvc/cache", "remote"):
                self.depot(os.path.join(root, path), path)
            elif entry.is_dir(follow_symlinks=False):
                self.walk(root, path)
            else:
                self.files[path] = self.content(entry.path)

    @staticmethod
    def content(path):
        if os.path.basename(path) == ".gitignore":
            with open(path, encoding="utf-8") as file:
                return Lines(file.read().splitlines(True))
        if os.path.islink(path) and not os.path.exists(path):
            return "dangling"
        with open(path, "rb") as file:
            bits = os.fstat(file.fileno()).st_mode & stat.S_IXUSR
            return hashlib.md5(file.read()).hexdigest() + ("x" if bits else "")

    def depot(self, root, name):
        objects = self.objects.setdefault(name, set())
        for folder, _, files in os.walk(root):
            for file in files:
                path = os.path.relpath(os.path.join(folder, file), root)
                found = OBJECT.match(path)
                if not found:
                    if path.startswith("runs/"):
                        self.files[name + "/" + path] = self.content(os.path.join(folder, file))
                    else:
                        self.left.append(name + "/" + path)
                    continue
                hex = found[1] + found[2]
                with open(os.path.join(folder, file), "rb") as bytes:
                    data = bytes.read()
                if hashlib.md5(data).hexdigest() != hex[:32]:
                    self.bad.append(f"{name}/{path} has wrong content ({len(data)} bytes)")
                    continue
                objects.add(hex)
                if hex.endswith(".dir"):
                    self.manifests[hex] = re.findall(rb'"md5": "([0-9a-f]{32})"', data)

    def missing(self, depot, hex):
        """Of an object and its members."""
        if hex not in self.objects.get(depot, ()):
            return [hex]
        members = [m.decode() for m in self.manifests.get(hex, [])]
        return [m for m in members if m not in self.objects[depot]]


def references(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return set(REFERENCE.findall(file.read()))


class Sweep:
    def __init__(self, program, scenario, work):
        self.program, self.scenario, self.work = program, scenario, work
        self.template = os.path.join(work, scenario.name)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("EXPCORE_")}
        self.environment.update(HOME=work, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
                                XDG_CONFIG_HOME=work, XDG_CONFIG_DIRS=work, LC_ALL="C.UTF-8")

    def prepare(self):
        os.mkdir(self.template)
        self.scenario.build(Project(self))
        self.before = State(self.template)
        assert not self.before.bad and not self.before.left, (self.before.bad, self.before.left)
        done = self.copy("done")
        log = os.path.join(self.work, self.scenario.name + ".log")
        result = self.run(done, EXPCORE_FAULT_LOG=log)
        if result.returncode != 0:
            raise SystemExit(f"{self.scenario.name} fails by itself: {result.stderr}")
        self.after = State(done)
        assert not self.after.bad, self.after.bad
        if self.after.left:
            raise SystemExit(f"{self.scenario.name} leaves by itself: {self.after.left}")
        self.references = {path: references(done, path) for path in self.after.files
                           if path.endswith((".dvc", "dvc.lock"))}
        with open(log, encoding="utf-8", errors="surrogateescape") as file:
            self.calls = [line.rstrip("\n").split(" ", 2)[1:] for line in file]

    def copy(self, name):
        target = os.path.join(self.work, f"{self.scenario.name}.{name}")
        subprocess.run(["cp", "-a", self.template, target], check=True)
        return target

    def run(self, directory, arguments=None, **environment):
        command = [self.program, *(arguments or self.scenario.command)]
        return subprocess.run(command, cwd=directory, env={**self.environment, **environment},
                              capture_output=True, text=True, errors="replace", timeout=120)

    def points(self, full):
        """(operation, kind): all, or so many that every operation which changes something is there
        once, and every few of the others."""
        points = []
        changes = looks = 0
        for at, (call, path) in enumerate(self.calls, 1):
            kinds = kinds_for(call)
            if full:
                points += [(at, kind) for kind in kinds]
            elif call in CHANGES:
                points.append((at, kinds[changes % len(kinds)]))
                changes += 1
            else:
                if looks % self.scenario.every == 0:
                    points.append((at, kinds[looks // self.scenario.every % len(kinds)]))
                looks += 1
        return points

    @staticmethod
    def call_that_failed(log):
        """"" when the command ended before. Not always the one of the undisturbed run: what is
        known about a file's age decides whether it is read again."""
        with open(log, encoding="utf-8", errors="surrogateescape") as file:
            return (file.read().split(" ") + [""])[1]

    def check(self, at, kind, keep=False):
        """Problems of one fault; the project stays when there are some."""
        directory = self.copy(f"{at}.{kind}")
        log = directory + ".log"
        result = self.run(directory, EXPCORE_FAULT=f"{at}:{kind}", EXPCORE_FAULT_LOG=log)
        call = self.call_that_failed(log)
        problems = []
        if result.returncode not in (0, CRASHED) and "ERROR" not in result.stderr:
            problems.append(f"exit {result.returncode} without an error: {result.stderr.strip()}")
        if "unexpected error" in result.stderr:
            problems.append("unforeseen: " + result.stderr.strip().splitlines()[0])
        if kind in ABSORBED and kind in kinds_for(call) and result.returncode != 0:
            problems.append("gave up: " + result.stderr.strip())
        now = State(directory)
        problems += self.check_files(directory, now, died=kind in ("crash", "power", "dead"))
        problems += self.check_lock_table(directory)
        if result.returncode == 0:
            problems += ["says it is done: " + p for p in self.check_done(now, True)]
        again = self.run(directory)
        if again.returncode != 0:
            problems.append("the next run fails: " + again.stderr.strip())
        else:
            problems += ["after the next run: " + p for p in self.check_done(State(directory))]
        if keep:
            print(f"exit {result.returncode}\n{result.stdout}{result.stderr}kept: {directory}")
        elif not problems:
            shutil.rmtree(directory)
            os.unlink(log)
        return problems

    def check_files(self, directory, now, died):
        problems = list(now.bad)
        for path in sorted(self.before.files.keys() | self.after.files.keys() | now.files.keys()):
            old, new, found = (s.files.get(path) for s in (self.before, self.after, now))
            if found in (old, new):
                continue
            if found is None and path.startswith(self.scenario.remakes):
                continue
            if isinstance(found, Lines) and found.is_between(old, new):
                continue
            if old is None and new is None:
                if not died:
                    problems.append(f"'{path}' is left over")
            else:
                problems.append(f"'{path}' is neither old nor new: {found}, was {old}, "
                                f"should be {new}")
        for depot, objects in self.before.objects.items():
            lost = objects & self.after.objects.get(depot, set()) - now.objects.get(depot, set())
            problems += [f"{depot} lost {hex}" for hex in lost]
        for depot in now.objects:
            for hex in now.manifests:
                if hex in now.objects[depot] and depot not in self.scenario.partial:
                    problems += [f"{depot} has {hex} without {m}" for m in now.missing(depot, hex)]
        for path, wanted in self.references.items():
            is_new = now.files.get(path) == self.after.files[path] != self.before.files.get(path)
            if not is_new:
                continue
            for hex in wanted:
                problems += [f"{path} refers to {m}, which is not in the cache"
                             for m in now.missing(".dvc/cache", hex)]
        return problems

    @staticmethod
    def check_lock_table(directory):
        """Whatever happens, DVC can read it."""
        try:
            with open(os.path.join(directory, ".dvc/tmp/rwlock"), encoding="utf-8") as file:
                json.load(file)
        except FileNotFoundError:
            pass
        except ValueError as error:
            return [f"'.dvc/tmp/rwlock' is not JSON: {error}"]
        return []

    def check_done(self, now, at_once=False):
        problems = list(now.bad)
        for path in sorted(self.after.files.keys() | now.files.keys()):
            new, found = self.after.files.get(path), now.files.get(path)
            if found != new:
                problems.append(f"'{path}' is left over" if new is None else
                                f"'{path}' is {found}, should be {new}")
        for depot, objects in self.after.objects.items():
            problems += [f"{depot} has no {hex}" for hex in objects - now.objects.get(depot, set())]
            extra = now.objects.get(depot, set()) - objects
            if self.scenario.collects:
                problems += [f"{depot} still has {hex}" for hex in extra]
        return problems


class Project:
    """What a scenario builds its project with."""

    def __init__(self, sweep):
        self.sweep, self.root = sweep, sweep.template

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        if os.path.lexists(self.path(name)):
            os.unlink(self.path(name))
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def remove(self, name):
        path = self.path(name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True,
                       env=self.sweep.environment)

    def expcore(self, *arguments):
        result = self.sweep.run(self.root, arguments)
        if result.returncode != 0:
            raise SystemExit(f"{arguments}: {result.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", help="scenarios whose name contains this")
    parser.add_argument("--at", help="<operation>:<kind>")
    parser.add_argument("--kind", help="only this kind of fault")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = tempfile.mkdtemp(prefix="faults-", dir=base)
    failed = total = 0
    for scenario in SCENARIOS:
        if arguments.only and arguments.only not in scenario.name:
            continue
        sweep = Sweep(program, scenario, work)
        sweep.prepare()
        points = sweep.points(arguments.full)
        if arguments.kind:
            points = [p for p in points if p[1] == arguments.kind]
        if arguments.at:
            at, kind = arguments.at.split(":")
            points = [(int(at), kind)]
        texts = collections.defaultdict(list)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            checks = pool.map(lambda p: sweep.check(*p, keep=arguments.at), points)
            for (at, kind), problems in zip(points, checks):
                for problem in problems:
                    call, path = sweep.calls[at - 1]
                    texts[(call, kind)].append(f"  {at}:{kind} {call} {path}: {problem}")
                failed += bool(problems)
        total += len(points)
        print(f"{scenario.name}: {len(sweep.calls)} operations, {len(points)} faults, "
              f"{sum(map(len, texts.values()))} problems", flush=True)
        for lines in texts.values():
            print("\n".join(lines), flush=True)
    if failed:
        print(f"projects are in {work}")
    else:
        shutil.rmtree(work)
    print(f"{total - failed} passed, {failed} failed")
    return failed > 0 or total == 0


if __name__ == "__main__":
    sys.exit(main())
