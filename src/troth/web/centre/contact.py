"""Writing to the organisation without signing in: a question, a remark, a complaint or a request, by a plain form for anybody."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import RedirectResponse, Response

from troth.intake import Attachment, Contact, Kind, Received, ReceivedRefused, Route, Ticket
from troth.intake.checking import is_mail_address
from troth.web.centre.asking import LONGEST, Offer, line_of, offers, outside_words, reception_of
from troth.web.centre.attaching import Filled, filled
from troth.web.centre.frame import Looking, open_page, run_in_threadpool

WINDOW: Final = timedelta(minutes=15)
MOST: Final = 60
"""Forms that are taken within a window, from whomever: beyond that everybody is asked to come back."""
KINDS: Final = (Kind.QUESTION, Kind.FEEDBACK, Kind.COMPLAINT)


class Throttle:
    """Counts forms of each organisation within a window. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, deque[datetime]] = {}

    def clear(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self._times.clear()

    def passes(self, organisation: str, now: datetime) -> bool:
        """Whether one more is taken; then it is counted."""
        with self._lock:
            times = self._times.setdefault(organisation, deque())
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) >= MOST:
                return False
            times.append(now)
            return True


THROTTLE: Final = Throttle()


@open_page
async def contact(look: Looking) -> Response:
    """The form; sent, a ticket, whose number and clock are shown once."""
    if look.request.method == "GET":
        return await run_in_threadpool(
            _form, look, {"kind": look.request.query_params.get("kind", "")}, "", 200
        )
    form = await filled(look.request)
    return await run_in_threadpool(_sent, look, form)


def _form(look: Looking, given: dict[str, str], told: str, status: int) -> Response:
    given = dict.fromkeys(("kind", "name", "address", "words"), "") | given
    return look.page(
        "my_contact.html", status, here="contact", offers=_requests(look), given=given, told=told, most=LONGEST,
        kinds=[one.value for one in KINDS],
    )  # fmt: skip


def _requests(look: Looking) -> list[Offer]:
    """What can be asked as a request; complaints and questions have a kind of their own."""
    return [
        one for one in offers(look.say, look.hosted.catalogue) if one.right not in ("complain", "question")
    ]


def _sent(look: Looking, sent: Filled) -> Response:
    form = sent.fields
    given = {name: form.get(name, "").strip() for name in ("kind", "name", "address", "words")}
    told = sent.wrong or _wrong(look, given)
    if told:
        return _form(look, given, told, 422)
    if not THROTTLE.passes(look.id, look.hosted.organisation.clock.now()):
        return _form(look, given, "busy", 429)
    try:
        ticket = reception_of(look).take_in(_received(look, given, sent.files)).ticket
    except ReceivedRefused:
        return _form(look, given, "unfit", 422)
    if look.visit is not None:
        return RedirectResponse(f"{look.base}/tickets/{ticket.number}?done=opened", 303)
    return _done(look, ticket)


def _wrong(look: Looking, given: dict[str, str]) -> str:
    """What is wrong with a form, as a word of the catalogue; '' where nothing is."""
    rights = {one.right for one in _requests(look)}
    if given["kind"] not in {one.value for one in KINDS} | rights:
        return "kind"
    if not given["words"] or len(given["words"]) > LONGEST:
        return "words" if not given["words"] else "long"
    if given["address"] and not is_mail_address(given["address"]):
        return "address"
    return "" if given["address"] or look.visit is not None or given["kind"] == "feedback" else "no_address"


def _received(look: Looking, given: dict[str, str], files: tuple[Attachment, ...]) -> Received:
    own = given["kind"] in {one.value for one in KINDS}
    kind, right = (Kind(given["kind"]), "") if own else (Kind.REQUEST, given["kind"])
    if look.visit is not None:
        return Received(
            kind, Route.SELF_SERVICE, given["words"], right, contact=Contact(language=look.language),
            subject=look.subject, proof=look.proof, files=files,
        )  # fmt: skip
    where = Contact(given["address"], "email", given["name"], look.language)
    return Received(kind, Route.FORM, given["words"], right, contact=where, files=files)


def _done(look: Looking, ticket: Ticket) -> Response:
    reception, organisation = reception_of(look), look.hosted.organisation
    with organisation.database.read() as connection:
        told = reception.told(connection, ticket, look.language)
    return look.page(
        "my_contact_done.html", here="contact", ticket=ticket, line=line_of(look, ticket, organisation.clock.now()),
        outside=outside_words(look, tuple(told.outside)), hedges=told.clock.hedges,
    )  # fmt: skip
