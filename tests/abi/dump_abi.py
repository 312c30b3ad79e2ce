"""Prints what exp.h promises: prototypes, constants, sizes and field offsets. capi/abi.txt is its
committed output, the ledger of the C interface: lines are added, never changed or removed."""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "capi"))
sys.dont_write_bytecode = True
import header  # noqa: E402


def main() -> None:
    path = pathlib.Path(sys.argv[1])
    exp = header.read(path)
    lines = [function.line for function in exp.functions]
    program = [f'#include "{path.resolve()}"', "#include <stdio.h>", "int main(void) {"]
    for name in exp.constants:
        program.append(f'printf("{name} = %ld\\n", (long){name});')
    for name, fields in exp.structs.items():
        program.append(f'printf("sizeof({name}) = %lu\\n", (unsigned long)sizeof({name}));')
        for field in fields:
            program.append(
                f'printf("{name}.{field.name} at %lu\\n", (unsigned long)offsetof({name}, {field.name}));'
            )
    program.append("return 0; }")
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "dump.c")
        source.write_text("\n".join(program))
        binary = pathlib.Path(folder, "dump")
        subprocess.run(["cc", source, "-o", binary], check=True)
        lines += subprocess.run([binary], capture_output=True, text=True, check=True).stdout.splitlines()
    print("\n".join(lines))


if __name__ == "__main__":
    main()
