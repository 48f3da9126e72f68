"""What can be done about promises: look at the board, run the self-tests, take in what a probe saw, mark a breach as mended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from troth.ledger import Draft, Work
from troth.policy.bundle import Bundle
from troth.promises.board import Board, make_board
from troth.promises.evidence import BREACH_MENDED, Looked, SelfTested
from troth.promises.model import Evidence, Look
from troth.promises.selftest import Decide, Trial, find_trials, run_trials
from troth.promises.store import evidence_of, probes_of


class Promises:
    """The promises of one organisation under one bundle; `decide` is the engine that decides at its gate."""

    def __init__(self, organisation: str, bundle: Bundle, decide: Decide) -> None:
        self._organisation = organisation
        self._bundle = bundle
        self._decide = decide
        self._trials: tuple[Trial, ...] | None = None

    @property
    def bundle(self) -> Bundle:
        """The policy version that is judged."""
        return self._bundle

    def board(self, connection: Connection, now: datetime) -> Board:
        """Every clause with its verdict, from the evidence as this transaction sees it."""
        return make_board(self._bundle, evidence_of(connection, self._organisation), now)

    def evidence(self, connection: Connection) -> dict[str, Evidence]:
        """All that is known about each statement, by its key."""
        return evidence_of(connection, self._organisation)

    def probes(self, connection: Connection) -> list[Look]:
        """The last look of every probe, newest first."""
        return probes_of(connection, self._organisation)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The self-tests of this bundle; found at first use, which takes a moment."""
        if self._trials is None:
            self._trials = find_trials(self._bundle)
        return self._trials

    def selftest(self, work: Work, now: datetime) -> dict[str, bool]:
        """Ask the live engine every trial and record what came out; by statement, whether it passed."""
        outcome = run_trials(self.trials, self._bundle, self._decide)
        for passed in (True, False):
            keys = tuple(key for key, came_out in outcome.items() if came_out is passed)
            work.record(*SelfTested(passed, keys, self._bundle.digest, now).drafts())
        return outcome

    def looked(self, work: Work, look: Looked) -> None:
        """Record what a probe saw. Statements this policy does not have are left out."""
        work.record(look.draft())

    def mended(self, work: Work, statement: str, reason: str, now: datetime) -> None:
        """Record that the breaches of a statement were mended, with the reason; the breach stays in the history."""
        draft = Draft(
            BREACH_MENDED, now, policy=self._bundle.digest, codes=(statement,), payload={"reason": reason}
        )
        work.record(draft)
