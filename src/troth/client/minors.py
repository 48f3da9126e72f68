"""Calls about minors: the answer to the question about age, and the guardian who has to agree."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from troth.client.connection import Connection


@dataclass(frozen=True, slots=True)
class GuardianAsked:
    """A guardian was sent a code: the ticket, and the path of the page on which it is typed in."""

    ticket: str
    page: str


class MinorCalls(Connection):
    """What a company says of somebody's age, before it takes anything else from them."""

    def answer_age(self, subject: str, *, minor: bool) -> bool:
        """Take the answer to the question about age; whether anything was kept of it (of whoever is of age nothing is)."""
        return bool(self._post(f"subjects/{quote(subject)}/age", {"minor": minor})["kept"])

    def ask_guardian(self, subject: str, address: str, *, language: str = "en") -> GuardianAsked:
        """Have a code sent to a minor's guardian. Raises Problem for the minor's own address."""
        said = {"address": address, "language": language}
        found = self._post(f"subjects/{quote(subject)}/guardian", said)
        return GuardianAsked(str(found["ticket"]), str(found["page"]))
