"""Random projects and histories, one a seed: scenarios as the written ones, for `run --seeds`.

A project is a handful of stages over a few files, parameters and folders; a history edits it in the
ways people do and runs the program in between. Both are made from `random.Random(seed)` alone.

What is left out on purpose, because DVC's own answer varies or ours differs by decision
(docs/decisions): selections under half of the graph with unrelated branches (DVC walks a set),
`.nan` parameters, `--dry` (ours says what a run would really restore), and stages that fail after others put lines into a `.gitignore` they share.
"""

from __future__ import annotations

import copy
import json
import posixpath
import random
from dataclasses import dataclass, field
from typing import Any, Callable

from driver import STAGE_AGAIN, Recorder, Scenario

WORDS = ["alpha", "b-2", "Ümlaut", "with space", "x_y", "0lead", "it's", "dots.in.name", "数据"]
TEXTS = ["one", "two words", "", "yes", "1e5", "# no comment", "a: b", "ends ", "ünï", "'quoted'"]
NUMBERS = [0, 1, -7, 2.5, 1e-05, 1e16, 12345678901234567890, True, False, None]


@dataclass
class Stage:
    name: str
    deps: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)
    outs: list[tuple[str, dict]] = field(default_factory=list)
    metrics: list[tuple[str, dict]] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)
    file: str = ""  # the folder of its dvc.yaml
    wdir: str = ""
    salt: str = ""
    as_list: bool = False
    loop: str = ""  # "foreach" or "matrix"
    loop_over: Any = None
    fails: bool = False

    def path(self, path: str) -> str:
        """From the stage's folder."""
        if not self.wdir:
            return path
        return posixpath.relpath(path, self.wdir) + ("/" if path.endswith("/") else "")

    def params_here(self) -> list[Any]:
        if not self.wdir:
            return self.params
        files: dict[str, Any] = {}
        for item in self.params:
            for file, keys in item.items() if isinstance(item, dict) else [("params.yaml", [item])]:
                files.setdefault(self.path(file), []).extend(keys or [])
        return [{file: keys or None} for file, keys in files.items()]

    def command(self) -> Any:
        read = " ".join(quote(self.path(d)) for d in self.deps)
        lines = []
        for path in (self.path(p) for p, _ in self.outs):
            if path.endswith("/"):
                lines.append(f"mkdir -p {quote(path)}/in && echo {self.salt} > {quote(path)}a")
                lines.append(f"cat /dev/null{files_of(read)} > {quote(path)}in/b")
            else:
                lines.append(f"(echo {self.salt}; cat /dev/null{files_of(read)}) > {quote(path)}")
        for path, _ in self.metrics:
            lines.append(f"echo '{{\"v\": {len(self.salt)}}}' > {quote(self.path(path))}")
        if self.fails:
            lines.append("exit 3")
        if not lines:
            lines.append(f"echo {self.salt}")
        return lines if self.as_list else " && ".join(lines)

    def definition(self, folder: str = "") -> dict:
        """As written in the dvc.yaml of `folder`; all paths of a stage are the project's."""
        body: dict[str, Any] = {"cmd": self.command()}
        if self.wdir != folder:
            body["wdir"] = posixpath.relpath(self.wdir or ".", folder or ".")
        if self.deps:
            body["deps"] = [self.path(d) for d in self.deps]
        if self.params:
            body["params"] = self.params_here()
        for key, paths in (("outs", self.outs), ("metrics", self.metrics)):
            if paths:
                body[key] = [{self.path(p): f} if f else self.path(p) for p, f in paths]
        body.update(self.flags)
        if self.loop == "foreach":
            return {"foreach": self.loop_over, "do": body}
        if self.loop == "matrix":
            return {"matrix": self.loop_over, **body}
        return body


def quote(path: str) -> str:
    return '"' + path + '"'


def files_of(read: str) -> str:
    """Folders are read through find: their files in a fixed order."""
    return f" $(find {read} -type f | LC_ALL=C sort | tr '\\n' ' ')" if read and " " not in read.replace('" "', "") else ""


class Project:
    def __init__(self, rng: random.Random, s: Recorder) -> None:
        self.rng = rng
        self.s = s
        self.files = {f"src{i}.txt": f"content {rng.random()}\n" for i in range(rng.randint(1, 3))}
        self.folders = ["data"] if rng.random() < 0.5 else []
        self.params = {
            "lr": rng.choice(NUMBERS),
            "text": rng.choice(TEXTS),
            "deep": {"a": rng.choice(NUMBERS), "b": [1, rng.choice(TEXTS)]},
            "names": ["x", "y"],
        }
        self.stages: list[Stage] = []
        self.commits: list[dict[str, Any]] = []  # what the project was at each
        self.experiments = 0
        self.tracked = bool(self.folders) and rng.random() < 0.6  # data.dvc
        for i in range(rng.randint(1, 6)):
            self.stages.append(self.new_stage(i))

    def new_stage(self, number: int) -> Stage:
        rng = self.rng
        word = rng.choice(["prep", "train", "eval", "s_1", "Stage-X", "çeval"])
        stage = Stage(f"{word}{number}", salt=f"s{rng.randint(0, 9)}")
        stage.as_list = rng.random() < 0.3
        place = rng.random()
        stage.file = stage.wdir = "sub" if place < 0.15 else ""
        if 0.15 <= place < 0.3:
            stage.wdir = "work"
        made = [p for other in self.stages if not other.loop for p, _ in other.outs]
        sources = list(self.files) + self.folders + [m.rstrip("/") for m in made]
        sources += [m + "a" for m in made if m.endswith("/")]
        stage.deps = sorted(set(rng.sample(sources, min(len(sources), rng.randint(0, 3)))))
        if rng.random() < 0.5:
            stage.params = rng.choice(
                [["lr"], ["lr", "deep.a"], ["deep"], [{"other.json": ["k"]}], ["text", {"conf.toml": None}],
                 [{"settings.py": ["LR", "Model.depth"]}], ["deep.b"]]
            )
        kind = rng.random()
        if kind < 0.15:
            stage.loop, stage.loop_over = "foreach", rng.choice([["x", "y"], "${names}", {"k": 1, "l": 2}, [1, 2.5]])
            stage.outs = [(posixpath.join(stage.wdir, f"loop{number}-${{item}}.txt"), {})]
        elif kind < 0.25:
            stage.loop, stage.loop_over = "matrix", {"m": "${names}", "n": [1, 2]}
            stage.outs = [(posixpath.join(stage.wdir, f"mat{number}-${{key}}"), {})]
        else:
            for j in range(rng.choice([0, 1, 1, 1, 2])):
                name = posixpath.join(stage.wdir, f"out{number}{j}") + rng.choice(["", ".bin", " sp.txt", "-ü"])
                flags = rng.choice([{}, {}, {}, {"cache": False}, {"persist": True}, {"desc": "why"}, {"push": False}])
                stage.outs.append((name + ("/" if rng.random() < 0.25 and " " not in name else ""), flags))
            if rng.random() < 0.3:
                stage.metrics = [(f"m{number}.json", rng.choice([{}, {"cache": False}]))]
        stage.fails = rng.random() < 0.05 and not stage.outs
        if rng.random() < 0.12:
            stage.flags["always_changed"] = True
        if rng.random() < 0.1:
            stage.flags["desc"] = rng.choice(TEXTS)
        if rng.random() < 0.1:
            stage.flags["meta"] = {"owner": rng.choice(WORDS), "expcore": {"cpus": 1}}
        return stage

    # ------------------------------------------------------------------------------- writing

    def write_all(self) -> None:
        for path, text in self.files.items():
            self.s.write(path, text)
        for folder in self.folders:
            self.s.write(f"{folder}/one.txt", "1\n")
            self.s.write(f"{folder}/sub/two.txt", "2\n")
        self.s.write("other.json", json.dumps({"k": self.rng.choice(NUMBERS[:8]), "unused": 1}))
        self.s.write("conf.toml", "a = 1\n[b]\nc = 'x'\nd = [1, 2.5]\n")
        self.s.write("settings.py", "LR = 0.5\n\n\nclass Model:\n    depth = 3\n")
        self.s.write("work/notes.txt", "a folder for commands\n")
        self.s.write("sub/params.yaml", json.dumps({"names": ["x", "y"]}) + "\n")
        self.write_params()
        self.write_pipeline()
        if self.tracked:
            self.s.run("add", "data")

    def write_params(self) -> None:
        self.s.write("params.yaml", json.dumps(self.params, ensure_ascii=False, indent=1) + "\n")

    def write_pipeline(self) -> None:
        for folder in ("", "sub"):
            stages = {s.name: s.definition(folder) for s in self.stages if s.file == folder}
            text = json.dumps({"stages": stages}, ensure_ascii=False, indent=1) + "\n"
            self.s.write(posixpath.join(folder, "dvc.yaml"), text)

    # ------------------------------------------------------------------------------- history

    def plain(self) -> list[Stage]:
        return [stage for stage in self.stages if not stage.loop]

    def edit_file(self) -> None:
        path = self.rng.choice(list(self.files))
        self.s.write(path, f"content {self.rng.random()}\n")

    def restore_file(self) -> None:
        path = self.rng.choice(list(self.files))
        self.s.write(path, self.files[path])

    def edit_param(self) -> None:
        key = self.rng.choice(["lr", "text"])
        self.params[key] = self.rng.choice(NUMBERS + TEXTS)
        if self.rng.random() < 0.3:
            self.params["deep"]["a"] = self.rng.choice(NUMBERS)
        self.write_params()

    def edit_command(self) -> None:
        self.rng.choice(self.stages).salt = f"t{self.rng.randint(0, 99)}"
        self.write_pipeline()

    def rename_stage(self) -> None:
        stage = self.rng.choice(self.stages)
        stage.name += "_r"
        self.write_pipeline()

    def drop_dep(self) -> None:
        stage = self.rng.choice(self.stages)
        if stage.deps:
            stage.deps.pop()
        self.write_pipeline()

    def reorder(self) -> None:
        self.rng.shuffle(self.stages)
        self.write_pipeline()

    def add_stage(self) -> None:
        self.stages.append(self.new_stage(10 + len(self.stages)))
        self.write_pipeline()

    def freeze(self) -> None:
        stages = self.plain()
        if not stages:
            return
        stage = self.rng.choice(stages)
        if not stage.flags.pop("frozen", False):
            stage.flags["frozen"] = True
        self.write_pipeline()

    def remove_out(self) -> None:
        outs = [path for stage in self.plain() for path, _ in stage.outs]
        if outs:
            self.s.shell(f"rm -rf {quote(self.rng.choice(outs))}")

    def edit_out(self) -> None:
        outs = [path for stage in self.plain() for path, _ in stage.outs if not path.endswith("/")]
        if outs:
            path = quote(self.rng.choice(outs))
            self.s.shell(f"if test -e {path}; then rm {path}; echo edited > {path}; fi")

    def remove_lock(self) -> None:
        self.s.shell("rm -f dvc.lock")

    def remove_run_cache(self) -> None:
        self.s.shell("rm -rf .dvc/cache/runs")

    def touch(self) -> None:
        self.s.shell("touch -c *.txt")

    def commit(self) -> None:
        self.commits.append(copy.deepcopy({"stages": self.stages, "params": self.params}))
        number = len(self.commits)
        self.s.shell(f"git add -A && git commit -q --allow-empty -m c{number} && git tag c{number}")

    def restore_commit(self) -> None:
        """Definitions, parameters and records as they were; outputs and data as they are."""
        number = self.rng.randint(1, len(self.commits))
        self.s.shell(f"git checkout -q c{number} -- .")
        vars(self).update(copy.deepcopy(self.commits[number - 1]))

    def edit_data(self) -> None:
        if self.folders:
            name = self.rng.choice(["one.txt", "new.txt", "sub/two.txt"])
            self.s.shell(f"mkdir -p data/sub; rm -f data/{name}; echo {self.rng.randint(0, 9)} > data/{name}")

    def data_command(self) -> None:
        if self.tracked:
            command = self.rng.choice([["add", "data"], ["commit", "-f", "data.dvc"], ["checkout", "-f"], ["checkout", "data.dvc", "-f"], ["commit", "-f"]])
            self.s.run(*command)

    def experiment(self) -> None:
        """From a commit and a changed parameter, without -S: DVC rewrites the file for it, we don't."""
        self.commit()
        self.experiments += 1
        if self.rng.random() < 0.7:
            self.edit_param()
        self.s.run("exp", "run", "-n", f"e{self.experiments}", *self.whole(), *self.rng.choice([[], [], ["-f"]]))

    def fix(self) -> None:
        for stage in self.stages:
            stage.fails = False
        self.write_pipeline()

    def address(self, stage: Stage) -> str:
        return f"{stage.file}/dvc.yaml:{stage.name}" if stage.file else stage.name

    def whole(self) -> list[str]:
        """-P where the root's stages are under half of the graph: DVC walks a set otherwise."""
        size = {"foreach": 2, "matrix": 4}
        nodes = [(stage.file, size.get(stage.loop, 1)) for stage in self.stages]
        at_root = sum(count for file, count in nodes if not file)
        return ["-P"] if 2 * at_root < sum(count for _, count in nodes) + self.tracked else []

    def repro(self, *options: str) -> None:
        self.s.run("repro", *self.whole(), *options)

    def run_some(self) -> None:
        rng = self.rng
        choice = rng.random()
        if choice < 0.4:
            self.repro()
        elif choice < 0.5:
            self.s.run("repro", "-f", "-s", self.address(rng.choice(self.stages)))
        elif choice < 0.6:
            self.s.run("repro", "-P", *rng.choice([[], ["--no-run-cache"], ["--no-commit"]]))
        elif choice < 0.68:
            self.s.run("repro", "-s", self.address(rng.choice(self.stages)))
        elif choice < 0.76:
            self.repro("--force-downstream")
        elif choice < 0.8:
            self.repro("--allow-missing")
        elif choice < 0.82:
            self.repro("-k")
        elif choice < 0.84:
            self.s.run("repro", "sub/dvc.yaml", "-s")
        elif choice < 0.92:
            self.s.run("status", *rng.choice([[], ["--json"], ["-q"]]))
        else:
            self.s.run("dag", "--mermaid")


HISTORY = [
    (6, Project.run_some), (3, Project.edit_file), (2, Project.restore_file), (3, Project.edit_param),
    (2, Project.edit_command), (1, Project.rename_stage), (1, Project.drop_dep), (1, Project.reorder),
    (1, Project.add_stage), (1, Project.freeze), (2, Project.remove_out), (1, Project.edit_out),
    (1, Project.remove_lock), (1, Project.remove_run_cache), (1, Project.touch), (2, Project.commit),
    (1, Project.restore_commit), (1, Project.edit_data), (1, Project.data_command), (1, Project.experiment), (1, Project.fix),
]  # fmt: skip


def scenario(seed: int, length: int = 14) -> Scenario:
    rng = random.Random(seed)
    s = Recorder()
    s.project()
    project = Project(rng, s)
    project.write_all()
    project.commit()
    project.repro()
    for _ in range(length):
        weights = [weight for weight, _ in HISTORY]
        step = rng.choices([action for _, action in HISTORY], weights)[0]
        step(project)
    s.run("status", "--json")
    project.repro()
    return Scenario(f"seed_{seed}", "generated", s.steps, s.tolerated, True)


# ------------------------------------------------------------------------------- mixed histories


class Experimenter(Project):
    """A project whose history is one of experiments: made, kept, looked at again, thrown away."""

    def __init__(self, rng: random.Random, s: Recorder) -> None:
        super().__init__(rng, s)
        self.made: dict[str, dict[str, Any]] = {}  # what the project was in each experiment
        self.branches = ["main"]
        self.has_staged = False

    def model(self) -> dict[str, Any]:
        return copy.deepcopy({"stages": self.stages, "params": self.params})

    def new_name(self) -> str:
        self.experiments += 1
        name = f"e{self.experiments}"
        self.made[name] = self.model()
        return name

    def some_name(self) -> str:
        return self.rng.choice([*self.made, "nobody"] if self.rng.random() < 0.1 else list(self.made) or ["nobody"])

    def experiment(self) -> None:
        if self.rng.random() < 0.8:
            self.edit_param()
        beside = self.rng.random() < 0.4
        options = self.rng.choice([[], [], ["-f"], ["-m", "a message"]])
        again = self.made and self.rng.random() < 0.15
        name = self.some_name() if again else self.new_name()
        self.s.run("exp", "run", "-n", name, *self.whole(), *(["--temp"] if beside else []), *options)
        self.stage_again()

    def save(self) -> None:
        self.s.run("exp", "save", "-n", self.new_name(), *self.rng.choice([[], ["-f"], ["-m", "kept"]]))
        self.stage_again()

    def stage_again(self) -> None:
        if self.has_staged:
            self.s.shell(*STAGE_AGAIN)

    def apply(self) -> None:
        name = self.some_name()
        vars(self).update(copy.deepcopy(self.made.get(name, {})))
        self.s.run("exp", "apply", name)

    def branch(self) -> None:
        name = self.some_name()
        self.branches.append(f"b-{name}")
        self.s.run("exp", "branch", name, self.branches[-1])

    def remove(self) -> None:
        rng = self.rng
        choice = rng.choice([["-A"], ["--rev", "HEAD"], ["--rev", "main"], [self.some_name()], [self.some_name()], [self.some_name(), self.some_name()], ["--keep", self.some_name()]])
        self.s.run("exp", "remove", *choice)

    def rename(self) -> None:
        old = self.some_name()
        new = f"{old}-r" if self.rng.random() < 0.8 else self.some_name()
        if old in self.made:
            self.made[new] = self.made[old]
        self.s.run("exp", "rename", *self.rng.choice([[], [], ["-f"]]), old, new)

    def checkout(self) -> None:
        """A branch or a commit; where it cannot be, both sides stay where they are."""
        where = self.rng.choice([*self.branches, f"c{self.rng.randint(1, len(self.commits))}"])
        if where.startswith("c"):
            vars(self).update(copy.deepcopy(self.commits[int(where[1:]) - 1]))
        elif where != "main":
            vars(self).update(copy.deepcopy(self.made.get(where[2:], {})))
        self.s.shell(f"git checkout -q -f {where} || true")

    def pack_refs(self) -> None:
        self.s.shell("git pack-refs --all")

    def push(self) -> None:
        force = self.rng.choice([[], [], ["-f"]])
        self.s.run("exp", "push", "--no-cache", *force, "shared", *self.rng.choice([["-A"], [self.some_name()]]))

    def pull(self) -> None:
        force = self.rng.choice([[], [], ["-f"]])
        self.s.run("exp", "pull", "--no-cache", *force, "shared", *self.rng.choice([["-A"], [self.some_name()]]))

    def clean(self) -> None:
        self.s.run("exp", "clean")

    def queue(self) -> None:
        self.queue_tasks(lambda: self.s.run("exp", "run", "--run-all"))

    def queue_for_workers(self) -> None:
        self.queue_tasks(lambda: self.s.start_queue("-j", str(self.rng.randint(1, 2))))

    def queue_tasks(self, run_all: Callable[[], None]) -> None:
        """Some tasks, one of them thrown away perhaps, then all run. Each program has a queue of its own: one has them all."""
        rng = self.rng
        by = rng.choice(["dvc", "expcore"])
        first = len(self.s.steps)
        names = []
        for _ in range(rng.randint(1, 3)):
            self.edit_param()
            names.append(self.new_name())
            self.s.run("exp", "run", "--queue", "-n", names[-1], *self.whole())
            self.stage_again()
        if len(names) > 1 and rng.random() < 0.5:
            removed = names.pop(rng.randrange(len(names)))
            del self.made[removed]
            self.s.run("queue", "remove", removed)
        run_all()
        self.stage_again()
        for step in self.s.steps[first:]:
            step.by = by

    def stage_file(self) -> None:
        """A new file, or another text for one that is there already."""
        self.has_staged = True
        name = self.rng.choice(["staged_a.txt", "staged_b.txt"])
        self.s.write(name, f"{self.rng.randint(0, 99)}\n")
        self.s.shell(f"git add {name}")


MIXED_HISTORY = [
    (7, Experimenter.experiment), (2, Experimenter.save), (3, Experimenter.apply), (1, Experimenter.branch),
    (2, Experimenter.remove), (2, Experimenter.rename), (2, Experimenter.commit), (2, Experimenter.checkout),
    (1, Experimenter.pack_refs), (1, Experimenter.edit_file), (1, Experimenter.edit_command), (1, Experimenter.run_some),
]  # fmt: skip

SHARED_HISTORY = [
    *MIXED_HISTORY, (3, Experimenter.push), (2, Experimenter.pull), (1, Experimenter.clean), (2, Experimenter.stage_file),
]  # fmt: skip

QUEUED_HISTORY = [*SHARED_HISTORY, (6, Experimenter.queue)]
WORKERS_HISTORY = [*SHARED_HISTORY, (2, Experimenter.queue), (5, Experimenter.queue_for_workers)]

FIRST_SHARED = 10_000  # seeds below have been recorded and played without
FIRST_QUEUED = 20_000
FIRST_WITH_WORKERS = 30_000
SHARED_HISTORIES = [(FIRST_WITH_WORKERS, WORKERS_HISTORY), (FIRST_QUEUED, QUEUED_HISTORY), (FIRST_SHARED, SHARED_HISTORY)]


def mixed_scenario(seed: int, length: int = 8) -> Scenario:
    """Each command says which program runs it where both take turns."""
    rng = random.Random(f"mixed {seed}")
    s = Recorder()
    s.project()
    project = Experimenter(rng, s)
    for stage in project.stages:
        stage.fails = False
    project.write_all()
    project.commit()
    actions = MIXED_HISTORY
    if seed >= FIRST_SHARED:
        actions = next(each for first, each in SHARED_HISTORIES if seed >= first)
        s.shell("rm -rf ../shared.git && git init -q --bare ../shared.git && git remote add shared ../shared.git")
    project.experiment()
    for _ in range(length):
        rng.choices([action for _, action in actions], [weight for weight, _ in actions])[0](project)
    for step in s.steps:
        step.by = step.by or rng.choice(["dvc", "expcore"])
    return Scenario(f"mixed_{seed}", "generated", s.steps, s.tolerated, mixed=True)
