"""Minors: how people are asked about age, which guardians are waited for, whose data are to go. Pseudonyms and counts alone."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.minors import age_gate
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly

MOST = 100


async def minors(request: Request) -> Response:
    """The question about age, guardians by state, open cases, minors found, attestations."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(_read, hosted)
    say = Plainly(hosted.catalogue, language_of(request))
    return page(request, "minors.html", hosted=hosted, here="notices", say=say, most=MOST, **found)


def _read(hosted: Hosted) -> dict[str, Any]:
    organisation = hosted.organisation
    guardians, now = organisation.guardians, organisation.clock.now()
    with organisation.database.read() as connection:
        return {
            "gate": age_gate(organisation.policy()),
            "counts": guardians.counts(connection),
            "cases": guardians.open_cases(connection, MOST),
            "found": guardians.all_found(connection),
            "attestations": guardians.attestations(connection, now),
            "now": now,
        }
