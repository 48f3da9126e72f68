"""Installations, prompts and troubles as the headers tell them, until a person is erased. Runs after subjects."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.directories import evidence, store
from troth.directories.model import Prompt
from troth.ledger import Event, Payload
from troth.subjects import root_of
from troth.subjects.evidence import ERASED, MERGED

_TROUBLES: Final = {
    evidence.KEPT_OUT: False,
    evidence.FOUND: True,
    evidence.ODD: False,
    evidence.REFUSED: False,
    evidence.BREACH: True,
}
_ROOM: Final = "directories:"


class DirectoriesProjection:
    """What runs on whose devices, what people were asked for, and what should not have been."""

    name: Final = "devices and prompts"
    kinds: Final = (_ROOM, MERGED, ERASED)
    tables: Final = (store.installs, store.prompts, store.troubles)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        assert event.subject is not None
        of = event.organisation
        if event.kind == ERASED:
            store.drop(connection, of, event.subject)
            return
        root = root_of(connection, of, event.subject)
        if event.kind == MERGED:
            store.move(connection, of, event.codes[0], root)
            return
        self._told(connection, of, event, root)
        if event.kind in _TROUBLES:
            breach = _TROUBLES[event.kind]
            store.put_trouble(
                connection, of, _what(event), _name(event), breach, event.occurred_at, event.sequence
            )

    def _told(self, connection: Connection, of: str, event: Event, root: str) -> None:
        install, at = evidence.one(event, "install"), event.recorded_at
        if event.kind == evidence.SESSION:
            app, version = evidence.one(event, "app"), evidence.one(event, "version")
            store.put_session(connection, of, install, root, app, version, event.policy or "", at)
        elif event.kind == evidence.BATCH:
            until = datetime.fromisoformat(evidence.one(event, "until"))
            store.put_batch(connection, of, install, int(evidence.one(event, "upto")), until, at)
        elif event.kind in (evidence.SHOWN, evidence.BREACH):
            point, moment = evidence.one(event, "point"), evidence.one(event, "moment")
            shown = Prompt(point, moment, evidence.one(event, "said"), event.occurred_at)
            store.put_prompt(connection, of, install, root, shown)


def _what(event: Event) -> str:
    return evidence.one(event, "what") or f"prompt_{evidence.one(event, 'why')}"


def _name(event: Event) -> str:
    point, name = evidence.one(event, "point"), evidence.one(event, "name")
    return f"{point} {name}".strip()
