"""Receipts: what this person said, each with a signed record to take home."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from troth.ledger import Event
from troth.ledger.errors import EntryMissing
from troth.policy.facts import Fact
from troth.receipts import NoReceipt
from troth.web.centre.frame import Looking, own_page, run_in_threadpool
from troth.web.centre.person import acts, read
from troth.web.pages import NotThere
from troth.web.plainly import Plainly

MEDIA = "application/json"


@dataclass(frozen=True, slots=True)
class Said:
    """One act: its entry, what was done as a word of the catalogue, about what, and when."""

    sequence: int
    act: str
    about: str
    at: datetime


@own_page
async def receipts(look: Looking) -> Response:
    """Everything this person said."""

    def made() -> Response:
        person = read(look)
        say = Plainly(person.declared.catalogue, look.language)
        found = [_said(say, event) for event in acts(look, person)]
        return look.page("my_receipts.html", here="receipts", said=found, say=say)

    return await run_in_threadpool(made)


@own_page
async def download(look: Looking) -> Response:
    """One receipt as a file: the signed record, what it says, and the proof of its entry. Nobody else's is given."""
    text = look.request.path_params["sequence"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    try:
        found = await run_in_threadpool(look.hosted.receipts.make, number, look.subject)
    except (NoReceipt, EntryMissing):
        raise NotThere("There is no such receipt.") from None
    body = {
        "sequence": found.sequence, "receipt": found.jws, "claims": found.claims, "proof": found.proof or None,
        "keys": "/.well-known/jwks.json",
    }  # fmt: skip
    name = f"receipt-{look.id}-{found.sequence}.json"
    return Response(
        json.dumps(body, indent=2, ensure_ascii=False), media_type=MEDIA,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _said(say: Plainly, event: Event) -> Said:
    fact = Fact.parse(event.codes[0]) if event.codes else Fact("accepted")
    about = say.fact_name(fact) if fact.name and fact.family in ("consent", "objects") else ""
    return Said(event.sequence, event.kind.rpartition(":")[2], about, event.occurred_at)
