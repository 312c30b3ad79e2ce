"""stage list, which the VS Code extension asks in every folder with a dvc.yaml."""

from ._projects import two_stages
from driver import scenario

T = "stage_list"


def many(s):
    two_stages(s)
    s.write("data/x", "1\n")
    s.run("add", "-q", "data")
    s.write(
        "sub/dvc.yaml",
        "stages:\n"
        "  a:\n    cmd: echo a\n"
        "  b:\n    cmd: echo b\n    desc: |\n\n      Says b, which\n      is all.\n"
        "  c:\n    cmd: echo c\n    deps: [../src.txt]\n    params: [p, ../params.yaml: [seed]]\n"
        "  d:\n    foreach: [1, 2]\n    do:\n      cmd: echo ${item}\n      outs: [out${item}]\n"
        "  e:\n    cmd: e\n    plots: [p.csv]\n    metrics: [m.json]\n    outs: [e.out]\n"
        "  f:\n    cmd: f\n    desc: " + "äx " * 40 + "\n",
    )


@scenario(T)
def listing(s):
    many(s)
    s.run("stage", "list")
    s.run("stage", "list", "--name-only")
    s.run("stage", "list", cwd="sub")
    s.run("stage", "list", "sub/dvc.yaml", "data.dvc", "dvc.yaml", "sub/dvc.yaml:a")
    s.run("stage", "list", "train", "--names-only")
    s.run("stage", "list", "sub/dvc.yaml:d")
    s.run("stage", "list", "-R", "sub")
    s.run("stage", "list", "-R", ".")
    s.run("stage", "list", "--all")
    s.run("stage", "list", "-q", "--all", "--name-only")
    s.run("stage", "list", "nope")
    s.run("stage", "list", "sub")
    s.run("stage", "list", "nowhere/dvc.yaml")
    s.cross = False


@scenario(T)
def broken_files(s):
    many(s)
    s.write("broken/dvc.yaml", "stages:\n  a: [\n")
    s.write("wrong/dvc.yaml", "stages:\n  a: 1\n")
    s.run("stage", "list", "--all", "--name-only")
    s.run("stage", "list", "--all", "--fail")
    s.run("stage", "list", "-R", ".", "--name-only")
    s.run("stage", "list", "broken/dvc.yaml")
    s.run("stage", "list", cwd="wrong")
    s.cross = False


@scenario(T)
def without_git(s):
    s.project(scm=False)
    s.run("stage", "list")
    s.run("stage", "list", "--all")
    s.cross = False
