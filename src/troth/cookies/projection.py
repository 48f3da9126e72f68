"""Choices, interfaces, signals and undeclared items as the headers tell them, until a person is erased. Runs after subjects."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.cookies import evidence, store
from troth.ledger import Event, Payload
from troth.subjects import root_of
from troth.subjects.evidence import ERASED, MERGED


class CookiesProjection:
    """What visitors chose, and what their browsers met."""

    name: Final = "site choices"
    kinds: Final = ("cookies:", MERGED, ERASED)
    tables: Final = (store.choices, store.interfaces, store.signals, store.strangers)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == evidence.MADE:
            assert event.subject is not None
            root = root_of(connection, of, event.subject)
            store.put_choice(connection, of, root, evidence.made_in(event))
        elif event.kind == evidence.INTERFACE:
            digest, language = evidence.interface_of(event), evidence.language_of(event)
            store.put_interface(connection, of, digest, event.policy or "", language, event.sequence)
        elif event.kind == evidence.SIGNAL:
            store.put_signal(connection, of, evidence.day_of(event), event.policy or "")
        elif event.kind in (evidence.REFUSED, evidence.FOUND):
            one = evidence.stranger_in(event)
            store.put_stranger(connection, of, evidence.day_of(event), one)
        elif event.kind == MERGED:
            assert event.subject is not None
            store.move(connection, of, event.codes[0], root_of(connection, of, event.subject))
        elif event.kind == ERASED:
            assert event.subject is not None
            store.drop(connection, of, event.subject)
