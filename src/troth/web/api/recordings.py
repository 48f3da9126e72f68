"""Routes about recordings: may a call be recorded, may it go on, it is over; and which go on now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.decide.model import Question
from troth.gate import Using
from troth.recordings import Recording
from troth.recordings.service import COLLECT
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Papers, Sent, Subject, Word
from troth.web.api.writing import Answer

router = APIRouter(tags=["recordings"])
Reads = Annotated[Hosted, Depends(opens("read"))]
Asks = Annotated[Hosted, Depends(opens("ask"))]
Id = Annotated[str, Path(max_length=40)]


class BeginSent(Sent):
    """A call that is about to be recorded, or a contact about to be monitored: of whom, what it takes, what for, where."""

    subject: Subject
    data: Annotated[list[Word], Field(min_length=1, max_length=50)]
    purpose: Word
    via: Word = ""
    papers: Papers = Field(default_factory=dict)


@router.get("/{org}/recordings")
def recordings(hosted: Reads) -> Answer:
    """Every recording, the oldest first, with what ended it."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        found = organisation.recordings.all(connection)
    return {"recordings": [recording_json(one) for one in found.values()]}


@router.post("/{org}/recordings")
def begin(request: Request, hosted: Asks, sent: BeginSent) -> Answer:
    """Ask before recording. It begins where every condition is met; else the answer says what is missing and `recording` is null."""
    organisation, question = (
        hosted.organisation,
        Question(COLLECT, tuple(sent.data), sent.purpose, via=sent.via),
    )
    decided: list[Using] = []

    def do(acts: Acts) -> Recording | None:
        using, found = organisation.recordings.begin(
            acts.work, acts.declared(), sent.subject, question, sent.papers, origin=acts.origin
        )
        decided.append(using)
        return found

    found = organisation.act(do, origin=key_of(request).origin)
    decided[-1].book()
    return decided[-1].reply.as_json() | {"recording": recording_json(found) if found else None}


@router.post("/{org}/recordings/sweep")
def sweep(request: Request, hosted: Asks) -> Answer:
    """Ask again about each that goes on: those in which a condition holds no more are ended, and told."""
    room = hosted.organisation.recordings

    def do(acts: Acts) -> tuple[Recording, ...]:
        return room.sweep(acts.work, acts.declared(), now=acts.at, origin=acts.origin)

    found = hosted.organisation.act(do, origin=key_of(request).origin)
    return {"ended": [recording_json(one) for one in found]}


@router.post("/{org}/recordings/{recording}")
def go_on(request: Request, hosted: Asks, recording: Id) -> Answer:
    """Whether a recording may go on: a recorder asks every few seconds, and stops when `going` is false."""
    room = hosted.organisation.recordings

    def do(acts: Acts) -> Recording:
        return room.go_on(acts.work, acts.declared(), recording, now=acts.at, origin=acts.origin)

    return recording_json(hosted.organisation.act(do, origin=key_of(request).origin))


@router.post("/{org}/recordings/{recording}/end")
def end(request: Request, hosted: Asks, recording: Id) -> Answer:
    """The call is over."""
    room = hosted.organisation.recordings

    def do(acts: Acts) -> Recording:
        return room.end(acts.work, acts.declared(), recording, now=acts.at, origin=acts.origin)

    return recording_json(hosted.organisation.act(do, origin=key_of(request).origin))


def recording_json(one: Recording) -> dict[str, Any]:
    """A recording as plain values."""
    return {
        "id": one.id,
        "going": one.going,
        "data": list(one.data),
        "purpose": one.purpose,
        "via": one.via,
        "clauses": list(one.clauses),
        "sequence": one.sequence,
        "began": one.began.isoformat(),
        "ended": one.ended.isoformat() if one.ended else None,
        "why": one.why,
        "missing": list(one.missing),
    }
