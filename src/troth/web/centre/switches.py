"""Switches in the privacy centre: what is on, what would stop, and the press itself; and who sees what, where the policy says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from troth.app.acts import Acts
from troth.app.switching import Switch, move, purposes_of, seen_by, switch_of, switches_of, tied, ways
from troth.decide.counterfactual import Change
from troth.directories.evidence import Told
from troth.directories.rules import known
from troth.policy.model import Feature
from troth.web.centre.frame import Looking, form_of, own_page, run_in_threadpool
from troth.web.centre.outlook import foretell
from troth.web.centre.person import Person, read
from troth.web.pages import NotThere
from troth.web.plainly import Plainly

VERBS: Final = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Line:
    """One switch in the list: its name, whether it is on, and what it is tied to."""

    switch: Switch
    name: str
    on: bool
    tied: tuple[str, ...]


@own_page
async def switches(look: Looking) -> Response:
    """Every function and permission: the person's own with a way to turn it, all others with who turns them."""
    return await run_in_threadpool(_list, look)


def _list(look: Looking) -> Response:
    person = read(look)
    catalogue = person.declared.catalogue
    say = Plainly(catalogue, look.language)
    rights, seen = seen_by(catalogue)
    lines = [_line(say, person, one) for one in switches_of(catalogue)]
    others = [(say.name(one), one.switch) for one in catalogue.all(Feature) if one.switch != "subject"]
    return look.page(
        "my_switches.html", here="switches", say=say, others=others, visibility=rights,
        functions=[one for one in lines if one.switch.kind == "feature" and one.switch not in seen],
        permissions=[one for one in lines if one.switch.kind == "point" and one.switch not in seen],
        seen=[one for one in lines if one.switch in seen],
    )  # fmt: skip


def _line(say: Plainly, person: Person, switch: Switch) -> Line:
    points = tied(person.declared.catalogue, switch)
    return Line(
        switch, say.name(switch.statement), is_on(person, switch), tuple(say.name(one) for one in points)
    )


def is_on(person: Person, switch: Switch) -> bool:
    """Whether a switch is on under every version that binds; what is in doubt is off, as it is at the gate."""
    return all(switch.fact in known(facts) for _, facts in person.views)


@own_page
async def switch(look: Looking) -> Response:
    """One switch: how it stands, what a press would do, and the button; pressed, it is in force when this answers."""
    if look.request.method == "GET":
        return await run_in_threadpool(_one, look, "", 200)
    form = await form_of(look.request)
    if form.get("do", "") not in VERBS:
        return await run_in_threadpool(_one, look, "nothing", 422)
    return await run_in_threadpool(_turned, look, VERBS[form["do"]], form.get("policy", ""))


def _one(look: Looking, told: str, status: int) -> Response:
    person = read(look)
    found = _found(look, person)
    catalogue, on = person.declared.catalogue, is_on(person, found)
    say, fact = Plainly(catalogue, look.language), frozenset({found.fact})
    change = Change(clear=fact) if on else Change(fact)
    foretold = foretell(look, person, change, purposes_of(catalogue, found), ways(catalogue))
    done = look.request.query_params.get("done", "")
    return look.page(
        "my_switch.html", status, here="switches", say=say, line=_line(say, person, found), on=on, told=told, foretold=foretold,
        policy=person.declared.digest, done=done if done in VERBS else "",
    )  # fmt: skip


def _turned(look: Looking, on: bool, policy: str) -> Response:
    person = read(look)
    found = _found(look, person)
    digest = person.declared.digest
    if on and policy != digest:  # what the page told of it is no more what binds
        return _one(look, "changed", 409)
    organisation = look.hosted.organisation

    def do(acts: Acts) -> int:
        told = Told(look.subject, "", acts.at, digest, acts.origin)
        return move(acts, organisation, told, found, on, acts.at)

    organisation.act(do)
    word = "on" if on else "off"
    return RedirectResponse(f"{look.base}/switches/{found.kind}/{found.id}?done={word}", 303)


def _found(look: Looking, person: Person) -> Switch:
    asked = look.request.path_params
    found = switch_of(person.declared.catalogue, asked["kind"], asked["item"])
    if found is None:
        raise NotThere("There is no such switch.")
    return found
