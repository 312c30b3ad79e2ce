"""Runs a scenario with real dvc and with expcore and compares everything that can be seen.

A scenario is a function that adds steps to a Recorder. It is executed once per program in a folder
of the same path, and the two States are compared. Afterwards each program looks at what the other
left behind (the cross check).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

BASELINE_DATE = "2026-01-02T03:04:05+00:00"
PATIENCE = 600  # seconds for one command: DVC takes minutes for a queue where others keep the processors busy


@dataclass
class Step:
    kind: str  # "write", "run", "start", "git", "remove", "chmod", "shell"
    args: list[str]
    cwd: str = "."
    typed: str = ""  # what the command finds on its standard input
    by: str = ""  # the program that plays it where both take turns

    def to_json(self) -> list:
        return [self.kind, self.args, self.cwd] + ([self.typed] if self.typed else [])


@dataclass
class Scenario:
    name: str
    topic: str
    steps: list[Step]
    tolerated: dict[str, str] = field(default_factory=dict)
    cross: bool = True
    mixed: bool = False  # compared after each step, with real dvc alone on one side and both on the other

    def digest(self, requirements: str) -> str:
        text = json.dumps([s.to_json() for s in self.steps]) + requirements
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Recorder:
    """What a scenario function talks to."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.tolerated: dict[str, str] = {}
        self.cross = True

    def write(self, path: str, text: str) -> None:
        self.steps.append(Step("write", [path, text]))

    def remove(self, path: str) -> None:
        self.steps.append(Step("remove", [path]))

    def chmod(self, path: str, mode: int) -> None:
        self.steps.append(Step("chmod", [path, oct(mode)]))

    def git(self, *args: str) -> None:
        self.steps.append(Step("git", list(args)))

    def commit(self, message: str = "commit") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def start_queue(self, *args: str) -> None:
        """`queue start`, and waits for all tasks."""
        self.steps.append(Step("start", ["queue", "start", *args]))

    def shell(self, command: str) -> None:
        self.steps.append(Step("shell", [command]))

    def run(self, *args: str, cwd: str = ".", typed: str = "") -> None:
        """A command of the program under test, and what is typed into it."""
        self.steps.append(Step("run", list(args), cwd, typed))

    def project(self, *, scm: bool = True) -> None:
        """An empty DVC project, committed when under Git."""
        if scm:
            self.git("init", "-q", "-b", "main")
            self.run("init", "-q")
            self.commit("init")
        else:
            self.run("init", "-q", "--no-scm")

    def tolerate(self, part: str, reason: str) -> None:
        """`part` ("files", "stderr of 3", …) may differ here, for this reason."""
        self.tolerated[part] = reason


REGISTRY: list[Scenario] = []


def scenario(topic: str) -> Callable:
    def register(function: Callable[[Recorder], None]) -> Callable:
        recorder = Recorder()
        function(recorder)
        name = function.__name__
        assert all(s.name != name or s.topic != topic for s in REGISTRY), name
        REGISTRY.append(
            Scenario(name, topic, recorder.steps, recorder.tolerated, recorder.cross)
        )
        return function

    return register


# --------------------------------------------------------------------------------- execution


@dataclass
class Program:
    name: str  # "dvc" or "expcore"
    path: str


class World:
    """A folder in which one side of a scenario is played."""

    def __init__(self, base: Path, venv_bin: str) -> None:
        self.base = base
        self.repo = base / "repo"
        self.environment = {
            "PATH": venv_bin + ":/usr/local/bin:/usr/bin:/bin",
            "HOME": str(base / "home"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "SHELL": "/bin/sh",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(base / "site"),
            "DVC_SYSTEM_CONFIG_DIR": str(base / "etc"),
            "DVC_GLOBAL_CONFIG_DIR": str(base / "config"),
            "GIT_AUTHOR_DATE": BASELINE_DATE,
            "GIT_COMMITTER_DATE": BASELINE_DATE,
            "GIT_CONFIG_NOSYSTEM": "1",
            "COLUMNS": "80",
        }

    def reset(self) -> None:
        if self.base.exists():
            for path in self.base.rglob("*"):
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o755)
            shutil.rmtree(self.base)
        (self.base / "home").mkdir(parents=True)
        (self.base / "home/.gitconfig").write_text(
            "[user]\n\tname = Tester\n\temail = tester@example.com\n"
        )
        self.repo.mkdir()

    def call(self, argv: list[str], cwd: str = ".", program: bool = False, typed: str = "") -> dict[str, Any]:
        environment = dict(self.environment)
        if program:  # experiments are dated by the clock on both sides
            del environment["GIT_AUTHOR_DATE"], environment["GIT_COMMITTER_DATE"]
        done = subprocess.run(
            argv,
            cwd=self.repo / cwd,
            env=environment,
            input=typed.encode(),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        return {
            "code": done.returncode,
            "stdout": done.stdout.decode(errors="replace"),
            "stderr": done.stderr.decode(errors="replace"),
        }

    def play(self, step: Step, program: Program) -> dict[str, Any] | None:
        target = self.repo / step.args[0] if step.args else self.repo
        if step.kind == "write":
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_symlink() or (target.exists() and not os.access(target, os.W_OK)):
                target.unlink()
            target.write_text(step.args[1])
        elif step.kind == "remove":
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink()
        elif step.kind == "chmod":
            target.chmod(int(step.args[1], 8))
        elif step.kind == "git":
            done = self.call(["git", *step.args], step.cwd)
            if done["code"] != 0:
                raise RuntimeError(f"git {step.args}: {done['stderr']}")
        elif step.kind == "shell":
            done = self.call(["sh", "-c", step.args[0]], step.cwd)
            if done["code"] != 0:
                raise RuntimeError(f"{step.args[0]}: {done['stderr']}")
        elif step.kind == "run":
            return self.call([program.path, *step.args], step.cwd, program=True, typed=step.typed)
        elif step.kind == "start":
            return self.start_queue(step, program)
        return None

    def start_queue(self, step: Step, program: Program) -> dict[str, Any]:
        """Starts workers and waits until all tasks are done and the workers gone: they would take the next task.
        (`dvc queue stop` would stop those of the next start, too, when these go by themselves meanwhile.)"""
        started = self.call([program.path, *step.args], step.cwd, program=True)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            tasks = self.call([program.path, "queue", "status"], program=True)["stdout"]
            if "Queued" not in tasks and "Running" not in tasks and "Worker status: 0 active, 0 idle" in tasks:
                return started
            time.sleep(0.3)
        raise RuntimeError(f"{program.name} {step.args}: not done after {PATIENCE} s\n{tasks}")


# ----------------------------------------------------------------------------------- capture


def file_facts(path: Path) -> dict[str, Any]:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        return {"link": os.readlink(path)}
    if stat.S_ISDIR(info.st_mode):
        return {"dir": True}
    data = path.read_bytes()
    facts: dict[str, Any] = {"mode": oct(stat.S_IMODE(info.st_mode))}
    try:
        text = data.decode()
        facts["text"] = text if len(text) < 4000 else hashlib.md5(data).hexdigest()
    except UnicodeDecodeError:
        facts["md5"] = hashlib.md5(data).hexdigest()
    return facts


def tree_facts(root: Path, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if not root.is_dir():
        return facts
    for path in sorted(root.rglob("*")):
        relative = str(path.relative_to(root))
        if any(relative == s or relative.startswith(s + "/") for s in skip):
            continue
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            continue
        facts[relative] = file_facts(path)
    return facts


def ref_facts(world: World) -> dict[str, Any]:
    """Refs with the trees, parents and messages behind them."""
    if not (world.repo / ".git").exists():
        return {}
    listing = world.call(["git", "for-each-ref", "--format=%(refname) %(objectname)"])["stdout"]
    facts = {}
    for line in listing.splitlines():
        name, commit = line.split()
        raw = world.call(["git", "cat-file", "-p", commit])["stdout"]
        header, _, message = raw.partition("\n\n")
        lines = header.splitlines()
        facts[name] = {
            "commit": commit,
            "parents": [x[7:] for x in lines if x.startswith("parent ")],
            "author": [x.split(" ", 1)[1].rsplit(" ", 2)[0] for x in lines if x.startswith("author ")],
            "message": message,
            # DVC's `exp save` commits its packed arguments by mistake (docs/decisions/exp-save.md).
            "tree": [
                entry
                for entry in world.call(["git", "ls-tree", "-r", commit])["stdout"].splitlines()
                if not entry.endswith(".dvc/tmp/repro.dat")
            ],
        }
        if name == "refs/exps/apply/stash":
            facts[name]["parents"] = [stashed(world, parent) for parent in facts[name]["parents"]]
    return facts


def stashed(world: World, commit: str) -> str:
    """What a parent of a stash holds: its id has the time in it."""
    raw = world.call(["git", "cat-file", "-p", commit])["stdout"]
    message = raw.partition("\n\n")[2]
    if not re.match("(index|untracked files) on ", message):
        return commit
    return message + world.call(["git", "ls-tree", "-r", commit])["stdout"]


def capture(world: World, program: Program, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    repo = world.repo
    state: dict[str, Any] = {"commands": outputs}
    state["files"] = {
        path: facts
        for path, facts in tree_facts(repo, (".git", ".dvc/tmp", ".dvc/cache")).items()
        if "/.dvc/tmp/" not in path and "/.dvc/cache/" not in path
    }
    state["cache"] = {
        path: facts
        for path, facts in tree_facts(repo / ".dvc/cache", ("expcore-tmp",)).items()
        if not re.search(r"/\.[\w-]+\.tmp$", path)  # DVC leaves temporary files after `add --out`
    }
    state["refs"] = ref_facts(world)
    if (repo / ".git").exists():
        state["head"] = (repo / ".git/HEAD").read_text()
        state["git status"] = world.call(["git", "status", "--porcelain"])["stdout"]
        state["index"] = world.call(["git", "diff", "--cached", "--name-status"])["stdout"]
        state["fsck"] = world.call(["git", "fsck", "--strict"])["code"]
    for name in ("rwlock", "exps/rwlock"):
        path = repo / ".dvc/tmp" / name
        held = json.loads(path.read_text() or "{}") if path.exists() else {}
        state["held " + name] = {k: v for k, v in held.items() if v}
    state["show"] = world.call([program.path, "exp", "show", "--json"], program=True)
    state["status"] = world.call([program.path, "status"], program=True)
    return normalize(state, world)


# ---------------------------------------------------------------------------- normalisations
#
# Everything that may differ, each with its reason. Nothing else is touched.


def hide_paths(text: str, world: World) -> str:
    """Recordings are made in another folder than they are played back in."""
    return text.replace(str(world.base), "$BASE")


def hide_slots(text: str) -> str:
    """A run beside the workspace has a folder of another name."""
    return re.sub(r"exps/standalone/tmp\w+|exps/expcore/slots/\d+", "exps/SLOT", text)


def sort_shared(text: str) -> str:
    """DVC tells of pushed and pulled experiments in the order of a Python set."""

    def sort(match: re.Match) -> str:
        names = re.split(", | and ", match.group(2))
        return match.group(1) + ", ".join(sorted(names)) + match.group(3)

    text = re.sub(r"(Pushed experiment |Experiment )(.*?)( to Git| are up)", sort, text)
    return re.sub(r"(experiment '\[)(.*?)(\]')", sort, text)


def sort_untracked(text: str) -> str:
    """DVC lists untracked files in the order of a Python set."""

    def sort(match: re.Match) -> str:
        return match.group(1) + ", ".join(sorted(match.group(2).split(", ")))

    return re.sub(r"(will not be included in (?:the )?experiment commits?:\n\t)(.*)", sort, text)


def sort_experiments(text: str) -> str:
    """DVC lists experiments in the order of a Python set."""

    def sort(match: re.Match) -> str:
        names = re.split(r", | and ", match.group(2))
        return match.group(1) + ", ".join(sorted(names))

    text = re.sub(r"(Removed experiments: )(.*)", sort, text)
    text = re.sub(r"((?:\n\trefs/exps/.*)+)", lambda m: "\n" + "\n".join(sorted(m.group(1).split("\n")[1:])), text)
    return text


def sort_unsaved(text: str) -> str:
    """DVC lists files that it does not want to lose in the order of a Python set."""

    def sort(match: re.Match) -> str:
        return match.group(1) + "".join(sorted(match.group(2).splitlines(True)))

    return re.sub(r"(Can't remove the following unsaved files [^\n]*\n)((?:\$BASE/.*\n)+)", sort, text)


def sort_names(output: dict[str, Any]) -> None:
    """The same for `exp list`: groups, names in them, bare names and ids."""
    argv = output.get("argv", [])
    text = output["stdout"]
    if argv[:2] == ["exp", "list"] and re.fullmatch(r"(?:(?:\S+:\n)?(?:\t.*\n)+)+", text):
        groups = re.findall(r"(\S+:\n)?((?:\t.*\n)+)", text)
        output["stdout"] = "".join(sorted(a + "".join(sorted(b.splitlines(True))) for a, b in groups))
    if argv[:2] == ["exp", "list"] and any("-only" in word for word in argv):
        output["stdout"] = "".join(sorted(output["stdout"].splitlines(True)))


def sort_cloud_status(output: dict[str, Any]) -> None:
    """`status --cloud` tells of objects in the order of a Python set."""
    argv = output.get("argv", [])
    if argv[:1] != ["status"] or not {"-c", "--cloud", "-r"} & set(argv):
        return
    text = output["stdout"]
    if text.startswith("{"):
        output["stdout"] = json.dumps(json.loads(text), sort_keys=True)
    else:
        output["stdout"] = "".join(sorted(text.splitlines(True)))


def sort_data_status(output: dict[str, Any]) -> None:
    """`data status` walks folders in the order of Python sets."""
    if output.get("argv", [])[:2] != ["data", "status"]:
        return

    def in_order(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: in_order(item) for key, item in sorted(value.items())}
        return sorted(value, key=json.dumps) if isinstance(value, list) else value

    text = output["stdout"]
    if text.startswith("{"):
        output["stdout"] = json.dumps(in_order(json.loads(text)))
    else:
        blocks = re.sub(r"(?:        .*\n)+", lambda m: "".join(sorted(m.group(0).splitlines(True))), text)
        output["stdout"] = blocks


def sort_migrated(output: dict[str, Any]) -> None:
    """`cache migrate` goes through stages in the order of the file system."""
    if output.get("argv", [])[:2] == ["cache", "migrate"]:
        output["stdout"] = re.sub(
            r"(?:Updating .*\n)+", lambda m: "".join(sorted(m.group(0).splitlines(True))), output["stdout"]
        )


def hide_program(text: str) -> str:
    """The program's own name where it says what to type; DVC's name is kept by expcore, too."""
    return text


def sort_git_add(text: str) -> str:
    """DVC prints the files of its `git add` hint in the order of a Python set."""

    def sort(match: re.Match) -> str:
        return "\tgit add " + " ".join(sorted(match.group(1).split()))

    return re.sub(r"\tgit add (.*)", sort, text)


def sort_warnings(text: str) -> str:
    """Warnings about outputs without hash come in the order of a Python set."""
    lines = text.split("\n")
    marked = [x for x in lines if "No file hash info found" in x]
    if len(marked) < 2:
        return text
    marked.sort()
    return "\n".join(marked.pop(0) if "No file hash info found" in x else x for x in lines)


def sort_lists(text: str) -> str:
    """Producers of one output and members of a cycle are sets in DVC."""
    text = re.sub(
        r"((?:\n\t- .*)+)", lambda m: "".join(sorted(m.group(1).splitlines(True))), text
    )
    text = re.sub(
        r"(in stages: )(.*)\.",
        lambda m: m.group(1) + ", ".join(sorted(m.group(2).split(", "))) + ".",
        text,
    )
    return re.sub(
        r"Parameters '(.*)' are missing",
        lambda m: "Parameters '" + ", ".join(sorted(m.group(1).split(", "))) + "' are missing",
        text,
    )


def drop_code_frames(text: str) -> str:
    """Where a file is malformed expcore names the exact place with a frame of its own; DVC names the
    enclosing collection. The words must be the same."""
    if " is invalid" not in text and "validation failed" not in text:
        return text
    lines = [
        x
        for x in text.splitlines()
        if x.strip()
        and not re.match(r"^\s*>?\s*\d+ ", x)
        and not re.match(r"^\s*>?\s*\d*\s*\|", x)
        and not re.match(r"^\s+\d+\s*$", x)
    ]
    joined = re.sub(r"\s+", " ", " ".join(lines))
    joined = re.sub(r",? ?(in )?line \d+, column \d+", "", joined)
    # The wording of syntax errors is libyaml's here and ruamel.yaml's there.
    return re.sub(r"( is invalid(?: \(possible merge conflicts\))?\.).*", r"\1", joined)


def drop_places(text: str) -> str:
    """expcore adds file:line:column and a code frame below DVC's message."""
    return re.sub(r"\n\n\S+:\d+:\d+\n(?:[> ] +\d* \|.*\n?)+", "\n", text)


def hide_usage(text: str) -> str:
    """argparse prints the usage below an error, CLI11 a line about --help."""
    if "Run with --help" in text or "the following arguments are required" in text:
        return "usage error"
    return text


def hide_ids(text: str, ids: dict[str, str]) -> str:
    """Commit ids of experiments depend on the second in which they were made."""
    for commit, name in ids.items():
        text = text.replace(commit, name).replace(commit[:7], name)
    return text


def hide_shown_tasks(text: str) -> str:
    """`exp show --json` with the same of each task in both programs, by name."""
    states = json.loads(text)
    for state in states:
        for shown in state["experiments"] or []:
            if local := (shown["executor"] or {}).get("local"):
                # DVC's is a process that has ended.
                local |= {key: "<one>" for key in ("log", "task_id") if local[key]} | {"pid": None}
            for rev in shown["revs"]:
                rev["rev"] = rev["data"]["rev"] = "<id>"
                rev["data"]["timestamp"] = "<time>"
        if state["experiments"]:
            state["experiments"].sort(key=lambda shown: shown["name"])
    return json.dumps(states)


def hide_tasks(text: str) -> str:
    """Queued tasks have an id of chance and the time of the clock, which orders them in `exp show`."""
    if text.startswith("Experiment,rev,typ,") and "Dvc-task" in text:
        row = re.compile(r"^([^,]+),[^,]+,branch_(?:base|commit),[^,]+,(.*)", re.DOTALL)
        lines = [row.sub(r"\1,<id>,experiment,<time>,\2", line) for line in text.splitlines(keepends=True)]
        return "".join(sorted(lines, key=lambda line: line if ",<id>," in line else ""))
    if text.startswith("[{") and '"task_id"' in text:
        return hide_shown_tasks(text)
    if not text.startswith("Task     Name"):
        return text
    return re.sub(r"(?m)^[0-9a-f]{7}  (.*?)\d\d:\d\d [AP]M", r"<task>   \1<time>  ", text)


def value_files(text: str) -> str:
    """DVC names a broken params or metrics file by its way from the working directory to a file of
    that name in the root of the file system; expcore by its path in the project."""
    return re.sub(r"unable to read: '(?:\.\./)+", "unable to read: '", text)


def normalize_diff(output: dict[str, Any]) -> None:
    """The files and, in JSON, the keys of `metrics diff` and `params diff` are Python sets."""
    if output.get("argv", [])[:2] not in (["metrics", "diff"], ["params", "diff"], ["exp", "diff"]):
        return
    text = output["stdout"]
    if text.startswith("{"):
        output["stdout"] = json.loads(text)
        return
    if output["argv"][0] == "exp":  # two tables of one file each
        return
    head, newline, rows = text.partition("\n")
    lines = rows.splitlines(True)
    if len({x.split()[0] for x in lines if x.strip() and x.split()[0] != "|"}) > 1:
        lines.sort(key=lambda x: x.split(maxsplit=1)[0] if x.strip() else x)
    output["stdout"] = head + newline + "".join(lines)


def normalize_plots(output: dict[str, Any]) -> None:
    """Built-in templates are expcore's own specifications: of them the anchors, the title and the
    data are compared, of a test's own templates everything."""
    argv = output.get("argv", [])
    text = output["stdout"]
    if argv[:1] != ["plots"] or not text.startswith("{"):
        return
    value = json.loads(text)
    if argv[1] == "templates":
        output["stdout"] = sorted(set(re.findall(r"<DVC_METRIC_\w+>", text)))
        return

    def essence(content: dict) -> dict:
        if "$schema" not in content:
            return content
        anchors = sorted(set(re.findall(r"<DVC_METRIC_\w+>", json.dumps(content))))
        return {"anchors": anchors, "data": content["data"], "title": content["title"]}

    if "$schema" in value:
        value = essence(value)
    for plots in (value.get("data") or {}).values():
        for plot in plots if isinstance(plots, list) else []:
            if "content" in plot:
                plot["content"] = essence(plot["content"])
    output["stdout"] = value


def normalize_show(show: dict[str, Any]) -> dict[str, Any]:
    """Times are those of the run; experiments of one second come in the order of their ids."""
    if show["code"] != 0 or not show["stdout"].startswith("["):
        return show
    text = re.sub(r'"timestamp": "[^"]*"', '"timestamp": "T"', show["stdout"])
    states = json.loads(text)
    for state in states:
        if state["error"]:
            state["error"]["msg"] = drop_code_frames(state["error"]["msg"])
        if state["experiments"]:
            state["experiments"].sort(key=lambda e: e["name"] or "")
    return {**show, "stdout": states}


def normalize(state: dict[str, Any], world: World) -> dict[str, Any]:
    ids = {}
    for name, ref in state["refs"].items():
        if name.startswith("refs/exps/"):
            # DVC leaves EXEC_HEAD behind for ever; nobody reads it and expcore does not write it.
            baseline = ref["parents"][0] if ref["parents"] else ""
            if name == "refs/exps/apply/stash":
                ids[ref["commit"]] = "<stash of exp apply>"
            elif "/exec/" not in name and "/apply/" not in name:
                ids[ref["commit"]] = f"<experiment {name.rsplit('/', 1)[-1]} of {baseline[:7]}>"
    state["refs"] = {
        name: {**ref, "commit": ids.get(ref["commit"], ref["commit"])}
        for name, ref in state["refs"].items()
        # Stashes of several `exp apply`, of which DVC keeps the last one only; what keeps the objects of
        # queued and failed tasks is each program's own.
        if name not in ("refs/exps/exec/EXEC_HEAD", "refs/expcore/apply/stash")
        and not name.startswith(("refs/exps/celery/", "refs/expcore/queue/"))
    }
    # The head of a generated experiment name differs by chance.
    text = json.dumps(state)
    state = json.loads(hide_paths(hide_ids(text, ids), world))
    for output in [*state["commands"], state["show"], state["status"]]:
        sort_names(output)
        sort_cloud_status(output)
        sort_data_status(output)
        sort_migrated(output)
        for stream in ("stdout", "stderr"):
            value = output[stream]
            if value.startswith("[{"):
                output[stream] = hide_tasks(value)
                continue
            for function in (hide_slots, sort_shared, sort_experiments, sort_untracked, sort_unsaved, sort_git_add, sort_warnings, sort_lists, drop_code_frames, drop_places, hide_usage, hide_tasks, value_files):
                value = function(value)
            output[stream] = value
        normalize_diff(output)
        normalize_plots(output)
    state["show"] = normalize_show(state["show"])
    return state


# -------------------------------------------------------------------------------- comparison


def differences(left: Any, right: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    if isinstance(left, dict) and isinstance(right, dict):
        found = []
        for key in sorted({*left, *right}, key=str):
            here = f"{path} / {key}" if path else str(key)
            if key not in left:
                found.append((here, None, right[key]))
            elif key not in right:
                found.append((here, left[key], None))
            else:
                found += differences(left[key], right[key], here)
        return found
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        found = []
        for i, (a, b) in enumerate(zip(left, right)):
            found += differences(a, b, f"{path} [{i}]")
        return found
    same = left == right or (left != left and right != right)  # NaN
    return [] if same else [(path, left, right)]


def execute(scenario_: Scenario, program: Program, world: World) -> dict[str, Any]:
    world.reset()
    outputs = []
    for step in scenario_.steps:
        output = world.play(step, program)
        if output is not None:
            outputs.append({"argv": [*step.args], **output})
    return capture(world, program, outputs)


# ------------------------------------------------------------------------- both in one project


def commit_names(world: World) -> dict[str, str]:
    """Names for commits that say what is in them: ids of experiments depend on the clock."""
    raw = world.call(["git", "rev-list", "--all", "HEAD", "--reflog", "--topo-order", "--reverse", "--format=%H|%P|%B%x00"])["stdout"]
    names: dict[str, str] = {}
    for record in raw.split("\0"):
        text = re.sub(r"^\n?commit [0-9a-f]+\n", "", record)
        if "|" not in text:
            continue
        commit, parents, message = text.split("|", 2)
        tree = world.call(["git", "ls-tree", "-r", commit])["stdout"].splitlines()
        tree = [entry for entry in tree if not entry.endswith(".dvc/tmp/repro.dat")]
        content = json.dumps([tree, message.strip(), [names.get(p, p) for p in parents.split()]])
        names[commit] = "c" + hashlib.sha1(content.encode()).hexdigest()[:39]
    return names


def with_commit_names(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value)
    for commit, name in names.items():
        text = text.replace(commit, name).replace(f"{commit[:2]}/{commit[2:]}", f"{name[:2]}/{name[2:]}")
    return json.loads(text)


def hide_tasks_shown(show: dict[str, Any]) -> dict[str, Any]:
    """Each program has a queue of its own, and by that alone it knows of a finished task; ids of waiting ones are by chance."""
    if not isinstance(show["stdout"], list):
        return show
    for state in show["stdout"]:
        for shown in state["experiments"] or []:
            executor = shown["executor"] or {}
            if executor.get("name") != "dvc-task":
                continue
            shown["executor"] = None if executor["state"] == "success" else executor | {"local": None}
            if executor["state"] != "success":
                for rev in shown["revs"]:
                    rev["rev"] = rev["data"]["rev"] = "<id>"
    return show


def mixed_facts(world: World, show: dict[str, Any]) -> dict[str, Any]:
    refs = {
        name: ref
        for name, ref in ref_facts(world).items()
        if not name.startswith(("refs/expcore/", "refs/exps/exec/", "refs/exps/apply/stash", "refs/exps/celery/"))
    }
    facts = {
        "refs": {name: {**ref, "parents": ref["parents"] if name.startswith("refs/exps/") else []} for name, ref in refs.items()},
        "files": tree_facts(world.repo, (".git", ".dvc/tmp", ".dvc/cache")),
        "head": (world.repo / ".git/HEAD").read_text(),
        "git status": world.call(["git", "status", "--porcelain"])["stdout"],
        "index": world.call(["git", "diff", "--cached", "--name-status"])["stdout"],
        "fsck": world.call(["git", "fsck", "--strict"])["code"],
        "show": hide_tasks_shown(normalize_show(show)),
    }
    facts = json.loads(hide_paths(json.dumps(facts), world))
    return with_commit_names(facts, commit_names(world))


def is_unrecorded(text: str) -> bool:
    """DVC's checkout fails for an output whose hash nobody recorded, after it has told that it would not be created
    and has removed what may be there; expcore tells and goes on."""
    return "No file hash info found" in text and "Checkout failed for following targets" in text


def shown_by(program: Program, world: World) -> dict[str, Any]:
    return world.call([program.path, "exp", "show", "--json"], program=True)


def shown_afresh(program: Program, world: World) -> dict[str, Any]:
    """What `program` shows when nothing is kept of earlier times, by whomever."""
    kept = [world.repo / ".dvc/tmp" / name for name in ("exps/cache", "expcore/shown")]
    aside = {path: world.base / f"aside{i}" for i, path in enumerate(kept) if path.exists()}
    for path, place in aside.items():
        path.rename(place)
    show = shown_by(program, world)
    for path in kept:
        shutil.rmtree(path, ignore_errors=True)
    for path, place in aside.items():
        place.rename(path)
    return show


# DVC takes staged new files into an experiment and leaves them unstaged; with us they stay staged
# (docs/decisions/workspace-runs.md). Behind a step whose index is not compared for that.
STAGE_AGAIN = ["for f in staged_*.txt; do test -e $f && git add $f; done; true"]


def history(scenario_: Scenario, programs: dict[str, Program], world: World) -> list[dict[str, Any]]:
    """The facts after each step that is a command; `programs` by the names in Step.by. The last one of them shows."""
    world.reset()
    last = list(programs.values())[-1]
    found = []
    for number, step in enumerate(scenario_.steps):
        output = world.play(step, programs.get(step.by, last))
        if step.kind not in ("run", "start", "shell") or number < 3:
            continue
        facts = mixed_facts(world, shown_by(last, world))
        facts["code"] = output["code"] if output and not is_unrecorded(output["stderr"]) else 0
        if [s.args for s in scenario_.steps[number + 1 : number + 2]] == [STAGE_AGAIN]:
            del facts["git status"], facts["index"]
        facts["step"] = step.args
        facts["said"] = output["stderr"] if output else ""
        if len(programs) > 1:
            facts["afresh"] = mixed_facts(world, shown_afresh(last, world))["show"]
        found.append(facts)
    return found


def mixed_differences(expected: list, actual: list, scenario_: Scenario) -> list[tuple[str, Any, Any]]:
    """Of the first step after which there are some."""
    players = [step.by for step in scenario_.steps]
    for number, (theirs, ours) in enumerate(zip(expected, actual)):
        theirs, ours = {**theirs, "afresh": theirs["show"]}, {**ours}
        said = theirs.pop("said"), ours.pop("said")
        found = differences(theirs, ours, f"after step {number} {theirs['step']}")
        if found:
            return found + [("said", *said), ("played by", "dvc", players)]
    return []


def cross_check(
    scenario_: Scenario, maker: Program, other: Program, state: dict[str, Any], world: World
) -> list[tuple[str, Any, Any]]:
    """`other` continues where `maker` stopped: it must see what `maker` sees."""
    outputs = {
        "show": world.call([other.path, "exp", "show", "--json"], program=True),
        "status": world.call([other.path, "status"], program=True),
    }
    seen = normalize(
        {"commands": [], "refs": ref_facts(world), **outputs},
        world,
    )
    label = f"{other.name} after {maker.name}"
    found = differences(
        {k: state[k] for k in outputs}, {k: seen[k] for k in outputs}, label
    )
    clean = state["status"]["stdout"].strip() == "Data and pipelines are up to date."
    if clean and (world.repo / "dvc.yaml").exists():
        again = world.call([other.path, "repro"], program=True)
        if "up to date" not in again["stdout"] or again["code"] != 0:
            found.append((f"{label} / repro", "nothing to do", again))
        for name in experiment_names(world)[:1]:
            applied = world.call([other.path, "exp", "apply", name], program=True)
            if applied["code"] != 0:
                found.append((f"{label} / exp apply {name}", 0, applied))
    return found


def experiment_names(world: World) -> list[str]:
    names = [r.rsplit("/", 1)[-1] for r in ref_facts(world) if r.startswith("refs/exps/")]
    return [n for n in names if n not in ("EXEC_HEAD", "EXEC_APPLY", "ORIG_HEAD", "stash")]


def is_tolerated(scenario_: Scenario, path: str) -> bool:
    return any(path.startswith(part) for part in scenario_.tolerated)
