"""Calls about what people ask: a request or a complaint that came in here, and where it stands; and to whom an address leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from troth.client.connection import Connection


class RequestCalls(Connection):
    """What a company passes on of requests that people make on its own pages, and what it hears of them."""

    def open_ticket(
        self, subject: str, words: str, *, kind: str = "request", right: str = "", address: str = "",
        route: str = "form", language: str = "en",
    ) -> dict[str, Any]:  # fmt: skip
        """Open a ticket for somebody who is signed in here: its `number`, and by when it is to be answered (`due_at`)."""
        said = {"kind": kind, "right": right, "route": route, "words": words, "subject": subject}
        return self._post("tickets", said | {"address": address, "language": language})

    def ticket(self, number: str) -> dict[str, Any]:
        """Where a ticket stands, with every limit of its clock."""
        return self._get(f"tickets/{quote(number)}")

    def link(
        self, subject: str, link: Mapping[str, str] | None = None, unlink: Mapping[str, str] | None = None
    ) -> None:
        """Let identities lead to a subject, or lead there no more. Raises Problem where one leads to somebody else."""
        said = {"link": _named(link), "unlink": _named(unlink)}
        self._post(f"subjects/{quote(subject)}/identities", said)


def _named(identities: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for kind, value in (identities or {}).items()]
