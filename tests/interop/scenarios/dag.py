"""`dag` in the formats that other programs read."""

from driver import scenario

T = "dag"


def project(s):
    s.project()
    s.write(
        "dvc.yaml",
        "stages:\n  a: {cmd: x, outs: [a]}\n  b: {cmd: x, deps: [a], outs: [b]}\n"
        "  c: {cmd: x, deps: [a], outs: [c1, c2]}\n"
        "  dd: {cmd: x, deps: [b, c1, sub/e], outs: [d], metrics: [m.json]}\n"
        "  lone: {cmd: x, outs: [l]}\n",
    )
    s.write("sub/dvc.yaml", "stages:\n  e: {cmd: x, deps: [../b], outs: [e]}\n")


@scenario(T)
def formats(s):
    project(s)
    for options in (["--dot"], ["--mermaid"], ["--md"]):
        s.run("dag", *options)
        s.run("dag", *options, "--outs")


@scenario(T)
def targets(s):
    project(s)
    for target in ("b", "dd", "lone", "sub/dvc.yaml:e", "m.json", "c2", "sub/e"):
        s.run("dag", "--dot", target)
        s.run("dag", "--dot", "--full", target)
    s.run("dag", "--dot", "b", "-o")
    s.run("dag", "--dot", "e", cwd="sub")
    s.run("dag", "--dot", "nope")


@scenario(T)
def boxes(s):
    s.project()
    s.write("dvc.yaml", "stages:\n  a: {cmd: x, outs: [a]}\n  b: {cmd: x, deps: [a], outs: [b]}\n  lone: {cmd: x}\n")
    s.run("dag")
    s.run("dag", "b")
    s.tolerate("commands [1] / stdout", "DVC leaves blanks at the ends of its lines")
    s.tolerate("commands [2] / stdout", "DVC leaves blanks at the ends of its lines")


@scenario(T)
def nothing_to_show(s):
    s.project()
    s.run("dag")
    s.run("dag", "--dot")
    s.run("dag", "--mermaid")
