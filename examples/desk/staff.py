"""Those who work at desk: they show what the policy asks of them, a document each, and answer what people ask, by the company's key.
An erasure they do not carry out themselves: they say on which ground it is due, and the run does it over desk's database.

Tickets are answered by a list that goes round, so that of a few people each ground to agree and to turn down comes up once: a law that
is cited, a trade secret, a request that was made before. The papers named are what desk has on file in the simulation.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from examples.kit.waiting import until
from troth.client import Client, KeyFile, Problem
from troth.client.call import plain, sent

PATIENCE: Final = 60.0
SHOWS: Final = ("safeguard:", "entity:")
"""What the policy wants shown by people."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: how, on which listed ground, with which papers on file; a refusal names the ground to refuse."""

    outcome: str
    ground: str = ""
    refusal: str = ""
    papers: tuple[str, ...] = ()


REPLIES: Final[dict[str, tuple[Reply, ...]]] = {
    "question": tuple(
        Reply("informed", ground)
        for ground in ("TECHNICAL_HELP", "DATA_INQUIRY", "MANAGEMENT_PROBLEM", "MINORS")
    ),
    "complain": (Reply("noted", "COMPLAINT"), Reply("noted", "REPORT")),
    "cancel": (Reply("granted"),),
    "delete": (
        Reply("refused", refusal="LEGAL_DUTY", papers=("citation",)),
        Reply("refused", refusal="NAT_SEC", papers=("document",)),
        Reply("refused", refusal="PUBLIC_INTEREST", papers=("document",)),
        Reply("refused", refusal="CRIMINAL_JUSTICE", papers=("case",)),
        Reply("granted", "UNLAWFUL", papers=("violation",)),
        Reply("refused", refusal="ABUSE", papers=("evidence",)),
        Reply("refused", refusal="VITAL_INTEREST", papers=("necessity",)),
        Reply("refused", refusal="OTHERS_HARM", papers=("harm",)),
        Reply("granted", "NO_CONSENT", papers=("ledger_check",)),
        Reply("refused", refusal="TRADE_SECRET", papers=("secrecy",)),
        Reply("refused", refusal="REPETITION", papers=("repetition", "necessity")),
        Reply("refused", refusal="EFFORT", papers=("effort", "necessity")),
        Reply("granted", "BREACH_OF_AGREEMENT", papers=("term", "severity")),
        Reply("refused", refusal="RISK_TO_OTHERS", papers=("harm", "necessity")),
        Reply("refused", refusal="IMPRACTICABLE", papers=("impracticable", "necessity")),
    ),
}
"""By what is asked, the answers that are given in turn."""


class Staff:
    """The office behind desk. What the product does not take is left as it is, and counted."""

    def __init__(self, keys: Path) -> None:
        self._client = Client(KeyFile.read(keys))
        self._member = ""
        self._turns: Counter[str] = Counter()
        self._handed: set[str] = set()
        self.done: Counter[str] = Counter()

    def work(self) -> None:
        """A day at the office: what is asked for is shown, and what waits is answered."""
        self.show()
        for ticket in self._client.tickets():
            self._answer(ticket)

    def show(self) -> None:
        """Somebody who runs desk's machines shows everything that the policy wants shown by people now."""
        if not self._member:
            self._member = self._client.employ("Qiu, operations")
            self._client.perform(sent(f"staff/{self._member}/roles", {"role": "operations"}, plain))
        for task in self._client.tasks("open"):
            if task["statement"].startswith(SHOWS):
                text = f"{task['words']}: seen and in order (simulation)."
                with suppress(Problem):
                    self._client.show_task(task["task"], self._member, "seen.txt", text.encode())
                    self.done["shown"] += 1

    def _answer(self, ticket: dict[str, Any]) -> None:
        replies = REPLIES.get(ticket["right"])
        if replies is None or ticket["number"] in self._handed:
            return
        reply = replies[self._turns[ticket["right"]] % len(replies)]
        self._turns[ticket["right"]] += 1
        what = f"answered: {ticket['right']}: {(reply.ground or reply.refusal or reply.outcome).lower()}"
        if reply.outcome == "granted" and reply.ground:
            self._handed.add(ticket["number"])
            try:
                until(lambda: self._handed_in(ticket["number"], reply), PATIENCE)
            except TimeoutError:
                what += ": not taken"
        else:
            what += "" if self._said(ticket["number"], reply) else ": not taken"
        self.done[what] += 1

    def _said(self, number: str, reply: Reply) -> bool:
        """Answer in words; whether that was taken."""
        said = {
            "outcome": reply.outcome, "words": "We looked into it; this is our answer (simulation).", "ground": reply.ground,
            "refusal": reply.refusal, "papers": list(reply.papers),
        }  # fmt: skip
        with suppress(Problem):
            self._client.perform(sent(f"tickets/{number}/answer", said, plain))
            return True
        return False

    def _handed_in(self, number: str, reply: Reply) -> bool:
        """Bring the papers of a ground; False while nothing waits for them yet."""
        with suppress(Problem):
            self._client.hand_papers(number, reply.papers, reply.ground)
            return True
        return False

    def close(self) -> None:
        """The office closes."""
        self._client.close()
