"""The rights a person has under the policy that binds: how to ask, what to show, by when it is answered, and where to complain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from troth.app.switching import VISIBILITY, seen_by
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition
from troth.policy.model import Entity, Right
from troth.web.centre.frame import Looking, open_page, run_in_threadpool
from troth.web.centre.outlook import period
from troth.web.centre.person import read
from troth.web.plainly import Plainly
from troth.web.speech import label

HERE = {"withdraw": "consents", "object": "consents", "disclosures": "disclosures"}
"""Rights that this centre carries out itself, with the page where it does."""


@dataclass(frozen=True, slots=True)
class Route:
    """A right: what it is, how to ask, with what proof, by when ('' = no figure is promised), and where it is done here."""

    id: str
    name: str
    meaning: str
    routes: tuple[str, ...]
    proof: tuple[str, ...]
    within: str
    start: str
    free: bool
    here: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to write to, or to complain to outside: name, role, where, and by which channels."""

    name: str
    role: str
    address: str
    channels: tuple[str, ...]

    @property
    def link(self) -> str:
        """Where a press leads; '' where the address is none a browser opens."""
        if "@" in self.address and " " not in self.address:
            return f"mailto:{self.address}"
        return self.address if self.address.startswith(("http://", "https://")) else ""


@open_page
async def rights(look: Looking) -> Response:
    """What may be asked for, and how."""
    return await run_in_threadpool(_page, look)


def _page(look: Looking) -> Response:
    catalogue = look.hosted.catalogue if look.visit is None else read(look).declared.catalogue
    say = Plainly(catalogue, look.language)
    return look.page(
        "my_rights.html", here="rights", say=say, rights=routes_of(say, catalogue),
        contacts=contacts_of(say, catalogue, ("officer", "contact")), outside=contacts_of(say, catalogue, ("authority",)),
    )  # fmt: skip


def routes_of(say: Plainly, catalogue: Catalogue) -> list[Route]:
    """Every right the policy declares, in its order."""
    here = HERE | ({VISIBILITY: "switches#visibility"} if seen_by(catalogue)[1] else {})
    return [_route(say, right, here) for right in catalogue.all(Right)]


def _route(say: Plainly, right: Right, here: Mapping[str, str]) -> Route:
    named = say.name(right) if right.label else say.words.meaning("rights", right.what)
    return Route(
        right.id,
        named[:1].upper() + named[1:],
        say.words.meaning("rights", right.what) if right.label else "",
        tuple(say.words.word("channels", one) for one in right.routes),
        tuple(_asked(say, one) for one in right.proof),
        period(say, right.within) if right.within else "",
        say.words.word("start_events", right.start) if right.start and right.within else "",
        right.free,
        here.get(right.what),
    )


def contacts_of(say: Plainly, catalogue: Catalogue, roles: tuple[str, ...]) -> list[Contact]:
    """Whoever has one of these roles and can be reached."""
    return [
        Contact(
            label(one.name, say.language) or say.name(one),
            say.words.meaning("entity_roles", one.role),
            one.address,
            tuple(say.words.word("channels", channel) for channel in one.channels),
        )
        for one in catalogue.all(Entity)
        if one.role in roles
    ]


def _asked(say: Plainly, condition: Condition) -> str:
    return say.condition(condition)
