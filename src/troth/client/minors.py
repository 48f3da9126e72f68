"""Calls about minors: the answer to the question about age, and the guardian who has to agree."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from troth.client.call import Call, Plain, said, sent


@dataclass(frozen=True, slots=True)
class GuardianAsked:
    """A guardian was sent a code: the ticket, and the path of the page on which it is typed in."""

    ticket: str
    page: str

    @classmethod
    def of(cls, found: Plain) -> GuardianAsked:
        """Read the answer."""
        return cls(str(found["ticket"]), str(found["page"]))


class MinorCalls:
    """What a company says of somebody's age, before it takes anything else from them."""

    @said
    def answer_age(self, subject: str, *, minor: bool) -> Call[bool]:
        """Take the answer to the question about age; whether anything was kept of it (of whoever is of age nothing is)."""
        return sent(f"subjects/{quote(subject)}/age", {"minor": minor}, lambda found: bool(found["kept"]))

    @said
    def ask_guardian(self, subject: str, address: str, *, language: str = "en") -> Call[GuardianAsked]:
        """Have a code sent to a minor's guardian. Raises Problem for the minor's own address."""
        body = {"address": address, "language": language}
        return sent(f"subjects/{quote(subject)}/guardian", body, GuardianAsked.of)
