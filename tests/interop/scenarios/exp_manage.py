"""list, rename, branch, remove, diff: experiments as refs."""

from ._projects import two_stages
from driver import scenario

T = "exp_manage"


def with_experiments(s):
    two_stages(s)
    s.run("exp", "run", "-q", "-n", "one", "-S", "train.lr=0.2")
    s.run("exp", "run", "-q", "-n", "two", "-S", "train.lr=0.3")
    s.run("exp", "run", "-q", "-n", "three", "-S", "train.lr=0.1")
    s.git("checkout", "-q", "-f", "HEAD")
    s.write("src.txt", "second\n")
    s.git("commit", "-q", "-am", "second")
    s.run("exp", "run", "-q", "-n", "one", "-S", "train.lr=0.4")


@scenario(T)
def listing(s):
    with_experiments(s)
    s.run("exp", "list")
    s.run("exp", "ls", "-A")
    s.run("exp", "list", "-A", "--name-only")
    s.run("exp", "list", "--rev", "HEAD~1", "--names-only")
    s.run("exp", "list", "-n", "2")
    s.run("exp", "list", "-n", "-1", "--sha-only")
    s.git("tag", "v1", "HEAD~1")
    s.run("exp", "list", "--rev", "v1")
    s.git("checkout", "-q", "--detach")
    s.run("exp", "list")
    s.run("exp", "list", "--rev", "nope")
    s.run("exp", "list", "--sha-only", "origin")
    s.cross = False


@scenario(T)
def renaming(s):
    with_experiments(s)
    s.run("exp", "rename", "two", "zwei")
    s.run("exp", "rename", "zwei", "zwei")
    s.run("exp", "rename", "nope", "other")
    s.run("exp", "rename", "zwei", "three")
    s.run("exp", "rename", "-f", "zwei", "three")
    s.run("exp", "rename", "three", "a b")
    s.run("exp", "rename", "one", "eins")
    s.cross = False


@scenario(T)
def branching(s):
    with_experiments(s)
    s.run("exp", "branch", "two")
    s.run("exp", "branch", "two")
    s.run("exp", "branch", "three", "release/three")
    s.run("exp", "branch", "one")
    s.run("exp", "branch", "nope")
    s.cross = False


@scenario(T)
def removing(s):
    with_experiments(s)
    s.run("exp", "remove", "two", "nope")
    s.run("exp", "remove", "nope", "neither")
    s.run("exp", "remove")
    s.run("exp", "remove", "two", "-A")
    s.run("exp", "remove", "one")
    s.run("exp", "rm", "three")
    s.run("exp", "remove", "--rev", "HEAD")
    s.run("exp", "remove", "-A")
    s.run("exp", "remove", "-A")
    s.cross = False


@scenario(T)
def removing_by_revision(s):
    with_experiments(s)
    s.run("exp", "remove", "--rev", "HEAD~1")
    s.run("exp", "remove", "--keep", "--queue")
    s.cross = False


@scenario(T)
def keeping(s):
    with_experiments(s)
    s.run("exp", "remove", "--keep", "two")
    s.run("exp", "remove", "--keep", "nope")
    s.cross = False


@scenario(T)
def packed_refs(s):
    with_experiments(s)
    s.git("pack-refs", "--all")
    s.run("exp", "remove", "two")
    s.run("exp", "rename", "three", "drei")
    s.run("exp", "list", "-A", "--name-only")
    s.cross = False


@scenario(T)
def full_names_and_ambiguous_ones(s):
    with_experiments(s)
    s.write("src.txt", "third\n")
    s.git("commit", "-q", "-am", "third")
    s.run("exp", "remove", "one")
    s.run("exp", "branch", "one")
    s.run("exp", "rename", "one", "two")
    s.cross = False


@scenario(T)
def comparing(s):
    with_experiments(s)
    s.run("exp", "diff")
    s.run("exp", "diff", "two")
    s.run("exp", "diff", "two", "three")
    s.run("exp", "diff", "two", "three", "--all", "--json")
    s.run("exp", "diff", "two", "three", "--md")
    s.run("exp", "diff", "two", "HEAD", "--no-path", "--all", "--precision", "1")
    s.run("exp", "diff", "two", "HEAD", "--param-deps")
    s.run("exp", "diff", "nope")
    s.run("exp", "diff", "HEAD", "HEAD", "--md")
    s.write("metrics.json", '{"acc": 0.123456789, "new": {"x": [1, 2]}, "s": "t"}')
    s.run("exp", "diff", "two")
    s.run("exp", "diff", "two", "--json")
    s.cross = False


@scenario(T)
def before_the_first_commit(s):
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.run("exp", "list")
    s.run("exp", "remove", "-A")
    s.run("exp", "diff")
    s.run("exp", "diff", "--json")
    s.run("exp", "rename", "a", "b")
    s.run("exp", "branch", "a")
    s.cross = False


@scenario(T)
def without_git(s):
    s.project(scm=False)
    for words in (["list"], ["remove", "-A"], ["diff"], ["rename", "a", "b"], ["branch", "a"], ["clean"]):
        s.run("exp", *words)
    s.cross = False


@scenario(T)
def shown_where_templates_cannot_be_resolved(s):
    s.project()
    s.write("params.yaml", "just text\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo 1\n")
    s.commit()
    s.write("params.yaml", "lr: 1\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo ${nobody}\n")
    s.run("exp", "show", "--csv")
    s.run("exp", "show", "--json")
