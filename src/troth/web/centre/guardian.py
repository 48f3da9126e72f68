"""The guardian's page: what a minor's guardian is asked, each thing by itself, answered with the code that came to the guardian."""

from __future__ import annotations

from starlette.responses import Response

from troth.app.minors import answer_guardian, guardian_items, guardian_notices
from troth.consent import GuardianStanding, Tried
from troth.policy.model import Consent
from troth.web.centre.frame import Looking, form_of, open_page, run_in_threadpool

ANSWERS = {"yes": "given", "no": "refused"}
FIELD = "say-"


@open_page
async def guardian(look: Looking) -> Response:
    """What the guardian is asked; and the answer, which is in force, and on record, when this answers."""
    if look.request.method != "POST":
        return await run_in_threadpool(_page, look, "")
    form = await form_of(look.request)
    return await run_in_threadpool(_answer, look, form)


def _page(look: Looking, told: str, status: int = 200) -> Response:
    organisation, ticket = look.hosted.organisation, look.request.path_params["ticket"]
    declared, at = organisation.policy(), organisation.clock.now()
    with organisation.database.read() as connection:
        found = organisation.guardians.ticket(connection, ticket)
        says = []
        for id in guardian_notices(declared):
            offered = declared.notice(id).languages
            spoken = look.language if not offered or look.language in offered else offered[0]
            says.append(organisation.notices.rendered(connection, declared, id, spoken))
    waits = found is not None and found.state is GuardianStanding.ASKED and at < found.until
    if not waits and told != "done":
        told, status = "over", 410
    items = [_line(look, one) for one in guardian_items(declared)]
    return look.page(
        "my_guardian.html", status, here="", told=told, items=items, says=says, waits=waits, field=FIELD
    )


def _line(look: Looking, item: Consent) -> tuple[str, str, list[str], list[str]]:
    """A thing to agree to: its id, its name, the purposes and the data it is about."""
    purposes = sorted(look.hosted.catalogue.expand("purpose", item.purposes))
    return (
        item.id,
        look.say.name(item),
        [look.say.named("purpose", one) for one in purposes],
        [look.say.named("category", one) for one in item.data],
    )


def _answer(look: Looking, form: dict[str, str]) -> Response:
    organisation = look.hosted.organisation
    offered = [one.id for one in guardian_items(organisation.policy())]
    choices = {id: ANSWERS[form[FIELD + id]] for id in offered if form.get(FIELD + id) in ANSWERS}
    if len(choices) != len(offered):
        return _page(look, "each", 422)
    tried, _ = answer_guardian(
        organisation,
        look.request.path_params["ticket"],
        form.get("code", ""),
        choices,
        language=look.language,
    )
    return _page(
        look,
        {Tried.RIGHT: "done", Tried.WRONG: "wrong", Tried.OVER: "over"}[tried],
        200 if tried is Tried.RIGHT else 403,
    )
