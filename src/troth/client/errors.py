"""What can come back instead of a yes: nobody there, a problem said in the words of RFC 9457, or a refusal that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troth.kernel.errors import CallerError, OperatorError

if TYPE_CHECKING:
    from troth.client.model import Answer


class Away(OperatorError):
    """The product did not answer in time. Whoever asked may not go on as if it had said yes."""


class Problem(CallerError):
    """The product answered that the call cannot be carried out: status, and the sentence it gave."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail or title or f"The call was refused with status {status}.", status=status)
        self.status = status
        self.title = title


class Refused(CallerError):
    """The policy does not permit it. The answer names the clauses, and what is missing that would make it a permit."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            "The policy does not permit this.", "The answer says which clauses decided, and what is missing."
        )
        self.answer = answer
