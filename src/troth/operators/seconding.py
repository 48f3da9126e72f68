"""The second person: a request by the digest of exactly what will be done, approved by somebody else, carried out once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from troth.kernel.canonical import canonical
from troth.kernel.canonical import digest as digest_of
from troth.ledger import Work
from troth.operators import evidence, rules, safe, store
from troth.operators.desk import Desk
from troth.operators.errors import ApprovalRefused, NotPermitted
from troth.operators.model import STAGES, Approval, Operator, Stage
from troth.operators.standing import Sessions
from troth.vault import SealBroken

Paper = Mapping[str, Any]
"""Exactly what will be done: plain JSON values, among them the digest of everything it depends on."""
_PAPER: Final = "paper"


class Seconding:
    """Requests for a second person, of one organisation. Threads may share it."""

    def __init__(self, desk: Desk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions

    def ask(
        self,
        by: Operator,
        action: str,
        paper: Paper,
        words: str = "",
        lasts: timedelta = rules.APPROVAL_LASTS,
    ) -> Approval:
        """Ask for something to be done; `words` for whoever decides are sealed. Raises NotPermitted, ApprovalRefused."""
        desk = self._desk
        if action not in desk.table.second:
            raise ApprovalRefused("unknown", f"'{action}' needs no second person.")
        id, at = f"apr_{desk.entropy.bytes(10).hex()}", desk.clock.now()
        one = Approval(id, action, digest_of(dict(paper)), Stage.ASKED, by.member, at, at + lasts)
        sealed = desk.seal("", f"{_PAPER}.{id}", canonical(dict(paper)))

        def act(work: Work) -> Approval:
            self._check_right(work.connection, by.member, action, at)
            work.record(
                evidence.approval(desk.by(work.connection, by.member, at), one, Stage.ASKED, words=words)
            )
            safe.put_paper(work.connection, desk.organisation, id, sealed)
            return one

        return desk.run(act)

    def approve(self, by: Operator, id: str, digest: str) -> Approval:
        """Approve a request as it was shown: `digest` is what the second person saw.

        Raises NotPermitted, and ApprovalRefused for one's own request, one that has run out, was decided, or was altered.
        """
        return self._decide(by, id, Stage.APPROVED, digest)

    def decline(self, by: Operator, id: str) -> Approval:
        """Turn a request down; whoever asked may take it back. Raises NotPermitted, ApprovalRefused."""
        return self._decide(by, id, Stage.DECLINED, "")

    def carry(
        self, id: str, by: str, now: Callable[[str, Paper], Paper], do: Callable[[str, Paper], None]
    ) -> Approval:
        """Carry out what was approved, once: that it begins is on record before it does, what came of it after.

        `now` says what would be done at this moment (the same paper, unless what it depends on has changed); `do` does it.
        Raises ApprovalRefused, and whatever `do` raises, which is then on record as failed.
        """
        with self._desk.ledger.database.read() as connection:
            one, paper = self.found(connection, id), self.paper(connection, id)
        fresh = digest_of(dict(now(one.action, paper)))
        self._desk.run(lambda work: self._begin(work, id, by, fresh))
        try:
            do(one.action, paper)
        except BaseException:
            self._desk.run(lambda work: self._moved(work, id, by, Stage.FAILED))
            raise
        return self._desk.run(lambda work: self._moved(work, id, by, Stage.CARRIED))

    def found(self, connection: Connection, id: str) -> Approval:
        """A request. Raises ApprovalRefused."""
        one = store.approval(connection, self._desk.organisation, id)
        if one is None:
            raise ApprovalRefused(
                "unknown", "There is no such request here.", "See: troth staff approve --help"
            )
        return one

    def paper(self, connection: Connection, id: str) -> Paper:
        """What exactly a request is about. Raises ApprovalRefused where that is not what was asked for."""
        one = self.found(connection, id)
        sealed = safe.paper(connection, self._desk.organisation, id)
        try:
            said = json.loads(self._desk.open("", f"{_PAPER}.{id}", sealed)) if sealed is not None else {}
        except SealBroken:
            said = {}
        if digest_of(said) != one.digest:
            raise ApprovalRefused("altered", "What lies here is not what was asked for.", "Ask anew.")
        return dict(said)

    def words(self, connection: Connection, id: str) -> str:
        """What was written to whoever decides; '' where nothing was, or it can be read no more."""
        ledger, asked = self._desk.ledger, evidence.APPROVAL + Stage.ASKED.value
        for event in ledger.events(connection, kinds=(asked,), newest_first=True):
            if evidence.said(event).get("approval") == id and event.commitment is not None:
                return str((ledger.payload(connection, event.sequence) or {}).get("words", ""))
        return ""

    def listed(self, connection: Connection) -> list[Approval]:
        """Requests, newest first."""
        return store.all_approvals(connection, self._desk.organisation)

    def _decide(self, by: Operator, id: str, stage: Stage, digest: str) -> Approval:
        def act(work: Work) -> Approval:
            one, at = self.found(work.connection, id), self._desk.clock.now()
            own = one.asked_by == by.member
            if stage is not Stage.DECLINED or not own:
                self._check_right(work.connection, by.member, one.action, at)
            if own and stage is Stage.APPROVED:
                raise ApprovalRefused(
                    "own", "Nobody approves what they asked for themselves.", "Ask somebody else."
                )
            if not one.live(at):
                raise ApprovalRefused("over", "This request was decided before, or has run out.", "Ask anew.")
            if stage is Stage.APPROVED and (digest != one.digest or self.paper(work.connection, id) is None):
                raise ApprovalRefused(
                    "altered", "What was shown is not what was asked for.", "Look at it again."
                )
            return self._moved(work, id, by.member, stage)

        return self._desk.run(act)

    def _begin(self, work: Work, id: str, by: str, fresh: str) -> Approval:
        one = self.found(work.connection, id)
        if one.stage is not Stage.APPROVED or not one.live(self._desk.clock.now()):
            raise ApprovalRefused(
                "over", "This was carried out before, is not approved, or has run out.", "Ask anew."
            )
        if fresh != one.digest:
            raise ApprovalRefused("altered", "What would be done now is not what was approved.", "Ask anew.")
        return self._moved(work, id, by, Stage.BEGUN)

    def _moved(self, work: Work, id: str, by: str, stage: Stage) -> Approval:
        desk, one = self._desk, self.found(work.connection, id)
        if stage not in STAGES[one.stage]:
            raise ApprovalRefused("over", "This request was decided before.", "Ask anew.")
        work.record(evidence.approval(desk.by(work.connection, by, desk.clock.now()), one, stage))
        return self.found(work.connection, id)

    def _check_right(self, connection: Connection, member: str, action: str, at: datetime) -> None:
        """Pass for whoever holds the right by their roles: an emergency gives no right to a second person's act."""
        if action not in self._sessions.rights_of(connection, member, at):
            raise NotPermitted("This needs a right that you do not hold.", action=action)
