"""What the fault sweep runs: a project, and the command that is disturbed."""
import dataclasses
import typing


@dataclasses.dataclass
class Scenario:
    name: str
    command: list
    build: typing.Callable
    collects: bool = False  # nothing else may be left in the depots
    every: int = 12  # a thin sweep takes every so-manyth call that changes nothing
    remakes: tuple = ()  # outputs that a command of the user's makes: they may be gone
    partial: tuple = ()  # depots that may hold folders without their members


def text(name, version):
    return f"{name} of version {version}\n" * 40


def data(project, version):
    project.write("data.csv", text("data.csv", version))
    for name in ("a.txt", "b.txt", "deep/c.txt", "deep/er/ö d.txt"):
        project.write("data/" + name, text(name, 1 if name == "a.txt" else version))
    project.write("data/empty", "")
    project.write(f"data/only-{version}.txt", text("only", version))
    project.write("run.sh", f"#!/bin/sh\necho {version}\n", 0o755)


TARGETS = ["data.csv", "data", "run.sh"]


def repository(project, *link_types):
    project.git("init", "-q")
    project.expcore("init")
    if link_types:
        project.expcore("config", "cache.type", ",".join(link_types))
    project.write("mine.txt", "not tracked\n")


def new(*link_types):
    def build(project):
        repository(project, *link_types)
        data(project, 1)
    return build


def changed(*link_types):
    def build(project):
        repository(project, *link_types)
        data(project, 1)
        project.expcore("add", *TARGETS)
        project.expcore("unprotect", *TARGETS)
        project.remove("data/only-1.txt")
        data(project, 2)
    return build


def with_remote(project):
    project.expcore("remote", "add", "-d", "store", "remote")
    project.write(".dvcignore", "/remote\n")


def two_versions(project, *link_types):
    """The work tree holds version 1, the cache both, the .dvc files name version 2."""
    repository(project, *link_types)
    data(project, 1)
    project.expcore("add", *TARGETS)
    kept = {name: project.read(name + ".dvc") for name in TARGETS}
    project.expcore("unprotect", *TARGETS)
    project.remove("data/only-1.txt")
    data(project, 2)
    project.expcore("add", *TARGETS)
    wanted = {name: project.read(name + ".dvc") for name in TARGETS}
    for name in TARGETS:
        project.write(name + ".dvc", kept[name])
    project.expcore("checkout", "--force")
    for name in TARGETS:
        project.write(name + ".dvc", wanted[name])


def other_version(*link_types):
    return lambda project: two_versions(project, *link_types)


def nothing_there(*link_types):
    def build(project):
        two_versions(project, *link_types)
        for name in TARGETS:
            project.remove(name)
    return build


def pushed_partly(project):
    two_versions(project)
    with_remote(project)
    project.expcore("push", "data.csv")


def to_pull(project):
    two_versions(project)
    with_remote(project)
    project.expcore("push")
    project.remove(".dvc/cache")
    for name in TARGETS:
        project.remove(name)


def garbage(project):
    two_versions(project)
    project.expcore("checkout", "--force")


def pipeline(project, version):
    project.write("in.csv", text("in.csv", version))
    project.write("dvc.yaml", """\
stages:
  copy:
    cmd: mkdir -p out && cp in.csv out/a.csv && cat in.csv in.csv > all.csv
    deps: [in.csv]
    outs: [out, all.csv]
""")


def ran(project):
    repository(project)
    pipeline(project, 1)
    project.expcore("repro")


def to_commit(project):
    ran(project)
    project.write("out/a.csv", text("by hand", 2))
    project.write("out/more.csv", text("by hand", 3))
    project.write("all.csv", text("by hand", 4))


def to_repro(project):
    ran(project)
    pipeline(project, 2)


SCENARIOS = [
    Scenario("add", ["add", *TARGETS], new()),
    Scenario("add-hardlink", ["add", *TARGETS], new("hardlink")),
    Scenario("add-symlink-again", ["add", *TARGETS], changed("symlink")),
    Scenario("commit", ["commit", "--force"], to_commit),
    Scenario("checkout", ["checkout"], other_version()),
    Scenario("checkout-hardlink", ["checkout"], other_version("hardlink")),
    Scenario("checkout-all", ["checkout"], nothing_there("symlink")),
    Scenario("push", ["push", "-j", "1"], pushed_partly),
    Scenario("pull", ["pull", "-j", "1"], to_pull),
    Scenario("gc", ["gc", "--workspace", "--force"], garbage, collects=True),
    Scenario("repro", ["repro"], to_repro, remakes=("out/", "all.csv")),
]
