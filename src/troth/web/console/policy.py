"""What is in force: versions, header, texts, regimes with their rows; and how far the policy is covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.coverage import Line
from troth.app.hosting import Hosted
from troth.policies import Version
from troth.policy.bundle import Overlay
from troth.policy.regimes import NOT_LAW, Pack
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly

FEW: Final = 3
"""How many things of a kind are named in a line."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A regime pack as this policy takes it: for whom, its facts, and what it adds."""

    pack: Pack
    overlay: Overlay
    who: str

    def in_force(self, status: str) -> bool:
        """Whether a row of this status is law."""
        return status not in NOT_LAW


async def policy(request: Request) -> Response:
    """The policy in force."""
    hosted = await hosted_of(request)
    say = Plainly(hosted.catalogue, language_of(request))
    versions = await run_in_threadpool(_versions, hosted)
    regimes = [
        Regime(hosted.packs[o.regime], o, say.named("class", o.subject_class) if o.subject_class else "")
        for o in hosted.bundle.overlays
        if o.regime in hosted.packs
    ]
    return page(
        request, "policy.html", hosted=hosted, here="policy", versions=versions, regimes=regimes, say=say
    )


async def coverage(request: Request) -> Response:
    """Clause by clause: what it is bound to, by what it is held, and which cases exercise it."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(lambda: hosted.coverage)
    return page(
        request,
        "coverage.html",
        hosted=hosted,
        here="coverage",
        totals=found.totals,
        lines=found.lines,
        state=state,
        meets=found.meets,
        met=met,
        say=Plainly(hosted.catalogue, language_of(request)),
    )


def state(line: Line) -> str:
    """How far a clause is covered, as a word of the catalogue."""
    if not line.statements:
        return "unbound"
    if line.reasoned:
        return "reasoned"
    return "built" if line.built else "later"


def met(line: Line) -> list[tuple[str, list[str], int]]:
    """What a clause meets, by kind: the first few by name, and how many there are besides."""
    found: dict[str, list[str]] = {}
    for one in line.meets:
        table = one.where.rpartition(" ")[2]
        names = [f"{table}.{column}" for column in one.columns] or [one.where]
        found.setdefault(one.what, []).extend(names)
    return [(what, names[:FEW], len(names[FEW:])) for what, names in found.items()]


def _versions(hosted: Hosted) -> tuple[Version, ...]:
    with hosted.organisation.database.read() as connection:
        return hosted.organisation.rooms.policies.versions(connection)
