"""Prints what exp.h promises: prototypes, constants, sizes and field offsets. capi/abi.txt is its
committed output, the ledger of the C interface: lines are added, never changed or removed."""

import pathlib
import re
import subprocess
import sys
import tempfile


def main() -> None:
    header = pathlib.Path(sys.argv[1])
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    flat = re.sub(r"\s+", " ", re.sub(r"^#.*(\\\n.*)*$", "", text, flags=re.M))
    lines = [
        re.sub(r"\s*\*\s*", " *", m).strip() for m in re.findall(r"EXP_API ([^;]*);", flat)
    ]
    constants = re.findall(r"\b(EXP_[A-Z_]+) = -?\d+", flat)
    constants += re.findall(r"#define (EXP_[A-Z_]+) \(?UINT32", text)
    structs = re.findall(r"typedef struct (exp_\w+) \{(.*?)\} \1;", flat)
    program = ["#include <expcore/exp.h>", "#include <stdio.h>", "int main(void) {"]
    for name in constants:
        program.append(f'printf("{name} = %ld\\n", (long){name});')
    for name, body in structs:
        program.append(f'printf("sizeof({name}) = %lu\\n", (unsigned long)sizeof({name}));')
        for field in re.findall(r"(\w+);", body):
            program.append(
                f'printf("{name}.{field} at %lu\\n", (unsigned long)offsetof({name}, {field}));'
            )
    program.append("return 0; }")
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "dump.c")
        source.write_text("\n".join(program))
        binary = pathlib.Path(folder, "dump")
        include = header.parent.parent
        subprocess.run(["cc", "-I", include, source, "-o", binary], check=True)
        lines += subprocess.run([binary], capture_output=True, text=True, check=True).stdout.splitlines()
    print("\n".join(lines))


if __name__ == "__main__":
    main()
