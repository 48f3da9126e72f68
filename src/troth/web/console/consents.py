"""Consents and objections by count: refusals and withdrawals beside what was given, as equals. Nobody's name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.consent import SATISFIED_BY
from troth.policy.model import Consent
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly

ACTS = ("given", "refused", "withdrawn", "expired")


@dataclass
class Line:
    """One item: what it asks for, how many gave, refused, took back or let run out, and how many said a yes that does not count."""

    item: str
    asks: str
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    weak: int = 0
    last: datetime | None = None


async def consents(request: Request) -> Response:
    """Every item of the policy, and every objection, with how many stand where."""
    hosted = await hosted_of(request)
    lines, objections = await run_in_threadpool(_read, hosted)
    return page(
        request, "consents.html", hosted=hosted, here="notices", lines=lines, objections=objections, acts=ACTS,
        say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(hosted: Hosted) -> tuple[list[Line], list[tuple[str, int, datetime | None]]]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        counted = organisation.rooms.consents.counted(connection)
        raised = {row.objection: row for row in organisation.rooms.consents.objections_counted(connection)}
    lines = {one.id: Line(one.id, one.what) for one in hosted.catalogue.all(Consent)}
    for row in counted:
        item = row.item.partition("#")[0]  # narrowed to a recipient or a case
        line = lines.setdefault(item, Line(item, ""))
        line.counts[row.act] += row.times
        line.last = row.last if line.last is None else max(line.last, row.last)
        if row.act == "given" and line.asks and row.kind not in SATISFIED_BY[line.asks]:
            line.weak += row.times
    known = [*hosted.catalogue.ids("objection"), *raised]
    return list(lines.values()), [
        (id, raised[id].times if id in raised else 0, raised[id].last if id in raised else None)
        for id in sorted(dict.fromkeys(known))
    ]
