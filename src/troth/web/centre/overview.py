"""The first page: what is held, what was done with it, who received it, and what binds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from troth.app.activity import Deed
from troth.policy.facts import Fact
from troth.subjects import FAMILIES_HERE
from troth.subjects.model import Standing
from troth.web.centre.changes import announced
from troth.web.centre.frame import Looking, own_page, run_in_threadpool
from troth.web.centre.outlook import narrowest
from troth.web.centre.person import Person, answered, deeds, read
from troth.web.plainly import Plainly

MOST_DEEDS = 40
MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Known:
    """A fact on record: in words, whether it is in doubt, since when, and for a notice in which language it was shown."""

    words: str
    doubted: bool
    since: datetime
    language: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One kind of act: in words, how often, when last, with which data (and how many kinds more), to whom."""

    verb: str
    purpose: str
    count: int
    last: datetime | None
    data: tuple[str, ...]
    more: int
    recipient: str


@own_page
async def overview(look: Looking) -> Response:
    """Everything on one calm page; details a step further."""
    return await run_in_threadpool(_page, look)


def _page(look: Looking) -> Response:
    person = read(look)
    say = Plainly(person.declared.catalogue, look.language)
    found = done_with(look, person, say)
    stands = [answered(standing) for _, standing in person.standings]
    return look.page(
        "my_overview.html", here="overview", person=person, say=say,
        facts=_known(person, say, notices=False), notices=_known(person, say, notices=True),
        given=stands.count("given"), refused=stands.count("refused") + stands.count("withdrawn"),
        objections=sum(since is not None for _, since in person.objections),
        done=found[:MOST_DEEDS], times=sum(one.count for one in found),
        recipients=_recipients(found), changes=announced(look),
    )  # fmt: skip


def done_with(look: Looking, person: Person, say: Plainly) -> list[Done]:
    """What was done with somebody's data, in words."""
    return [_done(say, person, deed) for deed in deeds(look, person)]


def _known(person: Person, say: Plainly, *, notices: bool) -> list[Known]:
    found = [
        Known(say.fact_name(fact) if notices else _spoken(say, fact), known.standing is Standing.DOUBTED, known.since, known.language)
        for fact, known in sorted(person.state.facts.items())
        if fact.family in FAMILIES_HERE and (fact.family == "shown") is notices
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.since, reverse=True)


def _spoken(say: Plainly, fact: Fact) -> str:
    """A fact as it is said to the person whom it is about."""
    return say.t(f"my.fact.{fact.family}", name=say.fact_name(fact))


def _done(say: Plainly, person: Person, deed: Deed) -> Done:
    data = narrowest(person.declared.catalogue, sorted(deed.data))
    return Done(
        say.words.word("actions", deed.action),
        say.named("purpose", deed.purpose),
        deed.count,
        deed.last,
        tuple(say.named("category", one) for one in data[:MOST_NAMED]),
        max(len(data) - MOST_NAMED, 0),
        say.named("recipient", deed.recipient) if deed.recipient else "",
    )


def _recipients(done: list[Done]) -> list[tuple[str, int, datetime | None]]:
    found: dict[str, tuple[int, datetime | None]] = {}
    for one in done:
        if one.recipient:
            count, last = found.get(one.recipient, (0, None))
            times = [at for at in (last, one.last) if at is not None]
            found[one.recipient] = count + one.count, max(times, default=None)
    return [(name, count, last) for name, (count, last) in found.items()]
