"""Break-glass: a named operator takes a further role for a short while, for a written reason; others hear of it and judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from troth.ledger import Work
from troth.operators import evidence, rules, store
from troth.operators.desk import Desk
from troth.operators.enrolling import Enrolling
from troth.operators.errors import GlassRefused, NotPermitted
from troth.operators.model import Elevation, Operator
from troth.operators.standing import Sessions

OPEN: Final = "glass.open"
REVIEW: Final = "glass.review"
Tell = Callable[[str], None]
"""Writes to one address that an emergency began. Raises TrothError where it could not."""


class Glass:
    """Emergencies of one organisation."""

    def __init__(self, desk: Desk, sessions: Sessions, enrolling: Enrolling) -> None:
        self._desk, self._sessions, self._enrolling = desk, sessions, enrolling

    def open(
        self,
        by: Operator,
        role: str,
        reason: str,
        lasts: timedelta = rules.GLASS_LASTS,
        tell: Tell | None = None,
    ) -> Elevation:
        """Take a role from now on, for a short while, and let every administrator know by mail where there is a way.

        Raises NotPermitted, GlassRefused.
        """
        desk, at = self._desk, self._desk.clock.now()
        _check(reason, lasts, role in desk.table.roles)
        one = Elevation(f"glass_{desk.entropy.bytes(8).hex()}", by.member, role, at, at + lasts)

        def act(work: Work) -> Elevation:
            connection = work.connection
            if OPEN not in self._sessions.rights_of(connection, by.member, at):
                raise NotPermitted("This needs a right that you do not hold.", action=OPEN)
            if any(held.live(at) for held in store.all_elevations(connection, desk.organisation, by.member)):
                raise GlassRefused("You are elevated already.", "End that first, or wait until it ends.")
            work.record(evidence.glass_opened(desk.by(connection, by.member, at), one, reason.strip()))
            return one

        made = desk.run(act)
        self._tell(made, tell)
        return made

    def review(self, by: Operator, id: str, justified: bool, words: str) -> Elevation:
        """Judge an emergency of somebody else, in words that are sealed. Raises NotPermitted, GlassRefused."""
        desk = self._desk

        def act(work: Work) -> Elevation:
            connection, at = work.connection, desk.clock.now()
            if REVIEW not in self._sessions.rights_of(connection, by.member, at):
                raise NotPermitted("This needs a right that you do not hold.", action=REVIEW)
            one = self.found(connection, id)
            if one.member == by.member:
                raise GlassRefused("Nobody judges their own emergency.", "Ask somebody else.")
            if one.reviewed_at is not None:
                raise GlassRefused("This was judged before.")
            if len(words.strip()) < rules.LEAST_REASON:
                raise GlassRefused(f"Say why in at least {rules.LEAST_REASON} letters.")
            deed = desk.by(connection, by.member, at)
            work.record(evidence.glass_reviewed(deed, one, justified, words.strip()))
            return self.found(work.connection, id)

        return desk.run(act)

    def found(self, connection: Connection, id: str) -> Elevation:
        """An elevation. Raises GlassRefused."""
        one = store.elevation(connection, self._desk.organisation, id)
        if one is None:
            raise GlassRefused("There is no such emergency here.", "See: troth staff reviews")
        return one

    def reason(self, connection: Connection, id: str) -> str:
        """Why an emergency was begun, for whoever judges it; '' where that can be read no more."""
        ledger = self._desk.ledger
        for event in ledger.events(connection, kinds=(evidence.GLASS_OPENED,), newest_first=True):
            if evidence.said(event).get("glass") == id:
                return str((ledger.payload(connection, event.sequence) or {}).get("reason", ""))
        return ""

    def listed(self, connection: Connection) -> list[Elevation]:
        """Every emergency, newest first."""
        return store.all_elevations(connection, self._desk.organisation)

    def overdue(self, connection: Connection, within: timedelta = rules.REVIEW_WITHIN) -> list[Elevation]:
        """Those that nobody judged in time."""
        return rules.overdue(self.listed(connection), self._desk.clock.now(), within)

    def _tell(self, one: Elevation, tell: Tell | None) -> None:
        """Write to everybody who holds the role of administrator, and put on record how many that reached."""
        desk, told, failed = self._desk, 0, 0
        for address in self._to_tell(one) if tell is not None else ():
            try:
                tell(address)  # type: ignore[misc]
                told += 1
            except Exception:  # noqa: BLE001  whoever cannot be written to is counted, and keeps nobody from acting
                failed += 1
        at = desk.clock.now()
        desk.run(
            lambda work: work.record(
                evidence.glass_told(desk.by(work.connection, "machine", at), one, told, failed)
            )
        )

    def _to_tell(self, one: Elevation) -> Sequence[str]:
        at = self._desk.clock.now()
        with self._desk.ledger.database.read() as connection:
            members = [m for m in self._sessions.administrators(connection, at) if m != one.member]
            return self._enrolling.addresses(connection, members)  # type: ignore[arg-type]


def _check(reason: str, lasts: timedelta, known: bool) -> None:
    if len(reason.strip()) < rules.LEAST_REASON:
        raise GlassRefused(f"Write down why, in at least {rules.LEAST_REASON} letters.")
    if not timedelta(0) < lasts <= rules.GLASS_LONGEST:
        raise GlassRefused("An emergency lasts two hours at most.", "Say fewer minutes.")
    if not known:
        raise GlassRefused("There is no such role.", "See: troth roles")
