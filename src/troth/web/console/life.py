"""What lives: who does what in a company now, how fast its time passes, and what turned on its board and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.changing import Change
from troth.app.hosting import Hosted, Hosting
from troth.app.pace import Pace, PaceRefused
from troth.app.touring import head_of
from troth.promises.controls import BY_ID
from troth.web.forms import small_form
from troth.web.pages import NotThere, hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.record import in_words
from troth.web.rights import may

PERSON: Final = ("consent:", "accounts:", "subjects:", "notices:", "directories:", "intake:")
"""Acts of people themselves."""
COMPANY: Final = ("gate:", "messages:", "recipients:", "access:", "erasures:", "lineage:", "recordings:")
STAFF: Final = ("tasks:", "safeguards:", "staff:", "policies:")
SPEEDS: Final = (1, 60, 1_440, 10_080, 43_200)
"""Seconds in a second that a page offers: as it is, an hour, a day, a week, a month in a minute."""
MOST: Final = 12
SCANNED: Final = 80
MOST_CHANGES: Final = 20


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did last: who, in words, when, and how often in a row."""

    who: str
    """`person`, `company` or `staff`."""
    what: str
    about: tuple[str, ...]
    at: datetime
    sequence: int
    origin: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of the board, in words."""

    change: Change
    statement: str
    controls: tuple[str, ...]


async def life(request: Request, told: str = "", status: int = 200) -> Response:
    """The page of one company."""
    hosted, hosting = await hosted_of(request), hosting_of(request)
    say = Plainly(hosted.catalogue, language_of(request))
    await run_in_threadpool(hosting.changes.look, hosted)
    deeds = await run_in_threadpool(deeds_of, hosted, say, MOST)
    return page(
        request, "life.html", status, hosted=hosted, here="life", say=say, deeds=deeds, told=told,
        turns=[_turn(say, one) for one in hosting.changes.of(hosted.id)[:MOST_CHANGES]],
        site=hosting.sites.get(hosted.id), now=hosting.clock.now(), speeds=speeds_of(hosting.pace),
        since=await run_in_threadpool(head_of, hosted), missing=hosting.unknown(hosted.id), opens=may(request, "evidence.read"),
    )  # fmt: skip


async def time(request: Request) -> Response:
    """Let the time of the run pass at another speed. Raises NotThere where it is nobody's to change."""
    hosted, form = await hosted_of(request), await small_form(request)
    pace = hosting_of(request).pace
    if pace is None:
        raise NotThere("Time passes here as it does anywhere.")
    try:
        pace.change(float(form.get("speed", "")))
    except (ValueError, PaceRefused):
        return await life(request, "refused", 422)
    return RedirectResponse(f"/{hosted.id}/life", 303)


def speeds_of(pace: Pace | None) -> list[tuple[float, bool]]:
    """The speeds that can be chosen, and which is the present one; none where time is nobody's to change."""
    if pace is None:
        return []
    offered: list[float] = sorted({*SPEEDS, pace.speed})
    return [(one, one == pace.speed) for one in offered]


def deeds_of(hosted: Hosted, say: Plainly, most: int) -> list[Deed]:
    """What was done last, the newest first; the same in a row is told once."""
    with hosted.organisation.database.read() as connection:
        kinds = (*PERSON, *COMPANY, *STAFF)
        events = list(
            hosted.organisation.ledger.events(connection, kinds=kinds, newest_first=True, limit=SCANNED)
        )
    found = []
    for event in events:
        what, about = in_words(say, event)
        who = (
            "person"
            if event.kind.startswith(PERSON)
            else "staff"
            if event.kind.startswith(STAFF)
            else "company"
        )
        found.append(Deed(who, what, about, event.occurred_at, event.sequence, event.origin.value))
    return _folded(found)[:most]


def _folded(found: Iterable[Deed]) -> list[Deed]:
    folded: list[Deed] = []
    for one in found:
        last = folded[-1] if folded else None
        if last is not None and (last.what, last.about, last.origin) == (one.what, one.about, one.origin):
            folded[-1] = replace(last, times=last.times + 1)
        else:
            folded.append(one)
    return folded


def _turn(say: Plainly, change: Change) -> Turn:
    controls = tuple(
        say.words.control(BY_ID[id]) for id in change.controls if id in BY_ID and BY_ID[id].built
    )
    return Turn(change, say.key(change.statement) if change.statement else "", controls)


def standing(hosting: Hosting, ids: Iterable[str]) -> list[str]:
    """The companies that have processes of their own, and a page with what could go wrong there."""
    return [id for id in ids if id in hosting.sites and hosting.sites[id].lapses]
