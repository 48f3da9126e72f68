"""What waits for a second person: each request with exactly what will be done, decided by somebody else, carried out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.app.seconding import ACTIVATE, DESTROY, EPOCH, ERASE, RELEASE, Doing, Paper
from troth.kernel.errors import TrothError
from troth.operators import Approval, ApprovalRefused, NotPermitted
from troth.web.forms import small_form
from troth.web.pages import NotThere, hosted_of, page
from troth.web.rights import may, operator_of

LONGEST_WORDS: Final = 2000
LONGEST_FORM: Final = 64_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A request, and whether it still waits."""

    one: Approval
    waits: bool


async def approvals(request: Request) -> Response:
    """The queue, newest first, and the version of the policy folder that could be asked for."""
    hosted = await hosted_of(request)
    return await _queue(request, hosted)


async def ask_activation(request: Request) -> Response:
    """Ask for the version in the policy folder to be put in force."""
    return await _ask(request, ACTIVATE, lambda doing, form: doing.activation())


async def ask_erasure(request: Request) -> Response:
    """Ask for these people to be erased."""
    return await _ask(request, ERASE, lambda doing, form: doing.erasure(form.get("subjects", "").split()))


async def ask_epoch(request: Request) -> Response:
    """Ask for the open epoch of keys to end."""
    return await _ask(request, EPOCH, lambda doing, form: doing.keys("close-epoch"))


async def ask_destruction(request: Request) -> Response:
    """Ask for a closed epoch of keys to be destroyed for good."""
    return await _ask(request, DESTROY, lambda doing, form: doing.keys("destroy-epoch", number=_number(form)))


async def _ask(request: Request, action: str, paper: Callable[[Doing, dict[str, str]], Paper]) -> Response:
    hosted, operator, form = (
        await hosted_of(request),
        operator_of(request),
        await small_form(request, LONGEST_FORM),
    )
    if operator is None:
        return await _queue(request, hosted, 403, wrong="named")
    doing = Doing(hosted.organisation, hosted.home, hosted.folder)

    def asked() -> Approval:
        words = form.get("words", "")[:LONGEST_WORDS]
        return hosted.organisation.operators.seconding.ask(operator, action, paper(doing, form), words)

    try:
        made = await run_in_threadpool(asked)
    except NotPermitted:
        return await _queue(request, hosted, 403, wrong="right")
    except TrothError as problem:
        return await _queue(request, hosted, 422, wrong="folder" if action == ACTIVATE else problem.message)
    return RedirectResponse(f"/{hosted.id}/approvals/{made.id}", 303)


async def approval(request: Request) -> Response:
    """One request, whole."""
    return await _one(request, await hosted_of(request))


async def decide(request: Request) -> Response:
    """Approve what was shown and have it carried out, or decline it."""
    hosted, operator, form = await hosted_of(request), operator_of(request), await small_form(request)
    id, seconding = request.path_params["approval"], hosted.organisation.operators.seconding
    if operator is None:
        return await _one(request, hosted, 403, wrong="named")
    doing = Doing(hosted.organisation, hosted.home, hosted.folder)

    def done() -> None:
        if form.get("verdict") != "approve":
            seconding.decline(operator, id)
            return
        one = seconding.approve(operator, id, form.get("digest", ""))
        if one.action != RELEASE:
            doing.carry(id, operator.member)

    try:
        await run_in_threadpool(done)
    except NotPermitted:
        return await _one(request, hosted, 403, wrong="right")
    except ApprovalRefused as refused:
        return await _one(request, hosted, 409, wrong=refused.reason)
    except TrothError:
        return await _one(request, hosted, 409, wrong="failed")
    return RedirectResponse(f"/{hosted.id}/approvals/{id}", 303)


async def _queue(request: Request, hosted: Hosted, status: int = 200, wrong: str = "") -> Response:
    listed, waiting = await run_in_threadpool(_read, hosted)
    return page(
        request,
        "approvals.html",
        status,
        hosted=hosted,
        here="approvals",
        listed=listed,
        waiting=waiting,
        wrong=wrong,
        named=operator_of(request) is not None,
        may=lambda action: may(request, action),
    )


async def _one(request: Request, hosted: Hosted, status: int = 200, wrong: str = "") -> Response:
    found, paper, words, altered = await run_in_threadpool(_found, hosted, request.path_params["approval"])
    operator = operator_of(request)
    waits = found.live(hosted.organisation.clock.now()) and found.decided_at is None
    own = operator is not None and operator.member == found.asked_by
    return page(
        request, "approval.html", status, hosted=hosted, here="approvals", one=found, paper=paper, words=words, waits=waits,
        own=own, wrong=wrong or ("altered" if altered else ""),
    )  # fmt: skip


def _read(hosted: Hosted) -> tuple[list[Listed], str]:
    organisation, now = hosted.organisation, hosted.organisation.clock.now()
    with organisation.database.read() as connection:
        found = organisation.operators.seconding.listed(connection)
    return [Listed(one, _waits(one, now)) for one in found], _version(hosted)


def _waits(one: Approval, now: datetime) -> bool:
    return one.live(now) and one.decided_at is None


def _version(hosted: Hosted) -> str:
    """The version that the policy folder holds, where it is another than the one in force; '' otherwise."""
    try:
        paper = Doing(hosted.organisation, hosted.home, hosted.folder).activation()
    except TrothError:
        return ""
    return str(paper["version"]) if paper["version"] != paper["replaces"] else ""


def _found(hosted: Hosted, id: str) -> tuple[Approval, list[tuple[str, str]], str, bool]:
    """A request, what is to be done as pairs, the words with it, and whether what lies here was altered. Raises NotThere."""
    seconding = hosted.organisation.operators.seconding
    with hosted.organisation.database.read() as connection:
        try:
            one = seconding.found(connection, id)
        except ApprovalRefused as refused:
            raise NotThere("There is no such request.") from refused
        try:
            return one, _pairs(seconding.paper(connection, id)), seconding.words(connection, id), False
        except ApprovalRefused:
            return one, [], "", True


def _pairs(paper: Paper) -> list[tuple[str, str]]:
    return [(name, _said(value)) for name, value in paper.items() if value]


def _number(form: dict[str, str]) -> int:
    text = form.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _said(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name}  {said}" for name, said in value.items())
    if isinstance(value, list):
        return "\n".join(" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return str(value)
