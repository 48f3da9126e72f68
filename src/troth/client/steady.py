"""Asking by the contract: what is done when the product is slow or away is what the policy says of the purpose, and is told afterwards."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from troth.client.borrowed import Borrowed
from troth.client.call import Call, Speaker
from troth.client.calls import Calls
from troth.client.contract import OPEN, Contract, Terms
from troth.client.errors import Away, Problem
from troth.client.model import Answer, Question
from troth.client.outbox import Outbox

HELD: Final = "held"
MOST: Final = 10_000
"""Answers that are held; the oldest give way."""
_log = logging.getLogger("troth.client")
Asked: TypeAlias = tuple[str | None, str]


def _now() -> datetime:
    return datetime.now(UTC)


class Steady:
    """Asks like a client. When nobody answers in the time of the contract:

    a use for a purpose that is `open` is permitted, once it is written down in the outbox that it was done without an answer; an answer
    not older than the contract lets it be holds, and a permit by it is written down too; everything else raises Away. What leaves
    (`release`) is never done without an answer. Without an outbox nothing is open.

    `keep` names a file in which the contract lies for the next start; `connect` opens the company's database. Threads may share it.
    """

    def __init__(
        self, speaker: Speaker, outbox: Outbox | None = None, connect: Callable[[], Any] | None = None, *,
        keep: Path | None = None, now: Callable[[], datetime] = _now, ticking: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._speaker, self._outbox, self._connect = speaker, outbox, connect
        self._keep, self._now, self._ticking = keep, now, ticking
        self._contract = Contract.kept(keep)
        self._held: OrderedDict[Asked, tuple[Answer, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._versions: set[str] = set()
        self.refresh()

    @property
    def contract(self) -> Contract:
        """The contract that is held."""
        return self._contract

    def refresh(self) -> None:
        """Fetch the contract of the version in force; what is held stays where nobody answers."""
        try:
            found = self._speaker.perform(Calls.contract())
        except (Away, Problem) as problem:
            _log.warning("The contract is as it was: %s", problem)
            return
        self._contract = found
        if self._keep is not None:
            found.keep(self._keep)

    def peek(self, subject: str | None, question: Question) -> Answer:
        """Advice. Raises Away, Problem."""
        return self._fresh(Calls.peek(subject, question), self._contract.terms(question.purpose))

    def release(self, subject: str | None, question: Question, key: str = "") -> Answer:
        """Before data leave: never without an answer. Raises Away, Problem."""
        return self._fresh(Calls.release(subject, question, key), self._contract.terms(question.purpose))

    def use(self, subject: str | None, question: Question, key: str = "") -> Answer:
        """Before collecting, using or storing. Raises Away where the contract is closed, Problem."""
        terms, asked = self._contract.terms(question.purpose), (subject, repr(question))
        try:
            answer = self._fresh(Calls.use(subject, question, key), terms)
        except Away as away:
            return self._unanswered(asked, question, terms, away)
        if terms.good_for:
            self._hold(asked, answer)
        return answer

    def _fresh(self, call: Call[Answer], terms: Terms) -> Answer:
        answer = self._speaker.perform(call, terms.within)
        if (
            answer.policy not in self._versions
        ):  # an older one may bind a person, and brings nothing new a second time
            self._versions.add(answer.policy)
            if answer.policy != self._contract.policy:
                self.refresh()
        return answer

    def _unanswered(self, asked: Asked, question: Question, terms: Terms, away: Away) -> Answer:
        """By an answer that still holds, else as the contract says."""
        held = self._still_good(asked, terms)
        if held is not None:
            found = replace(held, unanswered=HELD, sequence=None)
        elif terms.unanswered == OPEN:
            found = Answer(True, (), (), (), (), self._contract.policy, None, OPEN)
        else:
            raise away
        if found.permitted:
            self._write_down(asked[0], question, found, away)
        return found

    def _write_down(self, subject: str | None, question: Question, answer: Answer, away: Away) -> None:
        """Before it is done: what was not written down would never be judged. Raises Away where that cannot be."""
        if self._outbox is None or self._connect is None:
            raise away
        act = {"subject": subject, "at": self._now().isoformat(), "held": answer.unanswered == HELD}
        try:
            store = Borrowed.of(self._connect())
            try:
                self._outbox.add(store.connection, Calls.unanswered([act | question.as_json()]))
                store.settle()
            finally:
                store.close()
        except Exception as error:
            _log.error("What was done without an answer could not be written down: %s", type(error).__name__)
            raise away from error

    def _hold(self, asked: Asked, answer: Answer) -> None:
        with self._lock:
            self._held[asked] = answer, self._ticking()
            self._held.move_to_end(asked)
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def _still_good(self, asked: Asked, terms: Terms) -> Answer | None:
        with self._lock:
            answer, since = self._held.get(asked, (None, 0.0))
        return answer if answer is not None and self._ticking() - since <= terms.good_for else None
