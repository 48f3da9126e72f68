"""Another version of the policy, said to whoever is signed in: what it changes, from when, and whether they are asked to agree.

As long as the rule of a change asks for express consent and none was given, the version that binds a person binds on: there is
nothing to refuse, and no day by which silence would be a yes (GDPR 4(11), 7(2); PIPL 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from troth.app.acts import Acts
from troth.app.change_acts import version_digests
from troth.notices import Revision
from troth.web.centre.frame import Looking, form_of, own_page, run_in_threadpool

GENERAL: Final = frozenset({"ordinary", "material"})
"""Kinds that every change is of, said only where there is nothing more particular to say."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A version that comes, or that one is asked to agree to: its number in the archive, since when, and of which kinds it is.

    `express`: going on is no acceptance of it. `asks`: it is in force, and the form to agree stands here.
    """

    digest: str
    number: int
    version: str
    since: datetime
    kinds: tuple[str, ...]
    express: bool
    asks: bool


def announced(look: Looking) -> tuple[Announced, ...]:
    """What is said of changes to whoever looks, the next to come first: what is in force and asks for a yes before all."""
    with look.hosted.organisation.database.read() as connection:
        return _announced(look, connection)


def _announced(look: Looking, connection: Connection) -> tuple[Announced, ...]:
    organisation = look.hosted.organisation
    at, revisions = organisation.clock.now(), organisation.revisions.all(connection)
    if not revisions:
        return ()
    in_force = organisation.rooms.policies.in_force(connection, at).digest
    found = []
    for made in {one.policy: one for one in revisions}.values():
        coming, express = made.since > at, _express(look, connection, made.policy)
        asks = express and not coming and made.policy == in_force
        if coming or asks:
            found.append(_said(look, connection, made, express, asks))
    return tuple(sorted(found, key=lambda one: one.since))


def _express(look: Looking, connection: Connection, policy: str) -> bool:
    """Whether whoever is signed in has to agree to a version expressly, before it binds them."""
    organisation = look.hosted.organisation
    pseudonym = organisation.ledger.pseudonym(look.subject)
    return organisation.revisions.needs_anew(connection, pseudonym, policy) is not None


def _said(look: Looking, connection: Connection, made: Revision, express: bool, asks: bool) -> Announced:
    organisation = look.hosted.organisation
    number = version_digests(organisation, connection).index(made.policy) + 1
    version = organisation.rooms.policies.declared(connection, made.policy).bundle.header.version
    kinds = tuple(kind for kind in made.kinds if kind not in GENERAL) or made.kinds[:1]
    return Announced(made.policy, number, version, made.since, kinds, express, asks)


@own_page
async def agree(look: Looking) -> Response:
    """Agree expressly to the version in force. It binds, and is on record, when this answers."""
    form = await form_of(look.request)
    return await run_in_threadpool(_agree, look, form.get("policy", ""), form.get("do", ""))


def _agree(look: Looking, policy: str, verb: str) -> Response:
    asked = any(one.asks and one.digest == policy for one in announced(look))
    if verb != "agree" or not asked:
        # what stood on the screen is no more what is asked: nobody agreed to that
        return RedirectResponse(f"{look.base}/policy", 303)

    def do(acts: Acts) -> int:
        acts.work.settle()
        before = len(acts.work.sequences)
        acts.accept(look.subject, "explicit", language=look.language, policy=policy)
        acts.work.settle()
        return acts.work.sequences[before]

    sequence = look.hosted.organisation.act(do)
    return RedirectResponse(f"{look.base}/policy?done={sequence}", 303)
