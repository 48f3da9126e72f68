"""Permissions and kits of apps, the two lists with what was done for all people together, what apps run, and what should not have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.listings import lists_of
from troth.directories import Kit, Permission, Trouble, kits, permissions
from troth.directories.model import LISTS
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.scenes import FORMS, file_of, list_of, sheet

Answers = dict[str, dict[str, tuple[int, datetime]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on record of apps."""

    apps: tuple[tuple[str, str, int, datetime], ...]
    answers: Answers
    troubles: tuple[Trouble, ...]


async def directories(request: Request) -> Response:
    """The whole page."""
    hosted = await hosted_of(request)
    say, which = Plainly(hosted.catalogue, language_of(request)), list_of(request.query_params)
    found = await run_in_threadpool(lists_of, hosted.organisation, hosted.organisation.policy(), which)
    seen = await run_in_threadpool(_seen, hosted)
    return page(
        request, "directories.html", hosted=hosted, here="directories", say=say, seen=seen,
        permissions=permissions(hosted.catalogue), kits=kits(hosted.catalogue), kits_last=await run_in_threadpool(_last, hosted),
        sheet=sheet(found, which, request.query_params, say), lists=LISTS, narrow=_narrow,
    )  # fmt: skip


async def download(request: Request) -> Response:
    """A list as a file."""
    hosted = await hosted_of(request)
    which, _, form = str(request.path_params["file"]).partition(".")
    if which not in LISTS or form not in FORMS:
        raise NotThere("There is no such file.")
    say = Plainly(hosted.catalogue, language_of(request))
    found = await run_in_threadpool(lists_of, hosted.organisation, hosted.organisation.policy(), which)
    return file_of(found, which, form, request.query_params, say, counts=True)


def _seen(hosted: Hosted) -> Seen:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        room = organisation.directories
        return Seen(room.apps(connection), room.answers(connection), room.troubles(connection))


def _last(hosted: Hosted) -> dict[str, tuple[int, int, datetime | None]]:
    """By point: how often data were taken by it, how often in breach, and when last."""
    found: dict[str, tuple[int, int, datetime | None]] = {}
    for deed in hosted.activity.by_point():
        count, breaches, last = found.get(deed.point, (0, 0, None))
        times = [at for at in (last, deed.last) if at is not None]
        found[deed.point] = (count + deed.count, breaches + deed.breaches, max(times, default=None))
    return found


def _narrow(one: Permission | Kit, say: Plainly) -> str:
    """What it takes, in words."""
    return say.t.listed(tuple(say.named("category", category) for category in one.data))
