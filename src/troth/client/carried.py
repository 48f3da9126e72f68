"""Calls about requests that are carried out over the company's stores: opened, planned, agreed, seen through."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, plain, said, sent


class CarriedCalls:
    """What a program does with requests for access, for data to take along, for deletion, beside the pages of the console."""

    @said
    def open_request(
        self,
        subject: str,
        right: str,
        words: str,
        *,
        ground: str = "",
        address: str = "",
        language: str = "en",
    ) -> Call[Plain]:
        """Open a request that is carried out (`access`, `export`, `delete` …), for somebody who is signed in here."""
        body = {"subject": subject, "right": right, "words": words, "ground": ground}
        return sent("requests", body | {"address": address, "language": language}, plain)

    @said
    def requests(self, *, show: str = "live", right: str = "") -> Call[list[Plain]]:
        """Requests that are carried out (`live`, `waiting`, `overdue`, `ended`), the overdue first, each with its stages."""
        asked = urlencode({"show": show, "right": right})
        return got(f"requests?{asked}", lambda found: list(found["requests"]))

    @said
    def request(self, number: str) -> Call[Plain]:
        """One request with its stages."""
        return got(f"requests/{quote(number)}", plain)

    @said
    def request_plan(self, number: str) -> Call[Plain]:
        """What an erasure would do now: systems, rows, order, what stays and why, what stands in the way. Nothing is done."""
        return got(f"requests/{quote(number)}/plan", plain)

    @said
    def approve_request(self, number: str, by: str) -> Call[Plain]:
        """A second person agrees with the plan; `by` is a member of staff who has not worked on it. Raises Problem."""
        return sent(f"requests/{quote(number)}/approve", {"by": by}, plain)

    @said
    def recipient_told(self, number: str, recipient: str, answer: str, *, grade: str = "api") -> Call[Plain]:
        """What a recipient answered (`done`, `refused`, `unknown`), and how that is known. Raises Problem where nobody waits."""
        body = {"recipient": recipient, "answer": answer, "grade": grade}
        return sent(f"requests/{quote(number)}/told", body, plain)

    @said
    def file_papers(self, number: str, papers: Iterable[str], *, ground: str = "") -> Call[Plain]:
        """Evidence on file for the grounds of a request. Raises Problem where nothing waits for it."""
        return sent(f"requests/{quote(number)}/papers", {"papers": list(papers), "ground": ground}, plain)

    @said
    def retry_request(self, number: str) -> Call[Plain]:
        """Try again whatever waits because of a problem. Raises Problem where nothing does."""
        return sent(f"requests/{quote(number)}/retry", {}, plain)
