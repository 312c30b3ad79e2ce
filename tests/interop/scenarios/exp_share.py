"""exp push, pull, list and remove with another Git repository, in both directions."""

from ._projects import two_stages
from driver import scenario

T = "exp_share"


def with_remotes(s):
    """`origin` and a clone `../other` of it; a DVC remote that both use."""
    two_stages(s)
    # An absolute place: DVC does not find relative ones of commits.
    s.shell("printf '[core]\\nremote = store\\n[remote \"store\"]\\nurl = %s/store\\n' $(dirname $PWD) > .dvc/config.local")
    s.shell("rm -rf ../hub ../store && git init -q --bare -b main ../hub && git remote add origin ../hub && git push -q origin main")
    s.run("exp", "run", "-q", "-n", "one", "-S", "train.lr=0.2")
    s.run("exp", "run", "-q", "-n", "two", "-S", "train.lr=0.3")
    s.git("checkout", "-q", "-f", "HEAD")


def look_at(s, where):
    s.shell(f"git -C {where} for-each-ref --format='%(refname) %(tree)' refs/exps | cut -d/ -f5 >> seen.txt; cat seen.txt > /dev/null")
    s.shell("cd ../store 2>/dev/null && find . -type f | sort >> ../repo/seen.txt || true")


@scenario(T)
def pushing(s):
    with_remotes(s)
    s.run("exp", "push", "origin", "one")
    look_at(s, "../hub")
    s.run("exp", "push", "origin", "one")
    s.run("exp", "push", "origin")
    look_at(s, "../hub")
    s.run("exp", "push", "origin", "one", "two")
    s.run("exp", "push", "--no-cache", "origin", "one")
    s.run("exp", "push", "../hub", "one")
    s.run("exp", "push", "origin", "nope")
    s.run("exp", "push", "--rev", "HEAD~1", "--no-cache", "origin")
    s.run("exp", "push", "-A", "--no-cache", "origin")
    s.run("exp", "list", "origin")
    s.run("exp", "list", "origin", "--name-only")
    s.run("exp", "list", "-A", "origin")
    s.cross = False


@scenario(T)
def pulling(s):
    with_remotes(s)
    s.run("exp", "push", "-q", "origin", "one", "two")
    s.run("exp", "remove", "-q", "-A")
    s.shell("rm -rf .dvc/cache")
    s.run("exp", "pull", "origin", "one")
    s.run("exp", "pull", "origin", "one")
    s.run("exp", "pull", "origin")
    s.run("exp", "pull", "origin", "nope")
    s.run("exp", "pull", "--no-cache", "origin", "one", "two")
    s.run("exp", "list", "--name-only")
    s.run("exp", "apply", "two")


@scenario(T)
def diverged(s):
    with_remotes(s)
    s.run("exp", "push", "-q", "--no-cache", "origin", "one", "two")
    s.run("exp", "run", "-q", "-f", "-n", "one", "-S", "train.lr=0.7")
    s.git("checkout", "-q", "-f", "HEAD")
    s.run("exp", "push", "--no-cache", "origin", "one")
    s.run("exp", "pull", "--no-cache", "origin", "one")
    s.run("exp", "push", "--no-cache", "-f", "origin", "one")
    s.run("exp", "push", "--no-cache", "origin", "one")
    s.cross = False


@scenario(T)
def removing(s):
    with_remotes(s)
    s.run("exp", "push", "-q", "--no-cache", "origin", "one", "two")
    s.run("exp", "remove", "-g", "origin", "nope")
    s.run("exp", "remove", "-g", "origin", "one")
    s.run("exp", "list", "origin", "--name-only")
    s.run("exp", "remove", "-g", "../hub", "-A")
    s.run("exp", "list", "origin", "--name-only")
    s.run("exp", "remove", "-g", "origin", "-A")
    s.cross = False


@scenario(T)
def renaming(s):
    with_remotes(s)
    s.run("exp", "push", "-q", "--no-cache", "origin", "one", "two")
    s.run("exp", "rename", "-g", "origin", "nope", "other")
    s.run("exp", "rename", "-g", "origin", "one", "one")
    s.run("exp", "rename", "-g", "origin", "one", "two")
    s.run("exp", "rename", "-g", "origin", "one", "a b")
    s.run("exp", "rename", "-g", "nowhere", "one", "eins")
    s.run("exp", "rename", "-g", "origin", "one", "eins")
    s.tolerate("refs", "DVC renames the local experiment (docs/decisions/exp-save.md)")
    s.tolerate("show", "the same")
    s.cross = False


@scenario(T)
def no_such_remote(s):
    with_remotes(s)
    s.run("exp", "list", "nowhere")
    s.run("exp", "push", "nowhere", "one")
    s.run("exp", "pull", "nowhere", "one")
    s.run("exp", "remove", "-g", "nowhere", "one")
    s.run("exp", "push", "-r", "nostore", "origin", "one")
    s.run("exp", "pull", "-r", "nostore", "origin", "one")
    s.tolerate("commands [8] / stderr", "expcore reports the remote without a warning before")
    s.cross = False


@scenario(T)
def without_data_remote(s):
    two_stages(s)
    s.shell("rm -rf ../hub && git init -q --bare -b main ../hub && git remote add origin ../hub")
    s.run("exp", "run", "-q", "-n", "one")
    s.run("exp", "push", "origin", "one")
    s.run("exp", "list", "origin")
    s.run("exp", "pull", "origin", "one")
    s.tolerate("commands [2] / stderr", "expcore warns that no data went along")
    s.tolerate("commands [4] / stderr", "expcore warns that no data came along")
    s.cross = False


@scenario(T)
def outside(s):
    s.project(scm=False)
    s.run("exp", "push", "origin", "a")
    s.run("exp", "pull", "origin", "a")
    s.git("init", "-q", "-b", "main")
    s.cross = False


@scenario(T)
def pushed_by_itself(s):
    with_remotes(s)
    s.shell("git remote set-url origin $(dirname $PWD)/hub")  # a run beside the workspace finds it in DVC, too
    s.shell("printf '[exp]\nauto_push = true\n' >> .dvc/config.local")
    s.run("exp", "run", "-n", "three", "-S", "train.lr=0.4")
    s.run("exp", "save", "-n", "four")
    s.run("exp", "list", "origin")
    s.shell("cd ../store && find . -type f | sort >> ../repo/seen.txt")
    s.run("exp", "run", "--temp", "-n", "five", "-S", "train.lr=0.5")
    s.run("exp", "list", "origin")
    s.shell("cd ../store && find . -type f | sort >> ../repo/seen.txt")
    s.shell("printf 'git_remote = nowhere\n' >> .dvc/config.local")
    s.shell("sed -i s/0.4/0.6/ params.yaml")  # else, in the same second, it is the very commit of four
    s.run("exp", "save", "-n", "six")
    s.run("exp", "list", "origin")
    s.shell("cd ../store && find . -type f | sort >> ../repo/seen.txt")
