"""Who can still come back: erased people, the backups that could bring them back, the epochs whose end stops that, and drills."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.erasures import Drill, EpochSpan, Outlook
from troth.web.pages import hosted_of, page


@dataclass(frozen=True, slots=True)
class Register:
    """What the page shows, out of one state of the database."""

    outlook: Outlook
    epochs: tuple[EpochSpan, ...]
    drills: tuple[Drill, ...]


async def backups(request: Request) -> Response:
    """Counts only: the page names nobody, and could not."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(_register, hosted)
    return page(
        request,
        "backups.html",
        hosted=hosted,
        here="backups",
        outlook=found.outlook,
        epochs=found.epochs,
        drills=found.drills,
    )


def _register(hosted: Hosted) -> Register:
    erasures = hosted.organisation.erasures
    with hosted.organisation.database.read() as connection:
        epochs = tuple(reversed(erasures.epochs(connection)))
        return Register(erasures.outlook(connection), epochs, tuple(erasures.drills(connection)))
