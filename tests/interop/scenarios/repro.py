"""`repro` on changes of every kind."""

from driver import scenario

from scenarios._projects import one_stage, two_stages

T = "repro"


@scenario(T)
def first_run(s):
    two_stages(s)
    s.run("repro")


@scenario(T)
def nothing_to_do(s):
    two_stages(s)
    s.run("repro")
    s.run("repro")


@scenario(T)
def changed_dep(s):
    two_stages(s)
    s.run("repro")
    s.write("src.txt", "changed\n")
    s.run("repro")


@scenario(T)
def changed_param(s):
    two_stages(s)
    s.run("repro")
    s.write("params.yaml", "train:\n  lr: 0.2\n")
    s.run("repro")


@scenario(T)
def changed_command(s):
    two_stages(s)
    s.run("repro")
    s.shell("sed -i 's/cp src.txt/cp -f src.txt/' dvc.yaml")
    s.run("repro")


@scenario(T)
def deleted_out(s):
    two_stages(s)
    s.run("repro")
    s.remove("model.bin")
    s.run("status")
    s.run("repro")


@scenario(T)
def edited_out(s):
    two_stages(s)
    s.run("repro")
    s.write("model.bin", "edited by hand\n")
    s.run("status")
    s.run("repro")


@scenario(T)
def run_cache_brings_results_back(s):
    two_stages(s)
    s.run("repro")
    s.write("src.txt", "second\n")
    s.run("repro")
    s.write("src.txt", "hello\n")
    s.run("repro")


@scenario(T)
def deleted_lock(s):
    two_stages(s)
    s.run("repro")
    s.remove("dvc.lock")
    s.run("status")
    s.run("repro")


@scenario(T)
def force(s):
    two_stages(s)
    s.run("repro")
    s.run("repro", "-f")


@scenario(T)
def target(s):
    two_stages(s)
    s.run("repro", "prep")
    s.run("repro", "train")


@scenario(T)
def single_item(s):
    two_stages(s)
    s.run("repro")
    s.write("src.txt", "changed\n")
    s.run("repro", "-s", "train")


@scenario(T)
def unknown_target(s):
    two_stages(s)
    s.run("repro", "nope")
    s.run("repro", "sub/dvc.yaml")
    s.run("repro", "dvc.lock")


@scenario(T)
def dry(s):
    two_stages(s)
    s.run("repro", "prep")
    s.write("src.txt", "changed\n")
    s.run("repro", "--dry", "prep")
    s.tolerate("commands [2]", "DVC probes the run-cache with what the lock says and calls it cached")


@scenario(T)
def no_commit(s):
    two_stages(s)
    s.run("repro", "--no-commit")
    s.run("status")


@scenario(T)
def no_run_cache(s):
    two_stages(s)
    s.run("repro")
    s.write("src.txt", "second\n")
    s.run("repro")
    s.write("src.txt", "hello\n")
    s.run("repro", "--no-run-cache")


@scenario(T)
def quiet(s):
    two_stages(s)
    s.run("repro", "-q")


@scenario(T)
def folder_out_and_dep(s):
    one_stage(
        s,
        "cmd: mkdir -p out/deep && cp src.txt out/b.txt && cp src.txt out/deep/a.txt && touch out/empty\n"
        "deps: [src.txt]\nouts: [out]",
    )
    s.shell("printf '  b:\\n    cmd: ls out > list.txt\\n    deps: [out]\\n    outs: [list.txt]\\n' >> dvc.yaml")
    s.run("repro")
    s.run("repro")
    s.shell("echo more > out/more.txt")
    s.run("status")
    s.run("repro")


@scenario(T)
def empty_file_and_folder(s):
    one_stage(s, "cmd: ': > empty.txt && mkdir -p nothing'\ndeps: [src.txt]\nouts: [empty.txt, nothing]")
    s.run("repro")


@scenario(T)
def executable_files(s):
    one_stage(
        s,
        "cmd: ./tool.sh\ndeps: [tool.sh]\nouts: [made.sh]",
        tool__sh="#!/bin/sh\nprintf '#!/bin/sh\\n' > made.sh && chmod +x made.sh\n",
    )
    s.chmod("tool.sh", 0o755)
    s.run("repro")
    s.remove("made.sh")
    s.run("repro")


@scenario(T)
def unicode_names(s):
    one_stage(s, "cmd: cp 'größe.txt' 'naïve 数.txt'\ndeps: ['größe.txt']\nouts: ['naïve 数.txt']")
    s.write("größe.txt", "é\n")
    s.run("repro")
    s.run("repro")


@scenario(T)
def list_commands(s):
    one_stage(s, "cmd:\n- echo one > a.txt\n- |\n  echo two > b.txt\n  echo three >> b.txt\nouts: [a.txt, b.txt]")
    s.run("repro")
    s.run("status")


@scenario(T)
def multi_line_command(s):
    one_stage(s, "cmd: |\n  echo one > a.txt\n  echo two >> a.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("repro")


@scenario(T)
def long_command(s):
    words = " ".join(f"--option-{i} value{i}" for i in range(12))
    one_stage(s, f"cmd: echo {words} > a.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("repro")
    s.run("repro")


@scenario(T)
def awkward_strings(s):
    one_stage(
        s,
        "cmd: 'echo \"a: b\" ''quoted'' # not a comment > a.txt; : > a.txt'\nparams: [t, n, d, e, l, b, u, f]\nouts: [a.txt]",
        params__yaml='t: "1.0"\nn: null\nd: {z: 1, a: {}}\ne: ""\nl: [1, [2, null], x: y]\nb: "yes"\nu: é\nf: 1e-5\n',
    )
    s.run("repro")
    s.run("repro")


@scenario(T)
def failing_stage(s):
    two_stages(s)
    s.shell("sed -i 's/cat data.txt > model.bin/false/' dvc.yaml")
    s.run("repro")
    s.run("status")
    s.shell("sed -i 's/false/cat data.txt > model.bin/' dvc.yaml")
    s.run("repro")


@scenario(T)
def keep_going(s):
    two_stages(s)
    s.shell("sed -i 's/cp src.txt data.txt/exit 3/' dvc.yaml")
    s.run("repro", "-k")


@scenario(T)
def ignore_errors(s):
    one_stage(s, "cmd: exit 3\nouts: [a.txt]")
    s.run("repro", "--ignore-errors")


@scenario(T)
def missing_dep(s):
    one_stage(s, "cmd: echo x > a.txt\ndeps: [nope.txt]\nouts: [a.txt]")
    s.run("repro")


@scenario(T)
def missing_dep_without_outs(s):
    one_stage(s, "cmd: echo x\ndeps: [nope.txt]")
    s.run("repro")


@scenario(T)
def missing_out(s):
    one_stage(s, "cmd: 'true'\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("repro")


@scenario(T)
def missing_param(s):
    one_stage(s, "cmd: echo x > a.txt\nparams: [p, q.r]\nouts: [a.txt]", params__yaml="x: 1\n")
    s.run("repro")


@scenario(T)
def missing_params_file(s):
    one_stage(s, "cmd: echo x > a.txt\nparams: [p]\nouts: [a.txt]")
    s.run("repro")


@scenario(T)
def out_tracked_by_git(s):
    one_stage(s, "cmd: echo x > a.txt\ndeps: [src.txt]\nouts: [a.txt]", a__txt="tracked\n")
    s.run("repro")


@scenario(T)
def working_directory(s):
    one_stage(s, "cmd: cp ../src.txt b.txt\nwdir: sub\ndeps: [../src.txt]\nouts: [b.txt]")
    s.shell("mkdir sub")
    s.run("repro")
    s.run("status")


@scenario(T)
def several_files(s):
    s.project()
    s.write("src.txt", "hello\n")
    s.write("sub/dvc.yaml", "stages:\n  b:\n    cmd: cp ../a.txt b.txt\n    deps: [../a.txt]\n    outs: [b.txt]\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp src.txt a.txt\n    deps: [src.txt]\n    outs: [a.txt]\n")
    s.commit()
    s.run("repro", cwd="sub")
    s.run("status")
    s.write("src.txt", "changed\n")
    s.run("repro", "sub/dvc.yaml:b")
    s.run("status", cwd="sub")


@scenario(T)
def all_pipelines(s):
    s.project()
    s.write("x/dvc.yaml", "stages:\n  a:\n    cmd: echo 1 > a.txt\n    outs: [a.txt]\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp x/a.txt a.txt\n    deps: [x/a.txt]\n    outs: [a.txt]\n")
    s.commit()
    s.run("repro", "-P")
    s.run("repro", "-P")


@scenario(T)
def frozen(s):
    two_stages(s)
    s.run("repro")
    s.shell("sed -i 's/  prep:/  prep:\\n    frozen: true/' dvc.yaml")
    s.write("src.txt", "changed\n")
    s.run("status")
    s.run("repro")


@scenario(T)
def always_changed(s):
    one_stage(s, "cmd: echo x > a.txt\nalways_changed: true\nouts: [a.txt]")
    s.run("repro")
    s.run("repro")
    s.run("status")


@scenario(T)
def callback_stage(s):
    one_stage(s, "cmd: echo hello")
    s.run("repro")
    s.run("status")


@scenario(T)
def persisted_out(s):
    one_stage(s, "cmd: cat src.txt >> a.txt\ndeps: [src.txt]\nouts:\n- a.txt: {persist: true}")
    s.run("repro")
    s.write("src.txt", "again\n")
    s.run("repro")


@scenario(T)
def uncached_out(s):
    one_stage(s, "cmd: cp src.txt a.txt\ndeps: [src.txt]\nouts:\n- a.txt: {cache: false}")
    s.run("repro")
    s.run("repro")


@scenario(T)
def plots_and_metrics(s):
    one_stage(
        s,
        "cmd: printf 'x,y\\n1,2\\n' > p.csv && echo '{\"a\":{\"b\":1}}' > m.json\ndeps: [src.txt]\n"
        "metrics:\n- m.json\nplots:\n- p.csv:\n    x: x\n    y: y\n    cache: false",
    )
    s.run("repro")
    s.run("repro")


@scenario(T)
def params_in_other_formats(s):
    one_stage(
        s,
        "cmd: echo x > a.txt\nparams:\n- lr\n- conf.json:\n  - a.b\n- conf.toml:\n  - t.x\n- conf.py:\n  - C.y\n  - z\n- whole.yaml:\nouts: [a.txt]",
        params__yaml="lr: 1e-3\n",
        conf__json='{"a": {"b": [1, 2.0]}}\n',
        conf__toml='[t]\nx = 1.5\n',
        conf__py="z = 'text'\n\n\nclass C:\n    y: int = 3\n",
        whole__yaml="b: 2\na: {c: 1}\n",
    )
    s.run("repro")
    s.run("repro")
    s.write("conf.toml", "[t]\nx = 2.5\n")
    s.run("status")
    s.run("status", "--json")


@scenario(T)
def same_key_twice_in_lock(s):
    two_stages(s)
    s.run("repro")
    s.shell("sed -i 's/^  prep:/  # a comment\\n  prep:/' dvc.lock")
    s.write("params.yaml", "train:\n  lr: 5\n")
    s.run("repro")
    s.tolerate("files / dvc.lock", "ruamel.yaml moves the column of comments it keeps")


@scenario(T)
def autostage(s):
    two_stages(s)
    s.shell("printf '[core]\\n    autostage = true\\n' > .dvc/config")
    s.run("repro")


@scenario(T)
def gitignore_without_final_line_feed(s):
    one_stage(s, "cmd: cp src.txt 'a[1].txt'\ndeps: [src.txt]\nouts: ['a[1].txt']")
    s.shell("printf 'x' > .gitignore")
    s.run("repro")


@scenario(T)
def without_git(s):
    s.project(scm=False)
    s.write("src.txt", "hello\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp src.txt a.txt\n    deps: [src.txt]\n    outs: [a.txt]\n")
    s.run("repro")
    s.run("status")
    s.run("exp", "run")


@scenario(T)
def link_types(s):
    one_stage(s, "cmd: mkdir d && cp src.txt d/x && cp src.txt a.txt && touch e\ndeps: [src.txt]\nouts: [d, a.txt, e]")
    s.shell("printf '[cache]\\n    type = hardlink\\n' > .dvc/config")
    s.run("repro")


@scenario(T)
def symlinks(s):
    one_stage(s, "cmd: mkdir d && cp src.txt d/x && cp src.txt a.txt\ndeps: [src.txt]\nouts: [d, a.txt]")
    s.shell("printf '[cache]\\n    type = symlink,copy\\n' > .dvc/config")
    s.run("repro")
    s.run("status")


@scenario(T)
def data_added_with_dvc(s):
    s.project()
    s.write("data.csv", "a\n")
    s.write(
        "data.csv.dvc",
        "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  hash: md5\n  path: data.csv\n",
    )
    s.write(".gitignore", "/data.csv\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp data.csv a.txt\n    deps: [data.csv]\n    outs: [a.txt]\n")
    s.commit()
    s.run("repro")
    s.write("data.csv", "b\n")
    s.run("status")
    s.run("repro")


@scenario(T)
def size_is_a_parameter_like_any_other(s):
    one_stage(s, "cmd: cp params.yaml a.txt\nparams: [size]\nouts: [a.txt]", params__yaml="size: 1\n")
    s.run("repro")
    s.write("params.yaml", "size: 2\n")
    s.run("repro")
    # DVC's run-cache key leaves `size` out: it restores the old result. We run.
    for part in ("commands [2]", "files", "cache", "status", "show", "git status"):
        s.tolerate(part, "docs/decisions/run-cache-match.md")
    s.cross = False


@scenario(T)
def legacy_lock_entries(s):
    one_stage(s, "cmd: cp src.txt a.txt\ndeps: [src.txt]\nouts: [a.txt]")
    s.run("repro")
    s.shell("sed -i '/hash: md5/d' dvc.lock")
    s.run("status")


@scenario(T)
def frozen_and_always_changed(s):
    s.project()
    s.write("dvc.yaml", "stages:\n  a: {cmd: touch o, outs: [o], always_changed: true}\n")
    s.run("repro")
    s.write("dvc.yaml", "stages:\n  a: {cmd: touch o, outs: [o], always_changed: true, frozen: true}\n")
    s.run("status")
    s.run("repro")
    s.run("status", "--json")


@scenario(T)
def missing_data_allowed(s):
    two_stages(s)
    s.run("repro")
    s.remove("model.bin")
    s.run("repro", "--allow-missing")
    s.shell("rm -rf .dvc/cache")
    s.run("repro", "--allow-missing")
    s.write("src.txt", "changed\n")
    s.run("repro", "--allow-missing")


def shared_project(s):
    """Two stages below tracked data, everything on a remote."""
    s.project()
    s.write("data/a", "1\n")
    s.write("data/b", "2\n")
    s.write(
        "dvc.yaml",
        "stages:\n"
        "  one:\n"
        "    cmd: mkdir -p d; cat data/a > d/o1; echo x > d/o2\n"
        "    deps: [data/a]\n"
        "    outs: [d/o1, d/o2]\n"
        "  two:\n"
        "    cmd: cat d/o1 d/o2 > two.txt\n"
        "    deps: [d/o1, d/o2]\n"
        "    outs: [two.txt]\n",
    )
    s.shell("mkdir -p ../remote")
    s.run("remote", "add", "-q", "-d", "st", "../remote")
    s.run("add", "-q", "data")
    s.run("repro", "-q")
    s.run("push", "-q", "--run-cache")


@scenario(T)
def pull_missing_data(s):
    shared_project(s)
    s.shell("rm -rf .dvc/cache data d/o1 d/o2 two.txt")
    s.run("repro", "--pull")
    s.run("repro", "--pull")
    s.shell("rm -rf .dvc/cache d/o1")
    s.run("repro", "--pull", "two")
    s.shell("rm -rf .dvc/cache dvc.lock d/o1 d/o2 two.txt")
    s.run("repro", "--pull")


@scenario(T)
def pull_for_a_changed_stage(s):
    shared_project(s)
    s.shell("rm -rf .dvc/cache data d/o1 d/o2 && sed -i 's/o1 d.o2 >/o2 d\\/o1 >/' dvc.yaml")
    s.run("repro", "--pull", "-s", "two")
    s.shell("rm -rf .dvc/cache data d/o1 d/o2 && sed -i 's/echo x/echo y/' dvc.yaml")
    s.run("repro", "--pull", "--no-run-cache", "-s", "one")


@scenario(T)
def pull_without_a_remote(s):
    two_stages(s)
    s.run("repro", "-q")
    s.remove("model.bin")
    s.run("repro", "--pull")
