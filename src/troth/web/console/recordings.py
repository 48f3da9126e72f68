"""Calls that are recorded now, and those that were: what for, under which clauses, what ended them. Nobody is named."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.recordings import Recording
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly

MOST: Final = 200


async def recordings(request: Request) -> Response:
    """Those that go on first, then the latest that ended."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(_read, hosted)
    shown = sorted(found, key=lambda one: (not one.going, -one.sequence))[:MOST]
    return page(
        request, "recordings.html", hosted=hosted, here="recordings", shown=shown, count=len(found),
        going=sum(one.going for one in found), say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(hosted: Hosted) -> list[Recording]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        return list(organisation.recordings.all(connection).values())
