"""The data sets there are: how personal each is and why, where it came from, what was made of it. Columns and categories, nobody's data."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.lineage import Dataset
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly


async def lineage(request: Request) -> Response:
    """Every set, and the sets that were made of it."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(_read, hosted)
    made_of = {name: [one.name for one in found.values() if name in one.inputs] for name in found}
    return page(
        request, "lineage.html", hosted=hosted, here="lineage", sets=list(found.values()), made_of=made_of,
        say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(hosted: Hosted) -> dict[str, Dataset]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        return organisation.lineage.datasets(connection)
