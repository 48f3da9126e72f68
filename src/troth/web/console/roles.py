"""Which role may do what: the table that decides at every route, and the routes it decides about."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from troth.operators import role_table
from troth.policy.model import StaffRole
from troth.web.pages import hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly


async def roles(request: Request) -> Response:
    """Roles x actions, with the pages that each action opens."""
    from troth.web.rolebook import pages_by_action

    hosted, table = await hosted_of(request), role_table()
    say = Plainly(hosted.catalogue, language_of(request))
    own = {role.id: say.name(role) for role in hosted.catalogue.all(StaffRole)}
    return page(
        request, "roles.html", hosted=hosted, here="staff", table=table, own=own, pages=pages_by_action(),
        mapped=hosted.organisation.operators.mapped,
        providers=hosting_of(request).admissions[hosted.id].named.values(),
    )  # fmt: skip
