"""diff: which data differs between commits and the work tree."""

from driver import scenario
from scenarios.data_status import tracked

T = "diff"


@scenario(T)
def before_any_commit(s):
    s.cross = False
    tracked(s)
    s.run("diff")
    s.run("diff", "--json")
    s.run("diff", "--md")


@scenario(T)
def commits_and_work_tree(s):
    s.cross = False
    tracked(s)
    s.commit()
    s.run("diff")
    s.run("diff", "--json")
    s.write("f.txt", "changed\n")
    s.write("d/x", "bb\n")
    s.remove("d/k")
    s.write("d/new", "n\n")
    s.shell("rm g e.dvc; mv old older")
    s.run("remove", "-q", "old.dvc")
    s.run("add", "-q", "older")
    s.run("diff")
    s.run("diff", "--json")
    s.run("diff", "--json", "--show-hash")
    s.run("diff", "--show-hash")
    s.run("diff", "--md")
    s.run("diff", "--md", "--hide-missing", "--targets", "d", "f.txt")
    s.run("diff", "HEAD~1", "--json")
    s.run("diff", "HEAD~1", "HEAD")
    s.run("diff", "HEAD", "HEAD")
    s.run("diff", "nope")
    s.run("diff", "HEAD", "nope")
    s.run("diff", "-q", "HEAD")
    s.run("add", "-q", "f.txt", "d")
    s.commit()
    s.run("diff", "HEAD~1", "HEAD", "--json", "--show-hash")
    s.run("diff", "HEAD", "HEAD~1", "--md", "--show-hash", "--targets", "d", "f.txt")


@scenario(T)
def targets(s):
    s.cross = False
    tracked(s)
    s.commit()
    s.write("f.txt", "changed\n")
    s.write("d/x", "bb\n")
    s.write("d/s/n", "nn\n")
    s.shell("rm e.dvc")
    s.run("diff", "--targets", "d")
    s.run("diff", "--targets", "d/x", "f.txt")
    s.run("diff", "--targets", "d/s")
    s.run("diff", "--targets", "f.txt.dvc", "a")
    s.run("diff", "--targets", "e")
    s.run("diff", "--targets", "nope", "d")
    s.run("diff", "--targets", "x", cwd="d")


@scenario(T)
def missing_from_the_cache(s):
    s.cross = False
    tracked(s)
    s.commit()
    s.shell("rm -rf .dvc/cache/files/md5/60")
    s.run("diff")
    s.write("d/x", "bb\n")
    s.run("diff", "--json")
    s.run("diff", "--json", "--hide-missing")
    s.run("diff", "--hide-missing")
    s.run("diff", "--md", "--show-hash", "--targets", "f.txt", "d")
    s.run("diff", "HEAD~1", "HEAD", "--json")


@scenario(T)
def files_and_folders_change_places(s):
    s.cross = False
    s.project()
    s.write("a/f", "1\n")
    s.write("b", "2\n")
    s.write("c/x", "3\n")
    s.write("p/q/r", "4\n")
    s.run("add", "-q", "a", "b", "c", "p/q/r")
    s.commit()
    s.shell("rm -r a b; echo 1 > a; mkdir b; echo 2 > b/in; mv p/q p/z; mv p/z/r p/r-1")
    s.run("diff", "--json")
    s.run("add", "-q", "a", "b")
    s.run("diff")
    s.commit()
    s.run("diff", "--json", "HEAD~1", "HEAD")


@scenario(T)
def without_git(s):
    s.cross = False
    s.project(scm=False)
    s.write("f", "1\n")
    s.run("add", "-q", "f")
    s.run("diff")
