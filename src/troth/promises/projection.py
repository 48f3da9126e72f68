"""The projection that keeps what the ledger says about each statement: a function of event headers alone."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.ledger import Event, Payload
from troth.promises.evidence import (
    BREACH_MENDED,
    BREACHES,
    ITEM_FAILED,
    ITEM_SHOWN,
    PROBE_FAILED,
    PROBE_PASSED,
    READ_BREACH,
    SELFTEST_FAILED,
    SELFTEST_PASSED,
    grade_of,
    probe_of,
    shown_of,
    statements_of,
)
from troth.promises.model import Grade
from troth.promises.store import (
    breaches,
    count,
    is_open,
    looks,
    mend,
    open_breach,
    put,
    put_shown,
    selftests,
    shown,
    tallies,
)


class PromisesProjection:
    """Keeps the four tables as a function of event headers."""

    name: Final = "evidence of promises"
    kinds: Final = (
        *(
            "gate:",
            "consent:",
            "subjects:",
            "recipients:",
            "promises:",
            "staff:role:",
            "notices:",
            "rights:",
        ),
        *(
            "access:token:refused",
            "access:reads:counted",
            "access:read:confirmed",
            READ_BREACH,
            "operators:act:",
            "operators:page:",
            "safeguards:evidence:",
            "accounts:",
            "directories:prompt:",
            "directories:switch:",
            "messages:suppression:refused",
            "intake:ticket:answered",
            "tasks:task:done",
        ),
    )
    opens: Final = ()
    tables: Final = (tallies, breaches, selftests, looks, shown)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to one event."""
        touched = statements_of(event)
        if event.kind in (PROBE_PASSED, PROBE_FAILED):
            self._look(connection, event, tuple(touched))
            return
        for statement, (permitted, refused) in touched.items():
            if event.kind in (SELFTEST_PASSED, SELFTEST_FAILED):
                passed = event.kind == SELFTEST_PASSED
                put(connection, selftests, event, statement, passed=passed, at=event.occurred_at)
            elif event.kind in (ITEM_SHOWN, ITEM_FAILED):
                self._item(connection, event, statement)
            elif event.kind in BREACHES:
                open_breach(connection, event, statement, event.kind, grade_of(event))
            elif event.kind == BREACH_MENDED:
                mend(connection, event, statement, None)
            else:
                count(connection, event, statement, permitted, refused)

    def _item(self, connection: Connection, event: Event, statement: str) -> None:
        """What was not found opens a breach, unless one of this item is open; once it is shown, that is mended."""
        said = shown_of(event)
        put_shown(connection, event, statement, said)
        what = f"item:{said.item}"
        if said.passed:
            mend(connection, event, statement, what)
        elif not is_open(connection, event, statement, what):
            open_breach(connection, event, statement, what, grade_of(event))

    def _look(self, connection: Connection, event: Event, statements: tuple[str, ...]) -> None:
        """A failed look opens a breach, unless one of this probe is open; a passed one mends it."""
        probe = probe_of(event)
        passed = event.kind == PROBE_PASSED
        for statement in statements:
            values = {"passed": passed, "at": event.occurred_at, "origin": event.origin.value}
            put(connection, looks, event, statement, probe=probe, **values)
            if passed:
                mend(connection, event, statement, probe)
            elif not is_open(connection, event, statement, probe):
                open_breach(connection, event, statement, probe, Grade.PROBE)
