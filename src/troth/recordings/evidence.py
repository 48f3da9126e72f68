"""What this room records: that a recording began, under which clauses, and that it ended, and why. Codes name nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from troth.decide.model import Question
from troth.gate import Reply
from troth.ledger import Draft, Event, Origin
from troth.recordings.model import Recording

BEGUN: Final = "recordings:call:begun"
ENDED: Final = "recordings:call:ended"
MOST: Final = 40


def begun(
    id: str,
    question: Question,
    reply: Reply,
    subject: str,
    papers: Mapping[str, str],
    policy: str,
    origin: Origin,
) -> Draft:
    """It began, every condition being met. Of whom, and with which papers, is sealed."""
    codes = [f"recording={id}", f"purpose:{question.purpose}"]
    codes += [f"data:{category}" for category in question.data]
    codes += [f"via:{question.via}"] if question.via else []
    codes += [f"clause={clause}" for clause in reply.answer.clauses[:MOST] if " " not in clause]
    payload = {"subject": subject, "papers": dict(papers)}
    return Draft(
        BEGUN, reply.at, subject=subject, policy=policy, codes=tuple(codes), payload=payload, origin=origin
    )


def ended(id: str, why: str, missing: tuple[str, ...], policy: str, at: datetime, origin: Origin) -> Draft:
    """It ended."""
    codes = (f"recording={id}", f"why:{why}", *(f"missing={one}" for one in missing[:MOST]))
    return Draft(ENDED, at, policy=policy, codes=codes, origin=origin)


def read(event: Event, before: Mapping[str, Recording]) -> Recording | None:
    """What an event makes of its recording; None for an end of one that never began, or ended before."""
    id = _one(event, "recording=")
    if event.kind == BEGUN:
        return Recording(
            id, _all(event, "data:"), _one(event, "purpose:"), _one(event, "via:"), _all(event, "clause="),
            event.sequence, event.occurred_at,
        )  # fmt: skip
    known = before.get(id)
    if known is None or not known.going:
        return None
    return replace(known, ended=event.occurred_at, why=_one(event, "why:"), missing=_all(event, "missing="))


def _all(event: Event, start: str) -> tuple[str, ...]:
    return tuple(code.removeprefix(start) for code in event.codes if code.startswith(start))


def _one(event: Event, start: str) -> str:
    return next(iter(_all(event, start)), "")
