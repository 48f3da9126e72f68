"""Mailboxes, as this room needs them: whoever keeps mail hands it over, and is told what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from troth.kernel.errors import OperatorError


class MailboxAway(OperatorError):
    """A mailbox cannot be read now; what lies there is read later."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies in a mailbox: by what it is named there, and its bytes."""

    key: str
    data: bytes = field(repr=False)
    arrived_at: datetime | None = None
    """When it came, as the mailbox tells; a date that its sender wrote counts for nothing."""


class Mailbox(Protocol):
    """A mailbox that is published. One thread at a time."""

    @property
    def address(self) -> str:
        """The published address whose mail lies here."""

    @property
    def name(self) -> str:
        """Where it is, for operators; no secret."""

    def waiting(self, limit: int) -> Sequence[Lying]:
        """Mails that nobody has taken yet, the oldest first. Raises MailboxAway."""

    def taken(self, keys: Sequence[str]) -> None:
        """These were taken, durably: they are not handed over again, and stay where they are. Raises MailboxAway."""
