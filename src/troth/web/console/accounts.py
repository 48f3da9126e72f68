"""Accounts of people, for operators: how many stand where, what happened at the doors, what is chosen. Counts, and nobody's."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.accounts import Counts
from troth.app.hosting import Hosted
from troth.web.pages import hosted_of, page


async def accounts(request: Request) -> Response:
    """Where accounts stand, locks, and counts."""
    hosted = await hosted_of(request)
    standing, counts, running, locked = await run_in_threadpool(_read, hosted)
    found = hosted.organisation.accounts
    return page(
        request, "accounts.html", hosted=hosted, here="accounts", standing=standing, counts=counts, running=running,
        locked=locked, settings=found.desk.settings, trouble=found.errands.trouble, courier=found.errands.courier.name,
    )  # fmt: skip


def _read(hosted: Hosted) -> tuple[dict[tuple[str, str], int], list[Counts], int, int]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        running, locked = organisation.accounts.running(connection, organisation.clock.now())
        return (
            organisation.accounts.standing(connection),
            organisation.accounts.counted(connection),
            running,
            locked,
        )
