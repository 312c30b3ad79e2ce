"""Tells which functions of the C++ classes the library does not export: exported.py include/expcore NM-OUTPUT"""

import pathlib
import re
import sys

CLASS = re.compile(r"^(?:class|struct) EXPCORE_API ([\w:]+)[^{;]*\{\n(.*?)^\};", re.S | re.M)
FUNCTION = re.compile(r"^  (?:static )?(?:\w[\w:<>,&* ]*?)[ &*](\w+)\((?:[^()]|\([^()]*\))*\)([^;{]*)([;{])", re.M)
FREE = re.compile(r"^EXPCORE_API [^;(]*?(\w+)\(", re.M)


def declared(folder: pathlib.Path) -> list[str]:
    """Functions without a body, by class."""
    found = []
    for path in sorted(folder.glob("*.hpp")):
        text = re.sub(r"//.*", "", path.read_text())
        found += FREE.findall(text)
        for owner, body in CLASS.findall(text):
            public = re.split(r"^ private:", body, flags=re.M)[0]
            found += [f"{owner}::{name}" for name, rest, end in FUNCTION.findall(public)
                      if end == ";" and "= 0" not in rest]
    return list(dict.fromkeys(found))


def main() -> None:
    known = declared(pathlib.Path(sys.argv[1]))
    exported = set(re.findall(r"\bexpcore::([\w:]+)[\[(]", pathlib.Path(sys.argv[2]).read_text()))
    missing = [f"expcore::{name} is not exported" for name in known if name not in exported]
    print(*missing, f"{len(known)} functions of C++", sep="\n")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
