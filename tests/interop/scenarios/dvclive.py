"""Stages that log with the real DVCLive, which asks the environment what kind of run it is in."""

from driver import scenario

T = "dvclive"
STAGED = "what a command puts into the index stays there; DVC takes everything out of it"

TRAIN = """\
import os
import sys

from dvclive import Live

with Live(**{arguments}) as live:
    live.log_params({{"epochs": 2, "lr": float(sys.argv[1]), "net": {{"layers": [4, 2]}}}})
    for epoch in range(2):
        live.log_metric("loss", 1 / (epoch + 2))
        live.log_metric("train/acc", 0.25 * (epoch + 1), plot=False)
        live.next_step()
    live.summary["best"] = 0.5
    names = ("DVC_EXP_NAME", "DVC_EXP_BASELINE_REV", "DVC_ROOT")
    with open("seen.txt", "w") as seen:
        print(live._inside_dvc_exp, live._save_dvc_exp, *(bool(os.environ.get(n)) for n in names), file=seen)
"""

PIPELINE = """\
stages:
  train:
    cmd: python -B train.py ${lr}
    deps: [train.py]
    params: [lr]
    outs:
    - seen.txt: {cache: false}
    - dvclive/params.yaml: {cache: false}
    - dvclive/plots/metrics: {cache: false}
    metrics:
    - dvclive/metrics.json: {cache: false}
params: [dvclive/params.yaml]
plots:
- dvclive/plots/metrics:
    x: step
"""


def project(s, **arguments):
    s.project()
    s.write("train.py", TRAIN.format(arguments=arguments))
    s.write("dvc.yaml", PIPELINE)
    s.write("params.yaml", "lr: 0.5\n")
    s.commit()


@scenario(T)
def logged_in_the_workspace(s):
    project(s)
    s.run("exp", "run", "-n", "one")
    s.run("metrics", "show", "--json")
    s.run("plots", "show", "--json")
    s.run("exp", "run", "-n", "two", "-S", "lr=0.25")
    s.run("plots", "diff", "one", "two", "--json")
    s.run("metrics", "diff", "one", "two", "--json")
    s.run("params", "diff", "one", "two", "--json")
    s.tolerate("git status", STAGED)
    s.tolerate("index", STAGED)


@scenario(T)
def without_an_experiment_of_its_own(s):
    project(s, save_dvc_exp=False, dvcyaml=None)
    s.run("exp", "run", "-n", "one", "-m", "by the stage")
    s.run("repro", "-f")


@scenario(T)
def logged_beside_the_workspace(s):
    project(s)
    s.run("exp", "run", "--temp", "-n", "one", "-S", "lr=0.25")
    s.run("exp", "apply", "one")
    s.run("metrics", "show", "--json")
    s.run("plots", "show", "--json")


@scenario(T)
def logged_by_queued_tasks(s):
    project(s)
    s.run("exp", "run", "--queue", "-n", "grid", "-S", "lr=0.25,0.75")
    s.run("exp", "run", "--run-all")
    s.tolerate("commands [2] / stdout", "DVC 3.64 prints the heading and forgets the names")
    s.cross = False
    s.run("plots", "diff", "grid-1", "grid-2", "--json")
    s.run("metrics", "diff", "grid-1", "grid-2", "--json")


@scenario(T)
def an_experiment_that_dvclive_saves(s):
    """Run by hand: DVCLive calls DVC's own library, and the program sees what it saved."""
    project(s, exp_name="by-hand", save_dvc_exp=True, dvcyaml=False)
    s.shell("python -B train.py 0.5")
    s.run("exp", "list", "--name-only")
    s.run("metrics", "diff", "HEAD", "by-hand", "--json")
    s.run("exp", "run", "-n", "one")
