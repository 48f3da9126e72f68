"""The record: what happened, newest first, with the head of the tree and the proof of each entry."""

from __future__ import annotations

from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.ledger import Event, Head, Origin
from troth.web.pages import NotThere, hosted_of, page
from troth.web.record import Entry, Proof, entry, prove

PAGE: int = 40
FAMILIES: tuple[str, ...] = (
    "gate:",
    "consent:",
    "subjects:",
    "recipients:",
    "staff:",
    "access:",
    "policies:",
    "promises:",
    "erasures:",
)
"""Rooms that write, to filter by."""
SCANNED: int = 5000
"""How many entries are looked at for a page that is filtered by origin."""


async def ledger(request: Request) -> Response:
    """A page of entries; `?kind=`, `?origin=` and `?before=` choose."""
    hosted = await hosted_of(request)
    given = request.query_params
    kind = given.get("kind", "") if given.get("kind", "") in FAMILIES else ""
    origin = given.get("origin", "") if given.get("origin", "") in tuple(Origin) else ""
    before = int(given.get("before", "")) if _number(given.get("before", "")) else 0
    shown, head, more = await run_in_threadpool(_entries, hosted, kind, origin, before)
    return page(
        request,
        "ledger.html",
        hosted=hosted,
        here="ledger",
        entries=shown,
        head=head,
        kind=kind,
        origin=origin,
        before=before,
        more=more,
        families=FAMILIES,
        origins=[one.value for one in Origin],
    )


async def one(request: Request) -> Response:
    """One entry with its proof."""
    hosted = await hosted_of(request)
    text = request.path_params["sequence"]
    if not _number(text):
        raise NotThere("Entries have numbers.")
    found = await run_in_threadpool(_one, hosted, int(text))
    if found is None:
        raise NotThere("There is no such entry.")
    shown, proof = found
    return page(request, "entry.html", hosted=hosted, here="ledger", one=shown, proof=proof)


def _entries(hosted: Hosted, kind: str, origin: str, before: int) -> tuple[list[Entry], Head, int]:
    """A page of entries, the head, and the number before which the next page goes on (0 = there is none)."""
    kept = hosted.organisation.ledger
    with hosted.organisation.database.read() as connection:
        events = kept.events(
            connection,
            until=before - 1 if before else None,
            kinds=(kind,) if kind else (),
            newest_first=True,
            limit=SCANNED if origin else PAGE + 1,
        )
        matching = (event for event in events if not origin or event.origin == origin)
        found: list[Event] = list(islice(matching, PAGE + 1))
        shown = [entry(hosted, connection, event) for event in found[:PAGE]]
        more = found[PAGE - 1].sequence if len(found) > PAGE else 0
        return shown, kept.head(connection), more


def _one(hosted: Hosted, sequence: int) -> tuple[Entry, Proof] | None:
    with hosted.organisation.database.read() as connection:
        proof = prove(hosted, connection, sequence)
        if proof is None:
            return None
        event = next(hosted.organisation.ledger.events(connection, after=sequence - 1, until=sequence))
        return entry(hosted, connection, event), proof


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 16
