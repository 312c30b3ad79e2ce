"""What a run selects: every kind of target and every option that widens or narrows it."""

from driver import scenario

T = "targets"

DIAMOND = """\
stages:
  prep:
    cmd: mkdir -p split && cp raw.txt split/a.txt && cp raw.txt split/b.txt
    deps: [raw.txt]
    outs: [split]
  left:
    cmd: cat split/a.txt > left.txt
    deps: [split/a.txt]
    outs: [left.txt]
  right:
    cmd: cat split/b.txt > right.txt
    deps: [split/b.txt]
    outs: [right.txt]
  join:
    cmd: cat left.txt right.txt > joined.txt
    deps: [left.txt, right.txt]
    outs: [joined.txt]
  each:
    foreach: [x, y]
    do:
      cmd: echo ${item} > each_${item}.txt
      outs: ["each_${item}.txt"]
  grid:
    matrix:
      size: [1, 2]
      kind: [s, t]
    cmd: cat joined.txt > grid_${key}.txt
    deps: [joined.txt]
    outs: ["grid_${key}.txt"]
"""

CHAIN = """\
stages:
  one:
    cmd: cp in.txt one.txt
    deps: [in.txt]
    outs: [one.txt]
  two:
    cmd: cp one.txt two.txt
    deps: [one.txt]
    outs: [two.txt]
"""


def diamond(s):
    s.project()
    s.write("dvc.yaml", DIAMOND)
    s.write("raw.txt", "raw\n")
    s.commit()


def folders(s):
    """A pipeline in the middle, one above that uses it, one beside it."""
    s.project()
    s.write("lib/a/dvc.yaml", CHAIN)
    s.write("lib/a/in.txt", "a\n")
    s.write("lib/b/dvc.yaml", CHAIN)
    s.write("lib/b/in.txt", "b\n")
    s.write("dvc.yaml", "stages:\n  top:\n    cmd: cp lib/a/two.txt top.txt\n    deps: [lib/a/two.txt]\n    outs: [top.txt]\n")
    s.commit()


@scenario(T)
def output_path(s):
    diamond(s)
    s.run("repro", "left.txt")
    s.run("repro", "split")
    s.run("repro", "split/a.txt")
    s.run("repro", "joined.txt")


@scenario(T)
def paths_of_no_output(s):
    diamond(s)
    s.run("repro", "raw.txt")
    s.run("repro", "not_there.txt")
    s.run("repro", "split/c.txt")
    s.run("repro", "lib/dvc.yaml")
    s.run("repro", "lib/dvc.yaml:prep")
    s.run("repro", "dvc.yaml:")
    s.run("repro", ":prep")
    s.run("repro", "./dvc.yaml:prep")
    s.run("repro", "..")
    s.run("repro", ".")
    s.run("repro", "")


@scenario(T)
def groups(s):
    diamond(s)
    s.run("repro", "-q")
    s.run("repro", "each@y")
    s.run("repro", "-f", "-s", "each")
    s.run("repro", "-f", "-s", "each@y", "each@x")
    s.run("repro", "each@z")
    s.run("repro", "each@")
    s.run("repro", "grid@1-s")
    s.run("repro", "-s", "grid")


@scenario(T)
def shell_patterns(s):
    diamond(s)
    s.run("repro", "--glob", "nothing*")
    s.run("repro", "--glob", "-s", "pre*")
    s.run("repro", "--glob", "-s", "*gh?")
    s.run("repro", "--glob", "-s", "each@[xy]")
    s.run("repro", "--glob", "dvc.yaml:le*")
    s.run("repro", "pre*")


@scenario(T)
def patterns_of_paths(s):
    folders(s)
    s.run("repro", "--glob", "lib/*/dvc.yaml")
    s.run("repro", "--glob", "lib/a/dvc.yaml:*")


@scenario(T)
def downstream(s):
    diamond(s)
    s.run("repro", "-q")
    s.write("raw.txt", "other\n")
    s.run("repro", "--downstream", "join")
    s.run("repro", "--downstream", "prep")
    s.run("repro", "--downstream")
    s.run("repro", "--downstream", "-f", "-s", "left")


@scenario(T)
def force_downstream(s):
    diamond(s)
    s.run("repro", "-q")
    s.shell("sed -i 's/raw.txt split.b.txt/raw.txt split\\/b.txt; true/' dvc.yaml")
    s.run("repro", "--force-downstream", "join")
    s.run("repro", "--force-downstream", "join")


@scenario(T)
def whole_pipelines(s):
    folders(s)
    s.run("repro", "-p", "lib/b/dvc.yaml:one")
    s.run("repro", "--pipeline", "top")
    s.run("repro", "--all-pipelines", "-f")
    s.run("repro", "-P", "top")
    s.run("repro", "-p", cwd="lib/b")


@scenario(T)
def recursive(s):
    folders(s)
    s.run("repro", "-R", "lib/b")
    s.run("repro", "-R", "lib")
    s.run("repro", "-R", ".")
    s.run("repro", "-R")
    s.run("repro", "-R", "nowhere")
    s.run("repro", "-R", "lib/a/in.txt")
    s.run("status", "-R", "lib")


@scenario(T)
def from_a_subfolder(s):
    folders(s)
    s.run("repro", "one", cwd="lib/a")
    s.run("repro", "two.txt", cwd="lib/a")
    s.run("repro", "../b/dvc.yaml", cwd="lib/a")
    s.run("repro", "../../dvc.yaml:top", cwd="lib/a")
    s.run("repro", "top", cwd="lib/a")
    s.run("repro", cwd="lib")


@scenario(T)
def several_at_once(s):
    diamond(s)
    s.run("repro", "left", "right.txt", "left", "dvc.yaml:left")
    s.run("repro", "-f", "-s", "right", "left")
    s.run("repro", "join", "nope")
    s.run("status", "left", "join")
    s.run("status", "nope")
    s.write("split/a.txt", "edited\n")
    s.run("status", "split/b.txt")
    s.run("status", "split/a.txt")
    s.run("status", "left.txt", "join")
    s.run("status", "raw.txt")


@scenario(T)
def data_files(s):
    s.project()
    s.write("raw.txt", "raw\n")
    s.run("add", "-q", "raw.txt")
    s.write("dvc.yaml", "stages:\n  raw:\n    cmd: cp raw.txt out.txt\n    deps: [raw.txt]\n    outs: [out.txt]\n")
    s.commit()
    s.run("repro", "raw.txt.dvc")
    s.run("repro", "raw.txt")
    s.write("raw.txt", "changed\n")
    s.run("repro", "-s", "raw")
    s.write("raw.txt", "changed again\n")
    s.run("repro", "raw")
    s.run("repro", "other.dvc")
    s.run("status", "raw.txt.dvc")


@scenario(T)
def asked_before_each(s):
    diamond(s)
    s.run("repro", "-i", "left", typed="y\ny\n")
    s.run("repro", "-i", "join", typed="maybe\nyes\nn\n")
    s.run("repro", "-i", "join")


@scenario(T)
def experiments_of_targets(s):
    diamond(s)
    s.run("exp", "run", "-q", "left", "-n", "left")
    s.run("exp", "run", "-q", "-n", "whole")
    s.run("exp", "run", "-n", "down", "--downstream", "join", "-f")
    s.run("exp", "run", "-n", "single", "-s", "each", "grid@1-s")
    s.run("exp", "run", "-n", "nothing", "nope")
    s.run("exp", "run", "-n", "nothing", "left.txt")
    s.run("exp", "run", "-n", "nothing", "lib/dvc.yaml:one")


@scenario(T)
def environment(s):
    """What commands find in their environment."""
    s.project()
    s.write("sub/dvc.yaml", "stages:\n  show:\n    cmd: env | grep ^DVC_ | grep -v -e NO_ANALYTICS -e CONFIG_DIR -e SITE_CACHE -e BASELINE_REV | sed 's,=/.*/,=,' | sort > env.txt; pwd | sed 's,.*/,,' >> env.txt\n    outs:\n    - env.txt: {cache: false}\n")
    s.commit()
    s.run("repro", "-R", "sub")
    s.shell("cat sub/env.txt")
    s.run("exp", "run", "-f", "-n", "named", "-R", "sub")
