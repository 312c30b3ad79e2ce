"""Small projects that scenarios start from."""

TWO_STAGES = """\
stages:
  prep:
    cmd: cp src.txt data.txt
    deps: [src.txt]
    outs: [data.txt]
  train:
    cmd: cat data.txt > model.bin && echo '{"acc":0.5}' > metrics.json
    deps: [data.txt]
    params: [train.lr]
    outs: [model.bin]
    metrics:
    - metrics.json: {cache: false}
"""


def two_stages(s):
    s.project()
    s.write("dvc.yaml", TWO_STAGES)
    s.write("params.yaml", "# about training\ntrain:\n  lr: 0.1  # rate\n  epochs: 3\nseed: 7\n")
    s.write("src.txt", "hello\n")
    s.commit()


def one_stage(s, body, **files):
    s.project()
    s.write("dvc.yaml", "stages:\n  a:\n" + "".join(f"    {line}\n" for line in body.splitlines()))
    for name, text in files.items():
        s.write(name.replace("__", "."), text)
    s.write("src.txt", "hello\n")
    s.commit()
