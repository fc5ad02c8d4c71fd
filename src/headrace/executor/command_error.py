"""The failure of a command; known without what it takes to run one."""

from __future__ import annotations


class CommandError(RuntimeError):
    """The command could not be run, or ended with a status other than zero.

    Attributes:
        exit_code: Its exit status, as a shell shows it.
        kind: What kind of failure it is.
    """

    def __init__(self, message: str, exit_code: int, kind: str = "user") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.kind = kind
