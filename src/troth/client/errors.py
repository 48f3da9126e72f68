"""What can come back instead of an answer: nobody there, or a problem said in the words of RFC 9457."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class Away(OperatorError):
    """The product did not answer in time. Whoever asked may not go on as if it had said yes."""


class Problem(CallerError):
    """The product answered that the call cannot be carried out: status, and the sentence it gave."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail or title or f"The call was refused with status {status}.", status=status)
        self.status = status
        self.title = title
