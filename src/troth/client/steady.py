"""Asking by the contract: what is done when the product is slow or away is what the policy says of the purpose, and is told afterwards."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from troth.client.borrowed import Borrowed
from troth.client.call import Call, Speaker
from troth.client.calls import Calls, Voice
from troth.client.contract import OPEN, Contract, Terms
from troth.client.errors import Away, Problem
from troth.client.model import Answer
from troth.client.outbox import Outbox

HELD: Final = "held"
MOST: Final = 10_000
"""Answers that are held; the oldest give way."""
_log = logging.getLogger("troth.client")
T = TypeVar("T")
USE: Final = "use"
QUESTIONS: Final = frozenset({USE, "peek", "release"})


def _now() -> datetime:
    return datetime.now(UTC)


class Steady(Voice):
    """Speaks like a client, with all its verbs. When nobody answers a use in the time of the contract:

    for a purpose that is `open` it is permitted, once it is written down in the outbox that it was done without an answer; an answer
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
        self._kept_contract = Contract.kept(keep)
        self._held: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._versions: set[str] = set()
        self.refresh()

    @property
    def held_contract(self) -> Contract:
        """The contract by which it acts."""
        return self._kept_contract

    def refresh(self) -> None:
        """Fetch the contract of the version in force; what is held stays where nobody answers."""
        try:
            found = self._speaker.perform(Calls.contract())
        except (Away, Problem) as problem:
            _log.warning("The contract is as it was: %s", problem)
            return
        self._kept_contract = found
        if self._keep is not None:
            found.keep(self._keep)

    def perform(self, call: Call[T], within: float | None = None) -> T:
        """Carry a call out; a question in the time of its contract. Raises Away where the contract is closed, Problem."""
        if call.path not in QUESTIONS or call.body is None:
            return self._speaker.perform(call, within)
        terms = self._kept_contract.terms(str(call.body["purpose"]))
        try:
            found = self._speaker.perform(call, terms.within if within is None else within)
        except Away as away:
            if call.path != USE:
                raise
            return self._unanswered(call, terms, away)
        self._look_at_version(getattr(found, "policy", ""))
        if terms.good_for and call.path == USE:
            self._hold(_asked(call), found)
        return found

    def close(self) -> None:
        """Let go of what the one asked holds open."""
        self._speaker.close()

    def _look_at_version(self, policy: str) -> None:
        """Another version may bring another contract; an older one that binds a person brings nothing new a second time."""
        if policy not in self._versions:
            self._versions.add(policy)
            if policy != self._kept_contract.policy:
                self.refresh()

    def _unanswered(self, call: Call[T], terms: Terms, away: Away) -> T:
        """By an answer that still holds, else as the contract says."""
        held = self._still_good(_asked(call), terms)
        if held is not None:
            found = replace(held, unanswered=HELD, sequence=None)
        elif terms.unanswered == OPEN:
            found = Answer(True, (), (), (), (), self._kept_contract.policy, None, OPEN)
        else:
            raise away
        if found.permitted:
            self._write_down(call, found, away)
        return cast(T, found)

    def _write_down(self, call: Call[Any], answer: Answer, away: Away) -> None:
        """Before it is done: what was not written down would never be judged. Raises Away where that cannot be."""
        if self._outbox is None or self._connect is None:
            raise away
        act = {"at": self._now().isoformat(), "held": answer.unanswered == HELD}
        try:
            store = Borrowed.of(self._connect())
            try:
                self._outbox.add(store.connection, Calls.unanswered([act | dict(call.body or {})]))
                store.settle()
            finally:
                store.close()
        except Exception as error:
            _log.error("What was done without an answer could not be written down: %s", type(error).__name__)
            raise away from error

    def _hold(self, asked: str, answer: Any) -> None:
        with self._lock:
            self._held[asked] = answer, self._ticking()
            self._held.move_to_end(asked)
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def _still_good(self, asked: str, terms: Terms) -> Answer | None:
        with self._lock:
            answer, since = self._held.get(asked, (None, 0.0))
        return answer if answer is not None and self._ticking() - since <= terms.good_for else None


def _asked(call: Call[Any]) -> str:
    """The same question about the same person is the same text."""
    return json.dumps(call.body, sort_keys=True, ensure_ascii=False)
