"""Routes about requests that are carried out over the stores: open one, see what is at hand and what a plan would do, agree, say what
recipients answered, try again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints

from troth.app.hosting import Hosted
from troth.app.requests import Requests, Show, requests_beside
from troth.intake import Contact, Kind, Proof, Received, Route
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Sent, Subject, Word
from troth.web.api.writing import Answer

router = APIRouter(tags=["requests"])
Opened = Annotated[Hosted, Depends(opens("requests"))]
Number = Annotated[str, Path(max_length=32)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
Member = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class RequestSent(Sent):
    """Which right somebody uses who is signed in with you; `address` is where they are answered, beside your own page."""

    subject: Subject
    right: Word
    ground: Word = ""
    words: Words
    address: Annotated[str, StringConstraints(max_length=500)] = ""
    language: Literal["en", "zh", "ms"] = "en"

    def received(self) -> Received:
        """As the room takes it."""
        return Received(
            Kind.REQUEST, Route.APP, self.words, self.right, self.ground, contact=Contact(self.address, language=self.language),
            subject=self.subject, proof=Proof.ACCOUNT,
        )  # fmt: skip


class ApproveSent(Sent):
    """Who agrees with a plan: a member of staff who has not worked on the request."""

    by: Member


class ToldSent(Sent):
    """What a recipient answered, and how that is known, the strongest first."""

    recipient: Word
    answer: Literal["done", "refused", "unknown"]
    grade: Literal["signed", "api", "mail", "assertion"] = "api"


class PapersSent(Sent):
    """Kinds of evidence on file, and the listed ground that the words come to."""

    papers: list[Word] = Field(default=[], max_length=40)
    ground: Word = ""


def _requests(request: Request, hosted: Hosted) -> Requests:
    data = request.app.state.hosting.stores.get(hosted.id)
    return requests_beside(hosted.organisation, hosted.home, hosted.folder, data)


@router.post("/{org}/requests", status_code=201)
def open_request(request: Request, hosted: Opened, sent: RequestSent) -> Answer:
    """Open a request that is carried out: numbered, dated, begun."""
    return _requests(request, hosted).open(sent.received()).as_json()


@router.get("/{org}/requests")
def requests(request: Request, hosted: Opened, show: Show = "live", right: Word = "") -> Answer:
    """Requests that are carried out, the overdue first: counts, ids of systems and sentences, nobody's name."""
    found = _requests(request, hosted).listed(show, right)
    return {"requests": [one.as_json() for one in found], "overdue": sum(one.overdue for one in found)}


@router.get("/{org}/requests/{number}")
def request(request: Request, hosted: Opened, number: Number) -> Answer:
    """One request with its stages, and what it waits for."""
    return _requests(request, hosted).one(number).as_json()


@router.get("/{org}/requests/{number}/plan")
def plan(request: Request, hosted: Opened, number: Number) -> Answer:
    """What an erasure would do now: which rows of which systems, in which order, what stays and why, what stands in the way."""
    return _requests(request, hosted).planned(number).as_json()


@router.post("/{org}/requests/{number}/approve")
def approve(request: Request, hosted: Opened, number: Number, sent: ApproveSent) -> Answer:
    """A second person agrees with the plan; then it is carried out."""
    organisation, found = hosted.organisation, _requests(request, hosted)
    with organisation.database.read() as connection:
        organisation.staff.member(connection, sent.by)
    found.approve(number, sent.by)
    return found.one(number).as_json()


@router.post("/{org}/requests/{number}/told")
def told(request: Request, hosted: Opened, number: Number, sent: ToldSent) -> Answer:
    """What a recipient answered."""
    found = _requests(request, hosted)
    found.told(number, sent.recipient, sent.answer, sent.grade)
    return found.one(number).as_json()


@router.post("/{org}/requests/{number}/papers")
def papers(request: Request, hosted: Opened, number: Number, sent: PapersSent) -> Answer:
    """Evidence on file for the grounds of a request."""
    found = _requests(request, hosted)
    found.paper(number, sent.papers, sent.ground, f"key:{key_of(request).id}")
    return found.one(number).as_json()


@router.post("/{org}/requests/{number}/retry")
def retry(request: Request, hosted: Opened, number: Number) -> Answer:
    """Try again whatever waits because of a problem."""
    found = _requests(request, hosted)
    found.retry(number)
    return found.one(number).as_json()
