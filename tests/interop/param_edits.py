#!/usr/bin/env python3
"""Compares `-S` on generated params files with DVC's apply_overrides: the values that DVC reads from
both results are the same, errors too.
Run it with the interop environment's python: `param_edits.py BUILD/tests/tools/params_edit [SEED [COUNT]]`."""

import json
import os
import random
import subprocess
import sys
import tempfile

KEYS = ["a", "b", "lr", "x_1", "train", "opt", "q"]
YAML_SCALARS = ["1", "0.5", "1e-4", "true", "abc", "'1'", '"two words"', "", "null", "~", "a b", "010", "1_000", "0x1F", "it's", "'x: y'", "é", "|\n%  text\n%  more", "yes", "-3", "[]", "{}"]
FLOW = ["[1, 2]", "[a, [b]]", "{a: 1}", "{a: {b: x}, q: [1]}", "[{a: 1}, 2]", "{a: , b: 2}", "[ 1 , 'x' ]"]
VALUES = ["1", "0.25", "1e-5", "true", "null", "abc", "'1'", "'é: x'", "a b", "[1,2]", "[]", "{}", "{a: 1}", "{zz: [x]}", "[{a: 1},b]", "'it\\'s'", "", "'# no'", "'a, b'", "010", "-.5", "'true'", "'- x'", "inf", "{a: {b: 1}}", "'two\nlines'", "'x'"]


class Generator:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)

    def comment(self) -> str:
        return self.rng.choice(["", "", "", "  # note", " # é: x"])

    def yaml_map(self, indent: int, depth: int) -> list:
        lines = []
        step = self.rng.choice([2, 2, 4])
        for key in self.rng.sample(KEYS, self.rng.randint(1, 4)):
            if self.rng.random() < 0.15:
                lines.append(self.rng.choice(["", " " * indent + "# about " + key]))
            start = " " * indent + key + ":"
            kind = self.rng.random()
            if depth < 3 and kind < 0.25:
                lines.append(start + self.comment())
                lines += self.yaml_map(indent + step, depth + 1)
            elif depth < 3 and kind < 0.4:
                lines.append(start + self.comment())
                inner = indent + self.rng.choice([0, step])
                for _ in range(self.rng.randint(1, 3)):
                    item = self.rng.random()
                    if item < 0.5:
                        lines.append(" " * inner + "- " + self.rng.choice(["1", "x", "'q'", "[1]", "2.5"]) + self.comment())
                    else:
                        block = self.yaml_map(inner + 2, depth + 2)
                        while not block[0].strip() or block[0].lstrip().startswith("#"):
                            block.pop(0)
                        lines.append(" " * inner + "- " + block[0].lstrip())
                        lines += block[1:]
            else:
                value = self.rng.choice(YAML_SCALARS if kind < 0.85 else FLOW)
                if value.startswith("|"):
                    lines.append(start + " " + value.replace("%", " " * indent))
                else:
                    lines.append(start + (" " + value if value else "") + self.comment())
        return lines

    def plain(self, depth: int = 0):
        kind = self.rng.random()
        if depth < 3 and kind < 0.4:
            return {k: self.plain(depth + 1) for k in self.rng.sample(KEYS, self.rng.randint(0 if depth else 1, 3))}
        if depth < 3 and kind < 0.55:
            return [self.plain(depth + 1) for _ in range(self.rng.randint(0, 3))]
        return self.rng.choice([1, 0.5, "abc", True, "é", "1", -3, 1e-5])

    def document(self, kind: str) -> str:
        if kind == "yaml":
            return "\n".join(self.yaml_map(0, 0)) + self.rng.choice(["\n", "\n", "", "\n# end\n"])
        value = {k: self.plain(1) for k in self.rng.sample(KEYS, self.rng.randint(1, 4))}
        if kind == "json":
            return json.dumps(value, indent=self.rng.choice([None, 1, 2, 4]), ensure_ascii=self.rng.random() < 0.5)
        import tomlkit

        return tomlkit.dumps(value)

    def paths(self, value, prefix=()) -> list:
        found = []
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, member in items:
            found.append((*prefix, str(key)))
            found += self.paths(member, (*prefix, str(key)))
        return found

    def override(self, value) -> str:
        paths = self.paths(value) or [("a",)]
        path = ".".join(self.rng.choice(paths))
        if self.rng.random() < 0.3:
            path += "." + self.rng.choice([*KEYS, "0", "new"])
        if self.rng.random() < 0.1:
            path = self.rng.choice(["new", "zz.y"])
        sign = self.rng.choice(["", "", "", "+", "++", "~"])
        if sign == "~":
            return "~" + path
        return f"{sign}{path}={self.rng.choice(VALUES)}"


def dvc_answer(folder: str, case: dict) -> dict:
    from dvc.exceptions import InvalidArgumentError
    from dvc.utils.hydra import apply_overrides
    from dvc.utils.serialize import LOADERS

    path = os.path.join(folder, case["file"])
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(case["text"])
    suffix = os.path.splitext(path)[1]
    try:
        apply_overrides(path, case["overrides"])
    except InvalidArgumentError as error:
        chain, cause = [str(error)], error.__cause__
        while cause is not None:
            chain.append(str(cause))
            cause = cause.__cause__
        return {"error": ": ".join(chain)}
    except Exception as error:
        return {"error": "unexpected error - " + str(error)}
    try:
        return {"value": LOADERS[suffix](path)}
    except Exception:
        return {}  # DVC cannot read what it wrote: a key that it folded


def read_back(folder: str, case: dict, text: str):
    from dvc.utils.serialize import LOADERS

    path = os.path.join(folder, "ours" + os.path.splitext(case["file"])[1])
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return LOADERS[os.path.splitext(path)[1]](path)


def plain(value):
    """What is compared: values with their types, keys in any order."""
    if hasattr(value, "unwrap"):
        value = value.unwrap()
    if isinstance(value, dict):
        return {"map": sorted(([repr(k), plain(v)] for k, v in value.items()), key=str)}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return f"{type(value).__name__} {value!r}"


def main() -> int:
    tool = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 500
    generator = Generator(seed)
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        while len(cases) < count:
            kind = generator.rng.choice(["yaml", "yaml", "yaml", "json", "toml"])
            case = {"file": "params." + kind, "text": generator.document(kind)}
            try:
                value = read_back(folder, case, case["text"])
            except Exception:
                continue
            case["overrides"] = [generator.override(value) for _ in range(generator.rng.randint(1, 3))]
            cases.append(case)
        lines = "".join(json.dumps(case) + "\n" for case in cases)
        done = subprocess.run([tool], input=lines, capture_output=True, text=True, check=True)
        ours = [json.loads(line) for line in done.stdout.splitlines()]
        wrong = errors = worded = 0
        for case, got in zip(cases, ours):
            expected = dvc_answer(folder, case)
            if not expected or "Could not append" in str(expected) and "\n" in "".join(case["overrides"]):
                continue  # Hydra dedents that message wrongly around a line feed
            problem = ""
            if "error" in expected or "error" in got:
                errors += 1
                theirs, mine = expected.get("error", ""), got.get("error", "")
                if case["file"].endswith("toml") and "convert" in theirs + mine:
                    continue
                if ("error" in expected) != ("error" in got):
                    problem = "only one of them fails"
                elif theirs.split("\n")[0] != mine.split("\n")[0]:
                    worded += 1
                    if not theirs.startswith("unexpected"):
                        problem = "other words"
            else:
                try:
                    value = read_back(folder, case, got["text"])
                except Exception as error:
                    problem = f"DVC cannot read it: {error}"
                else:
                    if plain(value) != plain(expected["value"]):
                        problem = f"other values: {plain(expected['value'])} / {plain(value)}"
            if problem:
                wrong += 1
                if wrong <= 10:
                    print(f"--- {problem}\n{case['text']}\n--- {case['overrides']}\nDVC:  {expected}\nours: {got.get('error') or got['text']}")
        print(f"{len(cases)} files, {errors} refused, {worded} in other words, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
