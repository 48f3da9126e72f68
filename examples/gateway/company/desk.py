"""The desk that answers what people ask: each question as it comes, so that three working days are never needed."""

from __future__ import annotations

from examples.gateway.company.asking import Told
from examples.gateway.company.house import House

WORDS = {
    "question": (
        "informed",
        "Thank you for writing. What we hold and why stands in our policy; what we hold of you stands under My.",
    ),
    "cancel": (
        "granted",
        "Your account is cancelled from now on, and what we hold of you goes as you choose; the archive keeps what law demands.",
    ),
    "correct": (
        "granted",
        "Your membership is cancelled from now on, and you may register anew with the right details.",
    ),
}
ELSE = (
    "informed",
    "We have seen to it. What we hold of you stands under My; at your privacy page you say more, or take it back.",
)
"""Also what a complaint is told, with the ways that lead elsewhere, which the product adds."""


class Desk:
    """Raises Away."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer_all(self) -> int:
        """Answer whatever waits and can be answered; how much that was."""
        answered = 0
        for one in self._house.troth.ask("tickets?limit=200")["tickets"]:
            try:
                self.answer(one["number"], one["right"])
            except Told:
                continue  # somebody has to show first who they are, or somebody else was quicker
            answered += 1
        return answered

    def answer(self, number: str, right: str) -> None:
        """Answer one of them. Raises Told."""
        outcome, words = WORDS.get(right, ELSE)
        self._house.troth.ask(f"tickets/{number}/answer", outcome=outcome, words=words)
