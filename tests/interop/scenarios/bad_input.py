"""Files and situations that must be refused with DVC's words."""

from driver import scenario

T = "bad_input"


def refused(text, *commands):
    def play(s):
        s.project()
        s.write("dvc.yaml", text)
        s.write("src.txt", "hello\n")
        s.commit()
        for command in commands or (("status",), ("repro",), ("exp", "run", "-n", "x")):
            s.run(*command)

    return play


CASES = {
    "unknown_key": "stages: {bad: {foo: echo}}\n",
    "several_problems": "stages:\n  a:\n    cmd: echo\n    deps: foo\n    wrong: 1\n  b:\n    cmd: 3\n    frozen: maybe\n",
    "bad_flags": "stages:\n  a:\n    cmd: echo\n    outs:\n    - x:\n        cache: 1\n    - y: null\n    params:\n    - 3\n",
    "unknown_section": "foo: 1\n",
    "null_stages": "stages:\n",
    "no_command": "stages:\n  a:\n    desc: x\n",
    "null_wdir": "stages:\n  a:\n    cmd: echo\n    wdir:\n",
    "unclosed_list": "stages:\n  a: [1\n",
    "duplicate_key": "stages:\n  a: {cmd: x}\n  a: {cmd: y}\n",
    "conflict_markers": "<<<<<<< HEAD\nstages: 1\n=======\n>>>>>>> x\n",
    "tab": "stages:\n\ta: 1\n",
    "same_out_twice": "stages:\n  a:\n    cmd: echo\n    outs: [o]\n    metrics: [o]\n",
    "out_of_two_stages": "stages:\n  a:\n    cmd: echo\n    outs: [o]\n  b:\n    cmd: echo\n    outs: [o]\n",
    "overlapping_outs": "stages:\n  a:\n    cmd: echo\n    outs: [d]\n  b:\n    cmd: echo\n    outs: [d/f]\n",
    "cycle": "stages:\n  a:\n    cmd: echo\n    deps: [y]\n    outs: [x]\n  b:\n    cmd: echo\n    deps: [x]\n    outs: [y]\n",
    "self_cycle": "stages:\n  a:\n    cmd: echo\n    deps: [x]\n    outs: [x]\n",
    "dvc_file_as_out": "stages:\n  a:\n    cmd: echo\n    outs: [x.dvc]\n",
}
for _name, _text in CASES.items():
    _play = refused(_text)
    if _name == "overlapping_outs":

        def _play(s, play=_play):
            play(s)
            s.tolerate("commands [3] / stderr", "DVC's data index holds only one of the two outputs")

    _play.__name__ = _name
    scenario(T)(_play)


@scenario(T)
def no_pipeline(s):
    s.project()
    s.run("status")
    s.run("repro")
    s.run("exp", "run", "-n", "x")


@scenario(T)
def not_a_project(s):
    s.git("init", "-q", "-b", "main")
    s.run("status")
    s.run("repro")
    s.run("exp", "run")
    s.run("exp", "show")


@scenario(T)
def init_twice(s):
    s.project()
    s.run("init")


@scenario(T)
def init_outside_git(s):
    s.run("init")


@scenario(T)
def init_in_subdirectory(s):
    s.git("init", "-q", "-b", "main")
    s.shell("mkdir sub")
    s.run("init", cwd="sub")
    s.run("init", "-q", "--subdir", cwd="sub")


@scenario(T)
def broken_lock(s):
    refused("stages:\n  a:\n    cmd: cp src.txt a\n    deps: [src.txt]\n    outs: [a]\n", ("repro",))(s)
    s.write("dvc.lock", "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    wrong: 1\n")
    s.run("status")
    s.run("repro")
    s.write("dvc.lock", "schema: '1.0'\n")
    s.run("repro")
    s.write("dvc.lock", "")
    s.run("repro")


@scenario(T)
def broken_params(s):
    refused("stages:\n  a:\n    cmd: echo > a\n    params: [x]\n    outs: [a]\n", ("repro",))(s)
    s.write("params.yaml", "x: [1\n")
    s.run("repro")
    s.tolerate("commands", "DVC reads params.yaml for templates while loading, and prints its parser's words")
    s.tolerate("show", "the same")
    s.tolerate("status", "the same")
    s.cross = False


@scenario(T)
def ignored_out(s):
    s.project()
    s.write(".dvcignore", "# comment\n\n*.log\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo > x.log\n    outs: [x.log]\n")
    s.commit()
    s.run("repro")
    s.tolerate("show / stdout [1]", "patterns of a revision are not applied to its outputs")
    s.tolerate("dvc after expcore / show / stdout [1]", "the same")
    s.tolerate("expcore after dvc / show / stdout [1]", "the same")


@scenario(T)
def bad_configuration(s):
    s.project()
    s.write(".dvc/config", "[core]\n    foo = 1\n")
    s.run("status")
    s.write(".dvc/config", "[core]\n    autostage = maybe\n")
    s.run("status")
    s.write(".dvc/config", "[cache\n")
    s.run("status")
    s.write(".dvc/config", "[cache]\n    type = hardlink,foo\n")
    s.run("status")
    for part in ("show", "status"):
        s.tolerate(part, "both programs fail with the same message as the commands above")
    s.cross = False


@scenario("bad_input")
def numbers_as_parameter_names(s):
    s.project()
    s.write("params.yaml", "1: a\n2: b\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo 1 > o\n    params:\n    - params.yaml:\n    outs: [o]\n")
    s.run("repro")
    for part in ("commands [1] / stdout", "files / o", "files / .gitignore", "cache", "status", "git status"):
        s.tolerate(part, "DVC notices after the command has run")
