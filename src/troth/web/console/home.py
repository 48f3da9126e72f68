"""The first page: the companies, each with how its policy stands, what was done there last, and where its own pages are."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted, Hosting, Site
from troth.app.touring import head_of
from troth.promises.model import State
from troth.web.bar import Stripe, stripes
from troth.web.console.life import Deed, deeds_of
from troth.web.pages import hosting_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.rights import operator_of


@dataclass(frozen=True, slots=True)
class Card:
    """One company: how many passages are in each state, and the same as a bar."""

    hosted: Hosted
    counts: dict[State, int]
    bar: tuple[Stripe, ...]
    warming: bool = False
    """Whether no self-test of this organisation has reported yet."""
    site: Site | None = None
    """Where it has its own pages, if it runs beside this program."""
    last: Deed | None = None
    """What was done there last."""
    since: int = 0
    """The entry from which a tour would begin now."""

    @property
    def total(self) -> int:
        """All passages."""
        return sum(self.counts.values())


async def home(request: Request) -> Response:
    """All companies; an operator sees their own alone."""
    operator = operator_of(request)
    only = operator.organisation if operator is not None else ""
    hosting = hosting_of(request)
    cards = await run_in_threadpool(_cards, hosting, only, language_of(request))
    return page(request, "home.html", cards=cards, now=hosting.clock.now())


def _cards(hosting: Hosting, only: str, language: str) -> list[Card]:
    found = [hosting.current(id) for id in hosting.organisations if only in ("", id)]
    return [_card(hosting, one, language) for one in found if one is not None]


def _card(hosting: Hosting, hosted: Hosted, language: str) -> Card:
    counts = hosting.changes.look(hosted).counts
    deeds = deeds_of(hosted, Plainly(hosted.catalogue, language), 1)
    return Card(
        hosted, counts, stripes(counts), _warming(hosted), hosting.sites.get(hosted.id),
        next(iter(deeds), None), head_of(hosted),
    )  # fmt: skip


def _warming(hosted: Hosted) -> bool:
    with hosted.organisation.database.read() as connection:
        evidence = hosted.promises.evidence(connection)
    return all(known.selftest is None for known in evidence.values())
