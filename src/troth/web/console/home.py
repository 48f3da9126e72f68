"""The first page: the companies, each with how its policy stands."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted, Hosting
from troth.promises.model import State
from troth.web.bar import Stripe, stripes
from troth.web.pages import hosting_of, page
from troth.web.rights import operator_of


@dataclass(frozen=True, slots=True)
class Card:
    """One company: how many passages are in each state, and the same as a bar."""

    hosted: Hosted
    counts: dict[State, int]
    bar: tuple[Stripe, ...]
    warming: bool = False
    """Whether no self-test of this organisation has reported yet."""

    @property
    def total(self) -> int:
        """All passages."""
        return sum(self.counts.values())


async def home(request: Request) -> Response:
    """All companies; an operator sees their own alone."""
    operator = operator_of(request)
    only = operator.organisation if operator is not None else ""
    return page(request, "home.html", cards=await run_in_threadpool(_cards, hosting_of(request), only))


def _cards(hosting: Hosting, only: str) -> list[Card]:
    found = [hosting.current(id) for id in hosting.organisations if only in ("", id)]
    return [_card(one) for one in found if one is not None]


def _card(hosted: Hosted) -> Card:
    counts = hosted.board().counts
    return Card(hosted, counts, stripes(counts), _warming(hosted))


def _warming(hosted: Hosted) -> bool:
    with hosted.organisation.database.read() as connection:
        evidence = hosted.promises.evidence(connection)
    return all(known.selftest is None for known in evidence.values())
