"""`exp run --temp`: beside the workspace."""

from ._projects import one_stage, two_stages
from driver import scenario

T = "temp_runs"
TWICE = "DVC prints the error of a run in a temporary folder twice"


@scenario(T)
def edits_and_staged_files(s):
    two_stages(s)
    s.write("src.txt", "edited\n")
    s.write("staged.txt", "staged\n")
    s.git("add", "staged.txt")
    s.write("untracked.txt", "no\n")
    s.run("exp", "run", "--temp", "-n", "one", "-m", "my message")
    s.run("exp", "run", "--temp", "-n", "two", "-S", "train.lr=0.5")
    s.run("exp", "run", "--temp", "-n", "two")


@scenario(T)
def untracked_results(s):
    one_stage(s, "cmd: echo 1 > a.txt; echo 2 > left.txt; echo 3 > other.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("exp", "run", "--temp", "-n", "one")


@scenario(T)
def failing(s):
    one_stage(s, "cmd: echo 1 > a.txt; exit 3\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("exp", "run", "--temp", "-n", "one")
    s.tolerate("commands [1] / stderr", TWICE)


@scenario(T)
def copied_paths(s):
    one_stage(s, "cmd: cat big.bin lib/x > a.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.write(".gitignore", "/big.bin\n/lib\n")
    s.commit()
    s.write("big.bin", "1\n")
    s.write("lib/x", "2\n")
    s.run("exp", "run", "--temp", "-n", "one", "-C", "big.bin", "-C", "lib")
    s.run("exp", "run", "--temp", "-n", "two", "-C", "nowhere")
    s.tolerate("commands [2] / stderr", TWICE)


@scenario(T)
def in_a_subdirectory(s):
    s.project()
    s.write("sub/dvc.yaml", "stages:\n  a:\n    cmd: cp src.txt a.txt\n    deps: [src.txt]\n    outs: [a.txt]\n")
    s.write("sub/src.txt", "x\n")
    s.commit()
    s.run("exp", "run", "--temp", "-n", "one", cwd="sub")


@scenario(T)
def project_below_the_repository(s):
    s.git("init", "-q", "-b", "main")
    s.shell("mkdir -p ml/deep")
    s.write("top.txt", "top\n")
    s.run("init", "-q", "--subdir", cwd="ml")
    s.write("ml/dvc.yaml", "stages:\n  a:\n    cmd: cat ../top.txt src.txt > a.txt\n    deps: [src.txt]\n    outs: [a.txt]\n")
    s.write("ml/src.txt", "x\n")
    s.commit()
    s.run("exp", "run", "--temp", "-n", "one", cwd="ml")
    s.cross = False
    s.tolerate("show", "DVC is asked outside of its project")
    s.tolerate("status", "DVC is asked outside of its project")


@scenario(T)
def environment_of_commands(s):
    one_stage(s, "cmd: echo $DVC_EXP_NAME $DVC_STAGE $DVC_EXP_BASELINE_REV `basename $DVC_ROOT` > a.txt\ndeps: [src.txt]\nmetrics:\n- a.txt: {cache: false}")
    s.run("exp", "run", "--temp", "-n", "one")
    s.tolerate("show", "the metric is no mapping")
    s.cross = False


@scenario(T)
def data_source_changes(s):
    s.project()
    s.write("data.csv", "a\n")
    s.write(
        "data.csv.dvc",
        "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  hash: md5\n  path: data.csv\n",
    )
    s.write(".gitignore", "/data.csv\n/a.txt\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp data.csv a.txt\n    deps: [data.csv]\n    outs: [a.txt]\n")
    s.commit()
    s.run("exp", "run", "--temp", "-n", "one")
    s.write("data.csv", "b\n")
    s.run("exp", "run", "--temp", "-n", "two")


@scenario(T)
def applied_without_ignore_file(s):
    """Data that Git does not ignore is no part of the next experiment."""
    two_stages(s)
    s.run("exp", "run", "--temp", "-n", "one")
    s.run("exp", "apply", "one")
    s.run("exp", "run", "-n", "two")
