"""Sending what is due: asked again, written down, handed over, and what came of it written down too.

A message is `sending` on disk before anything leaves. Whoever dies between the other side's yes and the next commit leaves it
so; after a while it is `unknown`, and nobody sends it twice without being told to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from troth.ledger import Origin, Work
from troth.messages import rules, store
from troth.messages.channel import Channel, Delivery, Outcome, Parcel
from troth.messages.composing import Letter, letter_of, parcel_of
from troth.messages.desk import cell
from troth.messages.errors import MoveRefused
from troth.messages.model import WAITING, State, Status
from troth.messages.service import Messages
from troth.policies import NotDeclared
from troth.subjects import SubjectUnknown

GIVES_UP: Final = timedelta(minutes=15)
"""How long nobody may say what became of a sending: longer than any channel waits."""
MOST: Final = 200
_AFTER: Final[Mapping[Outcome, State]] = {
    Outcome.TAKEN: State.ACCEPTED,
    Outcome.LATER: State.DEFERRED,
    Outcome.REFUSED: State.BOUNCED,
    Outcome.UNKNOWN: State.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message that is on record as leaving now."""

    status: Status
    parcel: Parcel
    channel: Channel


class Sender:
    """Sends the messages of one organisation by these channels. `site` is where links to unsubscribe lead (`https://…`)."""

    def __init__(self, messages: Messages, channels: Mapping[str, Channel], site: str) -> None:
        self._messages, self._desk = messages, messages.desk
        self.channels = dict(channels)
        self._site = site.rstrip("/")

    def due(self, limit: int = MOST) -> Counter[State]:
        """Send what is due, codes first; how many came to which state."""
        found: Counter[State] = Counter({State.UNKNOWN: self.lost()}) if self.lost_any() else Counter()
        with self._desk.ledger.database.read() as connection:
            ids = store.due(connection, self._desk.organisation, self._desk.clock.now(), limit)
        for id in ids:
            found[self.send(id)] += 1
        return found

    def lost_any(self) -> bool:
        """Whether there are messages of whose sending nobody has told for too long."""
        with self._desk.ledger.database.read() as connection:
            before = self._desk.clock.now() - GIVES_UP
            return bool(store.left_sending(connection, self._desk.organisation, before))

    def lost(self) -> int:
        """Say of messages whose sending nobody has told of that it is unknown what became of them; how many."""

        def act(work: Work) -> int:
            work.lock()
            now = self._desk.clock.now()
            ids = store.left_sending(work.connection, self._desk.organisation, now - GIVES_UP)
            for id in ids:
                self._messages.move(work, id, State.UNKNOWN, at=now, said={"code": "interrupted"})
            return len(ids)

        return self._desk.recorder.run(act)

    def send(self, id: str) -> State:
        """Send one message now, if it waits and still may go; where it stands after. Raises MessageUnknown."""
        ready = self._desk.recorder.run(lambda work: self._claim(work, id))
        if isinstance(ready, Status):
            return ready.state
        try:
            delivery = ready.channel.send(ready.parcel)
        except Exception:  # noqa: BLE001  whatever a channel does, the message was handed to it: nobody knows how far it came
            delivery = Delivery(Outcome.UNKNOWN, "fault")
        return self._desk.recorder.run(lambda work: self._told(work, ready.status, delivery)).state

    def _claim(self, work: Work, id: str) -> _Ready | Status:
        """Put a message on record as leaving, unless it may not: then where it stands."""
        work.lock()
        status, now = self._messages.status(work.connection, id), self._desk.clock.now()
        if status.state not in WAITING:
            return status
        letter = self._opened(work, id)
        if letter is None:
            return self._messages.move(work, id, State.DROPPED, at=now)
        if status.expires_at is not None and status.expires_at <= now:
            return self._messages.move(work, id, State.EXPIRED, at=now, said={"code": status.code or "late"})
        channel = self.channels.get(status.channel)
        if channel is None:
            return status  # nobody set it up: it waits, and pages show it
        return self._passed(work, status, letter, channel)

    def _passed(self, work: Work, status: Status, letter: Letter, channel: Channel) -> _Ready | Status:
        desk, wanted, now = self._desk, letter.wanted, self._desk.clock.now()
        origin = Origin(status.origin)
        digest = desk.digest(wanted.channel, wanted.address)
        try:
            passed = desk.passes(work, status.id, wanted, digest, now, origin)
        except (NotDeclared, SubjectUnknown):
            said = {"code": "undeclared"}
            return self._messages.move(work, status.id, State.STOPPED, at=now, origin=origin, said=said)
        if passed.reason:
            said = {"code": passed.reason}
            return self._messages.move(
                work, status.id, State.STOPPED, at=now, origin=origin, policy=passed.policy, said=said
            )
        tracking = desk.tracking(work.connection, wanted, passed.statement, digest, now)
        said = {"attempt": str(status.attempts + 1), "tracking": tracking.word}
        moved = self._messages.move(
            work, status.id, State.SENDING, at=now, origin=origin, policy=passed.policy, said=said
        )
        leave = f"{self._site}/u/{letter.token}" if rules.opted_out_by(passed.statement.what) else ""
        return _Ready(moved, parcel_of(status.id, letter, tracking, leave), channel)

    def _opened(self, work: Work, id: str) -> Letter | None:
        """The words of a message; None where they can be read no more."""
        found = store.letter(work.connection, self._desk.organisation, id)
        if found is None:
            return None
        owner, _, sealed = found
        if sealed is None:
            return None
        (plain,) = self._desk.keys.open_many([(owner, cell(id), sealed)])
        return letter_of(plain) if plain is not None else None

    def _told(self, work: Work, status: Status, delivery: Delivery) -> Status:
        """Record what a channel said."""
        work.lock()
        now, origin = self._desk.clock.now(), Origin(status.origin)
        state, said = _AFTER[delivery.outcome], {"code": delivery.code}
        if state is State.BOUNCED:
            return self._bounced(work, status, delivery, origin)
        if state is State.DEFERRED:
            again = rules.next_try(status.what, status.attempts, now)
            if status.expires_at is not None and again >= status.expires_at:
                state = State.EXPIRED
            else:
                said["next"] = again.isoformat()
        try:
            return self._messages.move(work, status.id, state, at=now, origin=origin, said=said)
        except MoveRefused:  # it was given up as lost, or its person erased, while a channel took its time
            return self._messages.status(work.connection, status.id)

    def _bounced(self, work: Work, status: Status, delivery: Delivery, origin: Origin) -> Status:
        now = self._desk.clock.now()
        try:
            return self._messages.bounced(
                work, status.id, delivery.code, dead=delivery.dead, at=now, origin=origin
            )
        except MoveRefused:
            return self._messages.status(work.connection, status.id)
