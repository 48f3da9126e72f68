"""Routes about messages: have one sent, see where it stands, record that an address is written to no more."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.messages import Link, State, Wanted, Why
from troth.web.api.entry import opens
from troth.web.api.models import Papers, Sent, Subject, Word
from troth.web.api.writing import Answer, Once, Person, answer_once

router = APIRouter()
Writes = Annotated[Hosted, Depends(opens("messages"))]
Id = Annotated[str, Path(max_length=64)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Url = Annotated[str, StringConstraints(max_length=2000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
Body = Annotated[str, StringConstraints(max_length=200_000)]


class LinkSent(Sent):
    """A link: the address everybody gets, and one that tells who followed it, used only where it may be."""

    plain: Annotated[Url, Field(min_length=1)]
    personal: Url = ""


class MessageSent(Sent):
    """A message to somebody: its class and purpose as the policy declares them, the data it uses, and its words.

    Text and HTML name links as `{{link:NAME}}`. HTML that would fetch anything when opened is refused; a pixel is named apart.
    """

    subject: Subject
    message: Word
    purpose: Word
    channel: Word = "email"
    address: Address
    data: Annotated[list[Word], Field(min_length=1, max_length=50)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[Body, Field(min_length=1)]
    html: Body = ""
    links: dict[Name, LinkSent] = Field(default={}, max_length=50)
    pixel: Url = ""
    papers: Papers = Field(default={})
    language: Literal["en", "zh", "ms"] = "en"

    def wanted(self) -> Wanted:
        """The message as the room takes it."""
        links = {name: Link(one.plain, one.personal) for name, one in self.links.items()}
        return Wanted(
            self.subject, self.message, self.purpose, self.address, self.title, self.text, tuple(self.data),
            channel=self.channel, html=self.html, links=links, pixel=self.pixel, papers=self.papers,
            language=self.language,
        )  # fmt: skip


class OptOutSent(Sent):
    """An address that is written to no more (or again) by a channel, for one purpose or ('') for any.

    It stops marketing and surveys; codes, service and important messages go on.
    """

    channel: Word = "email"
    address: Address
    purpose: Word = ""
    why: Literal["asked", "complained", "bounced"] = "asked"
    act: Literal["raised", "lifted"] = "raised"


@router.post("/{org}/messages", status_code=202, tags=["messages"])
def enqueue(
    request: Request, response: Response, hosted: Writes, sent: MessageSent, once: Once = ""
) -> Answer:
    """Queue a message (202), or say what stands against it (200): either is on record. It is asked again when it leaves."""
    messages = hosted.organisation.messages
    prepared = messages.prepare(sent.wanted())

    def do(acts: Acts) -> Answer:
        found = messages.enqueue_in(acts.work, prepared, origin=acts.origin)
        return {
            "id": found.id, "state": found.state.value, "reason": found.reason,
            "missing": [list(way) for way in found.missing], "clauses": list(found.clauses),
        }  # fmt: skip

    answer = answer_once(request, hosted, once, sent, do)
    response.status_code = 202 if answer["state"] == State.QUEUED.value else 200
    return answer


@router.get("/{org}/messages", tags=["messages"])
def listed(
    hosted: Writes,
    state: Annotated[str, Query(max_length=16)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Answer:
    """Messages, those that changed last first, and how many of each class stand where: no words, no addresses."""
    messages = hosted.organisation.messages
    with hosted.organisation.database.read() as connection:
        found = messages.listed(connection, state=state, limit=limit)
        counts = messages.counts(connection)
    return {
        "messages": [one.as_json() for one in found],
        "counts": [
            {"channel": one.channel, "message": one.message, "state": one.state.value, "count": one.count}
            for one in counts
        ],
    }


@router.get("/{org}/messages/suppressions", tags=["messages"])
def suppressions(hosted: Writes) -> Answer:
    """How many addresses are written to no more, by channel, purpose and why."""
    with hosted.organisation.database.read() as connection:
        found = hosted.organisation.messages.suppression_counts(connection)
    names = ("channel", "purpose", "why", "count")
    return {"suppressions": [dict(zip(names, one, strict=True)) for one in found]}


@router.post("/{org}/messages/suppressions", tags=["messages"])
def suppress(request: Request, hosted: Writes, sent: OptOutSent, once: Once = "") -> Answer:
    """Write to an address no more, or again; it is in force when this answers."""
    messages = hosted.organisation.messages

    def do(acts: Acts) -> Answer:
        scope: dict[str, Any] = {"at": acts.at, "origin": acts.origin}
        if sent.act == "raised":
            why = Why(sent.why)
            changed = messages.suppress(acts.work, sent.channel, sent.address, sent.purpose, why=why, **scope)
        else:
            changed = messages.lift(acts.work, sent.channel, sent.address, sent.purpose, **scope)
        return {
            "channel": sent.channel,
            "purpose": sent.purpose,
            "stands": sent.act == "raised",
            "changed": changed,
        }

    return answer_once(request, hosted, once, sent, do)


@router.get("/{org}/messages/{message}", tags=["messages"])
def status(hosted: Writes, message: Id) -> Answer:
    """Where a message stands."""
    with hosted.organisation.database.read() as connection:
        return hosted.organisation.messages.status(connection, message).as_json()


@router.get("/{org}/subjects/{subject}/messages", tags=["messages"])
def of_person(hosted: Writes, subject: Person) -> Answer:
    """What was written to one person, and where it stands."""
    with hosted.organisation.database.read() as connection:
        found = hosted.organisation.messages.of_person(connection, subject)
    return {"subject": subject, "messages": [one.as_json() for one in found]}
