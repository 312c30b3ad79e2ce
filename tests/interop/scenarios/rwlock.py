"""DVC's table of who reads and writes which path, as others leave it."""
from driver import scenario

from ._projects import two_stages

T = "rwlock"
FILE = ".dvc/tmp/rwlock"
BECAUSE = "what follows DVC's words are those of Python's libraries"


def changed(s):
    two_stages(s)
    s.run("repro")
    s.write("src.txt", "changed\n")


@scenario(T)
def cut_off_and_held(s):
    changed(s)
    s.write(FILE, '{"write": {"/elsewhere": {"pid": 1, "cmd": "dvc re')
    s.run("repro")
    s.remove(FILE)
    s.tolerate("commands [2] / stderr", BECAUSE)


@scenario(T)
def of_another_form(s):
    changed(s)
    s.write(FILE, '{"write": []}')
    s.run("repro")
    s.remove(FILE)
    s.tolerate("commands [2] / stderr", BECAUSE)


@scenario(T)
def of_the_dead(s):
    changed(s)
    s.shell(
        """printf '{"write": {"%s": {"pid": 999999999, "cmd": "dvc repro"}}}' "$PWD/data.txt" > """ + FILE
    )
    s.run("repro")


@scenario(T)
def data_of_a_stage_that_runs(s):
    s.project()
    s.write("d/x", "x\n")
    s.write("f", "f\n")
    s.run("add", "d", "f")
    s.write("d/x", "changed\n")
    s.write("f", "changed\n")
    s.shell("""printf '{"write": {"%s": {"pid": 1, "cmd": "dvc repro"}}}' "$PWD/d" > """ + FILE)
    s.run("commit", "-f", "d.dvc")
    s.run("add", "d")
    s.run("remove", "d.dvc")
    s.run("add", "f")
    s.remove(FILE)


@scenario(T)
def spaces_at_the_end(s):
    changed(s)
    s.write(FILE, "{}" + " " * 510)
    s.run("repro")
