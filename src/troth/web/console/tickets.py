"""The desk: what people asked, the overdue first; one ticket with its clock, its words, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.app.intake_letters import day_of
from troth.app.outside import extensions_of
from troth.app.posting import posting_of
from troth.app.reception import Reception
from troth.intake import BY_STAFF, Contact, Kind, Proof, Received, Route, State, Ticket, TicketUnknown, What
from troth.intake.model import CLOSINGS, LIVE, OUTCOMES, TYPED, Opened
from troth.kernel.calendars import calendar
from troth.kernel.errors import TrothError
from troth.policy.model import Refusal, RequestGround, Right
from troth.policy.vocabulary import PAPERS, RIGHTS
from troth.web.downloads import as_file
from troth.web.forms import small_form
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.rights import by_of, may
from troth.web.uploads import Form, form_with_files

FORM: Final = 200_000
FILTERS: Final = ("live", "overdue", "ended")
_STATES: Final = {"live": LIVE, "ended": frozenset(State) - LIVE}


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the queue."""

    ticket: Ticket
    due: str
    overdue: bool


async def tickets(request: Request) -> Response:
    """The queue, filtered."""
    hosted = await hosted_of(request)
    return await run_in_threadpool(_list, request, hosted)


def _list(request: Request, hosted: Hosted) -> Response:
    organisation, asked = hosted.organisation, request.query_params
    which = asked.get("show", "live") if asked.get("show", "live") in FILTERS else "live"
    kind = asked.get("kind", "") if asked.get("kind", "") in tuple(Kind) else ""
    now = organisation.clock.now()
    with organisation.database.read() as connection:
        found = organisation.intake.listed(
            connection,
            states=tuple(_STATES.get(which, LIVE)),
            kind=kind,
            overdue_at=now if which == "overdue" else None,
        )
        late = organisation.intake.listed(connection, overdue_at=now, limit=1000)
    zone = calendar(hosted.bundle.header.calendar or "PLAIN").zone
    rows = [Row(one, day_of(one.due_at, zone) if one.due_at else "", one.overdue(now)) for one in found]
    return page(
        request, "tickets.html", hosted=hosted, here="tickets", rows=rows, show=which, kind=kind, late=len(late),
        say=Plainly(hosted.catalogue, language_of(request)), filters=FILTERS, kinds=list(Kind),
    )  # fmt: skip


async def new(request: Request) -> Response:
    """A letter, a call, or what an account manager brings: typed in by staff."""
    hosted = await hosted_of(request)
    if request.method == "GET":
        return await run_in_threadpool(_new, request, hosted, "", 200)
    form = await form_with_files(request)
    return await run_in_threadpool(_typed, request, hosted, form)


def _new(request: Request, hosted: Hosted, wrong: str, status: int) -> Response:
    return page(
        request, "ticket_new.html", status, hosted=hosted, here="tickets", wrong=wrong, routes=sorted(TYPED),
        rights=_rights(hosted), kinds=[one for one in Kind if one not in (Kind.UNSORTED, Kind.REQUEST)],
        say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _typed(request: Request, hosted: Hosted, form: Form) -> Response:
    given = form.fields
    try:
        own = given.get("kind", "") in tuple(Kind)
        received = Received(
            Kind(given["kind"]) if own else Kind.REQUEST, Route(given.get("route", "")), given.get("words", ""),
            "" if own else given.get("kind", ""), contact=Contact(
                given.get("address", ""), given.get("channel", "post"), given.get("name", ""), given.get("language", "en")
            ),
            authority=form.files.get("authority"), agent=by_of(request), at=_day(given.get("day", ""), hosted),
        )  # fmt: skip
        taken = _reception(hosted).take_in(received)
    except (TrothError, ValueError) as problem:
        words = problem.message if isinstance(problem, TrothError) else str(problem)
        return _new(request, hosted, words, 422)
    return RedirectResponse(f"/{hosted.id}/tickets/{taken.ticket.number}", 303)


def _day(text: str, hosted: Hosted) -> datetime | None:
    """The day a letter came, at the earliest instant there; none where that is today. Raises ValueError."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(calendar(hosted.bundle.header.calendar or "PLAIN").zone)
    return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None


async def ticket(request: Request) -> Response:
    """One ticket. Looking at its words is on record."""
    hosted = await hosted_of(request)
    if request.method == "GET":
        return await run_in_threadpool(_one, request, hosted, "", request.query_params.get("done", ""), 200)
    form = await small_form(request, FORM)
    return await run_in_threadpool(_done, request, hosted, form)


def _done(request: Request, hosted: Hosted, form: dict[str, str]) -> Response:
    number, act = request.path_params["number"], _ACTS.get(form.get("do", ""))
    if act is None:
        return _one(request, hosted, "unknown", "", 422)
    try:
        told = act(_Work(_reception(hosted), number, by_of(request), form))
    except TrothError as problem:
        return _one(request, hosted, f"{problem.message} {problem.help}".strip(), "", 422)
    return RedirectResponse(f"/{hosted.id}/tickets/{number}?done={told}", 303)


def _one(request: Request, hosted: Hosted, wrong: str, done: str, status: int) -> Response:
    organisation, number = hosted.organisation, request.path_params["number"]
    with organisation.database.read() as connection:
        try:
            found = organisation.intake.ticket(connection, number)
        except TicketUnknown:
            raise NotThere("There is no such ticket.") from None
        clock = organisation.intake.clock(connection, found)
        opened = organisation.intake.opened(connection, number, files=True)
        declared = organisation.rooms.policies.declared(connection, found.policy)
    organisation.act(lambda acts: organisation.intake.read(acts.work, number, by_of(request), at=acts.at))
    zone = calendar(declared.calendar).zone
    limits = [(one, day_of(one.at, zone) if one.at else "") for one in clock.limits]
    return page(
        request, "ticket.html", status, hosted=hosted, here="tickets", ticket=found, limits=limits, wrong=wrong,
        done=done if done in DONE else "", due=day_of(clock.due, zone) if clock.due else "", clock=clock,
        overdue=found.overdue(organisation.clock.now()), contact=_contact(opened), said=opened, What=What,
        refusals=[one for one in declared.catalogue.all(Refusal) if not one.rights or found.right in one.rights],
        grounds=[one for one in declared.catalogue.all(RequestGround) if found.right in one.rights],
        rights=_rights(hosted), papers=PAPERS, outcomes=[one for one in OUTCOMES if one != "refused"], closings=CLOSINGS,
        proofs=BY_STAFF, may_extend=_may_extend(declared, found),
        say=Plainly(declared.catalogue, language_of(request)), may_work=may(request, "requests.answer"),
        kinds=[one for one in Kind if one not in (Kind.UNSORTED, Kind.REQUEST)],
    )  # fmt: skip


async def file(request: Request) -> Response:
    """One file of a ticket, as it came. Who took it is on record."""
    hosted = await hosted_of(request)
    return await run_in_threadpool(_file, request, hosted)


def _file(request: Request, hosted: Hosted) -> Response:
    asked = request.path_params
    try:
        found = _reception(hosted).file(asked["number"], asked["part"], by_of(request))
    except TicketUnknown:
        raise NotThere("There is no such file.") from None
    return as_file(found.name, found.data)


def _may_extend(declared: object, found: Ticket) -> bool:
    from troth.policies import Declared

    assert isinstance(declared, Declared)
    return found.live and not found.extended and bool(extensions_of(declared, found.right))


def _contact(opened: tuple[Opened, ...]) -> Contact | None:
    return next((one.contact for one in opened if one.contact is not None), None)


def _rights(hosted: Hosted) -> list[str]:
    """Rights that a request may use: those of the policy first, then all that are known."""
    declared = dict.fromkeys(one.what for one in hosted.catalogue.all(Right))
    return [one for one in dict.fromkeys([*declared, *RIGHTS]) if one not in ("complain", "question")]


def _reception(hosted: Hosted) -> Reception:
    return Reception(hosted.organisation, posting_of(hosted.home, hosted.organisation.clock).site)


# --- what can be done ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Work:
    """Something somebody does with a ticket as they saw it."""

    reception: Reception
    number: str
    by: str
    form: dict[str, str]

    def said(self, name: str) -> str:
        """A field of the form."""
        return self.form.get(name, "").strip()

    @property
    def revision(self) -> int | None:
        """The ticket as it was seen."""
        seen = self.said("revision")
        return int(seen) if seen.isdecimal() else None


def _sort(work: _Work) -> str:
    meant = work.said("kind")
    own = meant in tuple(Kind)
    organisation = work.reception.organisation
    organisation.act(
        lambda acts: organisation.intake.sort(
            acts.work, work.number, Kind(meant) if own else Kind.REQUEST, "" if own else meant, work.by,
            revision=work.revision, at=acts.at,
        )
    )  # fmt: skip
    return "sorted"


def _ask(work: _Work) -> str:
    taken, phrase = work.reception.ask_identity(
        work.number, work.said("words"), work.by, by_mail=True, revision=work.revision
    )
    del phrase
    return "asked" if taken.receipt.message else "asked_by_letter"


def _prove(work: _Work) -> str:
    proof = Proof(work.said("proof")) if work.said("proof") in BY_STAFF else Proof.NONE
    work.reception.prove(work.number, proof, work.by, subject=work.said("subject"), revision=work.revision)
    return "proven"


def _answer(work: _Work) -> str:
    taken = work.reception.answer(
        work.number, work.said("outcome"), work.said("words"), work.by, ground=work.said("ground"),
        papers=_papers(work), revision=work.revision,
    )  # fmt: skip
    return "answered" if taken.receipt.message else "answered_not_sent"


def _refuse(work: _Work) -> str:
    taken = work.reception.answer(
        work.number, "refused", work.said("words"), work.by, refusal=work.said("refusal"), papers=_papers(work),
        revision=work.revision,
    )  # fmt: skip
    return "answered" if taken.receipt.message else "answered_not_sent"


def _papers(work: _Work) -> tuple[str, ...]:
    """The kinds of proof on file that were ticked."""
    return tuple(one for one in PAPERS if work.said(f"paper.{one}"))


def _close(work: _Work) -> str:
    organisation = work.reception.organisation
    organisation.act(
        lambda acts: organisation.intake.close(
            acts.work, work.number, work.said("reason"), work.by, revision=work.revision, at=acts.at
        )
    )
    return "closed"


def _extend(work: _Work) -> str:
    work.reception.extend(work.number, work.said("words"), work.by, revision=work.revision)
    return "extended"


def _join(work: _Work) -> str:
    """Two buttons, one form: the ticket says what another does, or goes on as part of it."""
    duplicate = work.said("do") == "duplicate"
    work.reception.join(work.number, work.said("into").upper(), work.by, duplicate=duplicate)
    return "duplicate" if duplicate else "merged"


def _note(work: _Work) -> str:
    work.reception.say(work.number, work.said("words"), work.by, note=True)
    return "noted"


def _reopen(work: _Work) -> str:
    organisation = work.reception.organisation
    organisation.act(lambda acts: organisation.intake.reopen(acts.work, work.number, at=acts.at))
    return "reopened"


DONE: Final = (
    "sorted", "asked", "asked_by_letter", "proven", "answered", "answered_not_sent", "closed", "extended", "noted",
    "reopened", "duplicate", "merged",
)  # fmt: skip
_ACTS: Final[dict[str, Callable[[_Work], str]]] = {
    "sort": _sort, "ask": _ask, "prove": _prove, "answer": _answer, "refuse": _refuse, "close": _close,
    "extend": _extend, "note": _note, "reopen": _reopen,
    "duplicate": _join, "merge": _join,
}  # fmt: skip
