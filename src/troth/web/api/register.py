"""Routes about the register of safeguards: what shows each, since when, and which threat nothing answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.app.safeguarding import Line, register, threats
from troth.web.api import vault_models as m
from troth.web.api.entry import opens
from troth.web.api.writing import Answer, Once, answer_once

router = APIRouter()
Reads = Annotated[Hosted, Depends(opens("read"))]
Observes = Annotated[Hosted, Depends(opens("observe"))]


@router.get("/{org}/safeguards", tags=["safeguards"])
def safeguards(hosted: Reads) -> Answer:
    """Every safeguard with what shows it, and every threat with what answers it."""
    lines = register(hosted.organisation)
    drawn = threats(hosted.organisation)
    return {
        "at": hosted.organisation.clock.now().isoformat(),
        "safeguards": [line_json(line) for line in lines],
        "threats": {threat: list(answers) for threat, answers in drawn.items()},
        "gaps": [threat for threat, answers in drawn.items() if not answers],
    }


@router.post("/{org}/safeguards/{safeguard}/evidence", tags=["safeguards"])
def show(
    request: Request,
    hosted: Observes,
    safeguard: Annotated[str, Path(max_length=160)],
    sent: m.ProofSent,
    once: Once = "",
) -> Answer:
    """Put a proof on record. More heads than the policy allows are no proof: the answer says `passed: false`."""

    def do(acts: Acts) -> Answer:
        found = hosted.organisation.safeguards.show(
            acts.work, acts.declared(), sent.proof(safeguard), now=acts.at, origin=acts.origin
        )
        return {"safeguard": safeguard, "item": found.item, "passed": found.passed}

    return answer_once(request, hosted, once, sent, do)


def line_json(line: Line) -> dict[str, Any]:
    """A safeguard as plain values."""
    statement, answer = line.statement, line.answer
    return {
        "safeguard": statement.id,
        "state": answer.outcome.value,
        "missing": list(answer.missing),
        "until": answer.ends.isoformat() if answer.ends else None,
        "clauses": list(statement.clauses),
        "threats": list(statement.threats),
        "cap": int(statement.cap) if statement.cap is not None else None,
        "items": [_item(line, number, text) for number, text in enumerate(statement.evidence, 1)],
    }


def _item(line: Line, number: int, text: str) -> dict[str, Any]:
    found = line.items.get(number)
    if found is None:
        return {"item": number, "text": text, "shown": None}
    shown = {
        "passed": found.shown.passed,
        "at": found.shown.at.isoformat(),
        "until": found.shown.until.isoformat() if found.shown.until else None,
        "heads": found.shown.heads,
        "grade": found.grade.value,
        "origin": found.origin,
        "sequence": found.sequence,
    }
    return {"item": number, "text": text, "shown": shown}
