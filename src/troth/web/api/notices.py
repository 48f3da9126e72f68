"""Routes about notices: as they read at a form, shown to somebody, verified by digest; what came in under them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from troth.app.acts import Acts
from troth.app.change_acts import tell
from troth.app.hosting import Hosted
from troth.app.notice_acts import show, submit
from troth.kernel.ids import SubjectId, parse
from troth.notices import Interface, Rendered, Shown, Submission
from troth.notices.model import LONGEST, MOST_FIELDS
from troth.subjects import Act
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Sent, Subject, Word
from troth.web.api.writing import Answer, Once, answer_once

router = APIRouter()
Records = Annotated[Hosted, Depends(opens("notices"))]
Reads = Annotated[Hosted, Depends(opens("read"))]
Id = Annotated[str, Path(max_length=160)]
Language = Annotated[str, Query(max_length=16)]
Body = Annotated[str, StringConstraints(max_length=LONGEST)]
Digest = Annotated[str, StringConstraints(max_length=71, pattern=r"^(sha256:[0-9a-f]{64})?$")]


class DisplaySent(Sent):
    """A notice that somebody was shown: in which language, by which interface, at which form.

    `text` are the exact words where they are the caller's own; `rendered` their digest, or that of the notice as it is rendered
    here. With neither, the notice as it is rendered here was shown.
    """

    subject: Subject
    notice: Word
    language: Word
    interface: Interface = Interface.WEB
    point: Word = ""
    text: Body = ""
    rendered: Digest = ""
    policy: Word = ""


class SubmissionSent(Sent):
    """What came in by a form: the names of its fields, never what was written there, and the versions of the notices it came in
    under (none named: those now declared)."""

    subject: Subject
    point: Word
    fields: Annotated[list[Word], Field(max_length=MOST_FIELDS)]
    versions: dict[Word, Word] = Field(default={}, max_length=20)
    policy: Word = ""


@router.get("/{org}/points/{point}/notices", tags=["notices"])
def at_point(hosted: Reads, point: Id, language: Language = "en") -> Answer:
    """The notices that must be shown at a form before it takes anything, word for word, each with the digest of its words."""
    organisation, declared = hosted.organisation, hosted.organisation.policy()
    with organisation.database.read() as connection:
        found = organisation.notices.at_point(connection, declared, point, language)
    return {"policy": declared.digest, "notices": [_json(one) for one in found]}


@router.get("/{org}/notices/{notice}", tags=["notices"])
def one(hosted: Reads, notice: Id, language: Language = "") -> Answer:
    """A notice as it reads in a language it exists in, with the digest of its words."""
    organisation, declared = hosted.organisation, hosted.organisation.policy()
    with organisation.database.read() as connection:
        found = organisation.notices.rendered(connection, declared, notice, language)
    return {"policy": declared.digest, **_json(found)}


@router.get("/{org}/texts/{digest}", tags=["notices"])
def text(hosted: Reads, digest: Annotated[str, Path(max_length=71)]) -> Answer:
    """The exact words that were shown under a digest, checked against it."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        found = organisation.notices.text(connection, digest)
    return {
        "notice": found.notice, "version": found.version, "language": found.language, "text": found.text,
        "rendered": found.digest,
    }  # fmt: skip


@router.post("/{org}/displays", status_code=201, tags=["notices"])
def displayed(
    request: Request, response: Response, hosted: Records, sent: DisplaySent, once: Once = ""
) -> Answer:
    """Record that somebody was shown a notice (201); the same display again changes nothing (200), but for instant notices."""
    how = Shown(sent.language, sent.interface, sent.point, sent.text, sent.rendered)

    def do(acts: Acts) -> Answer:
        found = show(hosted.organisation, acts, sent.subject, sent.notice, how, policy=sent.policy)
        return {
            "sequence": found.sequence, "notice": found.notice, "version": found.version, "language": found.language,
            "rendered": found.rendered, "own": found.own, "again": found.again,
        }  # fmt: skip

    answer = answer_once(request, hosted, once, sent, do)
    response.status_code = 200 if answer["again"] else 201
    return answer


@router.post("/{org}/submissions", tags=["notices"])
def submitted(request: Request, hosted: Records, sent: SubmissionSent, once: Once = "") -> Answer:
    """Bind a submission to the notices it came in under, or refuse it, with what is missing; either is on record."""
    submission = Submission(
        sent.point, tuple(dict.fromkeys(sent.fields)), tuple(sorted(sent.versions.items()))
    )

    def do(acts: Acts) -> Answer:
        found = submit(hosted.organisation, acts, sent.subject, submission, policy=sent.policy)
        return {
            "sequence": found.sequence, "taken": found.taken, "notices": dict(found.notices),
            "missing": list(found.missing), "lacking": list(found.lacking), "undeclared": found.undeclared,
        }  # fmt: skip

    return answer_once(request, hosted, once, sent, do)


def _json(one: Rendered) -> Answer:
    return {
        "notice": one.notice, "version": one.version, "language": one.language, "level": one.level, "text": one.text,
        "rendered": one.digest,
    }  # fmt: skip


# --- changes of the policy ---------------------------------------------------------------------------------------------------------


class PostedSent(Sent):
    """The company announced a change by a channel of its own: home page, app, announcement."""

    channel: Word


class EscalatedSent(Sent):
    """A change is judged to be of another kind too."""

    kind: Literal["high_risk", "material", "rights_cut"]


class TellSent(Sent):
    """Somebody to be told of a change: by a message to an address, or (`done`) told already, by word or letter."""

    subject: Subject
    channel: Word = "email"
    address: Annotated[str, StringConstraints(max_length=512)] = ""
    language: Literal["en", "zh", "ms"] = "en"
    done: bool = False


Number = Annotated[int, Path(ge=1, le=9_000_000_000_000_000)]


@router.get("/{org}/changes", tags=["notices"])
def listed(hosted: Reads) -> Answer:
    """Every change of the policy: of which kinds, from which version to which, and what each rule of change still asks for."""
    revisions = hosted.organisation.revisions
    with hosted.organisation.database.read() as connection:
        return {
            "changes": [
                {
                    "change": made.sequence, "policy": made.policy, "before": made.before, "kinds": list(made.kinds),
                    "recorded": made.at.isoformat(), "since": made.since.isoformat(),
                    "rules": [
                        {"rule": one.rule.id, "steps": list(one.steps), "missing": list(one.missing), "breached": one.breached}
                        for one in revisions.standing(connection, made)
                    ],
                }
                for made in revisions.all(connection)
            ]
        }  # fmt: skip


@router.get("/{org}/changes/{number}/owed", tags=["notices"])
def owed(
    hosted: Records, number: Number, channel: Annotated[str, Query(max_length=32)] = "email",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Answer:  # fmt: skip
    """People who are still to be told of a change by a channel, by their ids."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        made = organisation.revisions.get(connection, number)
        roots = organisation.revisions.owed(connection, made, channel, limit=limit)
        ids = [organisation.rooms.subjects.id_of(connection, root) for root in roots]
    return {"change": number, "channel": channel, "subjects": [str(one) for one in ids if one is not None]}


@router.post("/{org}/changes/{number}/posted", tags=["notices"])
def posted(request: Request, hosted: Records, number: Number, sent: PostedSent, once: Once = "") -> Answer:
    """Record that the company announced a change by a channel of its own."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.revisions.posted(acts.work, number, sent.channel, acts.at, acts.origin)
        return {"change": number, "channel": sent.channel}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/changes/{number}/escalated", tags=["notices"])
def escalated(
    request: Request, hosted: Records, number: Number, sent: EscalatedSent, once: Once = ""
) -> Answer:
    """Record that a change is judged to be of another kind too, with all that its rules then ask for."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.revisions.escalate(acts.work, number, sent.kind, acts.at, acts.origin)
        return {"change": number, "kind": sent.kind}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/changes/{number}/tell", tags=["notices"])
def told(request: Request, hosted: Records, number: Number, sent: TellSent, once: Once = "") -> Answer:
    """Tell somebody of a change: the message says what changed and where all of it stands, and passes the send gate."""
    organisation, origin = hosted.organisation, key_of(request).origin
    if not sent.done:
        site = f"{request.url.scheme}://{request.url.netloc}"
        found = tell(
            organisation, number, sent.subject, sent.address, site=site, channel=sent.channel, language=sent.language,
            origin=origin,
        )  # fmt: skip
        return {"change": number, "message": found.id, "state": found.state.value, "reason": found.reason}

    def do(acts: Acts) -> Answer:
        act = Act(parse(SubjectId, sent.subject), acts.at, acts.origin)
        organisation.revisions.told(acts.work, act, number, sent.channel)
        return {"change": number, "message": "", "state": "told", "reason": ""}

    return answer_once(request, hosted, once, sent, do)
