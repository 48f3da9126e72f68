"""Errors, cut by who must act: the caller of a function, the operator of the program, the author of a policy.

Every error says in one sentence what went wrong, where, and how to mend it, and carries its data as plain values,
so that a door can print it, a program can read it, and nobody ever meets a traceback. Personal data never enters.
"""

from __future__ import annotations

from typing import ClassVar

Plain = str | int | float | bool | None
"""What an error may carry: a plain value that any door can print."""


class TrothError(Exception):
    """Something the program refuses to do; the root of every error it raises on purpose.

    `message` is one sentence; `help` says how to mend it (may be empty); `data` are the facts in plain values.
    """

    actor: ClassVar[str] = "operator"
    """Who must act for this to go away."""

    def __init__(self, message: str, help: str = "", **data: Plain) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.data: dict[str, Plain] = data

    @property
    def code(self) -> str:
        """A stable name of the kind of error."""
        return type(self).__name__

    def as_json(self) -> dict[str, object]:
        """The error as plain JSON values."""
        return {
            "error": self.code,
            "actor": self.actor,
            "message": self.message,
            "help": self.help,
            "data": dict(self.data),
        }

    def __str__(self) -> str:
        return f"{self.message} {self.help}".rstrip()


class CallerError(TrothError):
    """What was asked makes no sense as asked: the caller, a person or a program, must ask differently."""

    actor = "caller"


class OperatorError(TrothError):
    """The place where the program runs is not as it must be (a file, a database, a key): its operator must act."""

    actor = "operator"


class AuthorError(TrothError):
    """What was written (a policy, a published text, a regime pack) is not right: its author must change it."""

    actor = "author"
