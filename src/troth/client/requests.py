"""Calls about what people ask, a request or a complaint that came in here; and about what the company's own people have to show."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, plain, said, sent, told


class RequestCalls:
    """What a company passes on of requests that people make on its own pages, what it hears of them, and what its staff shows."""

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
        self, number: str, outcome: str, words: str, *, papers: Iterable[str] = (), refusal: str = ""
    ) -> Call[Plain]:
        """Answer a ticket, once: `granted`, `partly`, `refused`, `informed` or `noted`; `papers` are the kinds of evidence on file, and
        `refusal` is the code of the listed ground to refuse.

        Raises Problem for one that is answered, for which the policy asks for more first, or that it lets nobody refuse so.
        """
        body = {"outcome": outcome, "words": words, "papers": list(papers), "refusal": refusal}
        return sent(f"tickets/{quote(number)}/answer", body, plain)

    @said
    def hand_papers(self, number: str, papers: Iterable[str], ground: str = "") -> Call[Plain]:
        """Say which kinds of evidence are on file for a request that is carried out over the stores, which waits for them."""
        return sent(f"requests/{quote(number)}/papers", {"papers": list(papers), "ground": ground}, plain)

    @said
    def tasks(self, state: str = "open") -> Call[list[Plain]]:
        """What people of the company have to show: each `task` with its `words`; in any state with ''."""
        return got(f"tasks?{urlencode({'state': state})}", lambda found: list(found["tasks"]))

    @said
    def show_task(self, task: str, by: str, name: str, data: bytes) -> Call[Plain]:
        """Show what a task asks for, in a document: on record from now on, `until` it is to be shown again."""
        document = {"name": name, "data": b64encode(data).decode("ascii")}
        return sent(f"tasks/{quote(task)}/done", {"by": by, "document": document}, plain)

    @said
    def employ(self, name: str) -> Call[str]:
        """Somebody comes to work here; the random id that stands for them on record."""
        return told("staff", {"name": name}, lambda found: str(found["member"]))
