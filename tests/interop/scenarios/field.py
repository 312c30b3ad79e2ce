"""Whole projects in the shapes that teams publish: what one feature does beside all the others."""

from driver import scenario

T = "field"


def edited(s):
    """`exp run -S` leaves the rest of a params file alone, DVC rewrites it."""
    s.tolerate("files / params.yaml", "expcore edits the value alone, DVC rewrites the file")
    s.tolerate("refs", "the same file in the experiment's tree")


@scenario(T)
def text_classifier(s):
    """One pipeline from raw data to plots: imported data, params by group, top-level plots, artifacts."""
    s.project()
    s.write("data/raw.tsv", "".join(f"{i}\tdoc {i % 7}\t{i % 2}\n" for i in range(40)))
    s.run("add", "data/raw.tsv")
    s.write("src/split.sh", 'head -n "$1" data/raw.tsv > data/split/train.tsv; tail -n +$(($1+1)) data/raw.tsv > data/split/test.tsv\n')
    s.write("src/count.sh", "cut -f2 $1 | sort | uniq -c > $2\n")
    s.write(
        "params.yaml",
        "# seeds and sizes\nsplit:\n  train_rows: 30 # of 40\n  seed: 20170428\nfeatures: {max: 100, ngrams: 2}\n\nmodel:\n  trees: 50\n  depth: ~\n",
    )
    s.write(
        "dvc.yaml",
        """\
stages:
  split:
    desc: Hold rows back for the test.
    cmd: mkdir -p data/split && sh src/split.sh 30
    deps:
    - data/raw.tsv
    - src/split.sh
    params:
    - split.seed
    - split.train_rows
    outs:
    - data/split
  features:
    cmd:
    - mkdir -p data/features
    - sh src/count.sh data/split/train.tsv data/features/train.txt
    - sh src/count.sh data/split/test.tsv data/features/test.txt
    deps: [data/split, src/count.sh]
    params:
    - features
    outs:
    - data/features:
        desc: counted
        labels: [features, text]
        type: features
  train:
    cmd: wc -l data/features/train.txt > model.pkl
    deps:
    - data/features
    params: [model.trees, model.depth]
    outs:
    - model.pkl
  evaluate:
    cmd: mkdir -p eval/plots && echo '{"avg_prec":0.91,"roc":{"auc":0.95}}' > eval/metrics.json && printf 'p,r\\n0.1,0.9\\n0.5,0.7\\n' > eval/plots/prc.csv
    deps: [data/features/test.txt, model.pkl]
    outs:
    - eval/plots
    metrics:
    - eval/metrics.json:
        cache: false
plots:
- PR curve:
    x: r
    y:
      eval/plots/prc.csv: p
- eval/plots/prc.csv:
    template: simple
artifacts:
  classifier:
    path: model.pkl
    type: model
    desc: tells spam from ham
    labels: [nlp]
""",
    )
    s.commit("pipeline")
    s.run("repro")
    s.commit("results")
    s.run("metrics", "show")
    s.shell("sed -i 's/trees: 50/trees: 60/' params.yaml")
    s.run("status")
    s.run("params", "diff")
    s.run("exp", "run", "-n", "more-trees")
    s.run("exp", "run", "-n", "other-split", "-S", "split.seed=1", "-S", "features.ngrams=3")
    s.run("dag", "--mermaid")
    edited(s)


@scenario(T)
def monorepo(s):
    """Teams' folders with a dvc.yaml each, shared params, stages that need each other across files."""
    s.project()
    s.write(".dvcignore", "*.tmp\n/scratch\n")
    s.write("common/params.yaml", "region: eu\nsizes: {small: 2, large: 4}\n")
    s.write("ingest/source.txt", "".join(f"row {i}\n" for i in range(9)))
    s.write(
        "ingest/dvc.yaml",
        "vars: [../common/params.yaml]\nstages:\n  fetch:\n    cmd: head -n ${sizes.large} source.txt > rows.txt\n"
        "    deps: [source.txt]\n    params: [../common/params.yaml: [sizes.large]]\n    outs: [rows.txt]\n",
    )
    for team, extra in (("alpha", ""), ("beta", "    always_changed: true\n")):
        s.write(
            f"teams/{team}/dvc.yaml",
            "vars: [../../common/params.yaml, local.yaml]\nstages:\n"
            "  clean:\n    cmd: sort -r ../../ingest/rows.txt > clean.txt\n    deps: [../../ingest/rows.txt]\n    outs: [clean.txt]\n"
            f"  report:\n    wdir: out\n    cmd: echo ${{region}} ${{title}} > report.txt; cat ../clean.txt >> report.txt\n{extra}"
            "    deps: [../clean.txt]\n    outs: [{report.txt: {cache: false}}]\n",
        )
        s.write(f"teams/{team}/local.yaml", f"title: of {team}\n")
        s.write(f"teams/{team}/out/notes.tmp", "x\n")
    s.write(
        "dvc.yaml",
        "stages:\n  summary:\n    cmd: cat teams/*/out/report.txt > summary.txt\n"
        "    deps: [teams/alpha/out/report.txt, teams/beta/out/report.txt]\n    outs: [summary.txt]\n",
    )
    s.commit()
    s.run("repro", "-P")
    s.commit("results")
    s.run("status")
    s.run("repro", "report", cwd="teams/alpha")
    s.shell("sed -i 's/large: 4/large: 5/' common/params.yaml")
    s.run("status", "-R", "teams")
    s.run("repro", "teams/alpha/dvc.yaml:report")
    s.run("repro", "-p", "clean", cwd="teams/beta")
    s.run("dag", "--dot")
    s.run("status")


@scenario(T)
def many_cities(s):
    """A foreach over a long mapping with a stage that gathers what all of them made."""
    s.project()
    cities = {f"city{i:02d}": {"rows": i % 4 + 1, "tags": ["a", "b"][: i % 3]} for i in range(24)}
    s.write("params.yaml", "cities:\n" + "".join(f"  {k}: {{rows: {v['rows']}, tags: {v['tags']}}}\n" for k, v in cities.items()))
    s.write("raw.txt", "".join(f"{i}\n" for i in range(10)))
    s.write(
        "dvc.yaml",
        "stages:\n  count:\n    foreach: ${cities}\n    do:\n"
        "      cmd: head -n ${item.rows} raw.txt > out/${key}.txt\n      deps: [raw.txt]\n"
        "      params: ['cities.${key}']\n      outs: ['out/${key}.txt']\n      meta: {owner: '${key}'}\n"
        "  gather:\n    cmd: cat out/*.txt > all.txt\n    deps:\n" + "".join(f"    - out/{k}.txt\n" for k in cities) + "    outs: [all.txt]\n",
    )
    s.shell("mkdir out")
    s.commit()
    s.run("repro", "-q")
    s.commit("results")
    s.shell("sed -i 's/city07: {rows: 4/city07: {rows: 2/' params.yaml")
    s.run("status")
    s.run("repro", "count@city07")
    s.run("repro")
    s.run("exp", "run", "-n", "one", "-S", "cities.city03.rows=1", "gather")
    edited(s)


@scenario(T)
def grid_of_models(s):
    """A matrix over datasets and models, a cell's metrics beside its model, one stage frozen."""
    s.project()
    s.write("params.yaml", "models: [linear, forest]\nseeds: [1, 2]\n")
    s.write("data/a.txt", "1\n2\n")
    s.write("data/b.txt", "3\n")
    s.run("add", "data/a.txt", "data/b.txt")
    s.write(
        "dvc.yaml",
        "stages:\n  legacy:\n    frozen: true\n    cmd: echo never > legacy.txt\n    deps: [data/a.txt]\n    outs: [{legacy.txt: {persist: true}}]\n"
        "  train:\n    matrix:\n      data: [a, b]\n      model: ${models}\n      seed: ${seeds}\n"
        "    cmd: >-\n      mkdir -p runs/${key} &&\n      cat data/${item.data}.txt > runs/${key}/model &&\n"
        "      echo '{\"score\":${item.seed}}' > runs/${key}/metrics.json\n"
        "    deps: ['data/${item.data}.txt']\n    outs: ['runs/${key}/model']\n"
        "    metrics: [{'runs/${key}/metrics.json': {cache: false}}]\n",
    )
    s.commit()
    s.write("legacy.txt", "kept\n")
    s.run("repro")
    s.commit("results")
    s.run("metrics", "show")
    s.write("data/b.txt", "4\n")
    s.run("add", "data/b.txt")
    s.run("status")
    s.run("repro", "train@b-linear-1")
    s.run("repro")
    s.run("dag", "--dot")


@scenario(T)
def shared_data(s):
    """Data of another repository and of URLs, recorded as imports, under stages of this one."""
    s.project()
    s.shell("mkdir -p inbox && printf 'x\\n' > inbox/model.txt && printf 'y\\n' > inbox/table.csv")
    s.write(
        "inbox/model.txt.dvc",
        "md5: 0123456789abcdef0123456789abcdef\nfrozen: true\ndeps:\n- path: models/model.txt\n  repo:\n"
        "    url: https://example.com/registry.git\n    rev: v1\n    rev_lock: 1111111111111111111111111111111111111111\n"
        "outs:\n- md5: 401b30e3b8b5d629635a5c613cdb7919\n  size: 2\n  hash: md5\n  path: model.txt\n",
    )
    s.write(
        "inbox/table.csv.dvc",
        "frozen: true\ndeps:\n- etag: '\"5ac4\"'\n  size: 2\n  hash: md5\n  path: https://example.com/table.csv\n"
        "outs:\n- md5: 009520053b00386d1173f3988c55d192\n  size: 2\n  hash: md5\n  path: table.csv\n",
    )
    s.write("inbox/.gitignore", "/model.txt\n/table.csv\n")
    s.write(
        "dvc.yaml",
        "stages:\n  score:\n    cmd: cat inbox/model.txt inbox/table.csv > score.txt\n"
        "    deps: [inbox/model.txt, inbox/table.csv]\n    outs: [score.txt]\n"
        "datasets: []\nparams: [params.yaml]\n",
    )
    s.write("params.yaml", "a: 1\n")
    s.commit()
    s.run("commit", "-f", "inbox/model.txt.dvc")
    s.run("repro")
    s.run("status")
    s.run("dag")
