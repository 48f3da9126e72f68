"""In by a provider (OpenID Connect): off to it, and back from it, to sign in or to be linked by an invitation. No JavaScript.

Off leads a link on a page of ours: a form may lead to this site alone, and whoever leaves should see where to. Back leads a page
as well: a browser that comes from elsewhere shows no strict cookie to where a redirect would send it.
"""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.accounts import NotLetIn
from troth.app.admission import Admission
from troth.app.providers import LASTS, ProviderFailed
from troth.operators import Enrolled, EnrolmentRefused, Entered, InviteOver, Operators, Vouch
from troth.web.console.door import door, entered, go_on
from troth.web.forms import own_path, small_form
from troth.web.guard import DOOR
from troth.web.pages import hosting_of, page

BINDING: Final = "troth_begun"
"""The cookie that binds a sign-in at a provider to the browser that began it."""
IN: Final = "in"
LINK: Final = "link"


async def provider(request: Request) -> Response:
    """Off to a provider, or back from it. What does not hold is answered alike, whatever it was."""
    org, id = request.path_params["org"], request.path_params["provider"]
    admission = hosting_of(request).admissions.get(org)
    operators = hosting_of(request).signin.operators(f"{org}.")
    if admission is None or operators is None or id not in admission.named:
        return door(request, 401, told="provider")
    try:
        if request.method == "POST":
            form = await small_form(request)
            return await off(request, org, id, f"{IN} {own_path(form.get('next', '/') or '/')}")
        return await _back(request, admission, operators, id)
    except (NotLetIn, InviteOver):
        return door(request, 401, told="provider")
    except EnrolmentRefused as refused:
        return door(request, 401, told=f"provider_{refused.reason}")
    except ProviderFailed:
        return door(request, 503, told="provider_away")


async def off(request: Request, org: str, id: str, link: str) -> Response:
    """A page that leads to the provider. Raises NotLetIn, ProviderFailed."""
    admission = hosting_of(request).admissions[org]
    back = f"{request.url.scheme}://{request.headers.get('host', '')}{DOOR}/provider/{org}/{id}"
    begun = await run_in_threadpool(admission.begin, id, back, link)
    answer = page(request, "signin_off.html", on=begun.url, label=admission.named[id].provider.label)
    answer.set_cookie(
        BINDING, begun.binding, int(LASTS.total_seconds()), path=DOOR, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def _back(request: Request, admission: Admission, operators: Operators, id: str) -> Response:
    said = request.query_params
    if "error" in said:
        admission.drop(said.get("state", ""))
        return door(request, 401, told="provider_turned")
    vouch, link = await run_in_threadpool(
        admission.finish, id, said.get("state", ""), said.get("code", ""), request.cookies.get(BINDING, "")
    )
    what, _, rest = link.partition(" ")
    answer = await (_linked if what == LINK else _in)(request, operators, vouch, rest)
    answer.delete_cookie(BINDING, path=DOOR, httponly=True, samesite="lax")
    return answer


async def _in(request: Request, operators: Operators, vouch: Vouch, onwards: str) -> Response:
    step = await run_in_threadpool(operators.vouching.enter, vouch)
    if step.entered is Entered.IN:
        return await entered(request, step, page(request, "entered.html", onwards=own_path(onwards)))
    if step.entered is not Entered.SECOND:
        busy = step.entered is Entered.BUSY
        return door(request, 429 if busy else 401, told="busy" if busy else "provider")
    answer = page(request, "signin_second.html", told="")
    go_on(answer, step, onwards)
    return answer


async def _linked(request: Request, operators: Operators, vouch: Vouch, rest: str) -> Response:
    shown, _, secret = rest.partition(" ")

    def link() -> Enrolled:
        return operators.vouching.link(secret, vouch, int(shown))

    done = await run_in_threadpool(link)
    return page(request, "enrolled.html", recovery=done.recovery, org=secret.partition(".")[0])
