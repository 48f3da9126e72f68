"""Managing staff: a link to enrol, a product role given or taken, sessions ended, somebody who leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.kernel.errors import TrothError
from troth.web.console.staff import staff_page
from troth.web.forms import small_form
from troth.web.guard import DOOR
from troth.web.pages import hosted_of
from troth.web.rights import by_of

Form = dict[str, str]


async def manage(request: Request) -> Response:
    """Do one of these; what cannot be done is said on the page itself."""
    hosted, form = await hosted_of(request), await small_form(request)
    act = _ACTS.get(form.get("do", ""))
    if act is None:
        return await staff_page(request, hosted, 422, wrong="unknown")
    try:
        secret = await run_in_threadpool(act, hosted, by_of(request), form)
    except TrothError as problem:
        return await staff_page(request, hosted, 422, wrong=problem.message)
    if secret:
        address = f"{request.url.scheme}://{request.headers.get('host', '')}{DOOR}/enrol/{secret}"
        return await staff_page(request, hosted, link=address)
    return RedirectResponse(f"/{hosted.id}/staff", 303)


def _add(hosted: Hosted, by: str, form: Form) -> str:
    """Somebody comes to work here, and gets a link to enrol with a first role."""
    organisation = hosted.organisation
    member = organisation.act(
        lambda acts: organisation.staff.add(acts.work, name=form.get("name", ""), at=acts.at)
    )
    if form.get("role", ""):
        organisation.operators.grant(member, form["role"], by)
    return organisation.operators.enrolling.invite(member, by)


def _invite(hosted: Hosted, by: str, form: Form) -> str:
    return hosted.organisation.operators.enrolling.invite(form.get("member", ""), by)


def _grant(hosted: Hosted, by: str, form: Form) -> str:
    hosted.organisation.operators.grant(form.get("member", ""), form.get("role", ""), by)
    return ""


def _revoke(hosted: Hosted, by: str, form: Form) -> str:
    hosted.organisation.operators.revoke(form.get("member", ""), form.get("role", ""), by)
    return ""


def _end(hosted: Hosted, by: str, form: Form) -> str:
    hosted.organisation.operators.sessions.revoke(by, member=form.get("member", "") or "-")
    return ""


def _leave(hosted: Hosted, by: str, form: Form) -> str:
    hosted.organisation.staff_leaves(form.get("member", ""))
    return ""


_ACTS: Final[dict[str, Callable[[Hosted, str, Form], str]]] = {
    "add": _add, "invite": _invite, "grant": _grant, "revoke": _revoke, "end": _end, "leave": _leave,
}  # fmt: skip
