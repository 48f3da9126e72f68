"""One thing that a look found, opened: what was reported, where it lies, and what is there now, with every value masked."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted, Hosting
from troth.app.sights import Sight
from troth.web.pages import NotThere, hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.record import Entry, Thing, entry


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    one: Entry
    thing: Thing
    sight: Sight


async def sight(request: Request) -> Response:
    """The page of one thing found; its address holds the numbers of the entry and of the thing, and nothing of anybody."""
    hosted = await hosted_of(request)
    sequence, number = request.path_params["sequence"], request.path_params["number"]
    if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (sequence, number)):
        raise NotThere("Entries and what they found have numbers.")
    say = Plainly(hosted.catalogue, language_of(request))
    view = await run_in_threadpool(_view, hosting_of(request), hosted, say, int(sequence), int(number))
    return page(request, "sight.html", hosted=hosted, here="ledger", say=say, view=view)


def _view(hosting: Hosting, hosted: Hosted, say: Plainly, sequence: int, number: int) -> View:
    with hosted.organisation.database.read() as connection:
        events = hosted.organisation.ledger.events(connection, after=sequence - 1, until=sequence)
        found = [entry(hosted, connection, event, say) for event in events]
    thing = next((thing for one in found for thing in one.things if thing.number == number), None)
    if thing is None:
        raise NotThere("Nothing of that number was found.")
    return View(found[0], thing, hosting.sights_of(hosted).open(found[0].probe, thing.plain))
