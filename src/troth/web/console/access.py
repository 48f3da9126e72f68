"""What is one's own: who one is here, the rights one has, where one is signed in, and a passkey to come in by."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.operators import EnrolmentRefused, Operator, Session, Way
from troth.web.console.door import keys_possible, origin_of
from troth.web.forms import small_form
from troth.web.headers import SCRIPTED
from troth.web.pages import hosted_of, hosting_of, page
from troth.web.rights import operator_of


async def me(request: Request) -> Response:
    """One's own page; whoever came by the link of the program is told what that gives them."""
    return await _page(request, await hosted_of(request))


async def end(request: Request) -> Response:
    """End one of one's own sessions."""
    hosted, operator, form = await hosted_of(request), operator_of(request), await small_form(request)
    if operator is not None:
        sessions, named = hosted.organisation.operators.sessions, form.get("session", "-")
        await run_in_threadpool(
            lambda: sessions.revoke(operator.member, member=operator.member, session=named or "-")
        )
    return RedirectResponse(f"/{hosted.id}/me", 303)


async def keep_passkey(request: Request) -> Response:
    """Register what an authenticator answered."""
    from troth.operators.passkeys import challenge_of

    hosted, operator, form = await hosted_of(request), operator_of(request), await small_form(request)
    answer = form.get("answer", "")
    challenge = challenge_of(answer)
    known = hosting_of(request).signin.challenged(challenge)
    if operator is None or not known:
        return await _page(request, hosted, 422, told="passkey_no")
    keys = hosted.organisation.operators.passkeys
    try:
        await run_in_threadpool(keys.register, operator, answer, challenge, *origin_of(request))
    except EnrolmentRefused:
        return await _page(request, hosted, 422, told="passkey_no")
    return await _page(request, hosted, told="passkey_yes")


async def _page(request: Request, hosted: Hosted, status: int = 200, told: str = "") -> Response:
    operator = operator_of(request)
    listed, ways = await run_in_threadpool(_read, hosted, operator) if operator else ([], ())
    options = (
        await run_in_threadpool(_options, request, hosted, operator)
        if operator and Way.OIDC not in ways
        else ""
    )
    answer = page(
        request, "me.html", status, hosted=hosted, here="me", operator=operator, sessions=listed, ways=ways,
        options=options, told=told,
    )  # fmt: skip
    if options:
        answer.headers["content-security-policy"] = SCRIPTED
    return answer


def _read(hosted: Hosted, operator: Operator) -> tuple[list[Session], tuple[Way, ...]]:
    operators = hosted.organisation.operators
    with operators.database.read() as connection:
        accounts = operators.accounts(connection)
        ways = next((one.ways for one in accounts if one.member == operator.member), ())
        return operators.sessions.listed(connection, operator.member), ways


def _options(request: Request, hosted: Hosted, operator: Operator) -> str:
    if not keys_possible(request):
        return ""
    host, _ = origin_of(request)
    challenge = hosting_of(request).signin.challenge()
    return hosted.organisation.operators.passkeys.offer(operator, host, challenge, f"troth {hosted.id}")
