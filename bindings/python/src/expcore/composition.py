"""Configurations composed as Hydra 1.3 does, without Hydra."""

import ctypes
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import Handle, PathLike, encode, made, strings, text
from ._library import lib


class Composition(Handle):
    """A composed configuration. Its values are `config`, its params.yaml is `yaml`."""

    _free = "exp_composition_free"

    @classmethod
    def of(cls, project: Any, overrides: Iterable[str] = ()) -> "Composition":
        """With the folder and name of the project's `hydra` configuration, whether or not it is enabled."""
        return cls(made(lib.exp_composition_new_for_project, project.raw, strings(overrides)))

    @property
    def yaml(self) -> str:
        """The text of a params.yaml."""
        return text(lib.exp_composition_yaml(self.raw))

    @property
    def config(self) -> dict[str, Any]:
        """The values; keys that are no strings have become ones."""
        values: dict[str, Any] = json.loads(text(lib.exp_composition_json(self.raw)))
        return values

    @property
    def warnings(self) -> list[str]:
        """What Hydra would warn about."""
        count = lib.exp_composition_warning_count(self.raw)
        return [text(lib.exp_composition_warning(self.raw, i)) for i in range(count)]


def compose(
    config_dir: PathLike,
    config_name: str = "config",
    overrides: Iterable[str] = (),
    *,
    directory: PathLike | None = None,
    resolve: bool = True,
) -> Composition:
    """Composes a folder of YAML files: defaults lists, packages, overrides, interpolation.

    `directory` is where relative folders of `hydra.searchpath` start; without `resolve` interpolations stay as text.
    Raises NotFound, ParseError or InvalidArgument in Hydra's words.
    """
    options = n.exp_compose_options()
    options.struct_size = ctypes.sizeof(options)
    options.config_name = config_name.encode()
    texts = strings(overrides)
    options.overrides = texts
    options.directory = encode(directory)
    options.flags = 0 if resolve else n.EXP_COMPOSE_UNRESOLVED
    return Composition(made(lib.exp_composition_new, encode(config_dir), ctypes.byref(options)))
