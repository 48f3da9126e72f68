"""How axle reaches the product: one client that all its threads share, a guard for its views, and what is on record of its partners."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from troth.client import Client, Problem, Question, Refused
from troth.client.minors import MinorCalls
from troth.client.requests import RequestCalls

LEAVES = frozenset({"share", "transfer", "publish", "export"})
BOUND = ("policy_bound", "protection", "confidentiality", "impact_record", "clauses")
RECIPIENTS: Mapping[str, tuple[tuple[str, ...], float | None]] = {
    "axle_germany": (("controlled", *BOUND), 100),
    "axle_japan": (("controlled", *BOUND), 80),
    "hotline": (("contract", "no_other_use", *BOUND), None),
    "mail_house": (("contract", "no_other_use", *BOUND), None),
    "support_desk": (("contract", "no_other_use", *BOUND), None),
    "research_lab": (("no_other_use", "pseudonymised", *BOUND), None),
}
"""The advertiser signed nothing: it is handed nothing."""


class Gate(Client, MinorCalls, RequestCalls):
    """The product, as axle sees it."""

    def may(self, subject: str | None, question: Question) -> bool:
        """Ask, on record. Nobody there is not a yes: `Away` goes up to the page."""
        ask = self.release if question.action in LEAVES else self.use
        return ask(subject, question).permitted

    def must(self, subject: str, question: Question) -> None:
        """Ask, on record, and go on only with a permit. Raises Refused."""
        answer = self.use(subject, question)
        if not answer.permitted:
            raise Refused(answer)

    def told(self, subject: str, items: Mapping[str, str]) -> None:
        """Record consents, each `given`, `refused` or `withdrawn` by itself."""
        for item, act in items.items():
            kind = "deemed" if item == "browsing" and act == "given" else ""
            self.consent(subject, item, act, kind=kind, language="en")

    def introduce(self, subject: str, point: str) -> None:
        """Record that somebody was shown what stands above a form, and uses it."""
        for notice in self.notices_at(point):
            self.show(subject, notice, point=point)
        self.accept(subject, "deemed", str(self.policy()["digest"]), "en")
        self.told(subject, {"browsing": "given"})

    def open_books(self) -> None:
        """Put on record what axle knows about those who receive data from it. What is refused there is printed."""
        for recipient, (facts, stake) in RECIPIENTS.items():
            for fact in facts:
                try:
                    self.recipient(recipient, [fact], stake=stake if fact == "controlled" else None)
                except Problem as problem:
                    print(f"axle: {recipient}: {problem.message}", file=sys.stderr, flush=True)
