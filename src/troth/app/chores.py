"""What has to be done for people as time goes by: mailboxes read, dates watched, owners reminded, contacts tried, words let go,
changes of the policy judged, consents that ran out put on record. Each chore has its own pace; what goes wrong with one is told
once when it begins and once when it ends, and stops no other.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from troth.app.carriers import carrier_beside
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.guarding import show_access
from troth.app.hooks import Hooks, endpoints_of
from troth.app.hosting import Hosted, Hosting
from troth.app.mailing import Postbox, mailboxes_of
from troth.app.offices import Office, office_of, offices_of
from troth.app.opendsr import Dsr, speaking_of
from troth.app.organisation import Organisation
from troth.app.posting import Posting, posting_of
from troth.app.reaching import Reaching
from troth.app.reception import Reception
from troth.app.requests import requests_beside
from troth.app.settling import settle
from troth.app.tasking import bring_up, remind
from troth.intake import Ticket
from troth.intake.mailbox import Mailbox
from troth.intake.rules import as_period
from troth.kernel.calendars import due
from troth.kernel.errors import TrothError
from troth.ledger import Origin
from troth.policy.catalogue import Catalogue
from troth.policy.model import Retention, Right
from troth.promises.evidence import Looked

LOOK_EVERY: Final = 5.0
"""Seconds between looks at whether something is due."""
ALERTS: Final = (("overdue", timedelta(0)), ("day", timedelta(days=1)), ("week", timedelta(days=7)))
"""Steps before a date, the nearest first."""
CLOCK: Final = "intake.clock"
IMPORTS_EVERY: Final = timedelta(seconds=30)
"""How often it is looked whether an import is due; each has a pace of its own."""
REQUESTS_EVERY: Final = timedelta(seconds=2)
"""How often it is looked whether a request can be carried on."""
Tell = Callable[[str], None]


@dataclass(slots=True)
class Chore:
    """Something that is done again and again: its name, pace, and what it does."""

    name: str
    every: timedelta
    do: Callable[[], None]
    next_at: datetime | None = None
    trouble: str = ""


@dataclass
class Chores:
    """The chores of one organisation. `turn` does those that are due; one thread calls it."""

    organisation: Organisation
    posting: Posting = field(default_factory=Posting)
    boxes: Sequence[Mailbox] = ()
    tell: Tell = print
    office: Office | None = None
    carrier: Carrier | None = None
    hooks: Hooks | None = None
    dsr: Dsr | None = None
    chores: list[Chore] = field(init=False)

    def __post_init__(self) -> None:
        """Name the chores, each with its pace."""
        channel = self.posting.channels.get("email")
        reaching = Reaching(self.organisation, channel)
        postbox = Postbox(Reception(self.organisation, self.posting.site), reaching.arrived)
        self.chores = [
            Chore("tasks", timedelta(hours=1), lambda: _quietly(bring_up(self.organisation))),
            *(self._reading(postbox, box) for box in self.boxes),
            *([Chore("imports", IMPORTS_EVERY, self.office.chore)] if self.office else []),
            *([Chore("requests", REQUESTS_EVERY, self._carried)] if self.carrier else []),
            *([Chore("webhooks", REQUESTS_EVERY, self._told)] if self.hooks else []),
            *([Chore("opendsr", REQUESTS_EVERY, self._called_back)] if self.dsr else []),
            Chore("dates", timedelta(minutes=10), lambda: _quietly(watch_dates(self.organisation))),
            Chore("reminders", timedelta(minutes=30), lambda: _quietly(remind(self.organisation, channel))),
            Chore("contacts", timedelta(hours=1), lambda: _quietly(reaching.turn())),
            Chore("recordings", timedelta(minutes=1), lambda: _quietly(end_recordings(self.organisation))),
            Chore("codes", timedelta(minutes=10), lambda: _quietly(let_codes_go(self.organisation))),
            Chore("changes", timedelta(minutes=10), lambda: _quietly(settle(self.organisation))),
            Chore("keeping", timedelta(hours=6), lambda: _quietly(let_go(self.organisation))),
            Chore("keys", timedelta(minutes=10), lambda: _quietly(self.organisation.intake.bury())),
            Chore("access", timedelta(hours=12), lambda: _quietly(show_access(self.organisation))),
        ]

    def _reading(self, postbox: Postbox, box: Mailbox) -> Chore:
        """A mailbox is looked into every half minute."""
        return Chore(f"mailbox {box.address}", timedelta(seconds=30), lambda: _quietly(postbox.collect(box)))

    def _carried(self) -> None:
        """Requests are carried out as far as they go now."""
        assert self.carrier is not None
        self.carrier.begin()
        while self.carrier.turn(f"chores.{os.getpid()}"):
            pass

    def _told(self) -> None:
        """Other systems are told what happened."""
        assert self.hooks is not None
        self.hooks.watch(f"chores.{os.getpid()}")
        while self.hooks.turn(f"chores.{os.getpid()}"):
            pass

    def _called_back(self) -> None:
        """Controllers hear how their requests stand."""
        assert self.dsr is not None
        self.dsr.turn(f"chores.{os.getpid()}")

    def turn(self) -> None:
        """Do what is due."""
        now = self.organisation.clock.now()
        for chore in self.chores:
            if chore.next_at is None or now >= chore.next_at:
                chore.next_at = now + chore.every
                self._tried(chore)

    def _tried(self, chore: Chore) -> None:
        trouble = ""
        try:
            chore.do()
        except TrothError as problem:
            trouble = str(problem)
        except Exception as fault:  # noqa: BLE001  a fault of the program is told, and ends no chore
            trouble = f"a fault of the program: {type(fault).__name__}."
        if trouble != chore.trouble:
            self.tell(f"{self.organisation.id}: {chore.name}: {trouble or 'all is well again.'}")
        chore.trouble = trouble


def watch_dates(organisation: Organisation) -> int:
    """Note which answers are near their date, or over it, once for each step; and let the promises know. How many were noted."""
    now = organisation.clock.now()
    with organisation.database.read() as connection:
        near = organisation.intake.listed(connection, overdue_at=now + ALERTS[-1][1], limit=1000)
    noted = 0
    for ticket in near:
        step = next(
            name for name, ahead in ALERTS if ticket.due_at is not None and ticket.due_at < now + ahead
        )
        if ticket.alerted != step:
            noted += organisation.act(
                lambda acts, ticket=ticket, step=step: organisation.intake.alert(  # type: ignore[misc]
                    acts.work, ticket.number, step, at=acts.at
                )
            )
    _tell_promises(organisation, [one for one in near if one.overdue(now)])
    return noted


def _tell_promises(organisation: Organisation, late: Iterable[Ticket]) -> None:
    """An answer that is overdue breaks the right it was asked under, until none is; only what changes is told."""
    declared, promises = organisation.policy(), organisation.promises
    broken = {one.rule for one in late if declared.catalogue.by_key(one.rule) is not None}
    broken |= {
        right.key
        for one in late
        for right in declared.catalogue.all(Right)
        if right.what == one.right and not right.cite
    }
    with organisation.database.read() as connection:
        evidence = promises.evidence(connection)
    before = {
        key
        for key, known in evidence.items()
        for look in known.looks
        if look.probe == CLOCK and not look.passed
    }
    for keys, passed in ((broken - before, False), (before - broken, True)):
        if keys:
            organisation.act(
                lambda acts, keys=keys, passed=passed: promises.looked(  # type: ignore[misc]
                    acts.work,
                    Looked(CLOCK, passed, tuple(sorted(keys)), (), declared.digest, acts.at, acts.origin),
                )
            )


def end_recordings(organisation: Organisation) -> int:
    """Ask the gate again about each recording that goes on, and end those in which a condition holds no more; how many. Where the
    recorder itself has stopped asking, this is who ends it."""
    with organisation.database.read() as connection:
        if not any(one.going for one in organisation.recordings.all(connection).values()):
            return 0
    return len(
        organisation.act(
            lambda acts: organisation.recordings.sweep(
                acts.work, acts.declared(), now=acts.at, origin=acts.origin
            )
        )
    )


def let_codes_go(organisation: Organisation) -> int:
    """Let go of codes of accounts that ran out, with the addresses they went to; how many."""
    return organisation.accounts.tickets.sweep(Origin.OBSERVED)


def let_go(organisation: Organisation) -> int:
    """Let go of what tickets say once the policy keeps it no longer; how many. Where no figure is given, nobody lets go by itself."""
    now = organisation.clock.now()
    with organisation.database.read() as connection:
        ended = organisation.intake.ended(connection, now)
    gone = 0
    for ticket in ended:
        with organisation.database.read() as connection:
            declared = organisation.rooms.policies.declared(connection, ticket.policy)
        until = kept_until(declared.catalogue, declared.calendar, ticket)
        if until is not None and until < now:
            organisation.act(
                lambda acts, number=ticket.number: organisation.intake.empty(acts.work, number, at=acts.at)  # type: ignore[misc]
            )
            gone += 1
    organisation.intake.bury()
    return gone


def kept_until(catalogue: Catalogue, calendar: str, ticket: Ticket) -> datetime | None:
    """Until when the policy keeps what a ticket says: by the rules for its purpose that have a figure, the earliest of them."""
    found = []
    for rule in catalogue.all(Retention):
        named = ticket.purpose in catalogue.expand("purpose", rule.purposes) if rule.purposes else False
        start = ticket.received_at if rule.start == "collection" else ticket.ended_at
        if named and rule.period is not None and start is not None:
            found.append(due(start, as_period(rule.period), calendar).at)
    return min(found, default=None)


def chores_of(hosting: Hosting, tell: Tell) -> list[Chores]:
    """The chores of every organisation that is hosted, with the mailboxes and channels of its home."""
    found = []
    for id, hosted in hosting.organisations.items():
        posting = posting_of(hosted.home, hosting.clock)
        boxes = mailboxes_of(hosted.home).get(id, ())
        office = office_of(hosted.organisation, hosted.folder, offices_of(hosted.home).get(id))
        carrier = carrier_beside(hosted.organisation, hosted.home, hosted.folder)
        found.append(
            Chores(
                hosted.organisation,
                posting,
                boxes,
                tell,
                office,
                carrier,
                hooks_of(hosted.home, hosted.organisation),
                _dsr_of(hosted),
            )
        )
    return found


def hooks_of(home: Home, organisation: Organisation) -> Hooks | None:
    """Who tells other systems, where any are named. Raises HooksUnreadable."""
    endpoints = endpoints_of(home, organisation.id)
    return Hooks(organisation, endpoints) if endpoints else None


def _dsr_of(hosted: Hosted) -> Dsr | None:
    """Who calls controllers back, where OpenDSR is spoken. Raises DsrUnreadable."""
    speaking, organisation = speaking_of(hosted.home, hosted.id), hosted.organisation
    requests = requests_beside(organisation, hosted.home, hosted.folder)
    return Dsr(organisation, speaking, requests) if speaking is not None else None


@contextmanager
def doing(chores: Sequence[Chores], look_every: float = LOOK_EVERY) -> Iterator[None]:
    """Do chores in a thread while the block runs; what is under way is ended first."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.is_set():
            for one in chores:
                one.turn()
            ended.wait(look_every)

    thread = threading.Thread(target=keep, name="troth-chores", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _quietly(_: object) -> None:
    """A chore tells nothing but its trouble."""
