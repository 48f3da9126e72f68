"""What a person can ask by a form: the rights the policy declares, with what each asks for, and what became of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.app.intake_letters import day_of
from troth.app.outside import Outside
from troth.app.reception import Reception
from troth.intake import Clock, Kind, Limit, Opened, Ticket, What
from troth.intake.model import PERSON
from troth.kernel.calendars import calendar
from troth.policy.catalogue import Catalogue
from troth.policy.model import RequestGround, Right
from troth.web.centre.frame import Looking
from troth.web.plainly import Plainly
from troth.web.speech import Voice, label, speaker

LONGEST: int = 5000
"""Signs that a form takes; who has more to say writes a mail."""
FORM: int = 80_000
"""Bytes of such a form: signs of some scripts take many."""
KINDS = {"complain": Kind.COMPLAINT, "question": Kind.QUESTION}
"""Rights that make a ticket of another kind than a request."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A right that can be asked for here: its statement, name, what it means, and the grounds one may name."""

    id: str
    right: str
    name: str
    meaning: str
    grounds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as its person sees it in a list."""

    number: str
    name: str
    state: str
    received: str
    due: str
    provisional: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Something said about a ticket: by the person or the organisation, when, and the words or the name of a file."""

    own: bool
    at: datetime
    text: str
    file: str = ""
    part: int = 0


def offers(say: Plainly, catalogue: Catalogue) -> list[Offer]:
    """Every right of the policy itself, in its order; one that several statements declare stands once."""
    found: dict[str, Offer] = {}
    for right in catalogue.all(Right):
        if not right.cite and right.what not in found:
            found[right.what] = _offer(say, catalogue, right)
    return list(found.values())


def _offer(say: Plainly, catalogue: Catalogue, right: Right) -> Offer:
    named = say.name(right) if right.label else say.words.meaning("rights", right.what)
    grounds = {one.code: say.name(one) for one in catalogue.all(RequestGround) if right.what in one.rights}
    return Offer(
        right.id,
        right.what,
        named[:1].upper() + named[1:],
        say.words.meaning("rights", right.what),
        tuple(grounds.items()),
    )


def kind_of(right: str) -> Kind:
    """What sort of ticket the use of a right is."""
    return KINDS.get(right, Kind.REQUEST)


def name_of(say: Plainly, ticket: Ticket) -> str:
    """What a ticket is about, in words."""
    t = say.t
    if ticket.kind is Kind.REQUEST and ticket.right:
        named = say.words.meaning("rights", ticket.right)
        return named[:1].upper() + named[1:]
    return t(f"ticket.kind.{ticket.kind.value}")


def line_of(look: Looking, ticket: Ticket, now: datetime) -> Line:
    """A ticket in a list."""
    zone = zone_of(look)
    due = day_of(ticket.due_at, zone) if ticket.due_at else ""
    return Line(
        ticket.number, name_of(look.say, ticket), ticket.state.value, day_of(ticket.received_at, zone), due,
        ticket.provisional, ticket.overdue(now),
    )  # fmt: skip


def zone_of(look: Looking) -> str:
    """Where the days of this organisation begin."""
    return calendar(look.hosted.bundle.header.calendar or "PLAIN").zone


def limits_of(look: Looking, clock: Clock) -> list[tuple[Limit, str, str]]:
    """Each limit with its day and with whence it comes, in words; the one that counts comes first."""
    t: Voice = speaker(look.language)
    zone = zone_of(look)
    ordered = sorted(clock.limits, key=lambda one: one.at.timestamp() if one.at else float("inf"))
    return [
        (
            one,
            day_of(one.at, zone) if one.at else t("ticket.not_begun"),
            t(f"ticket.source.{one.source}", cite=one.cite),
        )
        for one in ordered
    ]


def said_of(opened: tuple[Opened, ...]) -> list[Said]:
    """What was said, in its order, as the person may see it."""
    return [
        Said(one.part.by == PERSON, one.part.at, one.text, one.name, one.part.number)
        for one in opened
        if one.part.what in (What.WORDS, What.ANSWER, What.FILE)
    ]


def outside_words(look: Looking, outside: tuple[Outside, ...]) -> list[tuple[str, str, str]]:
    """Ways outside: name, address, and by which law it is added ('' where the policy names it)."""
    return [
        (
            label(dict(one.name), look.language),
            one.address if one.address.startswith(("http://", "https://")) else "",
            " ".join(filter(None, (one.added, one.cite))),
        )
        for one in outside
    ]


def reception_of(look: Looking) -> Reception:
    """The reception of the organisation whose centre this is."""
    return Reception(look.hosted.organisation)
