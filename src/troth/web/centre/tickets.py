"""My requests: a form for each right, what was asked with its legal clock, and the words that went back and forth."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from troth.app.outside import outside_of
from troth.app.reception import tells_outside
from troth.intake import (
    Attachment,
    Contact,
    MoveRefused,
    Overtaken,
    Received,
    ReceivedRefused,
    Route,
    Ticket,
    TicketUnknown,
)
from troth.intake.model import PERSON
from troth.web.centre.asking import (
    LONGEST,
    kind_of,
    limits_of,
    line_of,
    name_of,
    offers,
    outside_words,
    reception_of,
    said_of,
)
from troth.web.centre.attaching import Filled, filled
from troth.web.centre.frame import Looking, own_page, run_in_threadpool
from troth.web.centre.person import read
from troth.web.centre.tickets_answer import (
    certificate_of,
    days_left,
    downloads_of,
    link_lasts,
    piece_of,
    stages_of,
)
from troth.web.pages import NotThere
from troth.web.plainly import Plainly


@own_page
async def tickets(look: Looking) -> Response:
    """What this person asked, the newest first; a form that was sent opens another."""
    if look.request.method == "POST":
        return await _opened(look, await filled(look.request))
    return await run_in_threadpool(_list, look)


def _list(look: Looking) -> Response:
    now, person = look.hosted.organisation.clock.now(), read(look)
    with look.hosted.organisation.database.read() as connection:
        found = look.hosted.organisation.intake.of_person(connection, person.names)
    return look.page("my_tickets.html", here="tickets", lines=[line_of(look, one, now) for one in found])


@own_page
async def new(look: Looking) -> Response:
    """A form for one right, or for whichever is chosen."""
    return await run_in_threadpool(_form, look, look.request.query_params.get("right", ""), "", "", 200)


def _form(look: Looking, right: str, words: str, told: str, status: int) -> Response:
    catalogue = read(look).declared.catalogue
    offered = offers(Plainly(catalogue, look.language), catalogue)
    chosen = next((one for one in offered if right in (one.id, one.right)), None)
    return look.page(
        "my_ticket_new.html", status, here="tickets", offers=offered, chosen=chosen, words=words, told=told, most=LONGEST,
    )  # fmt: skip


async def _opened(look: Looking, sent: Filled) -> Response:
    """Open a ticket for whoever is signed in."""
    form = sent.fields
    words, right = form.get("words", "").strip(), form.get("right", "")

    def act() -> Response:
        offered = {one.right: one for one in offers(look.say, read(look).declared.catalogue)}
        if sent.wrong:
            return _form(look, right, words[:LONGEST], sent.wrong, 422)
        if right not in offered:
            return _form(look, "", words, "right", 422)
        if not words or len(words) > LONGEST:
            return _form(look, right, words[:LONGEST], "words" if not words else "long", 422)
        try:
            ticket = _take_in(look, right, form.get("ground", ""), words, sent.files)
        except ReceivedRefused:
            return _form(look, right, "", "words", 422)
        return RedirectResponse(f"{look.base}/tickets/{ticket.number}?done=opened", 303)

    return await run_in_threadpool(act)


def _take_in(look: Looking, right: str, ground: str, words: str, files: tuple[Attachment, ...]) -> Ticket:
    listed = {code for one in offers(look.say, look.hosted.catalogue) for code, _ in one.grounds}
    received = Received(
        kind_of(right), Route.SELF_SERVICE, words, right, ground if ground in listed else "",
        contact=Contact(language=look.language), subject=look.subject, proof=look.proof, files=files,
    )  # fmt: skip
    return reception_of(look).take_in(received).ticket


@own_page
async def ticket(look: Looking) -> Response:
    """One ticket: where it stands, until when it is due and why, what was said; and a form to say more, or to withdraw it."""
    form = await filled(look.request) if look.request.method == "POST" else None
    return await run_in_threadpool(_one, look, form)


def _one(look: Looking, form: Filled | None) -> Response:
    number = look.request.path_params["number"]
    _mine(look, number)
    if form is None:
        return _shown(look, number, look.request.query_params.get("done", ""), 200)
    if form.wrong:
        return _shown(look, number, form.wrong, 422)
    try:
        done = _done(look, number, form)
    except (ReceivedRefused, MoveRefused, Overtaken):
        return _shown(look, number, "refused", 422)
    return RedirectResponse(f"{look.base}/tickets/{number}?done={done}", 303)


def _done(look: Looking, number: str, sent: Filled) -> str:
    organisation, form = look.hosted.organisation, sent.fields
    if form.get("do") == "withdraw":
        organisation.act(lambda acts: organisation.intake.withdraw(acts.work, number, PERSON, at=acts.at))
        return "withdrawn"
    words = form.get("words", "").strip()
    if not words or len(words) > LONGEST:
        raise ReceivedRefused("Nothing was said, or too much.", "Write something shorter.")
    reception_of(look).say(number, words, PERSON, sent.files)
    return "said"


@own_page
async def file(look: Looking) -> Response:
    """One file of an own request, as it came."""
    return await run_in_threadpool(_file, look)


def _file(look: Looking) -> Response:
    asked = look.request.path_params
    _mine(look, asked["number"])
    organisation = look.hosted.organisation
    with organisation.database.read() as connection:
        parts = organisation.intake.parts(connection, asked["number"], shown=True)
    answered = any(one.number == asked["part"] and one.by != PERSON for one in parts)
    if answered and not link_lasts(look, asked["number"], asked["part"]):
        return _shown(look, asked["number"], "link_over", 410)
    try:
        found = reception_of(look).file(asked["number"], asked["part"], PERSON, shown=True)
    except TicketUnknown:
        raise NotThere("There is no such file.") from None
    return piece_of(look, found)


def _mine(look: Looking, number: str) -> Ticket:
    """A ticket of whoever looks; of any other nobody learns that it exists. Raises NotThere."""
    person = read(look)
    with look.hosted.organisation.database.read() as connection:
        try:
            found = look.hosted.organisation.intake.ticket(connection, number)
        except TicketUnknown:
            raise NotThere("There is no such request.") from None
    if not found.subject or found.subject not in person.names:
        raise NotThere("There is no such request.")
    return found


def _shown(look: Looking, number: str, told: str, status: int) -> Response:
    organisation = look.hosted.organisation
    with organisation.database.read() as connection:
        found = organisation.intake.ticket(connection, number)
        clock = organisation.intake.clock(connection, found)
        opened = organisation.intake.opened(connection, number, files=True)
        declared = organisation.rooms.policies.declared(connection, found.policy)
    said = said_of(opened)
    outside = outside_words(look, outside_of(declared)) if tells_outside(found) else []
    return look.page(
        "my_ticket.html", status, here="tickets", ticket=found, name=name_of(look.say, found), said=said,
        line=line_of(look, found, organisation.clock.now()), limits=limits_of(look, clock), outside=outside, most=LONGEST,
        told=told if told in ("opened", "said", "withdrawn", "refused", "file_large", "file_kind", "link_over") else "",
        stages=stages_of(look, number), left=days_left(found, organisation.clock.now()),
        downloads=downloads_of(look, number, opened), certificate=certificate_of(opened),
    )  # fmt: skip
