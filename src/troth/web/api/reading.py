"""Routes that read: the policy, the promises, the evidence, the head of the ledger, a person's facts; and two that only ask."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.proofs import checkpoints_of
from troth.decide.model import Request as RightsRequest
from troth.ledger import Event
from troth.policy.model import Purpose
from troth.promises.board import ClauseVerdict
from troth.promises.model import Verdict
from troth.web.api import models as m
from troth.web.api.entry import opens
from troth.web.pages import NotThere

router = APIRouter()
Answer = dict[str, Any]
Reads = Annotated[Hosted, Depends(opens("read"))]
Subjects = Annotated[Hosted, Depends(opens("subjects"))]
Asks = Annotated[Hosted, Depends(opens("ask"))]
LARGEST_PAGE = 1000
LAST = 2**53 - 1


@router.get("/{org}/subjects/{subject}", tags=["subjects"])
def subject(hosted: Subjects, subject: Annotated[str, Path(max_length=64)]) -> Answer:
    """What is known of a person now, by the policy version that binds."""
    known = hosted.organisation.known(subject)
    found = [
        {
            "policy": policy,
            "facts": sorted(map(str, facts.holding - facts.unknown)),
            "unknown": sorted(map(str, facts.unknown)),
        }
        for policy, facts in known.items()
    ]
    return {"subject": subject, **(found[0] if found else {}), "bound_by": found}


@router.post("/{org}/requests/ask", tags=["gate"])
def ask_request(hosted: Asks, sent: m.RequestSent) -> Answer:
    """What the policy says to a person's request. Advice; recorded nowhere."""
    asked = RightsRequest(sent.right, sent.ground, sent.refusal, sent.route)
    found = hosted.organisation.gate.ask(asked, sent.subject, sent.papers)
    return {
        "outcome": found.outcome.value,
        "statements": list(found.statements),
        "clauses": list(found.clauses),
        "duties": list(found.duties),
        "missing": list(found.missing),
        "within": list(found.within),
        "fee": found.fee,
        "policy": found.policy,
    }


@router.get("/{org}/policy", tags=["read"])
def policy(hosted: Reads) -> Answer:
    """The version in force: digest, header, texts and regimes."""
    bundle, header = hosted.bundle, hosted.bundle.header
    return {
        "policy": header.policy,
        "digest": bundle.digest,
        "version": header.version,
        "organisation": header.organisation,
        "simulation": header.simulation,
        "enforced": header.enforced,
        "languages": list(header.languages),
        "texts": [{"file": t.file, "language": t.language, "digest": t.digest, "authoritative": t.authoritative}
                  for t in bundle.texts],
        "regimes": [{"id": o.regime, "class": o.subject_class, "as_of": o.as_of} for o in bundle.overlays],
        "clauses": len(bundle.clauses),
        "statements": len(bundle.statements),
    }  # fmt: skip


@router.get("/{org}/policy/bundle", tags=["read"])
def bundle(hosted: Reads) -> Response:
    """The canonical bytes of the version in force: their SHA-256 is its digest."""
    return Response(hosted.bundle.encoded, media_type="application/json")


@router.get("/{org}/policy/contract", tags=["read"])
def contract(hosted: Reads) -> Answer:
    """For each purpose what becomes of a use that nobody answers, as the version of this digest says; a purpose not named is closed."""
    found = {one.id: _terms(one) for one in hosted.catalogue.all(Purpose)}
    return {"policy": hosted.digest, "purposes": {id: terms for id, terms in found.items() if terms}}


@router.get("/{org}/promises", tags=["read"])
def promises(hosted: Reads) -> Answer:
    """Every clause with its verdict, as of now."""
    board = hosted.board()
    return {
        "policy": board.bundle.digest,
        "at": board.at.isoformat(),
        "counts": {state.value: count for state, count in board.counts.items()},
        "clauses": [_clause(clause) for clause in board.clauses],
        "added": [{"statement": s.key, **_verdict(v)} for s, v in board.added],
    }


@router.get("/{org}/promises/{clause:path}", tags=["read"])
def promise(hosted: Reads, clause: Annotated[str, Path(max_length=200)]) -> Answer:
    """One clause with the verdict of each of its statements."""
    board = hosted.board()
    found = board.clause(clause)
    if found is None:
        raise NotThere("This policy has no such clause.")
    return {"policy": board.bundle.digest, "at": board.at.isoformat(), **_clause(found)}


@router.get("/{org}/evidence", tags=["read"])
def evidence(
    hosted: Reads,
    after: Annotated[int, Query(ge=0, le=LAST)] = 0,
    kind: Annotated[m.Word, Query(description="a kind, or with a colon at the end all that begin so")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
) -> Answer:
    """Events after a number, oldest first: headers only, which hold nothing personal."""
    ledger = hosted.organisation.ledger
    with hosted.organisation.database.read() as connection:
        kinds = (kind,) if kind else ()
        events = [_event(event) for event in ledger.events(connection, after=after, kinds=kinds, limit=limit)]
        size = ledger.head(connection).size
    return {"events": events, "next": events[-1]["sequence"] if events else after, "size": size}


@router.get("/{org}/checkpoint", tags=["read"])
def checkpoint(request: Request, hosted: Reads) -> Answer:
    """The last signed checkpoint with its timestamps (C2SP tlog-checkpoint, RFC 3161), and what goes wrong with them at present."""
    checkpoints = checkpoints_of(hosted.organisation, hosted.home)
    with hosted.organisation.database.read() as connection:
        made = checkpoints.latest(connection)
        stamped = checkpoints.timestamps(connection, size=made.checkpoint.size) if made else ()
    stamps = [
        {"authority": one.authority, "at": one.at.isoformat(), "token": base64.b64encode(one.token).decode()}
        for one in stamped
    ]
    return {
        "note": str(made.note) if made else None,
        "size": made.checkpoint.size if made else 0,
        "made_at": made.made_at.isoformat() if made else None,
        "timestamps": stamps,
        "problems": list(request.app.state.hosting.trouble(hosted.id)),
    }


@router.get("/{org}/head", tags=["read"])
def head(hosted: Reads) -> Answer:
    """Size and root of the ledger's tree (RFC 9162)."""
    with hosted.organisation.database.read() as connection:
        found = hosted.organisation.ledger.head(connection)
    return {"organisation": hosted.id, "size": found.size, "root": found.root.hex()}


def _terms(purpose: Purpose) -> Answer:
    """What a purpose says for the time when nobody answers; nothing where it says nothing."""
    said = {
        "unanswered": purpose.unanswered or None,
        "within": purpose.answer_within,
        "good_for": purpose.answer_good_for,
    }
    return {
        name: value if isinstance(value, str) else float(value)
        for name, value in said.items()
        if value is not None
    }


def _clause(found: ClauseVerdict) -> Answer:
    return {
        "clause": found.clause.id,
        "address": found.clause.address,
        **_verdict(found.verdict),
        "readings_differ": found.readings_differ,
        "statements": [{"statement": s.key, **_verdict(v)} for s, v in found.statements],
    }


def _verdict(found: Verdict) -> Answer:
    return {
        "state": found.state.value,
        "reason": found.reason,
        "sentence": found.sentence,
        "grade": found.grade.value if found.grade else None,
        "age": int(found.age.total_seconds()) if found.age is not None else None,
        "permitted": found.permitted,
        "refused": found.refused,
        "breaches": found.breaches,
        "mended": found.mended,
        "origins": list(found.origins),
        "worst": found.worst,
        "controls": list(found.controls),
        "sequences": list(found.sequences),
    }


def _event(event: Event) -> Answer:
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "schema": event.schema,
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "subject": event.subject,
        "policy": event.policy,
        "rule": event.rule,
        "origin": event.origin.value,
        "codes": list(event.codes),
        "commitment": event.commitment,
    }
