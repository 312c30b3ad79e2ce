"""Commands on tracked data: add, commit, checkout, remove, move, unprotect."""

import random

from driver import scenario

T = "data"


def tree(s):
    s.project()
    s.write("f.txt", "a\n")
    s.write("d/x", "b\n")
    s.write("d/s/y", "c\n")


def pipeline(s):
    tree(s)
    s.run("add", "f.txt", "d")
    s.write(
        "dvc.yaml",
        "stages:\n  # first\n  a:\n    cmd: cat f.txt > o; echo 2 > m\n    deps: [f.txt]\n    outs: [o]\n"
        "    metrics:\n    - m: {cache: false}\n  b:  # second\n    cmd: cp o p\n    deps: [o]\n    outs: [p]\n",
    )
    s.run("repro")
    s.commit()


@scenario(T)
def add_files_and_folders(s):
    tree(s)
    s.write("d/empty", "")
    s.write("d/run.sh", "#!/bin/sh\n")
    s.chmod("d/run.sh", 0o755)
    s.write("run.sh", "#!/bin/sh\n")
    s.chmod("run.sh", 0o755)
    s.write("d/ü b/ß", "u\n")
    s.shell("mkdir -p e/inner")
    s.run("add", "f.txt", "d", "e", "run.sh")
    s.commit()
    s.run("add", "f.txt")
    s.write("f.txt", "changed\n")
    s.write("d/new", "n\n")
    s.run("add", "-q", "f.txt", "d/")
    s.run("add", "d/new", "nope")
    s.write("sub/k", "k\n")
    s.run("add", "../f.txt", "k", cwd="sub")


@scenario(T)
def add_part_of_a_folder(s):
    tree(s)
    s.run("add", "d")
    s.write("d/x", "changed\n")
    s.run("add", "d/x")
    s.write("d/n", "new\n")
    s.run("add", "d/n")
    s.shell("rm d/n")
    s.run("add", "d/n")
    s.run("add", "y", cwd="d/s")
    s.run("add", "d/never")


@scenario(T)
def add_refuses(s):
    tree(s)
    s.write("g.txt", "g\n")
    s.git("add", "g.txt")
    s.run("add", "g.txt")
    s.run("add", "--glob", "*.zip")
    s.run("add", "/etc/hostname")
    s.run("add", "-o", "a", "b", "c")
    s.shell("ln -s d dl")
    s.run("add", "dl")
    s.run("add", "dl/x")
    s.run("add", ".")
    s.run("add", ".dvc")
    s.run("add", "dvc.yaml")
    s.run("add", "d/x")
    s.run("add", "d")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo 1 > o\n    outs: [o]\n")
    s.run("repro")
    s.run("add", "o")


@scenario(T)
def add_options(s):
    s.project()
    s.write("h1.bin", "1\n")
    s.write("sub/deep/h3.bin", "3\n")
    s.run("add", "--glob", "h?.bi[n]", "**/h3.bin")
    s.write("n.bin", "n\n")
    s.run("add", "--no-commit", "n.bin")
    s.write("../outside.txt", "o\n")
    s.run("add", "../outside.txt", "-o", "in.txt")
    s.run("add", "../outside.txt", "-o", "in.txt")
    s.run("add", "../outside.txt", "-o", "in.txt", "-f")
    s.run("add", "../outside.txt", "-o", "sub")
    s.shell("ln -s h1.bin link")
    s.run("add", "link")


@scenario(T)
def add_by_link_types(s):
    tree(s)
    for kind in ("symlink", "hardlink", "copy"):
        s.write(".dvc/config", f"[cache]\n    type = {kind}\n")
        s.write(f"{kind}.txt", f"{kind}\n")
        s.write(f"{kind}/a", f"{kind} a\n")
        s.run("add", f"{kind}.txt", kind)
    s.run("unprotect", "symlink.txt", "symlink", "hardlink")
    s.run("unprotect", "nope")


@scenario(T)
def autostage(s):
    tree(s)
    s.write(".dvc/config", "[core]\n    autostage = true\n")
    s.run("add", "f.txt", "d")
    s.run("move", "f.txt", "g.txt")


@scenario(T)
def commit(s):
    pipeline(s)
    s.run("commit")
    s.write("f.txt", "changed\n")
    s.run("commit")
    s.run("commit", "-f", "f.txt.dvc")
    s.write("o", "by hand\n")
    s.run("commit", "a")
    s.run("commit", "-f", "a")
    s.run("commit", "-f", "a")
    s.run("commit", "nope")
    s.run("commit", "-f", "-d", "b")
    s.run("config", "cache.type", "hardlink")
    s.write("f.txt", "not linked\n")
    s.run("commit", "-f", "--no-relink", "f.txt.dvc")
    s.write("o", "linked\n")
    s.run("commit", "-f", "a")
    s.run("status")


@scenario(T)
def checkout(s):
    pipeline(s)
    s.run("checkout")
    s.run("checkout", "--summary")
    s.shell("rm -r f.txt d/s o")
    s.run("checkout")
    s.shell("rm -rf d p")
    s.run("checkout", "d/x")
    s.run("checkout", "d", "b")
    s.write("d/x", "dirty\n")
    s.write("d/extra", "extra\n")
    s.run("checkout")
    s.run("checkout", "--summary", "-f")
    s.run("checkout", "nope")
    s.run("checkout", "dvc.yaml")
    s.write("d/x", "c\n")
    s.shell("cp d/s/y d/x; rm o")
    s.run("checkout", "--summary")
    s.run("checkout", "--relink")


@scenario(T)
def checkout_of_outputs_never_made(s):
    s.project()
    s.write("f.txt", "f\n")
    s.run("add", "f.txt")
    s.write("sub/dvc.yaml", "stages:\n  s:\n    cmd: echo x > never\n    outs: [never]\n")
    s.commit()
    s.remove("f.txt")
    s.run("checkout")
    s.run("checkout", "--summary", "--allow-missing")
    s.run("checkout", "sub/never")
    s.run("checkout", "f.txt")


@scenario(T)
def checkout_of_other_revisions(s):
    pipeline(s)
    s.write("f.txt", "second\n")
    s.write("d/second", "second\n")
    s.shell("rm d/x")
    s.run("add", "f.txt", "d")
    s.run("repro")
    s.commit()
    s.git("checkout", "-q", "HEAD~1")
    s.run("checkout")
    s.git("checkout", "-q", "-")
    s.run("checkout")
    s.run("status")


@scenario(T)
def checkout_of_a_commit_that_lacks_outputs(s):
    pipeline(s)
    s.write("mine.txt", "not tracked\n")
    s.write("e/x", "e\n")
    s.run("add", "e")
    s.commit()
    s.shell("git rm -q f.txt.dvc e.dvc dvc.yaml dvc.lock")
    s.commit("less")
    s.run("checkout", "--summary")
    s.run("checkout")
    s.git("checkout", "-q", "HEAD~1")
    s.run("checkout")
    s.write("f.txt", "edited\n")
    s.write("e/extra", "extra\n")
    s.git("checkout", "-q", "-")
    s.run("checkout")
    s.run("status")


@scenario(T)
def checkout_after_tracking_ended(s):
    pipeline(s)
    s.run("remove", "f.txt.dvc")
    s.run("checkout", "d")
    s.run("checkout")
    s.run("remove", "a")
    s.run("checkout", "--force")


@scenario(T)
def targets_in_files_that_are_not_there(s):
    s.project()
    for target in ("dvc.yaml", "a", "sub/dvc.yaml", "dvc.yaml:a", "x.dvc", "x.txt"):
        for command in (("checkout",), ("dag",), ("repro",), ("status",), ("commit",), ("remove",)):
            s.run(*command, target)


@scenario(T)
def without_a_folder_for_temporary_files(s):
    pipeline(s)
    for command in ("checkout",), ("add", "f.txt"), ("remove", "d.dvc"):
        s.shell("rm -rf .dvc/tmp f.txt; echo a > f.txt")
        s.run(*command)


@scenario(T)
def checkout_without_objects(s):
    pipeline(s)
    s.shell("rm -rf .dvc/cache/files/md5/60; rm f.txt")
    s.run("checkout")
    s.run("checkout", "--allow-missing")


@scenario(T)
def remove(s):
    pipeline(s)
    s.run("remove", "f.txt")
    s.run("remove", "nope")
    s.run("remove", "nope.dvc")
    s.run("remove", "b")
    s.run("remove", "d.dvc")
    s.run("remove", "--outs", "a")
    s.run("remove", "f.txt.dvc", "--outs")


@scenario(T)
def move(s):
    tree(s)
    s.run("add", "f.txt", "d")
    s.commit()
    s.run("move", "f.txt", "f2.txt")
    s.shell("mkdir -p sub")
    s.run("move", "f2.txt", "sub")
    s.run("move", "d", "sub/e")
    s.run("move", "nope", "x")
    s.shell("mv sub/e.dvc sub/zz.dvc")
    s.run("move", "sub/e", "sub/e3")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo 1 > o\n    outs: [o]\n")
    s.run("repro")
    s.run("move", "o", "x")


NAMES = ["a", "b.txt", "with space", "ü", "-dash", "#hash", "x" * 60, "[b]", "q'uote", "end."]


class RandomTree:
    """Files of odd names and contents; a name that is a folder never becomes a file."""

    def __init__(self, draw):
        self.draw = draw
        self.files = set()
        self.folders = set()

    def grow(self, s, top):
        draw = self.draw
        for _ in range(draw.randint(1, 12)):
            parts = [top] + [draw.choice(NAMES) + str(draw.randint(0, 3)) for _ in range(draw.randint(1, 4))]
            path = "/".join(parts)
            above = {"/".join(parts[:n]) for n in range(1, len(parts))}
            if path in self.folders or above & self.files:
                continue
            self.files.add(path)
            self.folders |= above
            s.write(path, "".join(draw.choice("ab\r\n\0é") for _ in range(draw.randint(0, 40))))


def generated(seed):
    def play(s):
        draw = random.Random(seed)
        trees = RandomTree(draw)
        s.project()
        for top in ("t1", "t 2"):
            trees.grow(s, top)
            s.write(f"{top}/always", f"{seed}\n")
        s.run("add", "t1", "t 2")
        s.commit()
        for _ in range(3):
            trees.grow(s, draw.choice(["t1", "t 2"]))
            s.run(*draw.choice([("add", "t1", "t 2"), ("commit", "-f"), ("checkout", "-f"), ("checkout",)]))
        s.run("checkout", "-f")
        s.run("status")

    play.__name__ = f"generated_trees_{seed}"
    play.__doc__ = f"Odd names and contents, seed {seed}."
    return play


for _seed in range(4):
    scenario(T)(generated(_seed))
