"""The desk that answers what people ask: questions as they come, so that three working days are never needed; requests by somebody
of the staff, who accepts them on a listed ground or turns them down on one. What is asked at the privacy centre to be shown, handed
over or erased is carried out over the stores, and left alone here.
"""

from __future__ import annotations

from typing import Any

from examples.gateway.company.asking import Told
from examples.gateway.company.house import House
from examples.gateway.company.store import Document

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
    "withdraw": (
        "granted",
        "Everything you agreed to is taken back from now on; what was done before stays as it was.",
    ),
    "delete": ("granted", "What we hold of you is erased; the archive keeps what law demands."),
}
ELSE = (
    "informed",
    "We have seen to it. What we hold of you stands under My; at your privacy page you say more, or take it back.",
)
"""Also what a complaint is told, with the ways that lead elsewhere, which the product adds."""
CARRIED = ("access", "export", "delete")
"""Rights that are carried out over the stores."""
GROUNDS = {
    "UNLAWFUL": "violation", "NO_CONSENT": "ledger_check", "BREACH_OF_AGREEMENT": "term", "NO_LONGER_USED": "account_state",
    "SERVICE_ENDED": "discontinued",
}  # fmt: skip
"""Grounds on which an erasure is accepted, each with the paper that shows it."""
WEIGHED = {
    "REPETITION": "repetition",
    "EXCESSIVE_EFFORT": "effort",
    "RISK_TO_OTHERS": "harm",
    "UNREALISTIC": "impracticable",
}
BARRED = {
    "LEGAL_DUTY": "citation", "NAT_SEC": "document", "PUBLIC_INTEREST": "document", "CRIMINAL_JUSTICE": "case", "ABUSE": "evidence",
    "VITAL_INTEREST": "consent_unobtainable", "SERIOUS_HARM": "harm", "TRADE_SECRET": "secrecy",
}  # fmt: skip
REFUSALS = {code: (paper, "necessity") for code, paper in WEIGHED.items()} | {
    code: (paper,) for code, paper in BARRED.items()
}
"""Grounds on which a request is turned down, each with its papers: four may, eight must; what may is weighed."""
NO = "We cannot do what you ask. The ground is {}, with its papers on file; you may complain to a regulator or a court."


class Desk:
    """Raises Away."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer_all(self) -> int:
        """Answer whatever waits for nobody in particular; how much that was."""
        answered = 0
        for one in self._house.troth.ask("tickets?limit=200")["tickets"]:
            if one["right"] in CARRIED or self.waiting(one["number"]):
                continue
            try:
                self.answer(one["number"], one["right"])
            except Told:
                continue  # somebody has to show first who they are, or somebody else was quicker
            answered += 1
        return answered

    def ticket(self, **asked: str) -> dict[str, Any]:
        """Somebody asks something: numbered, with the day on which the answer is due."""
        return self._house.troth.ask("tickets", **asked)

    def answer(self, number: str, right: str) -> None:
        """Answer one of them. Raises Told."""
        outcome, words = WORDS.get(right, ELSE)
        self._answered(number, outcome=outcome, words=words)

    # -- what somebody decides --------------------------------------------------------------------------------------

    def ask(self, member: Document, right: str, words: str) -> str:
        """Somebody asks for a right, and waits for whoever decides; the number."""
        number = str(
            self.ticket(kind="request", right=right, subject=str(member["subject"]), words=words)["number"]
        )
        self._house.store.put(
            "requests", number=number, member=member["member"], subject=member["subject"], right=right
        )
        return number

    def waiting(self, number: str = "") -> list[Document]:
        """What waits for a decision: all of it, or the one of a number."""
        store = self._house.store
        return store.mine("requests", number) if number else store.find("requests")

    def refuse(self, number: str, code: str) -> None:
        """Turn one down, on a ground that is listed. Raises Told."""
        self._answered(number, outcome="refused", words=NO.format(code), refusal=code, papers=REFUSALS[code])
        self._house.store.drop("requests", number=number)

    def grant(self, number: str, right: str, code: str) -> None:
        """Say that it was done, on a ground where one is asked for. Raises Told."""
        papers = [GROUNDS[code]] if code else []
        outcome, words = WORDS[right]
        self._answered(number, outcome=outcome, words=words, ground=code, papers=papers)
        self._house.store.drop("requests", number=number)

    def _answered(self, number: str, **said: object) -> None:
        self._house.troth.ask(f"tickets/{number}/answer", **said)
