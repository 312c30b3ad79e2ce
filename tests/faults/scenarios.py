"""What the fault sweep runs: a project, and the command that is disturbed."""
import dataclasses
import typing


@dataclasses.dataclass
class Scenario:
    name: str
    command: list
    build: typing.Callable
    stores: bool = True  # what it records, the cache holds
    collects: bool = False  # nothing else may be left in the depots
    every: int = 12  # a thin sweep takes every so-manyth call that changes nothing
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


SCENARIOS = [
    Scenario("add", ["add", *TARGETS], new()),
    Scenario("add-hardlink", ["add", *TARGETS], new("hardlink")),
    Scenario("add-symlink-again", ["add", *TARGETS], changed("symlink")),
]
