"""`exp run -S` on every kind of params file: what it means shows in dvc.lock."""

from driver import scenario

T = "params"

FILES = {
    "params.yaml": "# top\nfoo:\n- bar: 1  # one\n- baz: 2\ngoo: {bag: 3.0}\nnn:\nlorem: false\ns: abc\nsub:\n  x: 1\n\n  y: [1, 2]\n",
    "p.json": '{\n  "lr": 1e-4,\n  "n": {"l": [1, 2.5], "s": "é"}\n}\n',
    "p.toml": '# t\nlr = 1e-4\nname = "a"\n\n[train]\nlayers = [1, 2]\nopt = { m = 0.9 }\n',
    "p.py": "lr = 0.1\nn = 5\n\nclass Train:\n    epochs = 70\n    flag = True\n",
}


def files(s):
    s.project()
    s.write(
        "dvc.yaml",
        "stages:\n  a:\n    cmd: echo done\n    params:\n    - params.yaml:\n    - p.json:\n    - p.toml:\n    - p.py:\n",
    )
    for name, text in FILES.items():
        s.write(name, text)
    s.commit()
    for name in FILES:
        s.tolerate(f"files / {name}", "expcore edits the values alone, DVC rewrites the file")
    s.tolerate("refs", "the same files in the experiment's tree")
    s.cross = False


def overrides(*texts):
    return [part for text in texts for part in ("-S", text)]


@scenario(T)
def every_format(s):
    files(s)
    s.run("exp", "run", "-n", "one", *overrides(
        "foo.0.bar=5", "+foo.1.q=[a, 1.5, null]", "goo.bag=1e-5", "+goo.new={a: b}", "nn=x y", "~lorem",
        "s='1'", "sub.y=[3]", "+sub.z.deep=true", "+added=last",
        "p.json:lr=0.5", "p.json:n.l.0=x", "p.json:+q={a: [1]}", "p.json:~n.s",
        "p.toml:lr=0.25", "p.toml:name=b c", "p.toml:train.layers=[3, 4, 5]", "p.toml:+train.new=1",
        "p.py:lr=0.2", "p.py:n=6", "p.py:Train.epochs=80", "p.py:Train.flag=false",
    ))


@scenario(T)
def refused(s):
    files(s)
    s.tolerate("commands [14] / stderr", "OmegaConf adds where in its own objects it was")
    for change in (
        "nope=1", "goo.b=2", "+lorem=3", "~nope", "~nn", "~goo.bag=4", "foo.5=1", "goo=[1]", "foo={a: 1}",
        "lorem@x=1", "a=1,2", "p.toml:nope=1", "=1", "lorem={null: a}",
    ):
        s.run("exp", "run", "-n", "one", "-S", change)


@scenario(T)
def malformed(s):
    files(s)
    s.tolerate("commands", "expcore shows the place with a caret, DVC calls these errors unexpected")
    for change in ("a", "a=1,", "a=[1,2", "a=x;y", "a=choice()", "a=f(1)", "+++a=1", "a==1", "a=range(a)"):
        s.run("exp", "run", "-n", "one", "-S", change)


@scenario(T)
def missing_file(s):
    files(s)
    s.run("exp", "run", "-n", "one", "-S", "new.yaml:a=1")
    s.run("exp", "run", "-n", "one", "-S", "new.yaml:+a.b=1", "-S", "new.json:+a=x")


@scenario(T)
def corrupted(s):
    files(s)
    for part in ("commands", "status"):
        s.tolerate(part, "DVC prints its parsers' words, expcore its own with a code frame")
    s.write("params.yaml", "a: [\n")
    s.write("p.json", "{")
    s.write("p.toml", "a = ")
    for name in ("params.yaml", "p.json", "p.toml"):
        s.run("exp", "run", "-n", "one", "-S", f"{name}:a=1")


@scenario(T)
def no_text(s):
    files(s)
    s.shell("for name in bad.yaml bad.json bad.toml; do printf 'a: \\303\\n' > $name; done; mkdir folder.yaml")
    for name in ("bad.yaml", "bad.json", "bad.toml", "folder.yaml"):
        s.run("exp", "run", "-n", "one", "-S", f"{name}:a=1")


def linked(s, exists, *ways):
    s.project()
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp params.yaml out.txt\n    params: [lr]\n    outs:\n    - out.txt:\n        cache: false\n")
    if exists:
        s.write("conf/p.yaml", "lr: 1\n")
    else:
        s.write("conf/other.txt", "")
    s.shell("ln -s conf/p.yaml params.yaml")
    s.commit()
    for value, way in enumerate(ways):
        s.run("exp", "run", way, "-n", "one" + way, "-S", f"++lr={value + 3}")


@scenario(T)
def through_a_link(s):
    linked(s, True, "--temp", "-f")


@scenario(T)
def through_a_link_to_nothing(s):
    linked(s, False, "-f")
