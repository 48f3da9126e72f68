"""The tour for newcomers: break a promise, watch the passage turn, follow it to the row, mend it. Each step shows whether it is done."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.touring import STEPS, Tour, head_of, tour_of
from troth.web.pages import hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly

SINCE = "since"


async def tour(request: Request) -> Response:
    """The steps, from the entry that `?since=` names; without one, where to begin."""
    hosted, hosting = await hosted_of(request), hosting_of(request)
    asked = request.query_params.get(SINCE, "")
    await run_in_threadpool(
        hosting.changes.look, hosted
    )  # so that what turns during the tour is told afterwards
    begun = asked.isascii() and asked.isdigit() and len(asked) < 16
    found, head = await run_in_threadpool(_read, hosted, int(asked) if begun else -1)
    others = [
        hosting.organisations[id] for id, site in hosting.sites.items() if site.lapses and id != hosted.id
    ]
    return page(
        request, "tour.html", hosted=hosted, here="life", site=hosting.sites.get(hosted.id), tour=found, head=head,
        steps=STEPS, others=others, say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(hosted: Hosted, since: int) -> tuple[Tour | None, int]:
    return tour_of(hosted, since) if since >= 0 else None, head_of(hosted)
