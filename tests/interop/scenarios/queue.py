"""`exp run --queue`, `--run-all` and the commands of `queue`.

DVC's tasks live in Git stashes and a message broker, ours in a database: what a user sees is compared.
"""

from ._projects import one_stage
from driver import scenario

T = "queue"
TWICE = "DVC prints the error of a queued run twice"
NAMES = "DVC 3.64 prints the heading and forgets the names"


def project(s, command="test ${lr} -ne 13 && cp params.yaml m.yaml"):
    one_stage(
        s,
        f"cmd: {command}\ndeps: [src.txt]\nparams: [lr]\nmetrics:\n- m.yaml: {{cache: false}}",
        params__yaml="lr: 1  # rate\n",
    )


@scenario(T)
def empty(s):
    project(s)
    s.run("queue", "status")
    s.run("queue", "stop")
    s.run("queue", "stop", "--kill")
    s.run("queue", "kill")
    s.run("queue", "kill", "one")
    s.run("queue", "logs", "one")
    s.run("queue", "logs", "-f", "one")
    s.run("queue", "remove")
    s.run("queue", "remove", "--all")
    s.run("queue", "remove", "--queued", "--failed")
    s.run("queue", "remove", "one")
    s.run("queue", "remove", "one", "two")
    s.run("queue", "remove", "one", "--all")
    s.run("exp", "run", "--run-all")
    s.run("exp", "remove", "--queue")
    s.cross = False


@scenario(T)
def queued_and_removed(s):
    project(s)
    s.write("params.yaml", "lr: 2  # edited\n")
    s.run("exp", "run", "--queue", "-n", "plain")
    s.run("exp", "run", "--queue", "-n", "one", "-S", "lr=3")
    s.run("exp", "run", "--queue", "-n", "grid", "-S", "lr=range(4,7)")
    s.run("queue", "status")
    s.run("queue", "status", "-q")
    s.run("queue", "logs", "one")
    s.run("queue", "logs", "-f", "one")
    s.run("queue", "kill", "one")
    s.run("queue", "remove", "one", "nope")
    s.run("queue", "remove", "one", "grid-2")
    s.run("queue", "remove", "one")
    s.run("queue", "status")
    s.run("exp", "show", "--csv")
    s.run("exp", "show", "--json")
    s.run("exp", "show", "--csv", "--hide-queued")
    s.run("exp", "remove", "grid-1", "nope")
    s.run("exp", "remove", "grid-1")
    s.run("exp", "remove", "--queue")
    s.run("exp", "remove", "--queue")
    s.run("queue", "remove", "--queued")
    s.run("queue", "status")
    s.cross = False


@scenario(T)
def refused(s):
    project(s)
    s.tolerate("commands [5] / stderr", "DVC says it as `commit` does, which makes its snapshot")
    s.run("exp", "run", "-n", "taken", "-S", "lr=5")
    s.run("exp", "run", "--queue", "-n", "taken", "-S", "lr=6")
    s.run("exp", "run", "--queue", "-n", "a/b")
    s.run("exp", "run", "--queue", "-n", "a b", "-S", "lr=6")
    s.run("exp", "run", "--queue", "-n", "one", "nope")
    s.run("exp", "run", "--queue", "-n", "one", "-S", "nope.yaml:x=1")
    s.run("exp", "run", "--queue", "-n", "one", "-S", "nope.x=1")
    s.run("exp", "run", "-S", "lr=6,7")
    s.write("dvc.yaml", "stages:\n  a:\n    comand: x\n")
    s.run("exp", "run", "--queue", "-n", "one")
    s.run("queue", "status")
    s.cross = False


@scenario(T)
def run_all(s):
    project(s)
    s.run("exp", "run", "--queue", "-n", "good", "-S", "lr=3")
    s.run("exp", "run", "--queue", "-n", "bad", "-S", "lr=13")
    s.write("params.yaml", "lr: 2  # edited later\n")
    s.run("exp", "run", "--run-all")
    s.tolerate("commands [3] / stdout", NAMES)
    s.tolerate("commands [9] / stdout", TWICE)
    s.run("queue", "status")
    s.run("exp", "show", "--csv")
    s.run("exp", "show", "--json")
    s.run("exp", "show", "--csv", "--hide-failed")
    s.run("queue", "logs", "good")
    s.run("queue", "logs", "bad")
    s.run("queue", "kill", "good")
    s.run("queue", "remove", "good")
    s.run("queue", "remove", "--success")
    s.run("exp", "remove", "bad")
    s.run("queue", "remove", "--failed")
    s.run("queue", "status")
