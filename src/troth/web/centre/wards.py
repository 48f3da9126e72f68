"""The children somebody answers for: what was done with their data, what was agreed to, and the buttons to take back and object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from troth.app.minors import act_for, guardian_items, leave_ward, ward, wards_of
from troth.consent import GuardianRefused, MoveRefused
from troth.policies import NotDeclared
from troth.web.centre.frame import Looking, form_of, own_page, run_in_threadpool
from troth.web.centre.overview import MOST_DEEDS, done_with
from troth.web.centre.person import Person, answered, read
from troth.web.pages import NotThere
from troth.web.plainly import Plainly

VERBS: Final = ("withdraw", "raise", "lift")
LEAVE: Final = "leave"


@dataclass(frozen=True, slots=True)
class Press:
    """Something that stands for a child: its id and name, how it stands and since when, and what a press would do ('' = nothing)."""

    id: str
    name: str
    stands: str
    since: datetime | None
    do: str


@own_page
async def wards(look: Looking) -> Response:
    """The list: nothing of any child stands here but since when somebody answers for them."""
    found = await run_in_threadpool(wards_of, look.hosted.organisation, look.subject)
    return look.page("my_wards.html", here="consents", wards=found)


@own_page
async def child(look: Looking) -> Response:
    """One child; and a press, which is in force, and on record, when this answers."""
    if look.request.method != "POST":
        return await run_in_threadpool(_page, look, "", 200)
    form = await form_of(look.request)
    return await run_in_threadpool(_press, look, form.get("do", ""), form.get("item", ""))


def _page(look: Looking, told: str, status: int) -> Response:
    person = read(look, _minor(look))
    say = Plainly(person.declared.catalogue, look.language)
    return look.page(
        "my_ward.html", status, here="consents", say=say, ticket=_ticket(look), told=told, done=done_with(look, person, say)[:MOST_DEEDS],
        agreed=_agreed(person, say), objections=_objections(person, say),
        pressed=look.request.query_params.get("done", "") in VERBS,
    )  # fmt: skip


def _press(look: Looking, verb: str, item: str) -> Response:
    if verb not in (*VERBS, LEAVE):
        return _page(look, "nothing", 422)
    _minor(look)
    if verb == LEAVE:
        leave_ward(look.hosted.organisation, look.subject, _ticket(look), language=look.language)
        return RedirectResponse(f"{look.base}/wards", 303)
    try:
        act_for(look.hosted.organisation, look.subject, _ticket(look), verb, item, language=look.language)
    except (MoveRefused, NotDeclared):
        return _page(look, "nothing", 409)
    return RedirectResponse(f"{look.base}/wards/{_ticket(look)}?done={verb}", 303)


def _minor(look: Looking) -> str:
    try:
        return ward(look.hosted.organisation, look.subject, _ticket(look))
    except GuardianRefused:
        raise NotThere("You answer for no such child.") from None


def _ticket(look: Looking) -> str:
    return str(look.request.path_params["ticket"])


def _agreed(person: Person, say: Plainly) -> list[Press]:
    """What a guardian is asked, and what else somebody agreed to for this child."""
    asked = {one.id for one in guardian_items(person.declared)}
    found = []
    for item, standing in person.standings:
        stands = answered(standing)
        if item.id in asked or stands == "given":
            do = "withdraw" if standing.holds else ""
            found.append(Press(item.id, say.name(item), stands, standing.since, do))
    return found


def _objections(person: Person, say: Plainly) -> list[Press]:
    return [
        Press(
            one.id,
            say.name(one),
            "raised" if since else "not_raised",
            since,
            "lift" if since else "raise",
        )
        for one, since in person.objections
    ]
