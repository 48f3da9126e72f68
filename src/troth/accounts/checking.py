"""Real-name checks: a document and a face, compared by a verifier, once the policy's gate permits every step of it.

Three things are asked before anything is handed over: may the face be taken here, may the document, may this verifier have what it
needs. Each consent is one of its own; a verifier without a proven lawful source is refused. What was presented is held in memory
while it is compared, and is gone, whatever comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from troth.accounts import evidence
from troth.accounts.desk import Desk, Scene
from troth.accounts.errors import CheckRefused
from troth.accounts.evidence import Deed
from troth.accounts.model import Account, Level, Session
from troth.accounts.registering import Registering
from troth.accounts.sessions import Sessions
from troth.accounts.verifier import Match, Presented, Verifier
from troth.decide.model import Answer, Question
from troth.kernel.errors import TrothError
from troth.ledger import Origin, Work


class Asking(Protocol):
    """The gate: decides on an act within a work, and records it."""

    def __call__(self, work: Work, question: Question, subject: str, origin: Origin) -> Answer:
        """What the policy answers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a check is in the words of a policy: where it takes place, for what, with which data."""

    point: str = "real_name_check"
    purpose: str = "identity_verification"
    face: tuple[str, ...] = ("face",)
    document: tuple[str, ...] = ("id_number", "id_card_image")
    shared: tuple[str, ...] = ("id_number", "face")
    source: str = "member"

    def questions(self, verifier: Verifier) -> tuple[Question, ...]:
        """All that is asked before anything is handed over."""
        return (
            Question("collect", self.face, self.purpose, via=self.point, source=self.source),
            Question("collect", self.document, self.purpose, via=self.point, source=self.source),
            Question("share", self.shared, self.purpose, recipient=verifier.recipient, place=verifier.place),
        )


PLAN: Final = Plan()


class Checking:
    """Real-name checks of one organisation's accounts."""

    def __init__(self, desk: Desk, registering: Registering, sessions: Sessions) -> None:
        self._desk, self._registering, self._sessions = desk, registering, sessions
        self.ask: Asking | None = None
        """The gate, once somebody wired it: without one nothing is checked."""
        self.verifiers: Mapping[str, Verifier] = {}

    def check(
        self,
        secret: str,
        presented: Presented,
        verifier: str,
        *,
        origin: Origin = Origin.OBSERVED,
        plan: Plan = PLAN,
    ) -> Match:
        """Compare; with a match the account is of a real name from now on. What was presented is gone when this returns.

        Raises SessionOver, TooOften, CheckRefused with what is missing, VerifierFailed.
        """
        try:
            return self._check(secret, presented, verifier, origin, plan)
        finally:
            presented.forget()

    def _check(self, secret: str, presented: Presented, id: str, origin: Origin, plan: Plan) -> Match:
        desk, at = self._desk, self._desk.clock.now()
        with desk.ledger.database.read() as connection:
            _, account = self._sessions.insist(connection, secret, at)
        desk.admit("check", at, account=account.id)
        verifier = self.verifiers.get(id)
        if verifier is None or self.ask is None:
            raise CheckRefused("No such verifier is set up here.", "Name one that the policy declares.")
        refused = desk.run(lambda scene: self._permitted(scene, secret, verifier, plan), origin)
        if refused is not None:
            raise refused
        try:
            found = verifier.verify(presented)
        except TrothError:
            desk.run(lambda scene: self._ended(scene, secret, verifier, "failed"), origin)
            raise
        desk.run(lambda scene: self._ended(scene, secret, verifier, found.value), origin)
        return found

    def _permitted(self, scene: Scene, secret: str, verifier: Verifier, plan: Plan) -> CheckRefused | None:
        """Ask the gate about every step; each answer is on record. The first that is no ends it, before anything is handed over."""
        session, account = self._sessions.insist(scene.connection, secret, scene.at)
        codes = (f"account={account.id}", f"recipient={verifier.recipient}")
        assert self.ask is not None
        for question in plan.questions(verifier):
            answer = self.ask(scene.work, question, session.subject, scene.deed.origin)
            if not answer.permitted:
                scene.record(
                    evidence.CHECK_REFUSED, *codes, f"step={question.action}", subject=session.subject
                )
                ways = "; or ".join(" and ".join(sorted(way)) for way in answer.missing[:3])
                return CheckRefused(
                    "The policy does not permit this check.", f"Missing: {ways}." if ways else ""
                )
        scene.record(evidence.CHECK_ASKED, *codes, subject=session.subject)
        return None

    def _ended(self, scene: Scene, secret: str, verifier: Verifier, result: str) -> None:
        found = self._sessions.look(scene.connection, secret, scene.at)
        codes = (f"recipient={verifier.recipient}", f"result={result}")
        if found is None:  # signed out, or erased, meanwhile: nothing is known of anybody by this
            scene.record(evidence.CHECKED, *codes)
            scene.record(evidence.TEMPLATE_GONE, f"recipient={verifier.recipient}")
            return
        session, account = found
        mine = f"account={account.id}"
        scene.record(evidence.CHECKED, mine, *codes, subject=session.subject)
        scene.record(evidence.TEMPLATE_GONE, mine, f"recipient={verifier.recipient}", subject=session.subject)
        if result == Match.YES.value:
            self._raise(scene, session, account)

    def _raise(self, scene: Scene, session: Session, account: Account) -> None:
        level = Level.REAL_NAME
        scene.record(
            evidence.RAISED, f"account={account.id}", f"level={level.value}", subject=session.subject
        )
        self._registering.fact(scene, session.subject, set=("verified",))
        self._sessions.reached(scene, session, level)


__all__ = ["PLAN", "Asking", "Checking", "Deed", "Plan", "datetime"]
