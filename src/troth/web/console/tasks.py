"""What people have to show: each task with its words, owner and day; a form to bring the evidence, and one to give it to somebody."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.app.tasking import Line, assign, bring_up, done, lines
from troth.intake import Attachment
from troth.kernel.errors import TrothError
from troth.policy.model import Entity, Safeguard
from troth.tasks import State, TaskUnknown
from troth.tasks.service import document_of
from troth.web.downloads import as_file
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.rights import may
from troth.web.speech import label
from troth.web.uploads import Form, form_with_files


@dataclass(frozen=True, slots=True)
class Row:
    """A task with the name of what it shows."""

    line: Line
    name: str
    capped: bool


async def tasks(request: Request) -> Response:
    """Every task, the most urgent first."""
    hosted = await hosted_of(request)
    return await run_in_threadpool(_list, request, hosted)


def _list(request: Request, hosted: Hosted) -> Response:
    bring_up(hosted.organisation)
    found = [_row(request, hosted, one) for one in lines(hosted.organisation)]
    late = sum(one.line.state in (State.OVERDUE, State.EXPIRED) for one in found)
    return page(request, "tasks.html", hosted=hosted, here="tasks", rows=found, late=late)


async def task(request: Request) -> Response:
    """One task, with its two forms."""
    hosted = await hosted_of(request)
    if request.method == "GET":
        return await run_in_threadpool(_one, request, hosted, "", 200)
    form = await form_with_files(request)
    return await run_in_threadpool(_sent, request, hosted, form)


def _one(request: Request, hosted: Hosted, wrong: str, status: int) -> Response:
    organisation, id = hosted.organisation, request.path_params["task"]
    found = next((one for one in lines(organisation) if one.task.id == id), None)
    if found is None:
        raise NotThere("There is no such task.")
    with organisation.database.read() as connection:
        document = (
            organisation.tasks.document(connection, found.task.document) if found.task.document else None
        )
        members = [one.id for one in organisation.staff.members(connection) if one.left is None]
    told = request.query_params.get("done", "")
    return page(
        request, "task.html", status, hosted=hosted, here="tasks", row=_row(request, hosted, found), wrong=wrong,
        document=document, members=members, may_work=may(request, "requests.answer"),
        done=told if told in ("done", "assigned") else "",
    )  # fmt: skip


async def document(request: Request) -> Response:
    """What was brought for a task, as it came. Who took it is on record."""
    hosted = await hosted_of(request)
    return await run_in_threadpool(_document, request, hosted)


def _document(request: Request, hosted: Hosted) -> Response:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        try:
            digest = organisation.tasks.task(connection, request.path_params["task"]).document
        except TaskUnknown:
            raise NotThere("There is no such task.") from None
        found = organisation.tasks.document(connection, digest) if digest else None
    if found is None:
        raise NotThere("No document is kept with this task.")
    return as_file(found.name, found.data)


def _row(request: Request, hosted: Hosted, line: Line) -> Row:
    kind, _, id = line.task.statement.partition(":")
    say = Plainly(hosted.catalogue, language_of(request))
    found = hosted.catalogue.get(Safeguard if kind == Safeguard.kind else Entity, id)
    capped = isinstance(found, Safeguard) and found.cap is not None
    own = label(found.name, language_of(request)) if isinstance(found, Entity) else ""
    return Row(line, own or (say.name(found) if found is not None else line.task.statement), capped)


def _sent(request: Request, hosted: Hosted, form: Form) -> Response:
    id, given = request.path_params["task"], form.fields
    if not form.whole:
        return _one(request, hosted, "large", 413)
    try:
        if given.get("do") == "assign":
            assign(hosted.organisation, id, given.get("owner", ""), given.get("mail", "").strip())
            told = "assigned"
        else:
            _bring(hosted, id, given, form.files.get("document"))
            told = "done"
    except TrothError as problem:
        return _one(request, hosted, f"{problem.message} {problem.help}".strip(), 422)
    return RedirectResponse(f"/{hosted.id}/tasks/{id}?done={told}", 303)


def _bring(hosted: Hosted, id: str, given: dict[str, str], file: Attachment | None) -> None:
    heads = given.get("heads", "").strip()
    document = document_of(file.name, file.data) if file is not None and file.data else None
    done(
        hosted.organisation,
        id,
        given.get("by", ""),
        document=document,
        heads=int(heads) if heads.isdecimal() else None,
    )
