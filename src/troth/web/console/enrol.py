"""Enrolment: whoever was given a link by a manager chooses a name and a password and shows that their authenticator works."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.accounts import NotLetIn
from troth.app.providers import ProviderFailed
from troth.operators import EnrolmentRefused, Invite, InviteOver, Operators
from troth.web.console.door import door
from troth.web.console.vouched import LINK, off
from troth.web.forms import small_form
from troth.web.pages import hosting_of, page, staff_providers


async def enrol(request: Request) -> Response:
    """The form behind a link; looking uses nothing up. Once it is done, the recovery codes are shown, this once."""
    secret = request.path_params["secret"]
    operators = hosting_of(request).signin.operators(secret)
    if operators is None:
        return door(request, 401, told="over")
    try:
        invite = await run_in_threadpool(operators.enrolling.invited, secret)
        if request.method != "POST":
            return _form(request, secret, invite)
        return await _enrolled(request, operators, secret, invite)
    except InviteOver:
        return door(request, 401, told="over")


async def _enrolled(request: Request, operators: Operators, secret: str, invite: Invite) -> Response:
    form = await small_form(request)
    if "provider" in form:
        return await _by_provider(request, operators, secret, invite, form)
    if form.get("password", "") != form.get("again", ""):
        return _form(request, secret, invite, form, "again")
    try:
        done = await run_in_threadpool(
            operators.enrolling.enrol, secret, form.get("name", ""), form.get("password", ""),
            form.get("code", ""), form.get("address", ""),
        )  # fmt: skip
    except EnrolmentRefused as refused:
        return _form(request, secret, invite, form, refused.reason)
    return page(request, "enrolled.html", recovery=done.recovery, org=secret.partition(".")[0])


async def _by_provider(
    request: Request, operators: Operators, secret: str, invite: Invite, form: dict[str, str]
) -> Response:
    """Off to a provider, to be linked on the way back; a code that is typed already lets it take the authenticator over as well."""
    org, id = secret.partition(".")[0], form["provider"]
    try:
        step = await run_in_threadpool(operators.enrolling.shown, secret, form.get("code", ""))
        return await off(request, org, id, f"{LINK} {step} {secret}")
    except EnrolmentRefused as refused:
        return _form(request, secret, invite, form, refused.reason)
    except NotLetIn:
        return _form(request, secret, invite, form, "provider")
    except ProviderFailed:
        return _form(request, secret, invite, form, "provider_away")


def _form(
    request: Request, secret: str, invite: Invite, form: dict[str, str] | None = None, wrong: str = ""
) -> Response:
    """The form; after a mistake what was typed stands there again, but for the password."""
    org = secret.partition(".")[0]
    spaced = " ".join(invite.totp[at : at + 4] for at in range(0, len(invite.totp), 4))
    address = f"otpauth://totp/troth%20{org}?secret={invite.totp}&issuer=troth%20{org}"
    return page(
        request, "enrol.html", 422 if wrong else 200, org=org, totp=spaced, uri=address, form=form or {}, wrong=wrong,
        until=invite.until, providers=staff_providers(request, org),
    )  # fmt: skip
