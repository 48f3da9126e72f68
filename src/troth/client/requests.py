"""Calls about what people ask: a request or a complaint that came in here, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, plain, said, sent


class RequestCalls:
    """What a company passes on of requests that people make on its own pages, and what it hears of them."""

    @said
    def open_ticket(
        self, subject: str, words: str, *, kind: str = "request", right: str = "", address: str = "",
        route: str = "form", language: str = "en",
    ) -> Call[Plain]:  # fmt: skip
        """Open a ticket for somebody who is signed in here: its `number`, and by when it is to be answered (`due_at`)."""
        body = {"kind": kind, "right": right, "route": route, "words": words, "subject": subject}
        return sent("tickets", body | {"address": address, "language": language}, plain)

    @said
    def ticket(self, number: str) -> Call[Plain]:
        """Where a ticket stands, with every limit of its clock."""
        return got(f"tickets/{quote(number)}", plain)

    @said
    def tickets(self, *, overdue: bool = False, limit: int = 200) -> Call[list[Plain]]:
        """What is not answered yet, whatever way it came, what is due first before the rest."""
        return got(
            f"tickets?{urlencode({'overdue': overdue, 'limit': limit})}", lambda found: list(found["tickets"])
        )

    @said
    def sort_ticket(self, number: str, kind: str, right: str = "") -> Call[Plain]:
        """Say what a ticket is that came by mail: `request` (of a right), `complaint`, `feedback` or `question`."""
        return sent(f"tickets/{quote(number)}/sort", {"kind": kind, "right": right}, plain)

    @said
    def answer_ticket(
        self, number: str, outcome: str, words: str, *, papers: Iterable[str] = ()
    ) -> Call[Plain]:
        """Answer a ticket, once: `granted`, `partly`, `informed` or `noted`; `papers` are the kinds of evidence on file.

        Raises Problem for one that is answered, or for which the policy asks for more first.
        """
        body = {"outcome": outcome, "words": words, "papers": list(papers)}
        return sent(f"tickets/{quote(number)}/answer", body, plain)
