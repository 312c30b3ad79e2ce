"""`metrics show`, `metrics diff`, `params diff`."""

from driver import scenario

T = "metrics"

PIPELINE = """\
stages:
  t:
    cmd: "true"
    params:
    - lr
    - model.depth
    - other.toml:
    metrics:
    - m.json: {cache: false}
    - c.json
    - missing.json: {cache: false}
    - gone.json
metrics:
- sub/top.yaml
- nothere.json
- py/eval.py
- conf.toml
params:
- extra.json
"""


def project(s, pipeline=PIPELINE):
    s.cross = False
    s.project()
    s.write("dvc.yaml", pipeline)
    s.write(
        "m.json",
        '{"a":{"b":0.123456789,"c":[1,2]},"n":NaN,"inf":[Infinity],"s":"x","t":true,"z":null,'
        '"big":123456789012345678901234567890,"tiny":1e-9,"large":1e20,"neg":-0.000004}\n',
    )
    s.write("c.json", '{"c": 1}\n')
    s.write("sub/top.yaml", "x: 1\ny: 0x10\nz: .nan\nday: 2020-01-02\nempty: {}\n")
    s.write("py/eval.py", "ACC = 0.5\nclass Val:\n    loss = 1.25\n")
    s.write("conf.toml", "[eval]\nauc = 0.75\nlist = [1, 2]\n")
    s.write("params.yaml", "lr: 0.1\nmodel:\n  depth: 3\n  names: [a, b]\nunused: 1\n")
    s.write("other.toml", "[opt]\nname = 'adam'\n")
    s.write("extra.json", '{"e": [1]}\n')
    s.commit()


@scenario(T)
def show(s):
    project(s)
    s.run("metrics", "show")
    s.run("metrics", "show", "--json")
    s.run("metrics", "show", "--md")
    s.run("metrics", "show", "--precision", "2")
    s.run("metrics", "show", "-q")
    s.run("metrics", "show", "-q", "--json")
    s.run("metrics", "show", "--json", cwd="sub")
    s.run("metrics", "show", "m.json", "nofile.json")
    s.run("metrics", "show", "sub", "-R", "--json")


@scenario(T)
def show_revisions(s):
    project(s)
    s.run("metrics", "show", "-a", "--json")
    s.git("branch", "two")
    s.git("tag", "v1")
    s.git("tag", "-a", "v2", "-m", "annotated")
    s.write("m.json", '{"a": {"b": 7}}\n')
    s.run("metrics", "show", "-a")
    s.run("metrics", "show", "-T", "--json")
    s.run("metrics", "show", "-a", "-T", "--json")
    s.commit()
    s.run("metrics", "show", "-A", "m.json")
    s.run("metrics", "show", "-A", "--json", "m.json")
    s.run("metrics", "show", "-a", "--md", "m.json", "c.json")


@scenario(T)
def same_as_branch(s):
    s.cross = False
    s.project()
    s.write("dvc.yaml", "metrics: [m.json, y.yaml]\n")
    s.write("m.json", '{"a": NaN, "b": [1]}\n')
    s.write("y.yaml", "a: 1.0\n")
    s.commit()
    s.run("metrics", "show", "-a", "--json")
    s.write("y.yaml", "a: 1\n")
    s.run("metrics", "show", "-a", "--json")
    s.write("y.yaml", "a: .nan\n")
    s.commit()
    s.run("metrics", "show", "-a", "--json")
    s.git("checkout", "-q", "--detach")
    s.run("metrics", "show", "-a", "--json")


@scenario(T)
def odd_documents(s):
    s.cross = False
    s.project()
    for name, text in {
        "list.json": '[1,2,{"a":1}]',
        "one.json": "[5]",
        "null.json": "null",
        "five.json": "5",
        "text.json": '"str"',
        "number.json": '"5"',
        "zero.json": "0",
        "empty.json": "",
        "blank.yaml": "",
        "nested.json": '{"a":{"b":{}},"c":""}',
        "dup.json": '{"a.b":1}',
        "lines.json": '{"p":"one\\ntwo  ","q":" x "}',
        "keys.yaml": "a: {1: 2, true: 3, x.y: 4}\n",
        "bad.yaml": "a: [1\n",
        "bad.toml": "a = [1\n",
        "bad.py": "a = (1\n",
        "nul.json": '{"a": "\\u0000"}',
        "wide.json": '{"k": "日本", "é": "e\u0301"}',
        "unknown.txt": "v: 1\n",
    }.items():
        s.write("docs/" + name, text)
    s.shell("printf '\\377\\376' > docs/bytes.json")
    s.commit()
    s.run("metrics", "show", "docs", "--json")
    s.run("metrics", "show", "docs")
    s.run("metrics", "show", "docs/lines.json", "docs/five.json")
    s.run("metrics", "show", "docs/wide.json")
    for name in ("five", "one", "list", "text", "number", "nested"):
        s.write(f"docs/{name}.json", '{"k": 1, "b": 2}')
    s.run("metrics", "diff", "--targets", "docs/five.json", "--json")
    s.run("params", "diff", "--targets", "docs/one.json", "--json")
    s.run("params", "diff", "--targets", "docs/list.json", "--json")
    s.run("params", "diff", "--targets", "docs/text.json", "docs/number.json", "--json")
    s.write("docs/one.json", "[6]")
    s.write("docs/list.json", "[1,2]")
    s.write("docs/number.json", '"7"')
    s.run("params", "diff", "--targets", "docs/one.json", "docs/list.json", "docs/number.json", "--json")
    s.run("params", "diff", "--targets", "docs/one.json", "--md")
    s.write("docs/dup.json", '{"a.b":1,"a":{"b":2}}')
    s.run("metrics", "show", "docs/dup.json")
    s.run("metrics", "diff", "--targets", "docs/dup.json")


@scenario(T)
def diff(s):
    project(s)
    s.git("tag", "v1")
    s.run("metrics", "diff")
    s.write("m.json", '{"a":{"b":0.2234},"n":NaN,"s":1,"t":false,"big":123456789012345678901234567891,"tiny":3e-9,"new":1}\n')
    s.write("sub/top.yaml", "x: 1.0\ny: 17\n")
    s.remove("conf.toml")
    s.run("metrics", "diff", "--targets", "m.json")
    s.run("metrics", "diff", "--targets", "m.json", "--json")
    s.run("metrics", "diff", "--targets", "m.json", "--all", "--md", "--no-path", "--precision", "2")
    s.run("metrics", "diff")
    s.run("metrics", "diff", "--json")
    s.run("metrics", "diff", "--json", "--all", cwd="sub")
    s.commit()
    s.run("metrics", "diff", "v1", "main", "--json")
    s.run("metrics", "diff", "v1")
    s.run("metrics", "diff", "main", "HEAD", "--all")
    s.run("metrics", "diff", "workspace", "v1", "--json")
    s.run("metrics", "diff", "HEAD~1", "HEAD", "--md", "--targets", "m.json")
    s.run("metrics", "diff", "nope")
    s.run("metrics", "diff", "HEAD~7")


@scenario(T)
def params(s):
    project(s)
    s.git("tag", "v1")
    s.run("params", "diff")
    s.run("params", "diff", "--md")
    s.write("params.yaml", "lr: 0.30000000000000004\nmodel:\n  depth: 3.0\n  names: [a, c]\nunused: two\nadded: null\n")
    s.write("other.toml", "[opt]\nname = 'sgd'\nmomentum = 0.9\n")
    s.write("extra.json", '{"e": [2]}\n')
    s.run("params", "diff")
    s.run("params", "diff", "--json")
    s.run("params", "diff", "--deps", "--json")
    s.run("params", "diff", "--all", "--targets", "params.yaml")
    s.run("params", "diff", "--targets", "other.toml", "--no-path", "--md")
    s.commit()
    s.run("params", "diff", "v1", "HEAD", "--json")
    s.run("params", "diff", "v1", "--json", cwd="sub")
    s.run("params", "diff", "HEAD", "v1", "--deps", "--all", "--json")
    s.write("params.yaml", "lr: [\n")
    s.run("params", "diff", "--json")
    s.write("params.yaml", "day: 2020-01-02\n")
    s.run("params", "diff", "--json", "--targets", "params.yaml")
    s.run("params", "diff", "--targets", "params.yaml")


@scenario(T)
def folders_in_cache(s):
    s.cross = False
    s.project()
    s.write(
        "dvc.yaml",
        "stages:\n  t:\n    cmd: mkdir -p md && echo '{\"a\":1}' > md/x.json && echo 'b: 2' > md/y.yaml\n"
        "    metrics: [md]\n    outs: [data]\n".replace("    outs: [data]\n", ""),
    )
    s.run("repro", "-q")
    s.commit()
    s.shell("rm -rf md")
    s.run("metrics", "show", "--json")
    s.run("metrics", "show", "md/x.json", "-a")
    s.run("metrics", "show", "md/none.json", "--json")
    s.shell("mkdir md && echo '{\"a\":3}' > md/x.json")
    s.run("metrics", "show", "--json")
    s.run("metrics", "diff", "--json")
    s.shell("rm -rf .dvc/cache/files md")
    s.run("metrics", "show", "--json")
    s.run("metrics", "show", "-a")


@scenario(T)
def broken_pipeline(s):
    project(s)
    s.write("dvc.yaml", "stages: {t: {cmd: a, nope: 1}}\n")
    s.run("metrics", "show")
    s.run("metrics", "show", "--json")
    s.run("metrics", "show", "m.json")
    s.run("metrics", "show", "c.json", "m.json", "-a", "--json")
    s.run("metrics", "diff", "--json")
    s.run("params", "diff")
    s.commit()
    s.run("metrics", "diff", "HEAD~1", "HEAD")


@scenario(T)
def without_git(s):
    s.cross = False
    s.project(scm=False)
    s.write("dvc.yaml", "metrics: [m.json]\n")
    s.write("m.json", '{"a": 1}\n')
    s.run("metrics", "show")
    s.run("metrics", "show", "-a")
    s.run("metrics", "diff")
    s.run("params", "diff")


@scenario(T)
def before_the_first_commit(s):
    s.cross = False
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.write("dvc.yaml", "metrics: [m.json]\n")
    s.write("m.json", '{"a": 1}\n')
    s.run("metrics", "show")
    s.run("metrics", "diff")
    s.run("metrics", "diff", "--json")
    s.run("params", "diff", "--md")


@scenario(T)
def experiments_and_templates(s):
    s.cross = False
    s.project()
    s.write("vars.yaml", "size: 3\nname: big\n")
    s.write("params.yaml", "lr: 0.1\n")
    s.write(
        "dvc.yaml",
        "vars: [vars.yaml]\nstages:\n  t:\n    cmd: echo '{\"acc\":${size}}' > m.json; cat params.yaml\n"
        "    params: [lr]\n    metrics:\n    - m.json: {cache: false}\n",
    )
    s.write("m.json", '{"acc": 1}\n')
    s.commit()
    s.run("exp", "run", "-q", "-n", "first", "-S", "lr=0.5")
    s.run("metrics", "diff", "HEAD", "first", "--json")
    s.run("params", "diff", "first", "HEAD", "--json")
    s.run("params", "diff", "first", "workspace", "--all", "--json")
    s.write("vars.yaml", "size: 4\nname: big\n")
    s.run("params", "diff", "--json")
    s.run("params", "diff", "--deps", "--json")
