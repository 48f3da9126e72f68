"""Routes about tickets and tasks: open one for somebody, work on it, see where it stands; what people have to show."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.posting import posting_of
from troth.app.reception import Reception, Taken
from troth.app.tasking import assign, done, lines
from troth.intake import Attachment, Contact, Kind, Proof, Received, ReceivedRefused, Route, What
from troth.intake.model import LIVE
from troth.tasks.service import document_of
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Sent, Word
from troth.web.api.writing import Answer
from troth.web.downloads import as_file

router = APIRouter()
Intakes = Annotated[Hosted, Depends(opens("intake"))]
Number = Annotated[str, Path(max_length=32)]
Part = Annotated[int, Path(ge=1, le=1_000_000)]
Text = Annotated[str, StringConstraints(max_length=50_000)]
Short = Annotated[str, StringConstraints(max_length=500)]
Encoded = Annotated[str, StringConstraints(max_length=900_000)]


class FileSent(Sent):
    """A file, as base64; larger ones come by mail or by the pages."""

    name: Short
    media: Short = "application/octet-stream"
    data: Encoded

    def attachment(self) -> Attachment:
        """The file. Raises ReceivedRefused."""
        try:
            return Attachment(self.name, self.media, base64.b64decode(self.data, validate=True))
        except (binascii.Error, ValueError):
            raise ReceivedRefused("A file is no base64.", "Encode it.") from None


class TicketSent(Sent):
    """What somebody asks or says. `route` is how it came: inside the app, by a form of yours, through a manager or a tenant.

    `subject` is whoever is signed in with you; without it nobody is known yet, and `identities` say who it is about.
    """

    kind: Literal["request", "complaint", "feedback", "question"]
    right: Word = ""
    ground: Word = ""
    route: Literal["app", "form", "post", "phone", "manager", "tenant"] = "app"
    title: Short = ""
    words: Annotated[Text, Field(min_length=1)]
    subject: Annotated[str, StringConstraints(max_length=64)] = ""
    identities: dict[Literal["email", "phone", "account", "device"], Short] = Field(default={}, max_length=4)
    address: Short = ""
    channel: Word = "email"
    name: Short = ""
    language: Literal["en", "zh", "ms"] = "en"
    agent: Annotated[str, StringConstraints(max_length=64)] = ""
    tenant: Annotated[str, StringConstraints(max_length=64)] = ""
    files: list[FileSent] = Field(default=[], max_length=5)
    authority: FileSent | None = None

    def received(self) -> Received:
        """As the room takes it. Raises ReceivedRefused."""
        return Received(
            Kind(self.kind), Route(self.route), self.words, self.right, self.ground, self.title,
            Contact(self.address, self.channel, self.name, self.language), tuple(self.identities.items()), self.subject,
            Proof.ACCOUNT if self.subject else Proof.NONE, tuple(one.attachment() for one in self.files),
            self.authority.attachment() if self.authority else None, self.agent, self.tenant,
        )  # fmt: skip


class SortSent(Sent):
    """What a ticket is that came by mail or by hand: a request names the right it uses."""

    kind: Literal["request", "complaint", "feedback", "question"]
    right: Word = ""
    ground: Word = ""
    revision: int | None = None


class AnswerSent(Sent):
    """An answer: what it says, its words, and, for a refusal, the listed ground and the kinds of evidence on file."""

    outcome: Literal["granted", "partly", "refused", "informed", "noted"]
    words: Annotated[Text, Field(min_length=1)]
    refusal: Word = ""
    ground: Word = ""
    papers: list[Word] = Field(default=[], max_length=40)
    revision: int | None = None


class CloseSent(Sent):
    """Why a ticket is closed."""

    reason: Literal["answered", "no_identity", "no_reply", "spam", "not_ours", "done_elsewhere"]
    revision: int | None = None


class ProofSent(Sent):
    """How somebody showed who they are, and who that is."""

    proof: Literal["address", "code", "account", "document"]
    subject: Annotated[str, StringConstraints(max_length=64)] = ""
    revision: int | None = None


class AskSent(Sent):
    """What proof of identity is asked for, in words; by mail where there is an address, else it is brought in another way."""

    words: Text = ""
    by_mail: bool = True
    revision: int | None = None


class ExtendSent(Sent):
    """Why an answer is put off: what the person is told."""

    words: Annotated[Text, Field(min_length=1)]
    revision: int | None = None


class JoinSent(Sent):
    """Which ticket of the same person this one says again (`duplicate`), or goes on as part of (`merged`)."""

    into: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    how: Literal["duplicate", "merged"]


class DoneSent(Sent):
    """Who saw what a task asks for, with the document."""

    by: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    document: FileSent | None = None
    heads: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class AssignSent(Sent):
    """To whom a task is given, and where they are reminded."""

    owner: Annotated[str, StringConstraints(max_length=64)]
    mail: Short = ""


def _reception(hosted: Hosted) -> Reception:
    return Reception(hosted.organisation, posting_of(hosted.home, hosted.organisation.clock).site)


def _taken(taken: Taken) -> Answer:
    return taken.ticket.as_json() | {"message": taken.receipt.message, "not_sent": taken.receipt.why}


@router.post("/{org}/tickets", status_code=201, tags=["intake"])
def open_ticket(hosted: Intakes, sent: TicketSent) -> Answer:
    """Open a ticket: numbered, dated, sealed. Nobody is guessed: `match` says to how many people what was given leads."""
    return _taken(_reception(hosted).take_in(sent.received()))


@router.get("/{org}/tickets", tags=["intake"])
def listed(
    hosted: Intakes,
    state: Literal["live", "all"] = "live",
    overdue: bool = False,
    tenant: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Answer:
    """Tickets, those first that are due first: no words, no addresses."""
    organisation = hosted.organisation
    now = organisation.clock.now() if overdue else None
    with organisation.database.read() as connection:
        found = organisation.intake.listed(
            connection,
            states=tuple(LIVE) if state == "live" else (),
            overdue_at=now,
            tenant=tenant,
            limit=limit,
        )
    return {"tickets": [one.as_json() for one in found]}


@router.get("/{org}/tickets/{number}", tags=["intake"])
def one(hosted: Intakes, number: Number) -> Answer:
    """Where a ticket stands, and every limit of its clock."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        found = organisation.intake.ticket(connection, number)
        clock = organisation.intake.clock(connection, found)
        parts = organisation.intake.parts(connection, number)
    limits = [
        {
            "statement": limit.statement, "source": limit.source, "period": str(limit.period), "hedge": limit.hedge,
            "at": limit.at.isoformat() if limit.at else None, "provisional": limit.provisional, "cite": limit.cite,
        }
        for limit in clock.limits
    ]  # fmt: skip
    files = [
        {"part": one.number, "what": one.what.value, "size": one.size}
        for one in parts
        if one.what in (What.FILE, What.AUTHORITY)
    ]
    return found.as_json() | {"limits": limits, "parts": len(parts), "files": files}


@router.post("/{org}/tickets/{number}/sort", tags=["intake"])
def sort(request: Request, hosted: Intakes, number: Number, sent: SortSent) -> Answer:
    """Somebody read it and says what it is; its clock is that of the right it uses."""
    organisation, by = hosted.organisation, _by(request)
    found = organisation.act(
        lambda acts: organisation.intake.sort(
            acts.work, number, Kind(sent.kind), sent.right, by, ground=sent.ground, revision=sent.revision, at=acts.at,
            origin=key_of(request).origin,
        )
    )  # fmt: skip
    return found.as_json()


@router.post("/{org}/tickets/{number}/answer", tags=["intake"])
def answer(request: Request, hosted: Intakes, number: Number, sent: AnswerSent) -> Answer:
    """Answer a ticket, once; a refusal stands on a listed ground alone."""
    taken = _reception(hosted).answer(
        number, sent.outcome, sent.words, _by(request), refusal=sent.refusal, ground=sent.ground, papers=sent.papers,
        revision=sent.revision,
    )  # fmt: skip
    return _taken(taken)


@router.post("/{org}/tickets/{number}/identity", tags=["intake"])
def prove(request: Request, hosted: Intakes, number: Number, sent: ProofSent) -> Answer:
    """Somebody showed who they are; the words of the ticket lie under their key from now on."""
    reception = _reception(hosted)
    found = reception.prove(
        number, Proof(sent.proof), _by(request), subject=sent.subject, revision=sent.revision
    )
    return found.as_json()


@router.post("/{org}/tickets/{number}/identity/ask", tags=["intake"])
def ask(request: Request, hosted: Intakes, number: Number, sent: AskSent) -> Answer:
    """Ask for proof of identity. `sign` is what is to be sent back, where no mail took it along."""
    taken, sign = _reception(hosted).ask_identity(
        number, sent.words, _by(request), by_mail=sent.by_mail, revision=sent.revision
    )
    return _taken(taken) | {"sign": sign}


@router.post("/{org}/tickets/{number}/extend", tags=["intake"])
def extend(request: Request, hosted: Intakes, number: Number, sent: ExtendSent) -> Answer:
    """Put the answer off, once, as far as a statute lets, and tell the person."""
    return _taken(_reception(hosted).extend(number, sent.words, _by(request), revision=sent.revision))


@router.post("/{org}/tickets/{number}/join", tags=["intake"])
def join(request: Request, hosted: Intakes, number: Number, sent: JoinSent) -> Answer:
    """Say that a ticket says what another of the same person says, or goes on as part of it."""
    duplicate = sent.how == "duplicate"
    return _reception(hosted).join(number, sent.into, _by(request), duplicate=duplicate).as_json()


@router.get("/{org}/tickets/{number}/files/{part}", tags=["intake"], response_class=Response)
def file(request: Request, hosted: Intakes, number: Number, part: Part) -> Response:
    """One file of a ticket, as it came, to be kept and not opened. The reading is on record."""
    found = _reception(hosted).file(number, part, _by(request))
    return as_file(found.name, found.data)


@router.post("/{org}/tickets/{number}/close", tags=["intake"])
def close(request: Request, hosted: Intakes, number: Number, sent: CloseSent) -> Answer:
    """Close a ticket, for a reason."""
    organisation, by = hosted.organisation, _by(request)
    found = organisation.act(
        lambda acts: organisation.intake.close(
            acts.work, number, sent.reason, by, revision=sent.revision, at=acts.at, origin=acts.origin
        )
    )
    return found.as_json()


@router.get("/{org}/tasks", tags=["intake"])
def tasks(
    hosted: Intakes, state: Literal["", "open", "done", "overdue", "expired", "dropped"] = ""
) -> Answer:
    """What people have to show, the most urgent first."""
    found = lines(hosted.organisation, state=state)
    return {
        "tasks": [
            {
                "task": line.task.id, "statement": line.task.statement, "item": line.task.item, "state": line.state.value,
                "words": line.wish.words if line.wish else "", "owner": line.task.owner,
                "next": line.task.next_at.isoformat(), "document": line.task.document,
            }
            for line in found
        ]
    }  # fmt: skip


@router.post("/{org}/tasks/{task}/done", tags=["intake"])
def task_done(hosted: Intakes, task: Number, sent: DoneSent) -> Answer:
    """Somebody showed what a task asks for: into the register of safeguards, or as an attestation."""
    document = None
    if sent.document is not None:
        file = sent.document.attachment()
        document = document_of(file.name, file.data)
    found = done(hosted.organisation, task, sent.by, document=document, heads=sent.heads)
    until = found.expires_at.isoformat() if found.expires_at else None
    return {"task": found.id, "statement": found.statement, "document": found.document, "until": until}


@router.post("/{org}/tasks/{task}/assign", tags=["intake"])
def task_assign(hosted: Intakes, task: Number, sent: AssignSent) -> Answer:
    """Give a task to a member of staff."""
    found = assign(hosted.organisation, task, sent.owner, sent.mail)
    return {"task": found.id, "owner": found.owner}


def _by(request: Request) -> str:
    """Who acts, as evidence names it: the key."""
    return f"key:{key_of(request).id}"
