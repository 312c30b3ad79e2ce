"""`exp run` in the workspace and `exp show`."""

from driver import scenario

from scenarios._projects import one_stage, two_stages

T = "experiments"


@scenario(T)
def first_experiment(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")


@scenario(T)
def two_experiments(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.run("exp", "run", "-n", "two", "-S", "train.lr=0.2")
    s.run("exp", "show")
    s.run("exp", "show", "--md")
    s.run("exp", "show", "--csv")
    for i in (3, 4, 5):
        s.tolerate(f"commands [{i}] / stdout", "rows of one second come in the order of their ids")


@scenario(T)
def name_is_taken(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.run("exp", "run", "-n", "one")
    s.write("src.txt", "changed\n")
    s.run("exp", "run", "-n", "one", "-f")


@scenario(T)
def bad_name(s):
    two_stages(s)
    s.run("exp", "run", "-n", "a b")
    s.run("exp", "run", "-n", "fo^o")


@scenario(T)
def unchanged_twice(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.run("exp", "run", "-n", "two")


@scenario(T)
def edited_tracked_file(s):
    two_stages(s)
    s.write("notes.txt", "one\n")
    s.commit()
    s.write("notes.txt", "two\n")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def staged_and_untracked_files(s):
    two_stages(s)
    s.write("staged.txt", "in\n")
    s.git("add", "staged.txt")
    s.write("untracked.txt", "out\n")
    s.run("exp", "run", "-n", "one")
    for part in ("git status", "index"):
        s.tolerate(part, "DVC unstages what the user staged; expcore leaves the index alone")


@scenario(T)
def deleted_tracked_file(s):
    two_stages(s)
    s.write("notes.txt", "one\n")
    s.commit()
    s.remove("notes.txt")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def failing_experiment(s):
    two_stages(s)
    s.shell("sed -i 's/cat data.txt > model.bin/exit 3/' dvc.yaml")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def no_pipeline(s):
    s.project()
    s.run("exp", "run", "-n", "one")
    s.run("exp", "show")


@scenario(T)
def message(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one", "-m", "my message")


@scenario(T)
def target(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one", "prep")


@scenario(T)
def unknown_parameter(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one", "-S", "train.nope=1")


@scenario(T)
def parameter_types(s):
    two_stages(s)
    s.write("params.yaml", "train: {lr: 0.1, name: a, on: true, n: 3, none: x}\n")
    s.commit()
    s.run(
        "exp", "run", "-n", "one", "-S", "train.lr=1e-3", "-S", "train.name=b c", "-S",
        "train.on=false", "-S", "train.n=4", "-S", "train.none=null",
    )
    s.tolerate("files / params.yaml", "expcore edits the value alone, DVC rewrites the file")
    s.tolerate("refs", "the same file in the experiment's tree")


@scenario(T)
def edited_out_is_restored(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.commit("results")
    s.write("data.txt", "edited\n")
    s.run("exp", "run", "-n", "two")


@scenario(T)
def after_a_commit(s):
    two_stages(s)
    s.run("exp", "run", "-n", "one")
    s.commit("results")
    s.write("src.txt", "next\n")
    s.run("exp", "run", "-n", "two")
    s.run("exp", "show", "--json", "-n", "2")
    s.run("exp", "show", "--json", "-A")
    for i in (3, 4):
        s.tolerate(f"commands [{i}] / stdout", "times and ids; the final state shows the same rows")


@scenario(T)
def branches_and_tags(s):
    two_stages(s)
    s.git("branch", "other")
    s.run("repro")
    s.commit("results")
    s.git("tag", "v1")
    s.run("exp", "show", "--json", "-a")
    s.run("exp", "show", "--json", "-T")
    s.run("exp", "show", "--json", "--sha")
    s.run("exp", "show", "--json", "--rev", "other", "--rev", "v1")
    s.run("exp", "show", "--json", "--rev", "nope")


@scenario(T)
def before_the_first_commit(s):
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.run("exp", "show")
    s.run("exp", "show", "--json")
    s.run("exp", "run")


@scenario(T)
def table_options(s):
    two_stages(s)
    s.run("repro")
    s.commit("results")
    s.run("exp", "show", "--drop", "train.*")
    s.run("exp", "show", "--drop", ".*", "--keep", "acc|Exp")
    s.run("exp", "show", "--only-changed")
    s.run("exp", "show", "--hide-workspace")
    s.run("exp", "show", "--sort-by", "nope")
    s.run("exp", "show", "--csv", "--precision", "2")
    s.run("exp", "show", "--param-deps", "--csv")
    for i in (2, 3, 4, 5, 7, 8):
        s.tolerate(f"commands [{i}] / stdout", "the clock")


@scenario(T)
def sorted_and_picked_columns(s):
    """The clock and ids are left out, so that every cell counts."""
    two_stages(s)
    s.run("repro", "-q")
    s.commit("results")
    s.run("exp", "run", "-q", "-n", "b", "-S", "train.lr=0.3")
    s.run("exp", "run", "-q", "-n", "a", "-S", "train.lr=0.2")
    s.run("exp", "run", "-q", "-n", "c", "-S", "train.lr=0.7", "-S", "train.epochs=3")
    s.git("checkout", "-q", "-f", "HEAD")
    cut = ("--drop", "Created|Experiment|rev|.*txt|.*json$")
    for words in (
        ("--sort-by", "train.lr"), ("--sort-by", "params.yaml:train.lr", "--sort-order", "desc"),
        ("--sort-by", "train.lr", "--only-changed", "--csv"), ("--sort-by", "train.lr", "--md"),
        ("--sort-by", "train.lr", "--keep", "State", "--hide-workspace", "--csv"),
        ("--sort-by", "train.lr", "--param-deps", "--csv", "--precision", "1"),
        ("--sort-by", "train.lr", "-A", "-n", "3", "--hide-queued", "--hide-failed", "--csv"),
        ("--sort-by", "train.lr", "-a", "-T", "--md"), ("--sort-by", "train.lr", "--rev", "HEAD~1", "-n", "2", "--md"),
        ("--sort-by", "nope", "--md"), ("--drop", "[", "--md"),
    ):
        s.run("exp", "show", "--no-pager", *cut, *words)
    s.tolerate("commands [15] / stderr", "Python's words for a broken expression")
    s.cross = False


@scenario(T)
def top_level_metrics(s):
    s.project()
    s.write(
        "dvc.yaml",
        "metrics: [m.yaml]\nparams: [p.json]\nplots: [c.csv]\nstages:\n  a:\n    cmd: cp src.txt a.txt\n"
        "    deps: [src.txt]\n    outs: [a.txt]\n",
    )
    s.write("src.txt", "x\n")
    s.commit()
    s.write("m.yaml", "acc: 0.5\nlist: [1]\nnested: {a: text, b: null}\n")
    s.write("p.json", '{"x": {"y": [1, 2]}}')
    s.write("c.csv", "a,b\n1,2\n")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def broken_metrics(s):
    one_stage(s, "cmd: echo '{' > m.json\ndeps: [src.txt]\nmetrics:\n- m.json: {cache: false}")
    s.run("exp", "run", "-n", "one")
    s.tolerate("show", "the parser's own words stand in DVC's message")
    s.cross = False


@scenario(T)
def untracked_dep(s):
    one_stage(s, "cmd: cat code.py > a.txt\ndeps: [code.py, lib]\nouts: [a.txt]")
    s.write("code.py", "print(1)\n")
    s.write("lib/x.py", "x = 1\n")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def in_a_subdirectory(s):
    s.project()
    s.write("sub/dvc.yaml", "stages:\n  a:\n    cmd: cp src.txt a.txt\n    deps: [src.txt]\n    outs: [a.txt]\n")
    s.write("sub/src.txt", "x\n")
    s.commit()
    s.run("exp", "run", "-n", "one", cwd="sub")


@scenario(T)
def environment_of_commands(s):
    one_stage(s, "cmd: echo $DVC_EXP_NAME $DVC_STAGE $DVC_EXP_BASELINE_REV `basename $DVC_ROOT` > a.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def detached_head(s):
    two_stages(s)
    s.git("checkout", "-q", "--detach")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def executable_and_link_in_git(s):
    two_stages(s)
    s.write("tool.sh", "#!/bin/sh\n")
    s.chmod("tool.sh", 0o755)
    s.shell("ln -s src.txt link")
    s.commit()
    s.write("tool.sh", "#!/bin/sh\necho\n")
    s.run("exp", "run", "-n", "one")


@scenario(T)
def dry(s):
    two_stages(s)
    s.run("repro")
    s.run("exp", "run", "--dry", "-n", "one", "train")
    s.tolerate("commands", "DVC plays a dry run in a temporary folder")


@scenario(T)
def data_source_changes(s):
    s.project()
    s.write("data.csv", "a\n")
    s.write(
        "data.csv.dvc",
        "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  hash: md5\n  path: data.csv\n",
    )
    s.write(".gitignore", "/data.csv\n/a.txt\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp data.csv a.txt\n    deps: [data.csv]\n    outs: [a.txt]\n")
    s.commit()
    s.run("exp", "run", "-n", "one")
    s.write("data.csv", "b\n")
    s.run("exp", "run", "-n", "two")
