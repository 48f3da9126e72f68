"""What a person sees of a request that is carried out: its stages in plain words, how many days are left, and the files of the answer:
by links that last an hour, large ones in pieces, each of which can be gone on with; and the certificate of an erasure, to be read.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from starlette.responses import Response

from troth.intake import Opened, Ticket, What
from troth.intake.model import PERSON
from troth.rights import Stage
from troth.steps import Standing, Step
from troth.web.centre.frame import Looking
from troth.web.downloads import resumable

LASTS: Final = timedelta(hours=1)
"""How long a link to a file of an answer leads anywhere."""
PIECE: Final = 8_000_000
"""Bytes of a piece; what is larger is offered in several."""
CERTIFICATE: Final = "certificate.json"
_THEIRS: Final = frozenset({Stage.IDENTITY, Stage.GROUNDS})
"""Stages that wait for the person, where they wait."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the answer: its name and size, and a link for each of its pieces."""

    name: str
    size: int
    links: tuple[str, ...]


def stages_of(look: Looking, number: str) -> list[tuple[str, str]]:
    """The stages of a request that is carried out, each with how it stands: done, now, yours, later or left."""
    organisation = look.hosted.organisation
    with organisation.database.read() as connection:
        steps = organisation.steps.steps(connection, number)
    found, begun = [], False
    for name, some in groupby(steps, lambda one: one.name):
        state = _state(name, list(some), begun)
        begun = begun or state in ("now", "yours")
        found.append((name, state))
    return found


def _state(name: str, steps: list[Step], begun: bool) -> str:
    standings = {one.standing for one in steps}
    if standings <= {Standing.DONE}:
        return "done"
    if Standing.LEFT in standings:
        return "left"
    if Standing.OPEN in standings:
        return "yours" if name in _THEIRS else "now"
    return "later" if begun else "now"


def days_left(ticket: Ticket, now: datetime) -> int | None:
    """How many whole days are left to answer; None where no day is set, or it is answered or over."""
    if not ticket.live or ticket.due_at is None or ticket.due_at < now:
        return None
    return (ticket.due_at - now).days


# --- files of the answer ------------------------------------------------------------------------------------------------------


def downloads_of(look: Looking, number: str, opened: tuple[Opened, ...]) -> list[Download]:
    """The files that came with the answer, by fresh links."""
    until = int((look.hosted.organisation.clock.now() + LASTS).timestamp())
    return [_download(look, number, one, until) for one in opened if is_answer(one)]


def is_answer(one: Opened) -> bool:
    """Whether a part is a file that came with an answer, and not one that the person sent."""
    return one.part.what is What.FILE and one.part.by != PERSON


def _download(look: Looking, number: str, one: Opened, until: int) -> Download:
    size, part = len(one.data) or one.part.size, one.part.number
    base = f"{look.base}/tickets/{number}/files/{part}?until={until}&mark={_mark(look, number, part, until)}"
    pieces = -(-size // PIECE)
    links = (base,) if pieces < 2 else tuple(f"{base}&piece={at + 1}" for at in range(pieces))
    return Download(one.name, size, links)


def link_lasts(look: Looking, number: str, part: int) -> bool:
    """Whether the link that was followed is one of ours, for this visit, and has not run out."""
    asked, now = look.request.query_params, look.hosted.organisation.clock.now()
    until = asked.get("until", "")
    if not until.isdecimal() or len(until) > 12 or int(until) < now.timestamp():
        return False
    return hmac.compare_digest(_mark(look, number, part, int(until)).encode(), asked.get("mark", "").encode())


def _mark(look: Looking, number: str, part: int, until: int) -> str:
    """Keyed, and of one person: a link that somebody else has leads nowhere."""
    said = f"download:{number}:{part}:{until}:{look.subject}"
    return look.hosted.organisation.ledger.pseudonym(said)[:40]


def piece_of(look: Looking, found: Opened) -> Response:
    """A file, or the piece of it that was asked for; either can be gone on with."""
    asked, data, name = look.request.query_params.get("piece", ""), found.data, found.name
    pieces = max(-(-len(data) // PIECE), 1)
    if asked.isdecimal() and 1 <= int(asked[:6]) <= pieces and pieces > 1:
        at = int(asked[:6])
        name, data = f"{name}.{at:03}-of-{pieces:03}", data[(at - 1) * PIECE : at * PIECE]
    return resumable(name, data, look.request.headers)


def certificate_of(opened: tuple[Opened, ...]) -> dict[str, Any] | None:
    """What the certificate of an erasure says, where one came; the newest."""
    found = [one for one in opened if is_answer(one) and one.name == CERTIFICATE]
    try:
        said = json.loads(found[-1].data) if found else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and "outcomes" in said else None
