"""What was shown, how often; what came in by forms; changes of the policy with what is still owed. Counts, and nobody's."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.notices import Counted, Revision, RuleStanding
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly


async def notices(request: Request) -> Response:
    """Displays by notice and version, submissions by form, changes by rule."""
    hosted = await hosted_of(request)
    counts, submissions, changes = await run_in_threadpool(_read, hosted)
    return page(
        request, "notices.html", hosted=hosted, here="notices", counts=counts, submissions=submissions, changes=changes,
        current=hosted.organisation.policy().notice_versions, say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(hosted: Hosted) -> tuple[list[Counted], list[Any], list[tuple[Revision, list[RuleStanding]]]]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        revisions = organisation.revisions
        changes = [
            (made, revisions.standing(connection, made)) for made in reversed(revisions.all(connection))
        ]
        return organisation.notices.counts(connection), organisation.notices.submissions(connection), changes
