"""What programs send about staff and sealed fields; what a field means stands in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from troth.access import Asked, ObservedRead, Put
from troth.safeguards import Proof
from troth.web.api.models import Instant, SeenSent, Sent, Subject, Text, Word

FieldName = Annotated[str, StringConstraints(max_length=129, pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Secret = Annotated[str, StringConstraints(max_length=200, pattern=r"^[\x20-\x7e]*$")]
Value = Annotated[str, StringConstraints(max_length=65_536)]
Fields = Annotated[list[FieldName], Field(min_length=1, max_length=200)]
Person = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9_]*$")]


class FieldSent(Sent):
    """A column of which people may have sealed values: its category, and for which purposes a value is found again.

    `reindex` lets values that were there before be found by what is said now.
    """

    field: FieldName
    category: Word
    search: list[Word] = Field(default=[], max_length=20)
    reindex: bool = False


class WriteSent(Sent):
    """Values to be sealed for a subject, by field; each takes the place of the one before."""

    subject: Subject
    values: Annotated[dict[FieldName, Value], Field(min_length=1, max_length=200)]

    def put(self) -> Put:
        """The values as the room takes them."""
        return Put(self.subject, self.values)


class WritesSent(Sent):
    """Values of many people, kept in one go."""

    writes: Annotated[list[WriteSent], Field(max_length=500)]


class RemoveSent(Sent):
    """Fields of a subject whose values are taken away; without any, all of them."""

    subject: Subject
    fields: list[FieldName] = Field(default=[], max_length=200)


class WantedSent(Sent):
    """Fields of a subject."""

    subject: Subject
    fields: Fields


class ReadSent(WantedSent):
    """Fields of a subject that somebody wants to read, by their access token."""

    token: Secret = ""


class ReadsSent(Sent):
    """Fields of many people that somebody wants to read, by their access token."""

    token: Secret = ""
    reads: Annotated[list[WantedSent], Field(max_length=500)]

    def asked(self) -> list[Asked]:
        """The reads as the room takes them."""
        return [Asked(self.token, one.subject, tuple(dict.fromkeys(one.fields))) for one in self.reads]


class SearchSent(Sent):
    """A value to look for, exactly as it was written, in a field that is searched for the purpose of the token."""

    token: Secret = ""
    field: FieldName
    value: Value


class ReadSeenSent(Sent):
    """A read that was seen outside, such as in the log of a store."""

    subject: Subject
    field: FieldName
    at: Instant
    role: Word = ""
    member: Person = ""
    seen: SeenSent = SeenSent()

    def observed(self) -> ObservedRead:
        """The read as the room takes it."""
        seen = self.seen
        return ObservedRead(
            self.subject, self.field, self.at, self.role, self.member, seen.where, seen.how, seen.more
        )


class ReadsSeenSent(Sent):
    """Reads that were seen outside: one that no entry permitted shortly before is a breach."""

    reads: Annotated[list[ReadSeenSent], Field(max_length=500)]


class MemberSent(Sent):
    """Somebody who works here; the name, if one is given, is sealed, and no page shows it."""

    name: Annotated[Text, Field(max_length=200)] = ""


class RoleSent(Sent):
    """A role that is given, until before an instant where one is named."""

    role: Word
    until: Instant | None = None


class RoleEndedSent(Sent):
    """A role that is taken away."""

    role: Word


class TrainingSent(Sent):
    """A course that was taken, and when it expires; `document` is the digest of its certificate."""

    course: Word
    taken: Instant
    expires: Instant
    document: Annotated[str, StringConstraints(max_length=140, pattern=r"^[A-Za-z0-9:_-]*$")] = ""


class LeaveSent(Sent):
    """Somebody works here no more."""

    leaves: Literal[True] = True


class TokenSent(Sent):
    """An access token that is asked for: who reads, in which role, for which purpose, and for how many minutes."""

    member: Person
    role: Word
    purpose: Word
    minutes: Annotated[int, Field(ge=1, le=480)] = 60


class TokenEndedSent(Sent):
    """An access token that shall count no more, by its id."""

    id: Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9a-f]*$")]


class ProofSent(Sent):
    """That an item of evidence of a safeguard was seen, or looked for and not found; items count from 1 as the policy lists them.

    `by` is the id of a member of staff, or `probe:NAME`; `document` the digest of what was seen.
    """

    item: Annotated[int, Field(ge=1, le=200)]
    at: Instant
    by: Annotated[str, StringConstraints(min_length=1, max_length=110, pattern=r"^[A-Za-z0-9:._-]*$")]
    passed: bool = True
    document: Annotated[str, StringConstraints(max_length=150, pattern=r"^[A-Za-z0-9:-]*$")] = ""
    until: Instant | None = None
    heads: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    grade: Literal["probe", "read_back", "signed", "log", "attestation"] = "attestation"

    def proof(self, safeguard: str) -> Proof:
        """The proof as the room takes it."""
        return Proof(
            safeguard,
            self.item,
            self.at,
            self.by,
            self.passed,
            self.document,
            self.until,
            self.heads,
            self.grade,
        )
