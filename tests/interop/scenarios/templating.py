"""Templates, foreach and matrix."""

from driver import scenario

T = "templating"


def project(s, dvc_yaml, **files):
    s.project()
    s.write("dvc.yaml", dvc_yaml)
    s.write("src.txt", "hello\n")
    for name, text in files.items():
        s.write(name.replace("__", "."), text)
    s.commit()


@scenario(T)
def values_in_commands(s):
    project(
        s,
        "vars:\n- extra: {a: 1, flag: true, no: false, list: [x y, 2], text: it's}\nstages:\n  a:\n"
        "    cmd: echo ${x} ${b} ${n} ${f} ${l[0]} ${d.e} ${extra} > a.txt\n    deps: ['${dep}']\n    outs: ['${out}.txt']\n",
        params__yaml="x: 1\nb: true\nn:\nf: 1e-5\nl: [10]\nd: {e: deep}\ndep: src.txt\nout: a\n",
    )
    s.run("repro")
    s.shell("sed -i 's/x: 1/x: 2/' params.yaml")
    s.run("status")
    s.run("repro")


@scenario(T)
def foreach_list(s):
    project(s, "stages:\n  c:\n    foreach: [x, 1, 1.5, true]\n    do:\n      cmd: echo ${item} > o-${item}\n      outs: ['o-${item}']\n")
    s.run("repro")
    s.run("repro", "c@1.5")
    s.run("status", "c")


@scenario(T)
def loops_over_values_of_a_file(s):
    """Values that loops take from a file are parameters where the stages use them."""
    s.project()
    s.write("src.txt", "hello\n")
    s.write("v.yaml", "names: [x, y]\nunused: [z]\nlr: 1\nmodels: {small: {n: 1, k: [5]}, big: {n: 2, k: [6]}}\n")
    s.write("dvc.yaml", "vars: [v.yaml]\nstages:\n"
            "  a:\n    foreach: ${names}\n    do: {cmd: 'echo ${item}'}\n"
            "  b:\n    foreach: ${unused}\n    do: {cmd: echo}\n"
            "  c:\n    foreach: ${models}\n    do: {cmd: 'echo ${item.k[0]} ${key}'}\n"
            "  d:\n    foreach: ['${lr}', 2]\n    do: {cmd: 'echo d ${item}'}\n"
            "  e:\n    matrix: {m: '${names}', l: ['${lr}', 'n${lr}']}\n    cmd: echo ${item.m} ${item.l}\n"
            "  f:\n    foreach: {p: {q: '${models.small}'}}\n    do: {cmd: 'echo ${item.q.n}'}\n")
    s.commit()
    s.run("repro")
    s.run("params", "diff", "--all", "--json")
    s.run("exp", "show", "--json")
    s.shell("sed -i 's/n: 1/n: 3/; s/lr: 1/lr: 2/' v.yaml")
    s.run("params", "diff", "--json")


@scenario(T)
def foreach_mapping(s):
    project(
        s,
        "stages:\n  c:\n    foreach: ${models}\n    do:\n      wdir: ${key}\n      cmd: echo ${item.lr} > o\n      params: [../params.yaml: [models]]\n      outs: [o]\n  d: {cmd: cat a/o b/o > all, deps: [a/o, b/o], outs: [all]}\n",
        params__yaml="models:\n  a: {lr: 0.1}\n  b: {lr: 0.2}\n",
    )
    s.shell("mkdir a b")
    s.run("repro")
    s.run("exp", "run", "-n", "one", "-S", "models.b.lr=0.5")
    s.tolerate("files / params.yaml", "expcore edits the value alone, DVC rewrites the file")
    s.tolerate("refs", "the same file in the experiment's tree")


@scenario(T)
def matrix(s):
    project(
        s,
        "stages:\n  m:\n    matrix:\n      os: [win, linux]\n      v: ${versions}\n      d: [{a: 1}]\n    cmd: echo ${item.os} ${item.v} ${item.d} > ${key}.txt\n    outs: ['${key}.txt']\n",
        params__yaml="versions: [3.7, 3.8]\n",
    )
    s.run("repro")
    s.run("status")


@scenario(T)
def local_variables(s):
    project(
        s,
        "vars: ['conf.json:top', v: 3]\nstages:\n  a:\n    wdir: sub\n    vars: [local.yaml, w: 4]\n    cmd: echo ${top} ${v} ${loc} ${w} > a.txt\n    outs: [a.txt]\n",
        conf__json='{"top": 7, "other": 8}\n',
    )
    s.write("sub/local.yaml", "loc: here\n")
    s.commit()
    s.run("repro")
    s.run("exp", "show", "--json")


@scenario(T)
def parsing_configuration(s):
    project(s, "stages:\n  a:\n    cmd: echo ${d} > a.txt\n    outs: [a.txt]\n", params__yaml="d: {f: false, l: [1, 2]}\n")
    s.write(".dvc/config", "[parsing]\n    bool = boolean_optional\n    list = append\n")
    s.run("repro")


@scenario(T)
def escapes(s):
    project(s, "stages:\n  a:\n    cmd: X=1; echo \\${X} ${v} $X > a.txt\n    outs: [a.txt]\n", params__yaml="v: y\n")
    s.run("repro")


ERRORS = {
    "missing_key": ("stages:\n  a:\n    cmd: echo ${nope.x}\n", {}),
    "missing_key_in_foreach": ("stages:\n  a:\n    foreach: [1]\n    do:\n      cmd: echo ${nope}\n", {}),
    "list_in_text": ("stages:\n  a:\n    cmd: echo ${l}\n", {"params__yaml": "l: [1]\n"}),
    "mapping_in_deps": ("stages:\n  a:\n    cmd: echo\n    deps: ['${d}']\n", {"params__yaml": "d: {a: 1}\n"}),
    "template_in_vars": ("vars: [x: '${y}']\nstages: {}\n", {"params__yaml": "y: 1\n"}),
    "redefined": ("vars: [x: 1]\nstages: {a: {cmd: x}}\n", {"params__yaml": "x: 2\n"}),
    "redefined_in_file": ("vars: [p.yaml]\nstages: {a: {cmd: x}}\n", {"params__yaml": "x: {a: 2}\n", "p__yaml": "x: {a: 3}\n"}),
    "redefined_locally": ("vars: [x: 1]\nstages: {a: {cmd: x, vars: [x: 2]}}\n", {}),
    "loaded_twice": ("vars: ['p.yaml:x', p.yaml]\nstages: {a: {cmd: x}}\n", {"p__yaml": "x: 3\n"}),
    "missing_file": ("vars: [nope.yaml]\nstages: {a: {cmd: x}}\n", {}),
    "missing_key_of_file": ("vars: ['p.yaml:zz']\nstages: {a: {cmd: x}}\n", {"p__yaml": "x: 3\n"}),
    "not_a_mapping": ("vars: [p.yaml]\nstages: {a: {cmd: x}}\n", {"p__yaml": "[1]\n"}),
    "foreach_over_number": ("stages:\n  a:\n    foreach: ${n}\n    do: {cmd: x}\n", {"params__yaml": "n: 3\n"}),
    "reserved_item": ("stages:\n  a:\n    foreach: [1]\n    do: {cmd: x, vars: [item: 2]}\n", {}),
    "hidden_item": ("stages:\n  a:\n    foreach: [1]\n    do: {cmd: 'echo ${item} > o', outs: [o]}\n", {"params__yaml": "item: 3\n"}),
    "date_in_params": ("stages: {a: {cmd: x}}\n", {"params__yaml": "d: 2024-01-02\n"}),
    "foreach_with_sibling": ("stages:\n  a:\n    foreach: [1]\n    frozen: true\n    do: {cmd: x}\n", {}),
}
for _name, (_text, _files) in ERRORS.items():

    def _play(s, name=_name, text=_text, files=_files):
        project(s, text, **files)
        s.run("repro")
        s.run("status")
        if name == "hidden_item":
            for part in ("commands [1] / stderr", "show", "dvc after", "expcore after"):
                s.tolerate(part, "DVC loads the pipeline several times and warns each time")
        for part in ("show / stdout", "dvc after expcore / show", "expcore after dvc / show"):
            s.tolerate(part, "names of DVC's exception classes")

    _play.__name__ = _name
    scenario(T)(_play)
