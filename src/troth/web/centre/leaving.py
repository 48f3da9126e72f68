"""The page before a person leaves for a third party: declared destinations alone, nothing goes along, and who left is nobody's."""

from __future__ import annotations

from starlette.responses import Response

from troth.app.leaving import border_notices, destinations, found, pass_out, turn_back
from troth.decide.leaving import borders_of
from troth.web.centre.frame import Looking, open_page, run_in_threadpool


@open_page
async def leaving(look: Looking) -> Response:
    """Who they are, where their rules stand, and the way there; 404 for whoever was not declared."""
    return await run_in_threadpool(_leaving, look)


def _leaving(look: Looking) -> Response:
    organisation, hosted = look.hosted.organisation, look.hosted
    wanted = look.request.query_params.get("to", "")
    known = destinations(hosted.home, hosted.folder, hosted.id)
    one = found(known, wanted)
    if one is None:
        if wanted:
            turn_back(organisation)
        return look.page(
            "my_leaving.html", 404, here="", one=None, known=tuple(known.values()), says=(), outside=()
        )
    pass_out(organisation, one, look.visit.subject if look.visit else "", look.language)
    declared = organisation.policy()
    with organisation.database.read() as connection:
        says = []
        for id in border_notices(declared.catalogue):
            offered = declared.notice(id).languages
            spoken = look.language if not offered or look.language in offered else offered[0]
            says.append(organisation.notices.rendered(connection, declared, id, spoken))
    outside = [line for border in borders_of(declared.catalogue) for line in border.outside]
    return look.page("my_leaving.html", here="", one=one, known=(), says=says, outside=outside)
