"""The tour for newcomers, step by step: how far somebody has come is read from the record, and from nothing else.

A tour begins at an entry of the record. A promise is broken once a probe has found something after it; the passages that turned are
those of the statements it looked for; it was followed to the row once somebody opened a finding; it is mended once a later look was
clean. Who goes on the tour twice begins at a later entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from troth.app.occasions import rests_on
from troth.ledger import Event
from troth.promises.evidence import PROBE_FAILED, probe_of
from troth.promises.model import Breach

if TYPE_CHECKING:
    from troth.app.hosting import Hosted

STEPS: Final = ("break", "turn", "follow", "mend")
READ: Final = "operators:page:read"
OPENED: Final = "action=findings.read"
MOST_READ: Final = 2000
"""How many looks at pages are gone through at most."""


@dataclass(frozen=True, slots=True)
class Tour:
    """How far a tour has come."""

    since: int
    """The entry after which it counts."""
    probe: str = ""
    """What found something; '' as long as nothing did."""
    sequence: int = 0
    """The entry in which it says what it found."""
    clauses: tuple[str, ...] = ()
    """The passages that turned broken by it, in the order of the text."""
    followed: bool = False
    mended: bool = False

    @property
    def done(self) -> frozenset[str]:
        """The steps that are done."""
        said = (bool(self.probe), bool(self.clauses), self.followed, self.mended)
        return frozenset(step for step, so in zip(STEPS, said, strict=True) if so)

    @property
    def next(self) -> str:
        """The step to take now; '' at the end."""
        return next((step for step in STEPS if step not in self.done), "")


def head_of(hosted: Hosted) -> int:
    """The last entry of the record, from which a tour can begin."""
    with hosted.organisation.database.read() as connection:
        return hosted.organisation.ledger.head(connection).size


def tour_of(hosted: Hosted, since: int) -> Tour:
    """How far a tour has come that began after an entry."""
    ledger = hosted.organisation.ledger
    with hosted.organisation.database.read() as connection:
        failed = next(ledger.events(connection, after=since, kinds=(PROBE_FAILED,), limit=1), None)
        if failed is None:
            return Tour(since)
        found = _breaches(hosted, connection, failed)
        return Tour(
            since,
            probe_of(failed),
            failed.sequence,
            _clauses(hosted, found),
            _followed(hosted, connection, failed.sequence),
            bool(found) and all(one.mended_at is not None for one in found.values()),
        )


def _breaches(hosted: Hosted, connection: Connection, failed: Event) -> dict[str, Breach]:
    """The breach of each statement that the probe found then, or had found before and not seen mended."""
    probe, evidence = probe_of(failed), hosted.promises.evidence(connection)
    found: dict[str, Breach] = {}
    for key in failed.codes:
        for one in evidence[key].breaches if key in evidence else ():
            if one.what == probe and (one.mended_at is None or one.mended_at >= failed.occurred_at):
                found.setdefault(key, one)
    return found


def _clauses(hosted: Hosted, found: dict[str, Breach]) -> tuple[str, ...]:
    by_clause = hosted.bundle.by_clause
    return tuple(
        clause.id
        for clause in hosted.bundle.clauses
        if any(not found.keys().isdisjoint((one.key, *rests_on(one))) for one in by_clause.get(clause.id, ()))
    )


def _followed(hosted: Hosted, connection: Connection, after: int) -> bool:
    """Whether somebody opened a finding."""
    read = hosted.organisation.ledger.events(connection, after=after, kinds=(READ,))
    return any(OPENED in one.codes for one in islice(read, MOST_READ))
