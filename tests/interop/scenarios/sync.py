"""push, fetch and pull with a remote that is a folder."""

from driver import scenario

T = "sync"


def tree(s):
    s.project()
    s.write("f.txt", "a\n")
    s.write("d/x", "b\n")
    s.write("d/s/y", "c\n")
    s.run("add", "f.txt", "d")
    s.shell("mkdir -p ../remote")


def lose_cache(s):
    s.shell("rm -rf .dvc/cache")


@scenario(T)
def there_and_back(s):
    tree(s)
    s.run("push")
    s.run("push", "-r", "nope")
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push")
    s.run("push")
    s.run("push", "nope")
    lose_cache(s)
    s.run("push")
    s.run("fetch")
    s.run("fetch")
    lose_cache(s)
    s.shell("rm -r f.txt d")
    s.run("pull")
    s.run("pull")


@scenario(T)
def parts_and_patterns(s):
    tree(s)
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push", "--glob", "f*")
    s.run("push", "d")
    s.run("push")
    lose_cache(s)
    s.run("fetch", "d/x")
    s.run("fetch", "f.txt")
    s.shell("rm -r f.txt d")
    s.run("pull", "d")
    s.run("pull", "f.txt.dvc")


@scenario(T)
def missing_and_unsaved(s):
    tree(s)
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push")
    lose_cache(s)
    s.shell("rm -f ../remote/files/md5/60/*")
    s.run("fetch")
    s.shell("rm f.txt")
    s.run("pull")
    s.run("pull", "--allow-missing")
    s.write("d/new", "n\n")
    s.run("pull")
    s.run("pull", "-f", "d")


@scenario(T)
def revisions(s):
    tree(s)
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.commit()
    s.write("f.txt", "second\n")
    s.run("add", "f.txt")
    s.commit()
    s.git("tag", "one", "HEAD~1")
    for command in (5, 6):
        s.tolerate(f"commands [{command}] / stdout", "DVC counts what other revisions need once more")
    s.run("push")
    s.run("push", "-T")
    s.run("push", "-A")
    lose_cache(s)
    s.run("fetch", "-a")
    s.run("fetch", "--all-commits")


@scenario(T)
def run_cache(s):
    s.project()
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp in out\n    deps: [in]\n    outs: [out]\n")
    s.write("in", "1\n")
    s.run("repro")
    s.shell("mkdir -p ../remote")
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push", "--run-cache")
    lose_cache(s)
    s.shell("rm out")
    s.run("pull", "--run-cache")
    s.write("in", "2\n")
    s.run("repro")
    s.write("in", "1\n")
    s.run("repro")


@scenario(T)
def cloud_status(s):
    s.run("status", "-c")
    tree(s)
    s.write("dup/f", "a\n")
    s.write(
        "dvc.yaml",
        "stages:\n  a:\n    cmd: cp f.txt o; echo 1 > m\n    deps: [f.txt]\n"
        "    outs: [o]\n    metrics: [{m: {cache: false}}]\n",
    )
    s.run("status", "-c", "-q")
    s.run("status", "-c")
    s.run("status", "-a")
    s.run("status", "-j", "2", "-a", "-T", "-A")
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("status", "-c")
    s.run("status", "-c", "--json")
    s.run("status", "--cloud", "-q")
    s.run("status", "-c", cwd="dup")
    s.run("status", "-r", "st")
    s.run("status", "-r", "nope")
    s.run("status", "-c", "d")
    s.run("status", "-c", "d/x", "f.txt.dvc")
    s.run("status", "-c", "nope")
    s.run("status", "-c", "nope.dvc")
    s.run("status", "-c", "dvc.yaml:nope")
    s.run("status", "-c", "-R", ".")
    s.run("push")
    s.run("status", "-c")
    s.run("status", "-c", "--json")
    s.run("status", "-c", "-q")
    s.shell("rm -r .dvc/cache/files/md5/60")
    s.run("status", "-c")
    s.run("status", "-c", "--json")


@scenario(T)
def cloud_status_of_revisions(s):
    tree(s)
    s.commit()
    s.git("tag", "one")
    s.git("checkout", "-q", "-b", "side")
    s.write("f.txt", "side\n")
    s.run("add", "-q", "f.txt")
    s.commit()
    s.git("checkout", "-q", "-")
    s.write("f.txt", "second\n")
    s.run("add", "-q", "f.txt")
    s.commit()
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push", "-q")
    for option in ("-a", "-T", "-A"):
        s.run("status", "-c", option, "f.txt")
    s.run("status", "--cloud", "--all-commits")


@scenario(T)
def cloud_status_without_the_cache(s):
    tree(s)
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("push", "-q")
    lose_cache(s)
    s.run("status", "-c")
    s.shell("rm -rf ../remote/*")
    s.run("status", "-c")
    lose_cache(s)
    s.run("status", "-c")
    s.run("status", "-c", "d")
    s.run("push", "d")
