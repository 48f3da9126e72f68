"""Who brings one-time codes and notices to addresses: a protocol, which the hall fulfils."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from troth.accounts.model import Address, CodeFor


class Notice(StrEnum):
    """What is told to whoever has an account."""

    KNOWN = "known"
    """Somebody asked for an account at an address that has one."""
    NEW_SIGN_IN = "new_sign_in"
    """Somebody signed in by a device that was not seen before."""
    PASSWORD_SET = "password_set"  # noqa: S105
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Errand:
    """A code (or, where it is empty, a notice) to be brought to an address. Never shown whole."""

    subject: str | None
    """Whose address it is; None as long as nobody has proved that it is theirs."""
    address: Address
    what: CodeFor | Notice
    code: str = field(default="", repr=False)
    language: str = "en"


class Courier(Protocol):
    """Brings codes and notices. Threads may share it."""

    @property
    def name(self) -> str:
        """Where they go, for operators."""

    def bring(self, errand: Errand) -> None:
        """Hand one over, once. Raises CourierFailed."""


class Bag:
    """Keeps errands in memory: a fake, for tests and for organisations that have named no courier. Nothing leaves."""

    name = "a bag in memory: nothing leaves"

    def __init__(self) -> None:
        self.errands: list[Errand] = []

    def bring(self, errand: Errand) -> None:
        """Keep it."""
        self.errands.append(errand)
