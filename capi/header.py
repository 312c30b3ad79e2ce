"""Reads exp.h: its functions, callbacks, structs and constants. What is made from the header (the ledger
capi/abi.txt, the declarations of the bindings) starts here."""

import dataclasses
import pathlib
import re


@dataclasses.dataclass(frozen=True)
class Value:
    """A parameter or a field: its C type ("const char*") and its name."""

    type: str
    name: str


@dataclasses.dataclass(frozen=True)
class Function:
    result: str
    name: str
    parameters: list[Value]
    line: str
    """The declaration as it goes into the ledger."""


@dataclasses.dataclass(frozen=True)
class Header:
    functions: list[Function]
    callbacks: list[Function]
    handles: list[str]
    structs: dict[str, list[Value]]
    constants: list[str]


def _value(text: str) -> Value:
    """"const char *path" -> ("const char*", "path"); "void" has no name."""
    name = re.search(r"(\w+)$", text.strip()).group(1)
    kind = text.strip()[: -len(name)]
    if not kind.strip():
        return Value(name, "")
    return Value(re.sub(r"\s+", " ", re.sub(r"\s*\*\s*", "*", kind)).strip(), name)


def _parameters(text: str) -> list[Value]:
    return [] if text.strip() in ("", "void") else [_value(p) for p in text.split(",")]


def read(path: pathlib.Path) -> Header:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    defines = re.findall(r"^#define (EXP_[A-Z0-9_]+) +(.+)$", text, flags=re.M)
    flat = re.sub(r"\s+", " ", re.sub(r"^#.*(\\\n.*)*$", "", text, flags=re.M))
    functions = []
    for declaration in re.findall(r"EXP_API ([^;{]*);", flat):
        head, parameters = re.fullmatch(r"(.*?)\((.*)\)", declaration).groups()
        value = _value(head)
        line = re.sub(r"\s*\*\s*", " *", declaration).strip()
        functions.append(Function(value.type, value.name, _parameters(parameters), line))
    callbacks = [
        Function(result.strip(), name, _parameters(parameters), "")
        for result, name, parameters in re.findall(
            r"typedef ([\w *]+?)\(\*(exp_\w+)\)\(([^)]*)\);", flat
        )
    ]
    structs = {
        name: [_value(field) for field in body.split(";") if field.strip()]
        for name, body in re.findall(r"typedef struct (exp_\w+) \{(.*?)\} \1;", flat)
    }
    handles = [h for h in re.findall(r"typedef struct (exp_\w+) \1;", flat) if h not in structs]
    constants = re.findall(r"\b(EXP_[A-Z0-9_]+) = -?\d+", flat)
    constants += [name for name, value in defines if re.match(r"\(?U?INT32_(C|MAX)", value)]
    return Header(functions, callbacks, handles, structs, constants)
