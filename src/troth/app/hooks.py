"""Other systems told by webhooks: which ones, of what, by a small file in the home, `webhooks.yaml`, or the one TROTH_WEBHOOKS names.

harbour:                              # the organisation
  crm:                                # what the endpoint is called
    url: https://crm.example.com/privacy
    secret: /etc/troth/crm.secrets    # made by `troth webhooks rotate`; a file that its owner alone can read
    events: [consent.withdrawn, person.erased, request.due]
    inside: yes                       # left out: public addresses alone, by https

What is told is read from the ledger when it is sent, and is told at least once: a message keeps its id however often it is sent. Each
is a durable step; what is not taken is tried again after growing waits, then waits for somebody (`troth webhooks replay`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.hooks import Answered, Forbidden, allowed, fresh_secret, headers_of, post, read_secrets, rotated
from troth.kernel.errors import CallerError, OperatorError, TrothError
from troth.ledger import Event
from troth.steps import Run, Standing, Step, Taken, Wanted
from troth.subjects import SubjectUnknown

FILE: Final = "webhooks.yaml"
NAMED: Final = "TROTH_WEBHOOKS"
WATCH, SEND = "hooks.watch", "hooks.send"
LEASE: Final = timedelta(seconds=60)
"""Longer than any exchange may take."""
WAITS: Final = tuple(
    timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long to wait after each attempt, as the Standard Webhooks specification suggests; after the last it is somebody's to look at."""
AT_ONCE: Final = 500
"""Entries of the ledger that are looked through at a time."""
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "consent:item:withdrawn": "consent.withdrawn",
        "consent:item:expired": "consent.expired",
        "consent:objection:raised": "objection.raised",
        "messages:suppression:set": "suppression.set",
        "messages:suppression:lifted": "suppression.lifted",
        "messages:person:unsubscribed": "person.unsubscribed",
        "erasures:subject:done": "person.erased",
        "rights:cycle:verified": "request.erased",
        "rights:cycle:answered": "request.answered",
        "intake:ticket:alerted": "request.due",
    }
)
"""What can be told, by the kind of the entry that tells it."""
TRIED: Final = "webhook.tried"
_ABOUT: Final = frozenset({"id", "alerted", "channel", "purpose", "why", "right", "digest"})
"""What an entry says by name that is told on: ids, days, keyed digests."""
_STATEMENTS: Final = frozenset({"consent", "objects", "right", "recipient"})
_KEYS: Final = frozenset({"url", "secret", "events", "inside"})


class HooksUnreadable(OperatorError):
    """The file of webhooks has to be mended."""


class HookUnknown(CallerError):
    """There is no such endpoint, or no such message."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Another system: where it is told, of what, and with which secrets."""

    id: str
    url: str
    secret: Path
    events: frozenset[str]
    inside: bool = False


def endpoints_of(home: Home, organisation: str) -> tuple[Endpoint, ...]:
    """The systems that an organisation tells; none without a file. Raises HooksUnreadable."""
    path = file_of(home, FILE, NAMED)
    if path is None:
        return ()
    found = read_yaml(path, HooksUnreadable, "Write the organisation, below it each endpoint.")
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise HooksUnreadable(f"The file {path} holds no organisations with endpoints.")
    return tuple(_endpoint(str(id), said, path) for id, said in found.get(organisation, {}).items())


def _endpoint(id: str, said: Any, path: Path) -> Endpoint:
    if not isinstance(said, dict) or set(said) - _KEYS or not {"url", "secret", "events"} <= set(said):
        raise HooksUnreadable(f"{id} in {path} says something else than {', '.join(sorted(_KEYS))}.")
    events, known = said["events"], set(TYPES.values())
    if not id.replace("-", "").replace("_", "").isalnum() or len(id) > 24:
        raise HooksUnreadable(f"{id!r} in {path} is no name.", "Write at most 24 letters and digits.")
    if not isinstance(events, list) or not events or not set(map(str, events)) <= known:
        raise HooksUnreadable(
            f"{id} in {path} names no events.", f"Write some of: {', '.join(sorted(known))}."
        )
    inside = said.get("inside") is True
    try:
        allowed(str(said["url"]), inside=inside)
    except Forbidden as problem:
        raise HooksUnreadable(
            f"The address of {id} in {path} cannot be called: {problem.message}", problem.help
        ) from None
    return Endpoint(id, str(said["url"]), Path(str(said["secret"])), frozenset(map(str, events)), inside)


class Hooks:
    """Tells the systems of one organisation. Threads and processes may each have one."""

    def __init__(self, organisation: Organisation, endpoints: Iterable[Endpoint]) -> None:
        self._organisation = organisation
        self.endpoints = {one.id: one for one in endpoints}

    # --- what is to be told ------------------------------------------------------------------------------------------------

    def watch(self, worker: str) -> int:
        """Put whatever happened since the last look in the queue of each endpoint, in one transaction with how far was looked;
        an endpoint that is new begins with what comes from here on. How many messages that were."""
        organisation, steps = self._organisation, self._organisation.steps
        now, queued = organisation.clock.now(), 0
        with organisation.database.read() as connection:
            fresh = self._new(connection)
        for one in fresh:
            with organisation.database.write() as connection:
                steps.open(connection, f"hooks.{one}", WATCH, (Wanted(0, WATCH, one),), at=now)
                taken = steps.take(connection, worker, (WATCH,), at=now, lease=LEASE, run=f"hooks.{one}")
                if taken is not None and "upto" not in taken.step.said:
                    head = organisation.ledger.head(connection).size
                    steps.again(connection, taken, {"upto": head}, at=now)
        for one in self._behind():
            with organisation.database.write() as connection:
                taken = steps.take(connection, worker, (WATCH,), at=now, lease=LEASE, run=f"hooks.{one}")
                if taken is not None:
                    queued += self._queue(connection, taken, self.endpoints[one])
        return queued

    def _new(self, connection: Connection) -> list[str]:
        known = {one.id for one in self._organisation.steps.listed(connection, WATCH)}
        return [one for one in self.endpoints if f"hooks.{one}" not in known]

    def _behind(self) -> list[str]:
        """Endpoints for which something may have happened since the last look: where nothing did, nothing is written."""
        organisation = self._organisation
        with organisation.database.read() as connection:
            head = organisation.ledger.head(connection).size
            seen = {one: organisation.steps.steps(connection, f"hooks.{one}") for one in self.endpoints}
        return [one for one, found in seen.items() if found and int(found[0].said.get("upto", 0)) < head]

    def _queue(self, connection: Connection, taken: Taken, endpoint: Endpoint) -> int:
        organisation, now = self._organisation, self._organisation.clock.now()
        upto, queued = int(taken.step.said.get("upto", 0)), 0
        head = organisation.ledger.head(connection).size
        until = min(head, upto + AT_ONCE)
        kinds = [kind for kind, type in TYPES.items() if type in endpoint.events]
        for event in organisation.ledger.events(connection, after=upto, until=until, kinds=kinds):
            run = f"hook.{endpoint.id}.{event.sequence}.1"
            queued += organisation.steps.open(connection, run, SEND, (Wanted(0, SEND, endpoint.id),), at=now)
        organisation.steps.again(connection, taken, {"upto": until}, at=now)
        return queued

    # --- telling -----------------------------------------------------------------------------------------------------------

    def turn(self, worker: str) -> bool:
        """Send one message that is due; whether there was one."""
        organisation, steps = self._organisation, self._organisation.steps
        with organisation.database.write() as connection:
            taken = steps.take(connection, worker, (SEND,), at=organisation.clock.now(), lease=LEASE)
        if taken is None:
            return False
        came, status = self._sent(taken.step)
        said = {"status": status, "trouble": came, "attempts": taken.step.attempts + 1}
        now = organisation.clock.now()
        with organisation.database.write() as connection:
            if not came:
                steps.done(connection, taken, said)
                steps.finish(connection, taken.step.run, now)
            elif came not in ("gone", "forbidden", "unknown") and taken.step.attempts < len(WAITS):
                steps.again(connection, taken, said, at=now + WAITS[taken.step.attempts])
            else:
                steps.wait(connection, taken, said)
        return True

    def _sent(self, step: Step) -> tuple[str, int]:
        """'' once it was taken, else why it was not, in a word; and the status that came."""
        endpoint = self.endpoints.get(step.about)
        body = self._body(step.run) if endpoint is not None else None
        if endpoint is None or body is None:
            return "unknown", 0
        try:
            answered = self._post(endpoint, _message(step.run), body)
        except Forbidden:
            return "forbidden", 0
        except TrothError:
            return "secret", 0
        if answered.gone:
            return "gone", answered.status
        return ("" if answered.taken else answered.trouble or "refused"), answered.status

    def _post(self, endpoint: Endpoint, id: str, body: bytes) -> Answered:
        headers = headers_of(id, self._organisation.clock.now(), body, read_secrets(endpoint.secret))
        return post(endpoint.url, body, headers, inside=endpoint.inside)

    def _body(self, run: str) -> bytes | None:
        """What a message says, from the ledger: an id that the receiver knows as well, never a name or an address."""
        organisation, sequence = self._organisation, int(run.split(".")[2])
        with organisation.database.read() as connection:
            events = organisation.ledger.events(connection, after=sequence - 1, until=sequence)
            event = next(iter(events), None)
            if event is None or event.kind not in TYPES:
                return None
            data = self._data(connection, event)
        return _written(TYPES[event.kind], event.occurred_at.isoformat(), data)

    def _data(self, connection: Connection, event: Event) -> dict[str, Any]:
        organisation = self._organisation
        named = dict(re.split("[=:]", code, maxsplit=1) for code in event.codes if re.search("[=:]", code))
        about = {name: value for name, value in named.items() if name in _ABOUT and value}
        who = event.subject or ""
        if not who and event.kind.startswith("rights:"):
            who = organisation.intake.ticket(connection, named.get("id", "")).subject
        keys = [code for code in event.codes if code.partition(":")[0] in _STATEMENTS]
        return {
            "organisation": organisation.id, "sequence": event.sequence, "subject": self._id(connection, who),
            "person": who or named.get("person", ""), "about": about, "statements": keys, "policy": event.policy or "",
        }  # fmt: skip

    def _id(self, connection: Connection, pseudonym: str) -> str | None:
        subjects = self._organisation.rooms.subjects
        try:
            found = subjects.id_of(connection, subjects.root(connection, pseudonym)) if pseudonym else None
        except SubjectUnknown:
            return None
        return str(found) if found else None

    # --- by hand -----------------------------------------------------------------------------------------------------------

    def listed(self, *, live: bool = True, limit: int = 200) -> list[tuple[Run, Step]]:
        """Messages in the queue, or all there were."""
        steps = self._organisation.steps
        with self._organisation.database.read() as connection:
            runs = steps.listed(connection, SEND, live=live, limit=limit)
            return [(run, steps.steps(connection, run.id)[0]) for run in runs]

    def replay(self, message: str = "", endpoint: str = "") -> int:
        """Send a message again under its old id, or all of an endpoint that were given up; how many. Raises HookUnknown."""
        found = [
            (run, step)
            for run, step in self.listed(live=False, limit=100_000)
            if (
                _message(run.id) == message
                if message
                else step.about == endpoint and step.standing is Standing.OPEN
            )
        ]
        if not found:
            raise HookUnknown("There is nothing to be sent again.", "See `troth webhooks list --all`.")
        run, step = found[-1]
        with self._organisation.database.write() as connection:
            if message and run.ended_at is not None:
                return int(self._anew(connection, run.id, step.about, len(found)))
            for one, _ in found:
                self._organisation.steps.wake(connection, one.id, SEND)
        return len(found)

    def _anew(self, connection: Connection, run: str, endpoint: str, times: int) -> bool:
        again = f"{run.rpartition('.')[0]}.{times + 1}"
        now = self._organisation.clock.now()
        return self._organisation.steps.open(connection, again, SEND, (Wanted(0, SEND, endpoint),), at=now)

    def try_out(self, endpoint: str) -> Answered:
        """Send a message that says it is a trial. Raises HookUnknown, SecretUnusable, Forbidden."""
        found = self._named(endpoint)
        now = self._organisation.clock.now()
        body = _written(TRIED, now.isoformat(), {"organisation": self._organisation.id})
        return self._post(found, f"{endpoint}.try.{self._organisation.entropy.bytes(6).hex()}", body)

    def rotate(self, endpoint: str) -> tuple[str, int]:
        """A new secret; the one before stays good until the next. Raises HookUnknown, SecretUnusable."""
        secret = fresh_secret(self._organisation.entropy.bytes(32))
        return secret, rotated(self._named(endpoint).secret, secret)

    def _named(self, endpoint: str) -> Endpoint:
        if endpoint not in self.endpoints:
            known = ", ".join(self.endpoints) or "none"
            raise HookUnknown("There is no such endpoint.", f"webhooks.yaml names: {known}.")
        return self.endpoints[endpoint]


def line_of(run: Run, step: Step) -> dict[str, Any]:
    """A message as plain values."""
    return {
        "message": _message(run.id), "endpoint": step.about, "standing": step.standing.value, "attempts": step.attempts,
        "status": step.said.get("status"), "trouble": step.said.get("trouble", ""),
        "again_at": step.not_before.isoformat() if step.not_before else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }  # fmt: skip


def _message(run: str) -> str:
    """The id of a message: its endpoint and the entry it tells of, the same however often it is sent."""
    return ".".join(run.split(".")[1:3])


def _written(type: str, at: str, data: Mapping[str, Any]) -> bytes:
    return json.dumps({"type": type, "timestamp": at, "data": data}, ensure_ascii=False).encode()
