"""Whether published contacts are reached: a mail of ours goes to each published mailbox and must lie in it; a published page must
hold its form. Telephones, letters and account managers are attested by people, as tasks.

Each try is in the ledger once a server took its mail, so that a run that was cut off knows what it waits for.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.decide.contacts import SELF, WORD, ways_of
from troth.intake.mail import TRIAL
from troth.ledger import Draft
from troth.messages import Channel, Outcome, Parcel
from troth.policy.model import Entity
from troth.promises.evidence import Looked

SENT: Final = "intake:trial:sent"
ARRIVED: Final = "intake:trial:arrived"
MISSED: Final = "intake:trial:missed"
EVERY: Final = timedelta(days=7)
WITHIN: Final = timedelta(hours=24)
"""How long a mail of ours may be on its way. Chosen."""
PATIENCE: Final = 15.0
LARGEST: Final = 400_000


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail that is on its way to a published mailbox."""

    id: str
    entity: str
    since: datetime


class Reaching:
    """Tries the contacts of one organisation; one thread at a time."""

    def __init__(self, organisation: Organisation, channel: Channel | None = None) -> None:
        self._organisation, self._channel = organisation, channel

    def turn(self) -> dict[str, bool]:
        """Send what is due, give up what did not arrive, look at pages: by probe, whether it was reached."""
        found: dict[str, bool] = {}
        under_way = self._under_way()
        now = self._organisation.clock.now()
        for trial in under_way.values():
            if now > trial.since + WITHIN:
                self._ended(trial, arrived=False)
                found[_probe(trial.entity, "email")] = False
        last = self._last()
        for entity in contacts(self._organisation.policy().catalogue.all(Entity)):
            for how in ways(entity):
                probe = _probe(entity.id, how)
                due = probe not in last or now >= last[probe] + EVERY
                if how == "form" and due and not leads_nowhere(entity.address):
                    found[probe] = self._look_at(entity)
                elif how == "email" and due and entity.id not in under_way:
                    self._send(entity)
        return found

    def arrived(self, id: str) -> None:
        """A mail of ours lies in a mailbox; one that we do not wait for is nothing."""
        for trial in self._under_way().values():
            if trial.id == id:
                self._ended(trial, arrived=True)

    def _under_way(self) -> dict[str, Trial]:
        """Mails that were sent and have neither arrived nor been given up, by contact."""
        ledger, ended, found = self._organisation.ledger, set[str](), dict[str, Trial]()
        with self._organisation.database.read() as connection:
            events = ledger.events(connection, kinds=("intake:trial:",), limit=500, newest_first=True)
            for event in events:
                said = dict(code.partition("=")[::2] for code in event.codes)
                if event.kind == SENT and said["trial"] not in ended:
                    found.setdefault(said["about"], Trial(said["trial"], said["about"], event.occurred_at))
                ended.add(said["trial"])
        return found

    def _last(self) -> Mapping[str, datetime]:
        with self._organisation.database.read() as connection:
            return {look.probe: look.at for look in self._organisation.promises.probes(connection)}

    def _send(self, entity: Entity) -> None:
        """Put on record what a server took; what none takes is tried again at the next turn, and says nothing of the contact."""
        organisation = self._organisation
        if self._channel is None:
            return
        id = f"trial_{organisation.intake.desk.entropy.bytes(16).hex()}"
        title = "A mail that tries this mailbox"
        text = "This mail was sent by the program that keeps the privacy policy, to see whether it arrives. Nothing need be done.\n"
        parcel = Parcel(id, entity.address, title, text, headers=((TRIAL, id),))
        if self._channel.send(parcel).outcome is Outcome.LATER:
            return
        organisation.act(lambda acts: acts.work.record(_event(SENT, id, entity.id, acts.at)))

    def _ended(self, trial: Trial, *, arrived: bool) -> None:
        organisation = self._organisation
        kind = ARRIVED if arrived else MISSED
        promises, policy = organisation.promises, organisation.policy().digest
        seen: tuple[object, ...] = (
            () if arrived else ({"contact": trial.entity, "sent": trial.since.isoformat()},)
        )

        def act(acts: Acts) -> None:
            acts.work.record(_event(kind, trial.id, trial.entity, acts.at))
            probe = _probe(trial.entity, "email")
            look = Looked(probe, arrived, (f"entity:{trial.entity}",), seen, policy, acts.at, acts.origin)
            promises.looked(acts.work, look)

        organisation.act(act)

    def _look_at(self, entity: Entity) -> bool:
        """Whether a published page answers with a form."""
        organisation = self._organisation
        why = _wrong_with(entity.address)
        promises, policy = organisation.promises, organisation.policy().digest
        seen: tuple[object, ...] = ({"contact": entity.id, "found": why},) if why else ()
        probe = _probe(entity.id, "form")
        organisation.act(
            lambda acts: promises.looked(
                acts.work, Looked(probe, not why, (entity.key,), seen, policy, acts.at, acts.origin)
            )
        )
        return not why


def contacts(entities: Iterable[Entity]) -> list[Entity]:
    """Bodies that are published with a way to reach them, ourselves left out: no policy compiles without us."""
    return [one for one in entities if one.role not in SELF and one.role != "authority"]


def leads_nowhere(address: str) -> bool:
    """Whether a page has a name that leads nowhere on purpose (RFC 2606), as invented companies have: looking says nothing."""
    host = urlsplit(address).hostname or ""
    return host.rpartition(".")[2] in ("example", "invalid")


def ways(entity: Entity) -> tuple[str, ...]:
    """The ways to a contact that a program can try."""
    return tuple(one for one in ways_of(entity) if one != WORD)


def _probe(entity: str, how: str) -> str:
    return f"contact.{entity}.{how}"


def _event(kind: str, id: str, entity: str, at: datetime) -> Draft:
    return Draft(kind, at, codes=(f"trial={id}", f"about={entity}"))


def _wrong_with(address: str) -> str:
    """What is wrong with a published page; '' where it answers with a form. Redirects are not followed: the address is what was
    published."""
    parts = urlsplit(address)
    try:
        connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        )
        connection.request("GET", parts.path or "/", headers={"user-agent": "troth"})
        answer = connection.getresponse()
        body = answer.read(LARGEST)
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return type(problem).__name__
    if answer.status != 200:
        return f"status {answer.status}"
    return "" if b"<form" in body.lower() else "no form"
