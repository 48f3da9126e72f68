"""How axle reaches the product: one client that all its threads share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.conf import settings

from examples.axle.company.questions import RECIPIENTS
from troth.client import Client, Question, may, must


class Gate(Client):
    """The product, as axle sees it."""

    def must(self, subject: str, *questions: Question) -> None:
        """Ask, on record, and go on only with a permit for each. Raises Refused."""
        for question in questions:
            must(self, subject, question)

    def told(self, subject: str, said: Mapping[str, bool]) -> None:
        """Record what somebody said yes or no to, one thing after the other: a consent, an objection, or a plain fact of theirs."""
        for what, yes in said.items():
            family, _, name = what.partition(":")
            if family == "consent":
                self.consent(
                    subject, name, "given" if yes else "withdrawn", language="en",
                    kind="deemed" if yes and name == "browsing" else "",
                )  # fmt: skip
            elif family == "objects":
                self.objection(subject, name, "raised" if yes else "lifted")
            else:
                self.set_facts(subject, *([what], ()) if yes else ((), [what]))

    def introduce(self, subject: str, point: str) -> None:
        """Record that somebody was shown what stands above a form, and uses it."""
        for notice in self.notices_at(point):
            self.show(subject, notice, point=point)
        self.accept(subject, "deemed", str(self.policy()["digest"]), "en")
        self.told(subject, {"consent:browsing": True})

    def open_books(self) -> None:
        """Put on record what axle knows about those who receive data from it."""
        for recipient, (facts, stake) in RECIPIENTS.items():
            self.recipient(recipient, facts, stake=stake)


def allowed(subject: str | None, *questions: Question) -> bool:
    """Ask, on record, where one goes on either way: whether each of these is permitted. Raises Away."""
    return all(may(gate(), subject, one) for one in questions)


def gate() -> Gate:
    """The one of this process."""
    return cast(Gate, settings.TROTH)
