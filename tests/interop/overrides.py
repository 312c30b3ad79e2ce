#!/usr/bin/env python3
"""Compares our override grammar with Hydra's on generated overrides, good and bad: values, types,
expansion; of errors the kind, the message and the column.

    overrides.py BUILD/tests/tools/override_dump [SEED [COUNT]]     with the interop environment's python
    overrides.py --record FILE [SEED [COUNT]]                       writes a recording
    overrides.py --replay FILE BUILD/tests/tools/override_dump      compares with one; needs no Hydra

A recording holds a digest of each answer; the overrides come from the seed again."""

import hashlib
import json
import random
import subprocess
import sys

KEYS = ["a", "a.b", "a.0.b", "$a", "a-b", "db/mysql", "a.b-1.c", "_x", "a.1_0", "0.1", "null", "a.$b", ""]
WORDS = ["a", "abc", "true", "False", "null", "NULL", "inf", "-inf", "nan", "yes", "x-1", "_y", "trueish", "nano", "1e", "e1"]
NUMBERS = ["0", "1", "-1", "+3", "10", "1_000", "01", "1__0", "1.", ".5", "-.5", "1e3", "1e-4", "1.5", "0.1", "-0", "-0.0", "1E+05", "1.e3", "1e400", "12345678901234567890123", "3.7", "-2.5", "1_000.5"]
CHARS = list("/-\\+.$%*@?|:= ,()[]{}'\"") + ["\t", "\\,", "\\ ", "\\\\", "\\:", "é", ";", "&", "`", "#", "~", "!", "\n", "x", "1", "${", "}"]
QUOTED = ["'a'", '"a b"', "''", '""', "'it\\'s'", '"x\\\\"', '"a\\\\b"', '"a\\"b"', "'1'", '"é😀"', "'a\"b'", '"a\\\\\\"b"', "'a\nb'", "'${a}'"]
OTHER = ["${b}", "${b.c}/x", "${oc.env:HOME,x}", "a${b}c", "a:b", "http://x/y", "../x", "*.py", "a\\,b", "a b", "C:\\x", "???", "x\\=1", "a@b", "--1", "12:30:00", "010", "0x10"]
RANGES = ["0.1", "0.01", "0.3", "1", "2", "0.05", "1e-4", "10", "-1", "0.25", "3", "-0.1", "5", "0.7", "1.0", "0", "7", "1e16", "true"]
FUNCTIONS = ["choice", "range", "interval", "glob", "sort", "shuffle", "tag", "int", "float", "str", "bool", "f"]
NAMES = ["start", "stop", "step", "end", "include", "exclude", "sweep", "list", "reverse", "value", "x", "args"]


class Generator:
    def __init__(self, rng: random.Random):
        self.rng = rng

    def pick(self, *choices):
        return self.rng.choice(choices)

    def blanks(self) -> str:
        return self.rng.choice(["", "", "", "", " ", "  ", "\t"])

    def scalar(self) -> str:
        return self.rng.choice(self.rng.choice([WORDS, NUMBERS, QUOTED, OTHER, NUMBERS]))

    def separated(self, items: list) -> str:
        return (self.blanks() + "," + self.blanks()).join(items)

    def element(self, depth: int) -> str:
        kind = self.rng.random()
        if depth > 3 or kind < 0.55:
            return self.scalar()
        if kind < 0.67:
            return "[" + self.blanks() + self.separated([self.element(depth + 1) for _ in range(self.rng.randint(0, 3))]) + self.blanks() + "]"
        if kind < 0.79:
            pairs = [self.rng.choice(WORDS + NUMBERS + ["a b", "a/b", "a\\:b"]) + self.blanks() + ":" + self.blanks() + self.element(depth + 1) for _ in range(self.rng.randint(0, 3))]
            return "{" + self.blanks() + self.separated(pairs) + self.blanks() + "}"
        return self.call(depth)

    def call(self, depth: int) -> str:
        name = self.rng.choice(FUNCTIONS)
        if name in ("range", "interval") and self.rng.random() < 0.8:
            arguments = [self.rng.choice(RANGES) for _ in range(self.rng.randint(1, 3))]
        elif name in ("int", "float", "str", "bool", "sort", "choice", "shuffle") and self.rng.random() < 0.6:
            arguments = [self.rng.choice(NUMBERS + WORDS[:6] + ["'1'", "range(3)", "range(0,1,0.25)", "choice(1,2)", "choice(b,a)"]) for _ in range(self.rng.randint(1, 4))]
        else:
            arguments = [self.element(depth + 1) for _ in range(self.rng.randint(0, 3))]
        if self.rng.random() < 0.25:
            arguments = [self.rng.choice(NAMES) + "=" + a if self.rng.random() < 0.5 else a for a in arguments]
        if name in ("sort", "shuffle") and self.rng.random() < 0.3:
            arguments.append("reverse=" + self.pick("true", "false", "1"))
        return name + self.blanks() + "(" + self.blanks() + self.separated(arguments) + self.blanks() + ")"

    def value(self) -> str:
        if self.rng.random() < 0.3:
            return self.separated([self.element(0) for _ in range(self.rng.randint(2, 4))])
        return self.element(0)

    def override(self) -> str:
        key = self.rng.choice(KEYS)
        if self.rng.random() < 0.15:
            key += "@" + self.rng.choice(KEYS)
        prefix = self.rng.choice(["", "", "", "", "+", "++", "~", "+++", "~+"]) if self.rng.random() < 0.4 else ""
        if self.rng.random() < 0.05:
            return prefix + key
        return prefix + key + "=" + self.blanks() + (self.value() if self.rng.random() < 0.95 else "")

    def damaged(self, text: str) -> str:
        for _ in range(self.rng.randint(1, 3)):
            at = self.rng.randint(0, len(text))
            action = self.rng.random()
            if action < 0.5:
                text = text[:at] + self.rng.choice(CHARS) + text[at:]
            elif action < 0.8:
                text = text[:at] + text[at + 1 :]
            else:
                text = text[:at] + self.rng.choice(CHARS) + text[at + 1 :]
        return text


def generate(seed: int, count: int) -> list:
    generator = Generator(random.Random(seed))
    texts = []
    for _ in range(count):
        text = generator.override()
        texts.append(generator.damaged(text) if generator.rng.random() < 0.4 else text)
    return texts


def hydra_answers(texts: list) -> list:
    """What Hydra makes of them, in the words of tests/tools/override_dump.cpp."""
    from antlr4.error.Errors import InputMismatchException, LexerNoViableAltException, NoViableAltException
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser import overrides_visitor
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, Override, QuotedString, Quote, RangeSweep, ValueType
    from hydra.errors import HydraException

    place: dict = {}

    def note(self, recognizer, symbol, line, column, msg, e):
        if isinstance(e, LexerNoViableAltException):
            place.update(error="lexer", column=e.startIndex)
        else:
            kinds = {InputMismatchException: "mismatched", NoViableAltException: "no viable"}
            place.update(error=kinds.get(type(e)) or msg.split(" ")[0], column=symbol.start)
        raise HydraException(msg if msg is not None else str(e)) from e

    overrides_visitor.HydraErrorListener.syntaxError = note

    def described(value):
        if value is None:
            return ["null", "null"]
        if isinstance(value, QuotedString):
            return ["quoted", value.text, "'" if value.quote == Quote.single else '"']
        if isinstance(value, bool):
            return ["bool", str(value)]
        if isinstance(value, (int, float, str)):
            return [type(value).__name__, value if isinstance(value, str) else str(value)]
        if isinstance(value, list):
            return ["list", *map(described, value)]
        if isinstance(value, dict):
            return ["dict", *([described(k), described(v)] for k, v in value.items())]
        zero, one = described(0), described(1)
        if isinstance(value, ChoiceSweep):
            return ["sweep", ["choice", [described(x) for x in value.list], [], zero, zero, one, len(value.tags), value.shuffle]]
        if isinstance(value, Glob):
            return ["sweep", ["glob", [described(x) for x in value.include], [described(x) for x in value.exclude], zero, zero, one, 0, False]]
        bounds = [value.start, value.stop, value.step] if isinstance(value, RangeSweep) else [value.start, value.end, 1]
        kind = "range" if isinstance(value, RangeSweep) else "interval"
        bounds = [int(b) if isinstance(b, bool) else b for b in bounds]
        return ["sweep", [kind, [], [], *map(described, bounds), len(value.tags), getattr(value, "shuffle", False)]]

    def points(override):
        if override.value_type in (ValueType.GLOB_CHOICE_SWEEP, ValueType.INTERVAL_SWEEP):
            return None
        key = override.get_key_element()
        if "'glob'" in str(described(override._value)):
            return None  # Hydra spells out its class; we refuse
        try:
            if not override.is_sweep_override():
                return [f"{key}={override.get_value_element_as_str()}"]
            texts = []
            for text in override.sweep_string_iterator():
                texts.append(f"{key}={text}")
                if len(texts) == 300:
                    break
        except Exception:
            return None
        if override.is_choice_sweep():
            # Such a text cannot be applied; we say so before anything is queued.
            for item in override._value.list:
                if type(item) is str:
                    try:
                        OverridesParser.create().parse_overrides([f"{key}={Override._get_value_element_as_str(item)}"])
                    except Exception:
                        return None
        return texts

    parser = OverridesParser.create()
    answers = []
    for text in texts:
        place.clear()
        try:
            override = parser.parse_overrides([text])[0]
        except Exception as error:
            message = str(error)
            if not place:
                place.update(error="function" if " while evaluating '" in message else "other")
            answers.append({**place, "message": message})
            continue
        kind = override.type.value - 1
        value_kind = 0 if override.value_type is None else override.value_type.value
        value_kind = [0, 1, 2, 4, 3, 5, 6][value_kind]
        answers.append({"kind": kind, "key": override.key_or_group, "package": override.package, "value_kind": value_kind, "value": described(override._value), "points": points(override)})
    return answers


def our_answers(tool: str, texts: list) -> list:
    lines = "".join(json.dumps(t) + "\n" for t in texts)
    done = subprocess.run([tool], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def canonical(answer: dict, text: str) -> str:
    answer = dict(answer)
    if answer.get("error") in ("function", "other"):
        answer.pop("column", None)  # Hydra has none
        answer["message"] = answer["message"].replace("=True", "=1").replace("=False", "=0")  # bounds that are bools
    value = answer.get("value", [])
    if "shuffle" in text and "error" not in answer:
        # The order is random.
        answer["points"] = sorted(answer["points"] or [])
        if value[0] in ("list",):
            answer["value"] = sorted(map(json.dumps, value[1:]))
            answer["points"] = sorted(map(len, answer["points"]))
    return json.dumps(answer, sort_keys=True)


def digest(answer: dict, text: str) -> str:
    return hashlib.sha256(canonical(answer, text).encode()).hexdigest()[:8]


def nested_shuffle(text: str) -> bool:
    """A shuffled list inside something else has no comparable order."""
    return "shuffle" in text and (text.count("shuffle") > 1 or "," in text.split(")")[-1] or not text.split("=", 1)[-1].strip().startswith("shuffle"))


def report(texts: list, wrong: list, expected, got) -> int:
    for i in wrong[:20]:
        print(f"override: {texts[i]!r}\n  Hydra: {expected(i)}\n  ours:  {got(i)}")
    print(f"{len(texts)} overrides, {len(wrong)} differ")
    return 1 if wrong else 0


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[0] == "--replay":
        with open(arguments[1], encoding="utf-8") as file:
            recording = json.load(file)
        texts = generate(recording["seed"], recording["count"])
        ours = [digest(a, t) for a, t in zip(our_answers(arguments[2], texts), texts)]
        theirs = [recording["digests"][i * 8 : i * 8 + 8] for i in range(len(texts))]
        wrong = [i for i, t in enumerate(texts) if ours[i] != theirs[i] and not nested_shuffle(t)]
        return report(texts, wrong, lambda i: "differs", lambda i: our_answers(arguments[2], [texts[i]])[0])
    record = arguments[0] == "--record"
    file, rest = (arguments[1], arguments[2:]) if record else ("", arguments[1:])
    seed = int(rest[0]) if rest else 1
    count = int(rest[1]) if len(rest) > 1 else 3000
    texts = generate(seed, count)
    theirs = hydra_answers(texts)
    if record:
        digests = "".join(digest(a, t) for a, t in zip(theirs, texts))
        with open(file, "w", encoding="utf-8") as out:
            json.dump({"seed": seed, "count": count, "digests": digests}, out)
            out.write("\n")
        return 0
    ours = our_answers(arguments[0], texts)
    wrong = [i for i, t in enumerate(texts) if canonical(ours[i], t) != canonical(theirs[i], t) and not nested_shuffle(t)]
    return report(texts, wrong, lambda i: canonical(theirs[i], texts[i]), lambda i: canonical(ours[i], texts[i]))


if __name__ == "__main__":
    sys.exit(main())
