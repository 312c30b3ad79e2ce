"""Parameter overrides in Hydra's grammar, and sweeps."""

import ctypes
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

from ._call import Handle, PathLike, call, encode, made, owned_names, owned_text, strings, text
from ._library import lib


class ParamOverrides(Handle):
    """Overrides as `-S [file:]override` takes them: "lr=0.1", "+new=1", "~old", sweeps "lr=0.1,0.2".

    >>> from expcore import ParamOverrides
    >>> overrides = ParamOverrides.parse(["lr=0.1,0.2", "layers=range(1,4)"])
    >>> len(overrides)
    6
    >>> next(iter(overrides))
    [('params.yaml', 'lr=0.1'), ('params.yaml', 'layers=1')]
    """

    _free = "exp_overrides_free"

    @classmethod
    def parse(cls, arguments: Iterable[str]) -> "ParamOverrides":
        """Raises InvalidArgument, whose details show the place."""
        return cls(made(lib.exp_overrides_parse, strings(arguments)))

    @property
    def as_typed(self) -> list[tuple[str, str]]:
        """The overrides as (file, override) pairs, by file in order of first appearance."""
        return [
            (text(lib.exp_overrides_file(self.raw, i)), text(lib.exp_overrides_text(self.raw, i)))
            for i in range(lib.exp_overrides_count(self.raw))
        ]

    @property
    def is_sweep(self) -> bool:
        """Whether there may be other than one combination."""
        return bool(lib.exp_overrides_is_sweep(self.raw))

    def __len__(self) -> int:
        """How many combinations there are; none is made for it."""
        size = ctypes.c_uint64()
        call(lib.exp_overrides_size, ctypes.byref(size), self.raw)
        return size.value

    def __iter__(self) -> Iterator[list[tuple[str, str]]]:
        """The combinations, each made when it is come to: (file, override) pairs."""
        points = made(lib.exp_points_new, self.raw)
        try:
            while (more := lib.exp_points_next(points)) == 1:
                yield [
                    (text(lib.exp_points_file(points, i)), text(lib.exp_points_override(points, i)))
                    for i in range(lib.exp_points_count(points))
                ]
            if more < 0:
                raise MemoryError
        finally:
            lib.exp_points_free(points)

    def apply(self, content: str, file: PathLike = "params.yaml") -> str:
        """The text of a params file with the overrides for `file` applied; all other bytes stay."""
        return owned_text(lib.exp_overrides_apply, self.raw, content.encode(), encode(file))

    def apply_to(self, project: Any) -> list[pathlib.Path]:
        """Applies everything to the files of a project, each replaced at once; gives the files, sorted."""
        return [pathlib.Path(name) for name in owned_names(lib.exp_overrides_write, self.raw, project.raw)]
