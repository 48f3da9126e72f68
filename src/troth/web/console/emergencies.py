"""Emergencies: a further role for a short while and a written reason; those that nobody judged yet stand on top."""

from __future__ import annotations

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.alarms import alarm
from troth.app.guarding import show_access
from troth.app.hosting import Hosted
from troth.app.posting import posting_of
from troth.kernel.errors import TrothError
from troth.operators import REVIEW_WITHIN, Elevation, GlassRefused, NotPermitted, Operator, role_table
from troth.web.forms import small_form
from troth.web.pages import hosted_of, language_of, page
from troth.web.rights import may, operator_of

MINUTES = (15, 30, 60, 120)


async def emergencies(request: Request) -> Response:
    """All of them, the form to begin one, and the form to judge one."""
    return await _page(request, await hosted_of(request))


async def open_glass(request: Request) -> Response:
    """Begin one."""
    hosted, operator, form = await hosted_of(request), operator_of(request), await small_form(request)
    if operator is None:
        return await _page(request, hosted, 403, "named")
    minutes = form.get("minutes", "30")
    lasts = timedelta(
        minutes=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else 0
    )

    def opened() -> None:
        role, reason = form.get("role", ""), form.get("reason", "")
        tell = _teller(request, hosted, operator, role, lasts)
        hosted.organisation.operators.glass.open(operator, role, reason, lasts, tell)
        show_access(hosted.organisation)

    return await _done(request, hosted, opened)


async def review(request: Request) -> Response:
    """Judge one."""
    hosted, operator, form = await hosted_of(request), operator_of(request), await small_form(request)
    if operator is None:
        return await _page(request, hosted, 403, "named")
    id, justified = request.path_params["glass"], form.get("verdict") == "justified"

    def judged() -> None:
        hosted.organisation.operators.glass.review(operator, id, justified, form.get("words", ""))
        show_access(hosted.organisation)

    return await _done(request, hosted, judged)


async def _done(request: Request, hosted: Hosted, do: object) -> Response:
    try:
        await run_in_threadpool(do)  # type: ignore[arg-type]
    except NotPermitted:
        return await _page(request, hosted, 403, "right")
    except GlassRefused as refused:
        return await _page(request, hosted, 422, refused.message)
    return RedirectResponse(f"/{hosted.id}/emergencies", 303)


async def _page(request: Request, hosted: Hosted, status: int = 200, wrong: str = "") -> Response:
    found, reasons = await run_in_threadpool(_read, hosted, may(request, "glass.review"))
    now, operator = hosted.organisation.clock.now(), operator_of(request)
    return page(
        request, "emergencies.html", status, hosted=hosted, here="emergencies", found=found, reasons=reasons, now=now,
        operator=operator, wrong=wrong, roles=sorted(role_table().roles), minutes=MINUTES, within=REVIEW_WITHIN,
    )  # fmt: skip


def _read(hosted: Hosted, judges: bool) -> tuple[list[Elevation], dict[str, str]]:
    """All emergencies; the reasons of those that wait, for whoever may judge them."""
    glass = hosted.organisation.operators.glass
    with hosted.organisation.database.read() as connection:
        found = glass.listed(connection)
        waiting = [one.id for one in found if one.reviewed_at is None] if judges else []
        return found, {id: glass.reason(connection, id) for id in waiting}


def _teller(request: Request, hosted: Hosted, operator: Operator, role: str, lasts: timedelta):  # type: ignore[no-untyped-def]
    """Who writes to administrators: the mail channel, where one is set up."""
    organisation = hosted.organisation
    try:
        channel = posting_of(hosted.home, organisation.clock).channels.get("email") if hosted.home else None
    except TrothError:
        return None
    if channel is None:
        return None
    until = f"{organisation.clock.now() + lasts:%Y-%m-%d %H:%M} UTC"
    name = hosted.bundle.header.organisation.get("en", hosted.id)
    return alarm(
        channel,
        name,
        operator.member,
        role,
        until,
        lambda: organisation.entropy.bytes(12).hex(),
        language_of(request),
    )
