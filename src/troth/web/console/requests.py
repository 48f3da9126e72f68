"""Requests that are carried out: the queue, the overdue first; one with its plan before it runs, and everything that can be done
with it; many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app import requests as carried
from troth.app.hosting import Hosted
from troth.app.intake_letters import day_of
from troth.app.requests import ANSWERS, GRADES, SHOWN, Requests, requests_beside
from troth.datamap import Plan
from troth.kernel.calendars import calendar
from troth.kernel.errors import TrothError
from troth.policy.model import RequestGround
from troth.policy.vocabulary import PAPERS
from troth.rights import CYCLES, Stage
from troth.steps import Standing, Step, StepUnknown
from troth.web.forms import small_form
from troth.web.pages import NotThere, hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.rights import by_of, may

FORM: Final = 200_000
BULK: Final = ("approve", "retry")
DONE: Final = ("approved", "told", "filed", "retried", "withdrawn")


def requests_of(request: Request, hosted: Hosted) -> Requests:
    """The requests of the organisation of a page."""
    data = hosting_of(request).stores.get(hosted.id)
    return requests_beside(hosted.organisation, hosted.home, hosted.folder, data)


async def queue(request: Request) -> Response:
    """The requests that are carried out; what was ticked is approved or tried again."""
    hosted = await hosted_of(request)
    if request.method == "GET":
        return await run_in_threadpool(_queue, request, hosted, {}, 200)
    form = await request.form(max_fields=1000)
    numbers = [str(one) for one in form.getlist("number")]
    return await run_in_threadpool(_bulk, request, hosted, numbers, str(form.get("do", "")))


def _bulk(request: Request, hosted: Hosted, numbers: list[str], do: str) -> Response:
    if do not in BULK or not may(request, "requests.answer"):
        return _queue(request, hosted, {}, 422)
    came = requests_of(request, hosted).many(numbers, do, by_of(request))  # type: ignore[arg-type]
    return _queue(request, hosted, came, 200)


def _queue(request: Request, hosted: Hosted, came: dict[str, str], status: int) -> Response:
    asked = request.query_params
    show: carried.Show = next((one for one in SHOWN if one == asked.get("show")), "live")
    right = asked.get("right", "") if asked.get("right", "") in CYCLES else ""
    requests = requests_of(request, hosted)
    rows, late = requests.listed(show, right), len(requests.listed("overdue"))
    zone = _zone(hosted)
    return page(
        request, "requests.html", status, hosted=hosted, here="requests", show=show, right=right, shown=SHOWN, late=late,
        rows=[(one, day_of(one.ticket.due_at, zone) if one.ticket.due_at else "") for one in rows], rights=list(CYCLES),
        waits=lambda step: waits_of(request, hosted, step), came=came, may_work=may(request, "requests.answer"),
    )  # fmt: skip


async def one(request: Request) -> Response:
    """One request, with its stages and what can be done now."""
    hosted = await hosted_of(request)
    if request.method == "GET":
        return await run_in_threadpool(_one, request, hosted, "", 200)
    form = await small_form(request, FORM)
    return await run_in_threadpool(_done, request, hosted, form)


def _done(request: Request, hosted: Hosted, form: dict[str, str]) -> Response:
    number, act = request.path_params["number"], _ACTS.get(form.get("do", ""))
    if act is None:
        return _one(request, hosted, "unknown", 422)
    try:
        told = act(requests_of(request, hosted), number, by_of(request), form)
    except TrothError as problem:
        return _one(request, hosted, f"{problem.message} {problem.help}".strip(), 422)
    return RedirectResponse(f"/{hosted.id}/requests/{number}?done={told}", 303)


def _one(request: Request, hosted: Hosted, wrong: str, status: int) -> Response:
    requests, number = requests_of(request, hosted), request.path_params["number"]
    try:
        found = requests.one(number)
    except StepUnknown:
        raise NotThere("There is no such request.") from None
    plan, trouble = _looked(requests, number) if request.query_params.get("plan") == "now" else (None, "")
    before, after = requests.beside(number)
    told = request.query_params.get("done", "")
    zone, due = _zone(hosted), found.ticket.due_at
    return page(
        request, "request.html", status, hosted=hosted, here="requests", one=found, wrong=wrong or trouble,
        done=told if told in DONE else "", due=day_of(due, zone) if due else "", before=before, after=after,
        plan=plan.as_json() if plan else None, waits=lambda step: waits_of(request, hosted, step), papers=PAPERS,
        grounds=[one for one in hosted.catalogue.all(RequestGround) if found.ticket.right in one.rights],
        say=Plainly(hosted.catalogue, language_of(request)), may_work=may(request, "requests.answer"),
        answers=ANSWERS, grades=GRADES, Standing=Standing, erases=found.ticket.right == "delete",
    )  # fmt: skip


def _looked(requests: Requests, number: str) -> tuple[Plan | None, str]:
    """The plan as it would be now, or why there is none."""
    try:
        return requests.planned(number), ""
    except TrothError as problem:
        return None, f"{problem.message} {problem.help}".strip()


def waits_of(request: Request, hosted: Hosted, step: Step) -> str:
    """What a step waits for, in words; '' where that is said by its problem, or it waits for nobody."""
    say = Plainly(hosted.catalogue, language_of(request))
    if step.standing is not Standing.OPEN or carried.PROBLEMS & step.said.keys():
        return ""
    missing = [str(one).partition(":")[2] or str(one) for one in step.said.get("missing", ())]
    if step.name == Stage.GROUNDS and missing:
        named = [say.words.word("papers", one) if one in PAPERS else one for one in missing]
        return say.t("request.waits.papers", papers=say.t.listed(named))
    return say.t.known(f"request.waits.{step.name}", str(step.said.get("waits", "")))


def _zone(hosted: Hosted) -> str:
    return calendar(hosted.bundle.header.calendar or "PLAIN").zone


# --- what can be done ---------------------------------------------------------------------------------------------------------


def _approve(requests: Requests, number: str, by: str, form: dict[str, str]) -> str:
    requests.approve(number, by)
    return "approved"


def _told(requests: Requests, number: str, by: str, form: dict[str, str]) -> str:
    requests.told(number, form.get("recipient", ""), form.get("answer", ""), form.get("grade", ""))
    return "told"


def _file(requests: Requests, number: str, by: str, form: dict[str, str]) -> str:
    requests.paper(number, [one for one in PAPERS if form.get(f"paper.{one}")], form.get("ground", ""), by)
    return "filed"


def _retry(requests: Requests, number: str, by: str, form: dict[str, str]) -> str:
    requests.retry(number)
    return "retried"


def _withdraw(requests: Requests, number: str, by: str, form: dict[str, str]) -> str:
    requests.withdraw(number, by)
    return "withdrawn"


_ACTS: Final[dict[str, Callable[[Requests, str, str, dict[str, str]], str]]] = {
    "approve": _approve, "told": _told, "file": _file, "retry": _retry, "withdraw": _withdraw,
}  # fmt: skip
