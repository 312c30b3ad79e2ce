"""`plots show`, `plots diff`, `plots templates`."""

from driver import scenario

T = "plots"

# Every place that a template can have; no "$schema", so that all of it is compared.
MINE = """{"mine": 1, "t": "<DVC_METRIC_TITLE>", "data": {"values": "<DVC_METRIC_DATA>"},
"e": {"x": "<DVC_METRIC_X>", "y": "<DVC_METRIC_Y>", "xl": "<DVC_METRIC_X_LABEL>",
"yl": "the <DVC_METRIC_Y_LABEL>!", "color": "<DVC_METRIC_COLOR>", "sd": "<DVC_METRIC_STROKE_DASH>",
"sh": "<DVC_METRIC_SHAPE>", "row": "<DVC_METRIC_ROW>", "col": "<DVC_METRIC_COLUMN>",
"tt": "<DVC_METRIC_TOOLTIP>", "g": "<DVC_METRIC_GROUP_BY>", "gx": "<DVC_METRIC_GROUP_BY_X>",
"gy": "<DVC_METRIC_GROUP_BY_Y>", "p": "<DVC_METRIC_PIVOT_FIELD>", "w": "<DVC_METRIC_PLOT_WIDTH>",
"h": "<DVC_METRIC_PLOT_HEIGHT>"},
"params": ["<DVC_METRIC_ZOOM_AND_PAN>", "x <DVC_METRIC_X>", ["<DVC_METRIC_X>"], {"deep": "<DVC_METRIC_X>"}]}
"""

PIPELINE = """\
stages:
  t:
    cmd: "true"
    plots:
    - acc.csv: {cache: false, x: step, y: acc, title: Acc, template: mine}
    - pts.yaml: {cache: false}
    - odd.txt: {cache: false}
    - gone.csv
plots:
- both: {y: {train/acc.tsv: acc, eval/acc.tsv: acc}, x: step, template: mine}
- multi: {x: {roc.json: fpr}, y: {roc.json: [tpr, q]}, template: mine}
- fields: {y: {acc.csv: [acc, loss]}, template: mine, x_label: X, y_label: Y}
- mixed: {y: {train/acc.tsv: acc, acc.csv: [loss, acc]}, template: mine}
- cm.json: {x: actual, y: predicted, template: confusion}
- img
- img/1.svg: {title: special}
- roc.json
- nofield: {y: {acc.csv: nope}}
- lens: {x: {acc.csv: step}, y: {train/acc.tsv: acc}}
- missing: {y: {nofile.csv: a}}
"""


def templates(s):
    s.write(".dvc/plots/mine.json", MINE)
    s.write(".dvc/plots/bare.json", '{"mine":2,"data":"<DVC_METRIC_DATA>"}')
    s.write(".dvc/plots/nodata.json", '{"mine":3}')


def project(s):
    s.cross = False
    s.project()
    templates(s)
    s.write("acc.csv", 'step,acc,loss\n0,0.1,3\n1,0.2,"2"\n\n2,0.3,1\n')
    s.write("train/acc.tsv", "step\tacc\n0\t0.1\n1\t0.2\n")
    s.write("eval/acc.tsv", "step\tacc\n0\t0.15\n1\t0.25\n")
    s.write(
        "roc.json",
        '{"roc":[{"fpr":0,"tpr":0.1},{"fpr":1,"tpr":1}],"thr":[{"t":1},{"t":2}],"bad":[1,2],'
        '"n":{"x":[{"q":5},{"q":NaN}]}}',
    )
    s.write("pts.yaml", "points:\n- {a: 1, b: 2}\n- {a: 2, b: 3.5}\n")
    s.write("odd.txt", "1;2\n")
    s.write("img/0.png", "PNG")
    s.write("img/1.svg", "<svg/>")
    s.write("cm.json", '[{"actual":"cat","predicted":"dog"},{"actual":"cat","predicted":"cat"}]')
    s.write("dvc.yaml", PIPELINE)
    s.write("sub/live/a.png", "PNG")
    s.write(
        "sub/dvc.yaml",
        "plots:\n- live\n- both: {y: {../train/acc.tsv: acc}, template: bare}\n",
    )
    s.commit()


@scenario(T)
def show(s):
    project(s)
    s.run("plots", "show", "--json", "-o", "out")
    s.run("plots", "show", "--json", "--split", "-o", "out2")
    s.run("plots", "show", "both", "multi", "--json")
    s.run("plots", "show", "dvc.yaml::mixed", "--json", "--split")
    s.run("plots", "show", "--json", "-o", "../out3", cwd="sub")
    s.run("plots", "show", "acc.csv", "--json", "-t", "mine", "-x", "acc", "-y", "loss",
          "--title", "T", "--x-label", "XX", "--y-label", "YY")  # fmt: skip
    s.run("plots", "show", "roc.json", "--json", "-y", "tpr", "-x", "fpr")
    s.run("plots", "show", "acc.csv", "--json", "--no-header", "-t", "mine")
    s.run("plots", "show", "nope.csv", "--json")
    s.run("plots", "show", "odd.txt", "--json")
    s.run("plots", "show", "-q", "--json")


@scenario(T)
def diff(s):
    project(s)
    s.git("tag", "v1")
    s.run("plots", "diff", "--json", "--split", "-o", ".dvc/tmp/plots")
    s.write("acc.csv", "step,acc,loss\n0,0.7,3\n")
    s.write("img/0.png", "PNG2")
    s.write("dvc.yaml", PIPELINE.replace("title: Acc", "title: Later").replace("y: acc, t", "y: loss, t"))
    s.run("plots", "diff", "--json", "--split", "-o", ".dvc/tmp/plots")
    s.run("plots", "diff", "v1", "--json", "--targets", "acc.csv", "fields")
    s.commit()
    s.run("plots", "diff", "v1", "main", "workspace", "--json", "-o", "out")
    s.run("plots", "diff", "HEAD~1", "HEAD", "--json", "-o", "out", "-t", "mine", "-x", "step")
    s.run("plots", "diff", "nope", "--json")
    s.run("plots", "diff", "HEAD", "HEAD~1", "v1", "HEAD", "--json", "--split", "--targets", "both")
    s.write("dvc.yaml", "stages: [")
    s.run("plots", "diff", "HEAD", "--json", "--targets", "acc.csv")


@scenario(T)
def vega_and_templates(s):
    project(s)
    s.run("plots", "templates")
    for name in (
        "simple", "linear", "smooth", "confusion", "confusion_normalized", "scatter",
        "scatter_jitter", "bar_horizontal", "bar_horizontal_sorted",
    ):  # fmt: skip
        s.run("plots", "templates", name)
    s.run("plots", "templates", "nope")
    s.run("plots", "show", "acc.csv", "--show-vega")
    s.run("plots", "show", "both", "--show-vega")
    s.run("plots", "show", "cm.json", "--show-vega")
    s.run("plots", "show", "img", "--show-vega")
    s.run("plots", "show", "--show-vega")
    s.run("plots", "show", "a", "b", "--show-vega")
    s.run("plots", "show", "a", "--show-vega", "--json")
    s.run("plots", "diff", "HEAD", "--targets", "acc.csv", "--show-vega")
    for name in ("nope", "nodata", "bare", ".dvc/plots/mine.json", "simple", "scatter"):
        s.run("plots", "show", "acc.csv", "-t", name, "--json")
        s.run("plots", "show", "fields", "-t", name, "--json", "--split")


@scenario(T)
def odd_data(s):
    s.cross = False
    s.project()
    templates(s)
    for name, text in {
        "ragged.csv": "a,b\n1\n1,2,3\n,\n\n\"q\"\"uote\",\"two\nlines\"\n",
        "repeat.csv": "a,b,a\n1,2,3\n",
        "header.csv": "a,b\n",
        "blank.csv": "\n\na,b\n1,2\n",
        "open.csv": 'a,b\n1,"open\n2\n',
        "space.csv": "a, b\n 1 , 2\n",
        "tail.tsv": "a\tb\t\n1\t2\t\n",
        "cr.csv": "a,b\r1,2\r\n3,4\r\n",
        "empty.csv": "",
        "columns.csv": "rev,filename,step,field,z\nx,y,5,w,1\n",
        "dots.csv": "a.b,c[0]\n1,2\n",
        "five.json": "5",
        "text.json": '"t"',
        "empty.json": "{}",
        "elist.json": "[]",
        "nlist.json": '{"a": []}',
        "mixed.json": '[{"a":1},{"b":2}]',
        "first.json": '[{"a":1,"b":2},{"b":2}]',
        "scalars.json": '{"a": [1, 2]}',
        "emptyrow.json": "[{}]",
        "error.json": '{"error": 1, "rows": [{"a": 1}]}',
        "keys.yaml": "- {1: 2, b: 3}\n- {1: 3, b: 4}\n",
        "rows.toml": "[[rows]]\na = 1\nb = 2.5\n",
        "rows.py": "rows = [{'a': 1}]\n",
        "bad.json": "{",
        "bad.yaml": "a: [",
        "upper.CSV": "a\n1\n",
        "none": "a\n1\n",
        ".csv": "a\n1\n",
        "a.jpeg": "jpeg",
        "u.csv": "größe,日本\n1,é\n",
    }.items():
        s.write("d/" + name, text)
    s.shell("printf 'a,b\\n\\377,1\\n' > d/bytes.csv; printf 'a\\0,b\\n1\\0,1\\n' > d/nul.csv")
    s.commit()
    s.run("plots", "show", "d", "--json", "-t", "mine")
    s.run("plots", "show", "d/ragged.csv", "--json", "-t", "mine", "-x", "a", "-y", "b")
    s.run("plots", "show", "d/ragged.csv", "--json", "--no-header")
    s.run("plots", "show", "d/first.json", "--json", "-x", "a")
    s.run("plots", "show", "d/elist.json", "--json", "-x", "a")
    s.run("plots", "show", "d/dots.csv", "--json", "-x", "a.b", "-t", "mine")
    s.run("plots", "show", "d/columns.csv", "--json", "-y", "rev", "-t", "simple")
    s.run("plots", "show", "d/columns.csv", "--json", "-x", "z", "-t", "bare")


@scenario(T)
def pages(s):
    project(s)
    s.run("plots", "show", "acc.csv", "both")
    s.run("plots", "diff", "HEAD", "-o", "my plots", "--targets", "img", "acc.csv")
    s.run("plots", "show", "nope.csv")
    s.write("page.html", "<x>{plot_divs}</x>")
    s.run("plots", "show", "img", "-o", "page", "--html-template", "page.html")
    s.write("none.html", "<x></x>")
    s.run("plots", "show", "acc.csv", "--html-template", "none.html")
    for folder in ("dvc_plots", "my plots", "page"):
        s.tolerate(f"files / {folder}/index.html", "the page is our own")


@scenario(T)
def nothing_to_plot(s):
    s.cross = False
    s.project()
    s.run("plots", "show")
    s.run("plots", "show", "--json")
    s.run("plots", "diff", "--json")
    s.run("plots", "diff")
    s.run("plots", "show", "nope.csv", "--json")
    s.write("dvc.yaml", "stages: {t: {cmd: a, bad: 1}}\n")
    s.run("plots", "show", "--json")
    s.run("plots", "show")


@scenario(T)
def plots_in_cache(s):
    s.cross = False
    s.project()
    s.write(
        "dvc.yaml",
        "stages:\n  t:\n    cmd: mkdir -p live/img && printf 'step\\tacc\\n0\\t1\\n' > live/acc.tsv"
        " && echo png > live/img/2.png && echo 'a,b\\n1,2' > one.csv\n"
        "    outs: [live]\n    plots:\n    - one.csv\nplots:\n- live/img\n- live/acc.tsv: {y: acc}\n"
        "- all: {x: step, y: {live/acc.tsv: acc}}\n",
    )
    s.run("repro", "-q")
    s.commit()
    s.shell("rm -rf live one.csv")
    s.run("plots", "show", "--json", "-o", "out")
    s.run("plots", "diff", "HEAD", "--json", "-o", "out")


@scenario(T)
def without_commits(s):
    s.cross = False
    s.git("init", "-q", "-b", "main")
    s.run("init", "-q")
    s.write("a.csv", "x,y\n1,2\n")
    s.write("dvc.yaml", "plots: [a.csv]\n")
    s.run("plots", "show", "--json", "-t", "simple")
    s.run("plots", "diff", "--json")


# Laid out and sorted as DVC writes it: then all bytes agree.
MODIFIED = """\
# What is run.
vars:
- v: 1

stages:
  # Learns.
  train:
    cmd: echo 1  # nothing
    deps:
    - a.txt
    - z.txt
    params:
    - lr
    - other.yaml:
      - b
    outs:
    - img.csv:
        desc: x
    - model.bin:
        push: false
    metrics:
    - m.json:
        cache: false
    plots:
    - acc.csv
    - loss.csv:
        cache: false
  other:
    desc: text
    cmd:
    - echo a
    - echo b
    wdir: sub
    plots:
    - o.csv: {x: a, cache: false}
    frozen: true
    always_changed: true
    meta:
      n: [1, 2]
  par:
    cmd: echo ${v}
    plots: [p.csv]
  each:
    foreach: [1, 2]
    do:
      cmd: echo
      plots:
      - e${item}.csv
"""


def modified(s, *args, cwd="."):
    s.run("plots", "modify", *args, cwd=cwd)
    s.shell(f"cp dvc.yaml after-{len(s.steps)}.txt")


@scenario(T)
def modify(s):
    s.cross = False
    s.project()
    templates(s)
    s.write("sub/keep", "")
    s.write("dvc.yaml", MODIFIED)
    s.write("d.csv", "a,b\n1,2\n")
    s.run("add", "-q", "d.csv")
    s.commit()
    modified(s, "loss.csv", "-x", "epoch", "-y", "loss", "-t", "scatter")
    modified(s, "acc.csv", "--title", "A: b", "--no-header", "--x-label", "1", "--y-label", "é")
    modified(s, "o.csv", "-x", "b", "--unset", "x", cwd="sub")
    modified(s, "acc.csv", "--unset", "title", "header")
    modified(s, "acc.csv", "--unset", "title")
    modified(s, "img.csv", "-t", "mine", "-y", "q")
    modified(s, "m.json", "-y", "q")
    modified(s, "loss.csv", "-t")
    modified(s, "loss.csv", "--unset")
    modified(s, "acc.csv", "--unset", "x_label", "y_label")
    for args in (
        ["model.bin", "--unset", "x"], ["nope.csv", "-x", "a"], ["p.csv", "-x", "a"],
        ["e1.csv", "-x", "a"], ["loss.csv", "-t", "nope"],
    ):  # fmt: skip
        modified(s, *args)


@scenario(T)
def modify_other_layouts(s):
    """What DVC also lays out anew is compared by its meaning."""
    s.cross = False
    s.project()
    s.write(
        "dvc.yaml",
        "stages:\n  t:\n    cmd: 'echo 1'\n    deps:\n      - z   # last\n      - a\n    frozen: false\n"
        "    wdir: .\n    plots: [b.csv, a.csv: {x: 1st}]\n    outs:\n      - q\n      - c: {cache: true}\n"
        "    metrics:\n    - m.json # more\n\n    # losses\n    params: []\n\n  u:\n    cmd: |\n      echo\n"
        "    # all\n    plots:\n    - d.csv # the first\n    - e.csv:\n        # none\n        x: 1\n\n  # end\n"
    )
    s.commit()
    s.run("plots", "modify", "b.csv", "-x", "x")
    s.run("plots", "modify", "q", "-y", "y")
    s.run("plots", "modify", "m.json", "-y", "y")
    s.run("plots", "modify", "d.csv", "-y", "y")
    s.run("plots", "modify", "e.csv", "-t", "smooth")
    s.run("params", "diff", "--targets", "dvc.yaml", "--json", "--all")
    s.tolerate("files / dvc.yaml / text", "expcore leaves the bytes of everything else alone")
