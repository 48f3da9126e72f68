"""Counts of what was done, taken from the record: releases, permitted uses (which lie in segments), and acts that were observed.

They are kept by entry number, so that a restart goes on where counting ended; counted anew from the first entry, they come out
the same. What names nothing that is declared is counted as undeclared: it may speak of a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.directories import store
from troth.directories.model import UNDECLARED
from troth.gate.evidence import ACT_BREACH, ACT_PERMITTED, RELEASE_PERMITTED, USE_PERMITTED
from troth.ledger import Event, Ledger, Segments
from troth.ledger.errors import PayloadUnreadable
from troth.ledger.segments import segment_of
from troth.policies import Declared
from troth.policy.vocabulary import ACTIONS

KINDS: Final = (USE_PERMITTED, RELEASE_PERMITTED, ACT_PERMITTED, ACT_BREACH)
AT_ONCE: Final = 2000
"""How many entries are counted in one transaction."""
MOST_TIMES: Final = 100_000
Lookup = Callable[[Connection, str], Declared]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read from the record between two entries, added up; `more` where reading stopped before its end."""

    after: int
    upto: int
    sums: Mapping[store.DeedKey, store.Sum]
    more: bool


class Counter:
    """Counts the deeds of one organisation."""

    def __init__(self, organisation: str, ledger: Ledger, segments: Segments, declared: Lookup) -> None:
        self._organisation = organisation
        self._ledger = ledger
        self._segments = segments
        self._declared = declared

    def gather(self, connection: Connection, *, anew: bool = False) -> Gathered:
        """Read on for a while; nothing is written, and nobody waits."""
        start = 0 if anew else store.counted_to(connection, self._organisation)
        sums: dict[store.DeedKey, store.Sum] = {}
        seen, last = 0, start
        for event in self._ledger.events(connection, kinds=KINDS, after=start, limit=AT_ONCE):
            seen, last = seen + 1, event.sequence
            for key, times, breach, at in self._acts(connection, event):
                _add(sums, key, times, breach, at)
        return Gathered(start, last, sums, seen == AT_ONCE)

    def _acts(
        self, connection: Connection, event: Event
    ) -> Iterator[tuple[store.DeedKey, int, bool, datetime]]:
        if event.kind == USE_PERMITTED:
            yield from self._used(connection, event)
            return
        try:
            payload = self._ledger.payload(connection, event.sequence) or {}
        except PayloadUnreadable:
            return
        question, seen = _dict(payload, "question"), _dict(payload, "seen")
        times = _times(_dict(seen, "more").get("times", 1))
        names = self._named(connection, event.policy or "", question)
        data = map(str, question.get("data") or ())
        for key in self._keys(connection, event.policy or "", event.subject or store.NOBODY, names, data):
            yield key, times, event.kind == ACT_BREACH, event.occurred_at

    def _used(
        self, connection: Connection, event: Event
    ) -> Iterator[tuple[store.DeedKey, int, bool, datetime]]:
        name = segment_of(event)
        if name is None:
            return
        for at, subject, action, data, purpose, recipient, policy, _, applied in self._segments.rows(name):
            point = next((key[6:] for key in str(applied).split() if key.startswith("point:")), "")
            names = (str(action), str(purpose), str(recipient), point)
            instant = datetime.fromisoformat(str(at))
            for key in self._keys(
                connection, str(policy), str(subject) or store.NOBODY, names, str(data).split()
            ):
                yield key, 1, False, instant

    def _keys(
        self,
        connection: Connection,
        policy: str,
        subject: str,
        names: tuple[str, str, str, str],
        data: Iterable[str],
    ) -> Iterator[store.DeedKey]:
        """A deed as a whole, and each category of it."""
        yield (subject, *names, store.WHOLE)
        known = self._ids(connection, policy, "category")
        for one in sorted({one if one in known else UNDECLARED for one in data}):
            yield (subject, *names, one)

    def _named(
        self, connection: Connection, policy: str, question: Mapping[str, Any]
    ) -> tuple[str, str, str, str]:
        action = str(question.get("action", ""))
        found = [action if action in ACTIONS else UNDECLARED]
        for name, kind in (("purpose", "purpose"), ("recipient", "recipient"), ("via", "point")):
            given = str(question.get(name, ""))
            found.append(given if not given or given in self._ids(connection, policy, kind) else UNDECLARED)
        return found[0], found[1], found[2], found[3]

    def _ids(self, connection: Connection, policy: str, kind: str) -> frozenset[str]:
        return self._declared(connection, policy).catalogue.ids(kind) if policy else frozenset()


def _add(
    sums: dict[store.DeedKey, store.Sum], key: store.DeedKey, times: int, breach: bool, at: datetime
) -> None:
    count, breaches, last = sums.get(key, (0, 0, at))
    sums[key] = (count + times, breaches + (times if breach else 0), max(last, at))


def _dict(plain: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = plain.get(name)
    return found if isinstance(found, Mapping) else {}


def _times(given: object) -> int:
    return min(max(given, 1), MOST_TIMES) if isinstance(given, int) else 1
