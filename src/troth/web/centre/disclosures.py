"""Whom one's data were given to: each time, what it was, when, why, and to whom; what was brought in from an office's own register too."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from troth.app.disclosed import Disclosed, disclosed
from troth.web.centre.frame import Looking, own_page, run_in_threadpool
from troth.web.centre.outlook import narrowest
from troth.web.centre.person import read
from troth.web.plainly import Plainly


@own_page
async def disclosures(look: Looking) -> Response:
    """The list, the latest first."""

    def made() -> Response:
        person = read(look)
        say = Plainly(person.declared.catalogue, look.language)
        organisation = look.hosted.organisation
        with organisation.database.read() as connection:
            found = disclosed(organisation.ledger, connection, person.names)
        return look.page(
            "my_disclosures.html", here="disclosures", given=[_said(say, one) for one in found], say=say
        )

    return await run_in_threadpool(made)


def _said(say: Plainly, given: Disclosed) -> Disclosed:
    """One of them in words."""
    return replace(
        given,
        data=tuple(say.named("category", one) for one in narrowest(say.catalogue, given.data)),
        purpose=say.named("purpose", given.purpose),
        recipient=say.named("recipient", given.recipient) if given.recipient else "",
    )
