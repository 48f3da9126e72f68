"""What was done with the data of one person: how often, for what, with whom, and when last, counted from the record alone.

Releases and refusals are entries of their own. Permitted uses lie in segments, many people to a file: each file is read once, and
what it says is remembered by pseudonym, in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from troth.gate.evidence import RELEASE_PERMITTED, USE_PERMITTED
from troth.ledger.segments import segment_of

if TYPE_CHECKING:
    from troth.app.organisation import Organisation

_MOST_READ: Final = 5000


@dataclass(slots=True)
class Deed:
    """One kind of act: how often and when last, with which categories, and (for a release) to whom."""

    action: str
    purpose: str
    recipient: str
    count: int = 0
    last: datetime | None = None
    data: set[str] = field(default_factory=set)

    def add(self, at: datetime, data: Iterable[str], count: int = 1) -> None:
        """Count some more."""
        self.count += count
        self.data.update(data)
        self.last = at if self.last is None else max(self.last, at)


Key = tuple[str, str, str]


class Activity:
    """Counts for the people of one organisation. Threads may share it."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._uses: dict[str, dict[Key, Deed]] = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def of(self, connection: Connection, pseudonyms: Iterable[str]) -> tuple[Deed, ...]:
        """Everything that was permitted and done for a person, the most recent first."""
        found: dict[Key, Deed] = {}
        with self._lock:
            self._catch_up(connection)
            for name in pseudonyms:
                for key, deed in self._uses.get(name, {}).items():
                    assert deed.last is not None
                    found.setdefault(key, Deed(*key)).add(deed.last, deed.data, deed.count)
        for name in pseudonyms:
            self._released(connection, name, found)
        return tuple(sorted(found.values(), key=lambda deed: (deed.last, deed.purpose), reverse=True))

    def _released(self, connection: Connection, pseudonym: str, found: dict[Key, Deed]) -> None:
        ledger = self._organisation.ledger
        events = ledger.events(
            connection, subject=pseudonym, kinds=(RELEASE_PERMITTED,), limit=_MOST_READ, newest_first=True
        )
        for event in events:
            payload = ledger.payload(connection, event.sequence) or {}
            asked = payload.get("question")
            question = asked if isinstance(asked, dict) else {}
            key = (event.codes[1], event.codes[2], str(question.get("recipient", "")))
            found.setdefault(key, Deed(*key)).add(event.occurred_at, map(str, question.get("data", ())))

    def _catch_up(self, connection: Connection) -> None:
        """Read the segments that were sealed since the last look."""
        ledger, segments = self._organisation.ledger, self._organisation.segments
        for event in ledger.events(connection, kinds=(USE_PERMITTED,), after=self._read_to):
            name = segment_of(event)
            if name is not None:
                for at, subject, action, data, purpose, recipient, *_ in segments.rows(name):
                    if subject:
                        key = (str(action), str(purpose), str(recipient))
                        deed = self._uses.setdefault(str(subject), {}).setdefault(key, Deed(*key))
                        deed.add(datetime.fromisoformat(str(at)), str(data).split())
            self._read_to = event.sequence
