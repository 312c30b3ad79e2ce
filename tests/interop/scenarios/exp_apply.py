"""exp apply: an experiment's files in the workspace."""

from ._projects import two_stages
from driver import scenario

T = "exp_apply"


def with_experiment(s):
    two_stages(s)
    s.run("exp", "run", "-q", "-n", "one", "-S", "train.lr=0.2")
    s.git("checkout", "-q", "-f", "HEAD")
    s.run("checkout", "-q", "--force")


@scenario(T)
def onto_a_clean_workspace(s):
    with_experiment(s)
    s.git("add", "-A")
    s.git("commit", "-q", "-m", "with files of its own")
    s.write("notes.md", "x")
    s.git("add", "notes.md")
    s.git("commit", "-q", "-m", "a file the experiment lacks")
    s.run("exp", "apply", "one")
    s.run("exp", "diff", "one", "--json")
    s.run("exp", "apply", "refs/heads/main")
    s.run("exp", "apply", "--no-force", "one")


@scenario(T)
def keeps_what_the_workspace_had(s):
    with_experiment(s)
    s.write("src.txt", "edited\n")
    s.write("staged.txt", "staged\n")
    s.git("add", "staged.txt")
    s.write("untracked/file.txt", "untracked\n")
    s.write("params.yaml", "train:\n  lr: 9\n  epochs: 3\n")
    s.run("exp", "apply", "one")
    s.git("reset", "-q", "--hard")
    s.git("clean", "-q", "-f", "-d")
    s.git("stash", "apply", "-q", "refs/exps/apply/stash")
    s.run("exp", "apply", "one")


@scenario(T)
def one_by_revision_and_again(s):
    with_experiment(s)
    s.run("exp", "run", "-q", "-n", "two", "-S", "train.lr=0.3")
    s.run("exp", "apply", "one")
    s.run("exp", "apply", "two")
    s.run("exp", "apply", "HEAD")
    s.git("checkout", "-q", "--detach")
    s.run("exp", "apply", "one")


@scenario(T)
def refused(s):
    with_experiment(s)
    s.run("exp", "apply", "nope")
    s.run("exp", "apply", "HEAD~3")
    s.cross = False


@scenario(T)
def without_its_data(s):
    with_experiment(s)
    s.shell("rm -rf .dvc/cache model.bin data.txt")
    s.run("exp", "apply", "one")
    s.tolerate("files", "what nobody has again stays")
    s.tolerate("show", "DVC removed the outputs")
    s.tolerate("status", "DVC removed the outputs")
    s.cross = False


@scenario(T)
def subfolder_project(s):
    s.git("init", "-q", "-b", "main")
    s.write("sub/x", "")
    s.run("init", "-q", "--subdir", cwd="sub")
    s.write("sub/dvc.yaml", "stages:\n  a:\n    cmd: cp in out\n    deps: [in]\n    outs: [out]\n")
    s.write("sub/in", "1\n")
    s.write("top", "1\n")
    s.commit()
    s.run("exp", "run", "-q", "-n", "one", cwd="sub")
    s.write("sub/in", "2\n")
    s.write("top", "2\n")
    s.write("sub/new", "2\n")
    s.run("exp", "apply", "one", cwd="sub")
    s.cross = False


@scenario(T)
def before_the_first_commit(s):
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.run("exp", "apply", "a")
    s.cross = False


@scenario(T)
def without_git(s):
    s.project(scm=False)
    s.run("exp", "apply", "a")
    s.cross = False
