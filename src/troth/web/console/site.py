"""What the sites of a company may load, what visitors chose by day, signals, and items that nobody declared. Nobody is named."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.site import site_of
from troth.cookies import Choice, Cookies, Day, Site, SiteUnreadable, Stranger
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly


@dataclass(frozen=True, slots=True)
class Line:
    """A choice that visitors have, in words."""

    mode: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    names: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on record."""

    days: tuple[Day, ...]
    signals: tuple[str, ...]
    strangers: tuple[Stranger, ...]


async def site(request: Request) -> Response:
    """Choices, counts by day, signals, undeclared items, and how a page loads the banner."""
    hosted = await hosted_of(request)
    say = Plainly(hosted.catalogue, language_of(request))
    place, trouble = await run_in_threadpool(_site, hosted)
    cookies, version = hosted.organisation.cookies, hosted.organisation.policy()
    plan = await run_in_threadpool(cookies.plan, version)
    seen = await run_in_threadpool(_seen, hosted, cookies)
    tag = f'<script src="{request.url.scheme}://{request.headers.get("host", "")}/site/{hosted.id}/troth.js"></script>'
    lines = [_line(one, say, place) for one in plan.choices]
    return page(
        request, "site.html", hosted=hosted, here="site", lines=lines, seen=seen, place=place, trouble=trouble, tag=tag,
        reading=version.bundle.header.enforced or "as_written",
    )  # fmt: skip


def _site(hosted: Hosted) -> tuple[Site, str]:
    try:
        return site_of(hosted.home, hosted.folder, hosted.id, hosted.catalogue), ""
    except SiteUnreadable as error:
        return Site(), str(error)


def _seen(hosted: Hosted, cookies: Cookies) -> Seen:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        days = cookies.by_day(connection, organisation.clock.now())
        return Seen(days, cookies.signal_days(connection), cookies.strangers(connection))


def _line(choice: Choice, say: Plainly, place: Site) -> Line:
    return Line(
        choice.mode.value,
        tuple(say.named("point", one) for one in choice.points),
        tuple(say.named("purpose", one) for one in choice.purposes),
        tuple(sorted(name for name, id in place.names.items() if id in choice.points)),
        choice.clauses,
    )
