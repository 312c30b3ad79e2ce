"""exp save: the workspace as an experiment."""

from ._projects import one_stage, two_stages
from driver import scenario

T = "exp_save"


@scenario(T)
def edits_and_data(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.write("params.yaml", "train:\n  lr: 0.9\n  epochs: 3\n")
    s.write("data.txt", "by hand\n")
    s.write("metrics.json", '{"acc": 0.7}')
    s.run("exp", "save", "-n", "by-hand")
    s.run("exp", "save", "-n", "by-hand")
    s.run("exp", "save", "-n", "by-hand", "-f", "-m", "said so", "--json")
    s.run("exp", "show", "--csv", "--drop", "Created")


@scenario(T)
def unchanged(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.run("exp", "save", "-n", "same")
    s.run("exp", "save", "-n", "same", "-f")
    for name in ("fo^o", "a/b", "a b", "a..b", "x.lock"):
        s.run("exp", "save", "-n", name)


@scenario(T)
def untracked_files(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.write("notes.txt", "n\n")
    s.write("more/a.txt", "a\n")
    s.write("more/b.txt", "b\n")
    s.write("other.txt", "o\n")
    s.write("ignored.txt", "i\n")
    s.write(".gitignore", "/ignored.txt\n/data.txt\n/model.bin\n")
    s.run("exp", "save", "-n", "one", "-I", "notes.txt", "-I", "more", "-I", "nowhere", "-I", "ignored.txt")
    s.run("exp", "save", "-n", "two", "--include-untracked", "more/a.txt")


@scenario(T)
def staged_changes(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.write("new.txt", "n\n")
    s.git("add", "new.txt")
    s.git("mv", "params.yaml", "src2.txt")
    s.git("mv", "src2.txt", "params.yaml")
    s.write("src.txt", "edited\n")
    s.git("rm", "-q", "-f", "metrics.json")
    s.write("metrics.json", "{}")
    s.git("add", "metrics.json")
    s.run("exp", "save", "-n", "one")
    s.tolerate("git status", "expcore leaves the index alone")
    s.tolerate("index", "expcore leaves the index alone")


@scenario(T)
def top_level_files(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.write("extra.json", '{"x": 1}')
    s.write("extra.yaml", "p: 1\n")
    s.write("plot.csv", "a,b\n1,2\n")
    s.shell("printf 'metrics:\\n- extra.json\\nparams:\\n- extra.yaml\\nplots:\\n- plot.csv\\n' >> dvc.yaml")
    s.write(".gitignore", "/extra.json\n/data.txt\n/model.bin\n")
    s.run("exp", "save", "-n", "one")


@scenario(T)
def some_targets(s):
    two_stages(s)
    s.run("repro", "-q")
    s.commit("with a lock")
    s.write("data.txt", "by hand\n")
    s.write("model.bin", "by hand\n")
    s.run("exp", "save", "-n", "one", "prep")
    s.run("exp", "save", "-n", "two", "nope")
    s.run("exp", "save", "-n", "three", "prep", "train")


@scenario(T)
def data_source(s):
    s.project()
    s.write("data/x", "1\n")
    s.run("add", "-q", "data")
    s.commit()
    s.write("data/x", "2\n")
    s.write("data/y", "2\n")
    s.run("exp", "save", "-n", "one")
    s.run("exp", "save", "-n", "two", "-R", "data", "-m", "two")


@scenario(T)
def without_outputs(s):
    two_stages(s)
    s.run("exp", "save", "-n", "one")
    s.cross = False


@scenario(T)
def lock_that_is_new(s):
    one_stage(s, "cmd: cp src.txt out\ndeps: [src.txt]\nouts: [out]")
    s.write("out", "made\n")
    s.run("exp", "save", "-n", "one")
    s.tolerate("refs", "expcore includes the new dvc.lock")
    s.tolerate("commands", "and does not warn that it is left out")
    s.tolerate("show", "so that the experiment is shown with what it made")
    s.cross = False


@scenario(T)
def in_a_subfolder(s):
    two_stages(s)
    s.write("sub/dvc.yaml", "stages:\n  b:\n    cmd: cp ../src.txt out\n    deps: [../src.txt]\n    outs: [out]\n")
    s.run("repro", "-q", "-P")
    s.commit("with a lock")
    s.write("sub/out", "by hand\n")
    s.write("sub/new.txt", "x")
    s.run("exp", "save", "-n", "one", "-I", "new.txt", cwd="sub")


@scenario(T)
def before_the_first_commit(s):
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.run("exp", "save", "-n", "a")
    s.cross = False


@scenario(T)
def without_git(s):
    s.project(scm=False)
    s.run("exp", "save", "-n", "a")
    s.cross = False


@scenario(T)
def metric_that_only_the_run_cache_has(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.run("exp", "save", "-n", "two")


@scenario(T)
def a_missing_dependency_among_stages_of_one_file(s):
    """The file's other stages are not recorded then; those of files before are."""
    s.project()
    s.write("src.txt", "1\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp src.txt a\n    deps: [src.txt]\n    outs: [a]\n")
    s.write(
        "sub/dvc.yaml",
        "stages:\n  b:\n    cmd: cp ../src.txt b\n    deps: [../src.txt]\n    outs: [b]\n"
        "  c:\n    cmd: 'true'\n    deps: [missing]\n",
    )
    s.write("a", "a\n")
    s.write("sub/b", "b\n")
    s.commit()
    s.run("exp", "save", "-n", "one")
    s.run("commit", "-f")
    s.write("sub/missing", "here\n")
    s.run("commit", "-f", "sub/dvc.yaml:b")
    s.run("exp", "save", "-n", "two")
