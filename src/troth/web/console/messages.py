"""What is written to people: channels, where messages stand, how many addresses are written to no more. Counts, and nobody's."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.posting import posting_of
from troth.messages import Counted
from troth.policy.model import Message
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly


async def messages(request: Request) -> Response:
    """Channels with what they carry, and opt-outs."""
    hosted = await hosted_of(request)
    channels, counts, opt_outs = await run_in_threadpool(_read, hosted)
    return page(
        request, "messages.html", hosted=hosted, here="messages", channels=channels, counts=counts,
        opt_outs=opt_outs, say=Plainly(hosted.catalogue, language_of(request)),
    )  # fmt: skip


def _read(
    hosted: Hosted,
) -> tuple[list[tuple[str, str]], list[Counted], list[tuple[str, str, str, int]]]:
    organisation = hosted.organisation
    set_up = posting_of(hosted.home, organisation.clock, of=hosted.id).channels
    declared = {kind for one in hosted.catalogue.all(Message) for kind in one.channels}
    with organisation.database.read() as connection:
        return (
            [(kind, set_up[kind].name if kind in set_up else "") for kind in sorted(declared | set(set_up))],
            organisation.messages.counts(connection),
            organisation.messages.suppression_counts(connection),
        )
