"""Routes for apps on devices: a run begins, what may be done now, what was done; and the two lists for programs.

A key of scope `device` may sit in an app that anybody can take apart, so it opens nothing by itself: the number of an installation,
which the app made at random, is what speaks for a device. It travels in bodies and a header, never in an address.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field, StringConstraints

from troth.app.acts import Acts
from troth.app.device_acts import MOST, Now, now, report, start
from troth.app.hosting import Hosted
from troth.app.listings import lists_of
from troth.directories import Entry, kits, permissions
from troth.directories.listing import chosen
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Instant, Papers, Sent, Word
from troth.web.api.writing import Answer, Once, answer_once

router = APIRouter()
Devices = Annotated[Hosted, Depends(opens("device"))]
Reads = Annotated[Hosted, Depends(opens("read"))]
Installation = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
Id = Annotated[Word, Query()]
_TAG: Final = 'W/"{}"'


class SessionSent(Sent):
    """A run of an app begins: whose opening it was, and for which policy version the app was built ('' = it does not say)."""

    installation: Installation
    app: Annotated[Word, Field(min_length=1)]
    version: Annotated[Word, Field(min_length=1)]
    start: Literal["person", "itself"] = "person"
    built_for: Word = ""


class EntrySent(Sent):
    """One thing that an app did, kept itself from (`done: false`), or was told by the person.

    `number` counts up for each installation. `point` is a permission, identifier or kit by the policy's id; of a kit that the policy
    does not name, whatever it is called. `times` adds up what was done alike until `at`, by the clock of the device.
    """

    number: Number
    kind: Literal["prompt", "read", "send", "use", "switch", "confirm", "shown", "class"]
    at: Instant
    point: Word = ""
    feature: Word = ""
    data: Annotated[list[Word], Field(max_length=100)] = Field(default=[])
    purpose: Word = ""
    moment: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,16}$")] = ""
    said: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,16}$")] = ""
    language: Word = ""
    times: Annotated[int, Field(ge=1, le=100_000)] = 1
    done: bool = True
    papers: Papers = Field(default={})

    def entry(self) -> Entry:
        """The entry as the room takes it."""
        return Entry(
            self.kind, self.number, self.at, self.point, self.feature, tuple(self.data), self.purpose, self.moment, self.said,
            self.language, self.times, self.done, self.papers,
        )  # fmt: skip


class ReportSent(Sent):
    """A batch: when it was sent by the clock of the device, and what happened since the last, in order."""

    installation: Installation
    sent_at: Instant
    entries: Annotated[list[EntrySent], Field(max_length=MOST)]


@router.post("/{org}/devices/sessions", tags=["devices"])
def session(request: Request, response: Response, hosted: Devices, sent: SessionSent) -> Answer:
    """A run of an app begins; the answer says what it may do now."""
    found = start(
        hosted.organisation, sent.installation, sent.app, sent.version, sent.start, sent.built_for, origin=key_of(request).origin
    )  # fmt: skip
    return _tagged(response, found)


@router.get("/{org}/devices/allowed", tags=["devices"], responses={304: {"description": "It is as it was."}})
def allowed(
    response: Response,
    hosted: Devices,
    installation: Annotated[str, Header(alias="Troth-Installation", max_length=64)],
    before: Annotated[str, Header(alias="If-None-Match", max_length=200)] = "",
) -> Any:
    """What an app may do now; 304 while that is as it was. What is not named may not be done."""
    found = now(hosted.organisation, installation)
    if _TAG.format(found.version) in [one.strip() for one in before.split(",")]:
        return Response(status_code=304, headers=_headers(found))
    return _tagged(response, found)


@router.post("/{org}/devices/reports", tags=["devices"])
def reported(request: Request, hosted: Devices, sent: ReportSent, once: Once = "") -> Answer:
    """Take a batch, whole or not at all. Entries whose number came before are not taken again, under whichever key."""
    entries = [one.entry() for one in sent.entries]

    def do(acts: Acts) -> Answer:
        found = report(acts, hosted.organisation, sent.installation, sent.sent_at, entries)
        return {"entries": [one.as_json() for one in found]}

    answer = answer_once(request, hosted, once, sent, do)
    return answer | {"version": now(hosted.organisation, sent.installation).version}


@router.get("/{org}/directories/{which}", tags=["devices"])
def directory(
    hosted: Reads,
    which: Literal["collected", "shared"],
    purpose: Id = "",
    kind: Id = "",
    feature: Id = "",
    category: Id = "",
) -> Answer:
    """A list of the policy in force, each line with how often it was done for all people together, and when last."""
    found = lists_of(hosted.organisation, hosted.organisation.policy(), which)
    lines = chosen(found, purpose=purpose, what=kind, feature=feature, category=category)
    return {"policy": hosted.digest, "lines": [one.as_json() for one in lines]}


@router.get("/{org}/directories", tags=["devices"])
def directories(hosted: Reads) -> Answer:
    """Permissions and kits that the policy declares, what people answered to prompts, and what was met that should not have been."""
    organisation, catalogue = hosted.organisation, hosted.catalogue
    with organisation.database.read() as connection:
        answers = organisation.directories.answers(connection)
        troubles = organisation.directories.troubles(connection)
    return {
        "policy": hosted.digest,
        "permissions": [
            {
                "id": one.point, "kind": one.what, "prompt": one.moment, "closable": one.closable, "features": list(one.features),
                "data": list(one.data), "purposes": list(one.purposes), "clauses": list(one.clauses),
                "answers": {said: count for said, (count, _) in sorted(answers.get(one.point, {}).items())},
            }
            for one in permissions(catalogue)
        ],
        "kits": [
            {
                "id": one.point, "vendor": one.vendor, "data": list(one.data), "purposes": list(one.purposes),
                "features": list(one.features), "link": one.link, "clauses": list(one.clauses),
            }
            for one in kits(catalogue)
        ],
        "findings": [
            {
                "what": one.what, "name": one.name, "breach": one.breach, "times": one.times, "first": one.first.isoformat(),
                "last": one.last.isoformat(), "sequence": one.sequence,
            }
            for one in troubles
        ],
    }  # fmt: skip


def _tagged(response: Response, found: Now) -> Answer:
    response.headers.update(_headers(found))
    return found.as_json()


def _headers(found: Now) -> dict[str, str]:
    """Caches on the way keep nothing: an answer is about one person."""
    return {
        "etag": _TAG.format(found.version),
        "cache-control": "private, no-cache",
        "vary": "Troth-Installation",
    }
