"""What was shown to whom, and what came in under it, as the headers tell it, until a person is erased. Runs after subjects."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.ledger import Event, Payload
from troth.notices import changed, evidence, store
from troth.subjects import root_of
from troth.subjects.evidence import ERASED, MERGED


class NoticesProjection:
    """Texts, displays, submissions, and changes of the policy with who was told of them."""

    name: Final = "notices shown"
    kinds: Final = ("notices:", MERGED, ERASED)
    tables: Final = store.TABLES
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == evidence.KEPT:
            said = evidence.pairs(event)
            row = {"digest": said["rendered"], "notice": said["of"], "version": said["version"]}
            store.put_text(connection, of, row | {"language": said["language"], "sequence": event.sequence})
        elif event.kind == evidence.SHOWN:
            assert event.subject is not None
            root = root_of(connection, of, event.subject)
            store.put_display(connection, of, root, evidence.display_in(event))
        elif event.kind in (evidence.TAKEN, evidence.REFUSED):
            (point,) = evidence.named(event, "point")
            taken = event.kind == evidence.TAKEN
            store.count_submission(connection, of, point, taken, event.origin.value, event.occurred_at)
        elif event.kind in (evidence.LEFT, evidence.TURNED_BACK):
            said = evidence.pairs(event)
            store.put_leaving(connection, of, said["day"], said.get("to", ""))
        elif event.kind.startswith("notices:change:"):
            self._change(connection, event)
        elif event.kind == MERGED:
            assert event.subject is not None
            store.move(connection, of, event.codes[0], root_of(connection, of, event.subject))
        elif event.kind == ERASED:
            assert event.subject is not None
            store.drop(connection, of, event.subject)

    def _change(self, connection: Connection, event: Event) -> None:
        of, said = event.organisation, evidence.pairs(event)
        if event.kind == changed.OPENED:
            store.put_revision(connection, of, changed.revision_in(event))
            return
        change, rules = int(said["of"]), evidence.named(event, "change")
        if event.kind == changed.ESCALATED:
            store.add_kinds(connection, of, change, changed.kinds_in(event))
        elif event.kind == changed.POSTED:
            store.put_mark(connection, of, change, f"posted:{said['channel']}", event.occurred_at)
        elif event.kind in (changed.SETTLED, changed.BREACH):
            word = "settled" if event.kind == changed.SETTLED else "breach"
            store.put_mark(connection, of, change, f"{word}:{rules[0]}", event.occurred_at)
        elif event.kind in (changed.QUEUED, changed.TOLD, changed.FAILED):
            self._telling(connection, event, change, said)

    def _telling(self, connection: Connection, event: Event, change: int, said: dict[str, str]) -> None:
        assert event.subject is not None
        root = root_of(connection, event.organisation, event.subject)
        if event.kind == changed.FAILED:
            store.drop_told(connection, event.organisation, root, change, said["channel"])
            return
        state = "told" if event.kind == changed.TOLD else "queued"
        row = {"change": change, "channel": said["channel"], "state": state, "at": event.occurred_at}
        store.put_told(connection, event.organisation, root, row | {"message": said.get("message", "")})
