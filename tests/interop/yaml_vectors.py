#!/usr/bin/env python3
"""Compares our YAML writer with ruamel.yaml on random values. Run it with the interop environment's
python: `yaml_vectors.py BUILD/tests/tools/yaml_dump [SEED [COUNT]]`."""

import io
import json
import random
import subprocess
import sys

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ALPHABET = (
    list("ab01 ") * 4 + list("-:#,[]{}&*!|>'\"%@`?=~.\\/$()_+") + list("éü数😀\u00a0") + ["\n", "\t", "\x1b", "\x7f"]
)
WORDS = ["yes", "true", "null", "~", "1e5", "0x1F", "017", "1_0", ".inf", "2024-01-02", "12:30:45", "<<", "=", "...", "---", "- a", "a: b", "a #b"]


def random_text(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(WORDS)
    if kind < 0.5:
        # Shell commands: what dvc.lock mostly holds.
        parts = ["python", "train.py", "--lr", "0.1", '"a b"', "'x'", "&&", "|", "> out.txt", "$(cat f)", '"ü"/in', "\\", "a" * rng.randint(1, 40)]
        return " ".join(rng.choice(parts) for _ in range(rng.randint(1, 30)))
    return "".join(rng.choice(ALPHABET) for _ in range(rng.choice([0, 1, 2, 5, 20, 100, 300])))


def random_value(rng: random.Random, depth: int = 0):
    kind = rng.random()
    if depth < 3 and kind < 0.2:
        return [random_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    if depth < 3 and kind < 0.4:
        return {random_text(rng)[:100].replace("\n", ""): random_value(rng, depth + 1) for _ in range(rng.randint(0, 4))}
    if kind < 0.5:
        return rng.choice([None, True, False, 0, -1, 10**20, 1.5, 1e-5, 1e16, 1e22, 5e-324, 123456789.12345679, float("inf"), -0.0])
    return random_text(rng)


def ruamel_text(value) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def reads_back(value, text: str) -> bool:
    try:
        return YAML(typ="safe").load(text) == value
    except YAMLError:
        return False


def main() -> int:
    tool = sys.argv[1]
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    values = []
    while len(values) < count:
        value = {"stages": {"s": {"cmd": random_value(rng), "l": [random_value(rng)]}}}
        values.append(value)
    lines = "\n".join(json.dumps(v) for v in values) + "\n"
    done = subprocess.run([tool], input=lines.encode(), capture_output=True, check=True)
    ours = done.stdout.decode().split("\0")[:-1]
    assert len(ours) == count, (len(ours), count)
    failed = lossless = 0
    for value, text in zip(values, ours):
        expected = ruamel_text(value)
        if expected == text:
            continue
        # Where ruamel loses text (docs/formats/yaml.md) ours differs, and must not lose it.
        if not reads_back(value, expected) and reads_back(value, text):
            lossless += 1
            continue
        failed += 1
        if failed <= 5:
            at = next((i for i, (a, b) in enumerate(zip(expected, text)) if a != b), 0)
            print(f"ruamel: …{expected[max(0, at - 200):at + 60]!r}")
            print(f"ours: …{text[max(0, at - 200):at + 60]!r}\n")
    print(f"{count - failed} passed, {lossless} of them where ruamel loses text, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
