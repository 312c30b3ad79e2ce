"""Prints a C file with a function for each declaration of a header. Compiled with debug information it is what abidiff
compares: the types of the interface without the library's inside, in a second. That the library defines these very
functions is the compiler's business: it includes exp.h where it does.

  stub.py HEADER [OLDER]     with OLDER: structs without the fields that came after it, at their ends
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "capi"))
sys.dont_write_bytecode = True
import header  # noqa: E402


def cut(text: str, structs: dict[str, list[header.Value]]) -> str:
    """Leaves each struct as many fields as it has in `structs`."""
    for name, fields in structs.items():
        pattern = rf"(typedef struct {name} \{{)(.*?)(\}} {name};)"
        text = re.sub(pattern, lambda m: m[1] + ";".join(m[2].split(";")[: len(fields)]) + ";" + m[3], text, flags=re.S)
    return text


def main() -> None:
    path = pathlib.Path(sys.argv[1])
    exp = header.read(path)
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    print(cut(text, header.read(pathlib.Path(sys.argv[2])).structs) if len(sys.argv) > 2 else text)
    for handle in exp.handles:
        print(f"struct {handle} {{ int opaque; }};")
    for function in exp.functions:
        result = "" if function.result == "void" else f"return ({function.result})0;"
        print(f"{function.line} {{ {result} }}")


if __name__ == "__main__":
    main()
