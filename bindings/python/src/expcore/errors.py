"""What goes wrong, as exceptions that also are Python's own where there is one."""

from . import _native as n


class ExpError(Exception):
    """A call failed. `code` is the EXP_ERR_* number, `details` the place and a code frame or ""."""

    code: int = n.EXP_ERR_INTERNAL
    details: str = ""

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n{self.details}" if self.details else message


class InvalidArgument(ExpError, ValueError):
    """The call made no sense."""


class NotFound(ExpError, FileNotFoundError):
    """A file, stage, experiment or revision is not there."""


class NotAProject(NotFound):
    """No `.dvc` folder here or above."""


class ParseError(ExpError, ValueError):
    """A file is malformed."""


class ConfigError(ParseError):
    """A DVC configuration file is malformed."""


class IoError(ExpError, OSError):
    """The operating system refused a file operation."""


class GitError(ExpError):
    """Git refused."""


class StageFailed(ExpError):
    """A stage's command failed."""


class Cancelled(ExpError):
    """The call was cancelled."""


class Exists(ExpError, FileExistsError):
    """The name is taken."""


class Busy(ExpError):
    """Another process holds the lock."""


_BY_CODE: dict[int, type[ExpError]] = {
    n.EXP_ERR_INVALID_ARGUMENT: InvalidArgument,
    n.EXP_ERR_NOT_FOUND: NotFound,
    n.EXP_ERR_PARSE: ParseError,
    n.EXP_ERR_IO: IoError,
    n.EXP_ERR_GIT: GitError,
    n.EXP_ERR_STAGE_FAILED: StageFailed,
    n.EXP_ERR_CANCELLED: Cancelled,
    n.EXP_ERR_NOT_A_PROJECT: NotAProject,
    n.EXP_ERR_CONFIG: ConfigError,
    n.EXP_ERR_EXISTS: Exists,
    n.EXP_ERR_BUSY: Busy,
}


def make(code: int, message: str, details: str = "") -> ExpError:
    """The exception of a status."""
    error = _BY_CODE.get(code, ExpError)(message)
    error.code = code
    error.details = details
    return error
