"""data status: the last commit, what is recorded and the work tree side by side."""

from driver import scenario

T = "data_status"


def tracked(s):
    s.project()
    s.write("f.txt", "a\n")
    s.write("d/x", "b\n")
    s.write("d/s/y", "c\n")
    s.write("d/k", "k\n")
    s.write("e/f", "e\n")
    s.write("g", "gone\n")
    s.write("same/1", "same\n")
    s.write("old", "r\n")
    s.write(
        "dvc.yaml",
        "stages:\n  a:\n    cmd: cp f.txt o; echo 1 > m\n    deps: [f.txt]\n    outs: [o]\n"
        "    metrics: [{m: {cache: false}}]\n  n:\n    cmd: echo\n    outs: [never]\n",
    )
    s.run("add", "-q", "f.txt", "d", "e", "g", "same", "old")
    s.run("repro", "-q", "a")


def all_ways(s, *more):
    s.run("data", "status", *more)
    s.run("data", "status", "--granular", *more)
    s.run("data", "status", "--unchanged", "--json", *more)
    s.run("data", "status", "--granular", "--unchanged", "--json", *more)


@scenario(T)
def before_any_commit(s):
    s.cross = False
    tracked(s)
    all_ways(s)


@scenario(T)
def every_kind_of_change(s):
    s.cross = False
    tracked(s)
    s.commit()
    s.run("data", "status")
    s.run("data", "status", "--unchanged")
    s.write("f.txt", "changed\n")
    s.write("d/x", "bb\n")
    s.remove("d/k")
    s.write("d/new", "n\n")
    s.run("add", "-q", "d")
    s.write("d/x", "bbb\n")
    s.remove("d/s/y")
    s.write("d/new2", "nn\n")
    s.shell("rm g e.dvc; mv old older; chmod +x same/1; echo n > never")
    s.run("remove", "-q", "old.dvc")
    s.run("add", "-q", "older")
    s.write("ud/1", "1\n")
    s.write("free", "u\n")
    all_ways(s)
    s.run("data", "status", "--untracked-files")
    s.run("data", "status", "--untracked-files", "all", "--json", "ud", "d")
    s.run("data", "status", "--untracked-files=no", "--json")
    s.run("data", "status", "--json", "d")
    s.run("data", "status", "--granular", "--json", "d/x", "d/s", "d")
    s.run("data", "status", "--granular", "--json", "d/x", "d/s")
    s.run("data", "status", "d/x")
    s.run("data", "status", "--json", "nope")
    s.run("data", "status", "-q")
    s.run("data", "status", "--json", "--untracked-files", cwd="d")


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
    s.shell("rm -r a b; echo 1 > a; mkdir b; echo 2 > b/in")
    all_ways(s)
    s.run("add", "-q", "a", "b")
    s.run("remove", "-q", "c.dvc")
    s.run("add", "-q", "c/x")
    s.shell("mv p/q p/z; rm p/z/r.dvc; rm -f p/z/.gitignore")
    s.run("add", "-q", "p/z/r")
    all_ways(s)


@scenario(T)
def cache_and_remote(s):
    s.cross = False
    tracked(s)
    s.commit()
    s.run("data", "status", "--not-in-remote")
    s.shell("mkdir ../remote")
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("data", "status", "--not-in-remote")
    s.run("data", "status", "--not-in-remote", "--granular", "--json")
    s.run("push", "-q", "d")
    s.run("data", "status", "--not-in-remote", "--json")
    s.run("data", "status", "--not-in-remote", "--granular", "--json", "d", "e/f", "f.txt")
    s.run("data", "status", "--not-in-remote", "-r", "st", "d")
    s.shell("rm -rf .dvc/cache/files/md5/60 .dvc/cache/files/md5/3b")
    s.run("data", "status")
    s.run("data", "status", "--granular", "--json")


@scenario(T)
def without_git(s):
    s.cross = False
    s.project(scm=False)
    s.write("f", "1\n")
    s.write("d/x", "2\n")
    s.run("add", "-q", "f", "d")
    s.run("data", "status")
    s.run("data", "status", "--unchanged")
    s.write("f", "3\n")
    all_ways(s)
