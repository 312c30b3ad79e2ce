"""Options of projects, and their remotes."""

from __future__ import annotations

import builtins
import dataclasses
import enum

from . import _native as n
from ._call import Handle, PathLike, call, encode, made, owned_optional_text, owned_text, text, whole
from ._library import lib


class ConfigLevel(enum.IntEnum):
    """Where an option is set, weakest first."""

    MERGED = n.EXP_CONFIG_MERGED
    """Reading: all levels. Writing: the project's."""
    SYSTEM = n.EXP_CONFIG_SYSTEM
    GLOBAL = n.EXP_CONFIG_GLOBAL
    PROJECT = n.EXP_CONFIG_PROJECT
    """.dvc/config."""
    LOCAL = n.EXP_CONFIG_LOCAL
    """.dvc/config.local."""


@dataclasses.dataclass(frozen=True)
class ConfigEntry:
    """An option that is set."""

    key: str
    """`core.remote`, `remote.store.url`."""
    value: str
    """Paths are absolute; a list as `['a', 'b']`."""
    origin: str
    """The file, relative to the root for files of the project."""


@dataclasses.dataclass(frozen=True)
class Remote:
    """Where data is pushed to and fetched from."""

    name: str
    url: str
    """As it is set; paths are absolute."""
    is_default: bool


class Configuration(Handle):
    """The options that count in a folder: those of its project, the user and the machine.

    Files are changed in place (comments and order stay), checked as a whole before, and replaced at once. What is not
    allowed raises ConfigError.

    >>> with expcore.Configuration.open(".") as configuration:     # doctest: +SKIP
    ...     configuration.add_remote("store", "/mnt/store", default=True)
    """

    _free = "exp_config_free"

    @classmethod
    def open(cls, directory: PathLike | None = None) -> Configuration:
        """What counts in `directory` (default: the current one), which need not be a project."""
        return cls(made(lib.exp_config_open, encode(directory)))

    def list(self, level: ConfigLevel = ConfigLevel.MERGED) -> builtins.list[ConfigEntry]:
        """Every option that is set, level by level."""
        raw = made(lib.exp_config_list, self.raw, level)
        try:
            found = [
                whole(lib.exp_config_entries_get(raw, i).contents) for i in range(lib.exp_config_entries_count(raw))
            ]
            return [ConfigEntry(text(e.key), text(e.value), text(e.origin)) for e in found]
        finally:
            lib.exp_config_entries_free(raw)

    def get(self, key: str, level: ConfigLevel = ConfigLevel.MERGED) -> str | None:
        """The value of an option; None when it is not set, which at one level is a ConfigError."""
        return owned_optional_text(lib.exp_config_get, self.raw, encode(key), level)

    def set(self, key: str, value: PathLike, level: ConfigLevel = ConfigLevel.MERGED) -> None:
        """Sets an option; relative paths are taken from the folder."""
        call(lib.exp_config_set, self.raw, encode(key), encode(value), level)

    def unset(self, key: str, level: ConfigLevel = ConfigLevel.MERGED) -> None:
        """Raises ConfigError when it is not set there."""
        call(lib.exp_config_set, self.raw, encode(key), None, level)

    def cache_dir(self, level: ConfigLevel = ConfigLevel.MERGED) -> str:
        """The folder of the cache, absolute; at one level only what is set there."""
        return owned_text(lib.exp_config_cache_dir, self.raw, level)

    def remotes(self, level: ConfigLevel = ConfigLevel.MERGED) -> builtins.list[Remote]:
        raw = made(lib.exp_config_remotes, self.raw, level)
        try:
            found = [whole(lib.exp_remotes_get(raw, i).contents) for i in range(lib.exp_remotes_count(raw))]
            return [Remote(text(r.name), text(r.url), bool(r.is_default)) for r in found]
        finally:
            lib.exp_remotes_free(raw)

    def add_remote(
        self,
        name: str,
        url: PathLike,
        *,
        default: bool = False,
        force: bool = False,
        level: ConfigLevel = ConfigLevel.MERGED,
    ) -> None:
        """Adds a remote, which is a folder. `default`: makes it the default one. `force`: replaces one of that
        name."""
        flags = (n.EXP_REMOTE_DEFAULT if default else 0) | (n.EXP_REMOTE_FORCE if force else 0)
        call(lib.exp_config_add_remote, self.raw, encode(name), encode(url), level, flags)

    def modify_remote(
        self, name: str, option: str, value: PathLike | None, level: ConfigLevel = ConfigLevel.MERGED
    ) -> None:
        """Sets an option of a remote; None unsets it."""
        call(lib.exp_config_modify_remote, self.raw, encode(name), encode(option), encode(value), level)

    def remove_remote(self, name: str, level: ConfigLevel = ConfigLevel.MERGED) -> None:
        """And what refers to it as the default, at this level and stronger ones."""
        call(lib.exp_config_remove_remote, self.raw, encode(name), level)

    def rename_remote(self, name: str, new_name: str, level: ConfigLevel = ConfigLevel.MERGED) -> None:
        call(lib.exp_config_rename_remote, self.raw, encode(name), encode(new_name), level)

    def default_remote(self, level: ConfigLevel = ConfigLevel.MERGED) -> str | None:
        """The name of the default remote; None when there is none."""
        return owned_optional_text(lib.exp_config_default_remote, self.raw, level)

    def set_default_remote(self, name: str | None, level: ConfigLevel = ConfigLevel.MERGED) -> None:
        """None: there is no default remote any more."""
        call(lib.exp_config_set_default_remote, self.raw, encode(name), level)

    def __repr__(self) -> str:
        return "<Configuration closed>" if self._raw is None else "<Configuration>"
