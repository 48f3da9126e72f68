"""The record: what happened, newest first, with the head of the tree and the proof of each entry."""

from __future__ import annotations

from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.ledger import Event, Head, Origin
from troth.web.console.fields import Field, unknown
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.record import Entry, Proof, entry, prove

PAGE: int = 40
FAMILIES: tuple[str, ...] = (
    "gate:",
    "consent:",
    "subjects:",
    "recipients:",
    "staff:",
    "operators:",
    "access:",
    "safeguards:",
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
    say, given = Plainly(hosted.catalogue, language_of(request)), request.query_params
    fields = _fields(say)
    kind, origin = fields["kind"].one(given), fields["origin"].one(given)
    before = int(given.get("before", "")) if _number(given.get("before", "")) else 0
    shown, head, more = await run_in_threadpool(_entries, hosted, say, kind, origin, before)
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
        fields=fields,
        given=given,
        wrong=unknown([*fields.values(), _paging(given.get("before", ""))], given, request.url.path),
    )


def _fields(say: Plainly) -> dict[str, Field]:
    rooms = {family: say.t(f"room.{family[:-1]}") for family in FAMILIES}
    origins = {origin.value: say.t(f"origin.{origin.value}") for origin in Origin}
    found = (Field("kind", say.t("ledger.kind"), rooms), Field("origin", say.t("fact.origins"), origins))
    return {field.name: field for field in found}


def _paging(before: str) -> Field:
    """The number that a page begins before: any number will do."""
    return Field("before", "#", {}, also=frozenset({before}) if _number(before) else frozenset())


async def one(request: Request) -> Response:
    """One entry with its proof."""
    hosted = await hosted_of(request)
    text = request.path_params["sequence"]
    if not _number(text):
        raise NotThere("Entries have numbers.")
    say = Plainly(hosted.catalogue, language_of(request))
    found = await run_in_threadpool(_one, hosted, say, int(text))
    if found is None:
        raise NotThere("There is no such entry.")
    shown, proof = found
    return page(request, "entry.html", hosted=hosted, here="ledger", one=shown, proof=proof)


def _entries(
    hosted: Hosted, say: Plainly, kind: str, origin: str, before: int
) -> tuple[list[Entry], Head, int]:
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
        shown = [entry(hosted, connection, event, say) for event in found[:PAGE]]
        more = found[PAGE - 1].sequence if len(found) > PAGE else 0
        return shown, kept.head(connection), more


def _one(hosted: Hosted, say: Plainly, sequence: int) -> tuple[Entry, Proof] | None:
    with hosted.organisation.database.read() as connection:
        proof = prove(hosted, connection, sequence)
        if proof is None:
            return None
        event = next(hosted.organisation.ledger.events(connection, after=sequence - 1, until=sequence))
        return entry(hosted, connection, event, say), proof


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 16
