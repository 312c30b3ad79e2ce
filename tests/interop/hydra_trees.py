"""Compares what we compose with hydra.compose for generated configuration trees.

    python hydra_trees.py build/dev/tests/tools/compose_dump SEED COUNT
    python hydra_trees.py --record tests/data/hydra-1.3/trees.json SEED COUNT

Use the environment's python. Each seed is a tree of configs (defaults lists of all kinds, packages,
interpolations) with overrides. Values and their types must be equal; where hydra refuses, so must
we, and the first line of the message is the same unless it is listed under `kind_only`.
"""
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import warnings

GROUPS = ["db", "model", "opt", "model/head", "srv/site"]
OPTIONS = ["a", "b", "c"]
KEYS = ["x", "y", "z", "k", "lst", "nest"]
ENVIRONMENT = {"HOME": "/home/user", "NUM": "17"}


class Tree:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.files = {}
        self.overrides = []
        self.make()

    def chance(self, p):
        return self.r.random() < p

    def scalar(self):
        return self.r.choice(["1", "2.5", "true", "off", "null", "abc", "'q'", "1e3", "010", "'???'", "'7'",
                              "1_000", "2020-01-02", "1:30", "''", "-3", ".5", "0x1F", "yes", "\"a: b\""])

    def path(self):
        if self.chance(0.7):  # what is there for certain
            return self.r.choice(["x", "y", "z", "lst", "nest", "nest.x", "lst.0", "k"])
        parts = [self.r.choice(KEYS + ["db", "model", "opt", "srv"]) for _ in range(self.r.choice([1, 1, 2, 2, 3]))]
        return ".".join(parts)

    def interpolation(self):
        r = self.r
        p = self.path
        return r.choice([
            lambda: f"'${{{p()}}}'",
            lambda: f"'${{.{r.choice(KEYS)}}}'",
            lambda: f"'${{..{r.choice(KEYS)}}}'",
            lambda: f"'pre-${{{p()}}}-post'",
            lambda: f"'${{{r.choice(KEYS)}}}${{{r.choice(KEYS)}}}'",
            lambda: f"'${{lst[{r.randrange(3)}]}}'",
            lambda: f"'${{lst.{r.randrange(3)}}}'",
            lambda: f"'${{nest.${{{r.choice(KEYS)}}}}}'",
            lambda: "'${oc.env:HOME}'",
            lambda: f"'${{oc.env:NOPE,{r.choice(['1', 'null', 'x y', '[1,2]'])}}}'",
            lambda: f"'${{oc.select:{p()},{r.choice(['0', 'dflt', 'null', '${x}'])}}}'",
            lambda: f"'${{oc.select:{p()}}}'",
            lambda: f"'${{oc.decode:${{oc.env:NUM}}}}'",
            lambda: f"\"${{oc.decode:'{r.choice(['1', 'a', '1.5', 'null', '[1]', '${x}'])}'}}\"",
            lambda: f"'${{oc.create:{{a: 1, b: ${{{r.choice(KEYS)}}}}}}}'",
            lambda: "'${oc.create:[1,${x},{q: r}]}'",
            lambda: f"'${{oc.dict.keys:{p()}}}'",
            lambda: f"'${{oc.dict.values:{p()}}}'",
            lambda: f"'${{oc.deprecated:{p()}}}'",
            lambda: f"'\\${{{p()}}}'",
            lambda: f"'\\\\${{{p()}}}'",
            lambda: "'$x {y} $'",
        ] + ([lambda: "'${unknown:1}'", lambda: "'${x'"] if self.chance(0.05) else []))()

    def value(self, depth):
        if depth < 2 and self.chance(0.15):
            return "{" + ", ".join(f"{k}: {self.value(depth + 2)}" for k in self.some(KEYS, 3)) + "}"
        if self.chance(0.12):
            return "[" + ", ".join(self.value(depth + 2) for _ in range(self.r.randrange(4))) + "]"
        if self.chance(self.p_interpolation):
            return self.interpolation()
        return self.scalar()

    def some(self, items, most):
        return self.r.sample(items, self.r.randrange(0, min(most, len(items)) + 1))

    def body(self, whole=False):
        lines = []
        for key in KEYS if whole else self.some(KEYS, 4):
            value = self.value(0)
            if key == "lst" and self.chance(0.8):
                value = "[" + ", ".join(self.scalar() for _ in range(3)) + "]"
            if key == "nest" and self.chance(0.8):
                value = "{" + ", ".join(f"{k}: {self.value(2)}" for k in self.some(KEYS, 3)) + "}"
            lines.append(f"{key}: {value}")
        if self.chance(0.15):
            group = self.r.choice(["db", "model", "opt"])
            lines.append(f"{group}: {{{', '.join(f'{k}: {self.value(2)}' for k in self.some(KEYS, 2))}}}")
        return lines

    def package(self):
        return self.r.choice(["_global_", "_here_", "foo", "foo.bar", "_group_", "_global_.q", "p._group_"])

    def option(self):
        r = self.r.random()
        if r < 0.06:
            return "null"
        if r < 0.07:
            return "???"
        if r < 0.08:
            return "nope"
        if r < 0.2:
            return "[" + ", ".join(self.some(OPTIONS, 3)) + "]"
        if r < 0.25:
            return self.r.choice(["${db}", "${model}", "${opt}_x"])
        return self.r.choice(OPTIONS)

    def entry(self, groups, in_group):
        r = self.r
        kind = r.random()
        group = r.choice(groups)
        if in_group and group == "sub" or in_group and self.chance(0.3):
            group = "/" + r.choice(GROUPS)
        at = f"@{self.package()}" if self.chance(0.2) else ""
        if kind < 0.15:
            return r.choice(["/base", "/extra", f"{group}/a", "/base"]) + at
        word = "optional " if self.chance(0.12) else ""
        return f"{word}{group}{at}: {self.option()}"

    def defaults(self, groups, in_group, most=4):
        r = self.r
        chosen = [self.entry(groups, in_group) for _ in range(r.randrange(0, most + 1))]
        if self.chance(0.8):  # mostly without doubles
            seen = set()
            chosen = [c for c in chosen if not (c.split(":")[0] in seen or seen.add(c.split(":")[0]))]
        if self.chance(0.6):
            chosen.insert(r.randrange(len(chosen) + 1), "_self_")
        if self.chance(0.06):
            group = r.choice(GROUPS)
            chosen.append(f"override {'/' if in_group or self.chance(0.5) else ''}{group}: {r.choice(OPTIONS)}")
        return chosen

    def config(self, groups, in_group, p_defaults, whole=False):
        lines = []
        if self.chance(0.12 if in_group else 0.02):
            lines.append("# @package " + self.r.choice(["_global_", "foo", "foo.bar", "_group_", "_global_.w"]))
        if self.chance(p_defaults):
            lines.append("defaults:")
            entries = self.defaults(groups, in_group)
            lines += [f"  - {e}" for e in entries] or []
            if not entries:
                lines[-1] = "defaults: []"
        lines += self.body(whole)
        return "\n".join(lines) + "\n"

    def make(self):
        r = self.r
        self.p_interpolation = r.choice([0, 0, 0.1, 0.3])
        self.files["config.yaml"] = self.config(GROUPS, False, 0.95, True)
        for group in GROUPS:
            below = [g[len(group) + 1:] for g in GROUPS if g.startswith(group + "/")] or ["sub"]
            for option in OPTIONS:
                if self.chance(0.98):
                    self.files[f"{group}/{option}.yaml"] = self.config(below, True, 0.3 if below != ["sub"] else 0.1)
        self.files["base.yaml"] = self.config(GROUPS, False, 0.05)
        if self.chance(0.8):
            self.files["extra.yaml"] = self.config(GROUPS, False, 0.05)
        if self.chance(0.3):
            self.files["db/sub/a.yaml"] = self.config(["sub"], True, 0.0)
        for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
            self.overrides.append(self.override())

    def override(self):
        r = self.r
        group = r.choice(GROUPS)
        text = self.files["config.yaml"]
        value = r.choice(["1", "abc", "[1,2]", "{x: 5}", "null", "1e-3", "'${x}'", "${y}", "true", ""])
        if not any(f"- {g}" in text for g in GROUPS):
            return f"++{self.path()}={value}"
        used = r.choice([g for g in GROUPS if f"- {g}: " in text] or GROUPS)
        unused = r.choice([g for g in GROUPS if f" {g}: " not in text] or GROUPS)
        return r.choice([
            lambda: f"{used}={r.choice(OPTIONS)}",
            lambda: f"{used}={r.choice(OPTIONS)}",
            lambda: f"{used}={r.choice(OPTIONS)}",
            lambda: f"+{unused}={r.choice(OPTIONS)}",
            lambda: f"~{used}",
            lambda: f"~{used}={r.choice(OPTIONS)}",
            lambda: f"{used}{r.choice(['', '', '@foo', '@_global_', '@foo.bar'])}={r.choice(OPTIONS)}",
            lambda: f"{used}=[{','.join(self.some(OPTIONS, 3))}]",
            lambda: f"+{group}@{r.choice(['foo', '_global_', '_here_'])}={r.choice(OPTIONS)}",
            lambda: f"{self.path()}={value}",
            lambda: f"+{self.path()}={value}",
            lambda: f"++{self.path()}={value}",
            lambda: f"++{self.path()}={value}",
            lambda: f"~{self.path()}",
            lambda: f"lst.{r.randrange(4)}={value}",
        ])()


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def first_lines(error):
    """Messages of the exception and what caused it, outermost first."""
    result = []
    while error is not None:
        text = str(error)
        if text:
            result.append(text)
        error = error.__cause__
    return result


def with_hydra(folder, overrides):
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf
    try:
        with initialize_config_dir(folder, version_base=None):
            cfg = compose("config", overrides=overrides)
        OmegaConf.resolve(cfg)
        return {"config": json.loads(json.dumps(OmegaConf.to_container(cfg)))}
    except RecursionError as e:
        return {"error": ["RecursionError"]}
    except Exception as e:  # noqa: BLE001: whatever it refuses with
        return {"error": first_lines(e) or [type(e).__name__]}


def canonical(value):
    return json.dumps(value, sort_keys=False)


def same(theirs, ours, folder):
    if "config" in theirs or "config" in ours:
        return canonical(theirs) == canonical(ours)
    a, b = theirs["error"][0].split("\n")[0], ours["error"][0].split("\n")[0]
    return a == b


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    os.environ.update(ENVIRONMENT)
    os.environ.pop("NOPE", None)
    record = sys.argv[1] == "--record"
    target, seed, count = sys.argv[-3], int(sys.argv[-2]), int(sys.argv[-1])
    cases, wrong, refused, messages = [], 0, 0, 0
    tool = None if record else subprocess.Popen([target], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for number in range(seed, seed + count):
        tree = Tree(number)
        with tempfile.TemporaryDirectory(prefix="hydra-trees-") as folder:
            write(folder, tree.files)
            theirs = with_hydra(folder, tree.overrides)
            if record:
                if "error" in theirs:
                    theirs["error"] = theirs["error"][0].split("\n")[0]
                cases.append({"seed": number, "files": tree.files, "overrides": tree.overrides, **theirs})
                continue
            tool.stdin.write(json.dumps({"dir": folder, "name": "config", "overrides": tree.overrides}) + "\n")
            tool.stdin.flush()
            ours = json.loads(tool.stdout.readline())
        refused += "error" in theirs
        if "error" in theirs and "error" in ours:
            if not same(theirs, ours, folder):
                messages += 1
                if "-v" in sys.argv:
                    print(f"seed {number}: message\n  hydra: {theirs['error']}\n  ours:  {ours['error']}")
            continue
        if not same(theirs, ours, folder):
            wrong += 1
            print(f"seed {number}: {tree.overrides}\n  hydra: {canonical(theirs)}\n  ours:  {canonical(ours)}")
    if record:
        with open(target, "w", encoding="utf-8") as f:
            f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
        return 0
    print(f"{count} trees: {wrong} differ, {refused} refused by both or one, {messages} other first lines")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
