"""Collection of garbage."""

from driver import scenario

T = "gc"


def versions(s, *, push=False):
    """Three commits of a file and a folder, two branches, a tag, one more version in the work tree."""
    s.project()
    if push:
        s.shell("mkdir ../remote")
        s.run("remote", "add", "-q", "-d", "st", "../remote")
    for number in range(3):
        s.write("f.txt", f"f{number}\n")
        s.write("d/x", f"x{number}\n")
        s.write("d/same", "same\n")
        s.run("add", "-q", "f.txt", "d")
        if push:
            s.run("push", "-q")
        s.commit(f"version {number}")
        if number == 0:
            s.git("branch", "old")
            s.git("tag", "v0")
    s.write("f.txt", "work tree\n")
    s.run("add", "-q", "f.txt")


@scenario(T)
def options(s):
    s.cross = False
    versions(s)
    for line in (
        "", "-r st", "-w -r st", "-w -c --not-in-remote", "-n 2", "-w -c", "-w", "-a -T --dry", "-A --dry",
        "--rev HEAD --dry", "--rev HEAD -n 2 --dry", "--rev HEAD -n 2 --all-experiments --dry", "--date 2020-01-01 --dry",
        "--date 2100-01-01 --dry", "--rev nope -f", "-w --not-in-remote -f", "-w -r nope -c -f",
    ):
        s.run("gc", *line.split())
    s.run("gc", "-w", "-p", "/nope", "-f")
    s.run("gc", "--rev", "HEAD", "-n", "2", "-f")
    s.run("gc", "-T", "-f")
    s.run("gc", "-w", "-f")
    s.run("gc", "-w", "-f")
    s.run("gc", "-w", "-f", "-q")


@scenario(T)
def all_branches(s):
    versions(s)
    s.run("gc", "-a", "-f")
    s.run("gc", "-A", "-f")


@scenario(T)
def remote(s):
    versions(s, push=True)
    s.run("gc", "-w", "-c", "--dry")
    s.run("gc", "-w", "-c", "-f")
    s.run("gc", "-w", "-c", "-f", "-r", "st")
    s.shell("find ../remote -type f | grep -v expcore-tmp | sort > listing")
    s.run("gc", "-w", "--not-in-remote", "-f")
    s.run("status")
    s.run("pull")


@scenario(T)
def lost_folder(s):
    versions(s)
    s.shell("rm -f .dvc/cache/files/md5/*/*.dir")
    s.run("gc", "-w", "--dry")
    s.run("gc", "-w")
    s.run("gc", "-a", "-f")


@scenario(T)
def experiments(s):
    s.project()
    s.write("params.yaml", "lr: 1\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cat params.yaml > out\n    params: [lr]\n    outs: [out]\n")
    s.run("repro", "-q")
    s.commit()
    s.run("exp", "run", "-q", "-n", "one", "-S", "lr=2")
    s.run("exp", "run", "-q", "-n", "two", "-S", "lr=3")
    s.git("checkout", "-q", "-f", "HEAD")
    s.run("checkout", "-q")
    s.run("gc", "--all-experiments", "-f")


@scenario(T)
def unreadable_revision(s):
    s.cross = False
    versions(s)
    s.write("f.txt.dvc", "outs:\n- path: [\n")
    s.git("commit", "-qam", "broken")
    s.shell("git checkout -q HEAD~1 -- f.txt.dvc")
    s.run("gc", "-A", "-f")
    s.tolerate("commands [5] / stderr", "what is wrong with the YAML is told in other words")
    s.run("gc", "-A", "-f", "--skip-failed")


@scenario(T)
def legacy_objects(s):
    s.cross = False
    s.project()
    s.write("f.txt", "a\n")
    s.write("f.txt.dvc", "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  path: f.txt\n")
    s.write(".dvc/cache/60/b725f10c9c85c70d97880dfe8191b3", "a\n")
    s.write(".dvc/cache/3b/5d5c3712955042212316173ccf37be", "b\n")
    s.shell("chmod 444 .dvc/cache/*/*")
    s.commit()
    s.run("gc", "-w", "-f")
