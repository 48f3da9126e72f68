"""What programs send: every text has a length and no control characters; what a field means stands in the OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from troth.decide.model import Question
from troth.gate import ObservedAct, Seen

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def _possible(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("an instant between 1970 and 9000")
    return instant.astimezone(UTC)


Word = Annotated[str, StringConstraints(max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
Words = Annotated[list[Word], Field(max_length=500)]
Papers = Annotated[dict[Word, Text], Field(max_length=50)]
Instant = Annotated[AwareDatetime, AfterValidator(_possible)]


class Sent(BaseModel):
    """Anything sent: a field nobody knows is refused, so that a slip of the pen is not taken for silence."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class IdentitySent(Sent):
    """By what a person is recognised; the value is kept as a keyed digest only."""

    kind: Literal["email", "phone", "device", "account", "cookie"]
    value: Annotated[Text, Field(min_length=1)]


class SubjectSent(Sent):
    """A person: the subject with these identities, made if there is none."""

    identities: Annotated[list[IdentitySent], Field(max_length=50)] = []


class IdentitiesSent(Sent):
    """Identities to link to a subject, and to let go of."""

    link: Annotated[list[IdentitySent], Field(max_length=50)] = []
    unlink: Annotated[list[IdentitySent], Field(max_length=50)] = []


class MergeSent(Sent):
    """Another subject that is the same person: the stricter state of both holds from here on."""

    absorbed: Subject


class FactsSent(Sent):
    """Facts that now hold (`set`), hold no more (`clear`), or are in doubt; for notices the language, and a digest of the words."""

    set: Words = []
    clear: Words = []
    doubt: Words = []
    language: Word = ""
    rendered: Word = ""
    policy: Word = ""


class AcceptanceSent(Sent):
    """What a person did with a policy version that was shown."""

    kind: Literal["deemed", "explicit", "declined"]
    policy: Word = ""
    language: Word = ""


class ConsentSent(Sent):
    """What a person said to a consent item, before which notice, in which language; for one recipient or one case alone, where
    one is named."""

    subject: Subject
    item: Word
    act: Literal["given", "refused", "withdrawn"]
    kind: Literal["", "deemed", "explicit", "separate", "guardian"] = ""
    notice: Word = ""
    language: Word = ""
    rendered: Word = ""
    policy: Word = ""
    recipient: Word = ""
    case: Word = ""


class ObjectionSent(Sent):
    """An objection that is raised, or lifted again."""

    subject: Subject
    objection: Word
    act: Literal["raised", "lifted"]


class ReceiptSent(Sent):
    """A receipt that somebody shows, the proof that came with it, and the person it is shown for."""

    receipt: Annotated[Text, Field(min_length=1, max_length=200_000)]
    proof: Annotated[str, StringConstraints(max_length=200_000)] = ""
    subject: Subject | None = None


class RecipientSent(Sent):
    """What is on record about a recipient from now on (or `since`) until before `until`; `end` lets facts end now."""

    facts: Words = []
    end: Words = []
    since: Instant | None = None
    until: Instant | None = None
    stake: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] | None = None


class QuestionSent(Sent):
    """May this be done? The facts about subject and recipient are looked up; the papers are references the caller holds."""

    action: Word
    data: Annotated[list[Word], Field(max_length=200)] = []
    purpose: Word
    recipient: Word = ""
    place: Word = ""
    via: Word = ""
    source: Word = ""
    message: Word = ""
    subject: Subject | None = None
    papers: Papers = {}

    def question(self) -> Question:
        """The question as the gate takes it."""
        return Question(
            self.action,
            tuple(self.data),
            self.purpose,
            self.recipient,
            self.place,
            self.via,
            self.source,
            self.message,
        )


class RequestSent(Sent):
    """What is said to a person's request: the right, the ground named or the refusal considered, and the papers on file."""

    right: Word
    ground: Word = ""
    refusal: Word = ""
    route: Word = ""
    subject: Subject | None = None
    papers: Papers = {}


class SeenSent(Sent):
    """Where an act was seen, and how."""

    where: Text = ""
    how: Literal["probe", "read_back", "signed", "log", "attestation"] = "log"
    more: Annotated[dict[Word, Any], Field(max_length=50)] = {}


class ActSent(QuestionSent):
    """An act that was seen outside the gate."""

    at: Instant
    seen: SeenSent = SeenSent()

    def act(self) -> ObservedAct:
        """The act as the gate takes it."""
        seen = Seen(self.seen.where, self.seen.how, self.seen.more)
        return ObservedAct(self.question(), self.subject, self.at, seen, self.papers)


class ObservedSent(Sent):
    """Acts that were seen outside the gate: each is judged by what was known when it was done."""

    acts: Annotated[list[ActSent], Field(max_length=500)]


class UnansweredSent(QuestionSent):
    """A use that was done while nobody answered: when, and whether an earlier answer still held."""

    at: Instant
    held: bool = False

    def act(self) -> ObservedAct:
        """The act as the gate takes it."""
        seen = Seen("outbox", "log", {"unanswered": "held" if self.held else "open"})
        return ObservedAct(self.question(), self.subject, self.at, seen, self.papers)


class UnansweredActsSent(Sent):
    """Uses that were done while nobody answered: each is judged by what was known when it was done."""

    acts: Annotated[list[UnansweredSent], Field(min_length=1, max_length=500)]


class ProbeSent(Sent):
    """A look into a store, a mailbox or a page: what it is about, whether all was well, and what was seen."""

    probe: Annotated[Word, Field(min_length=1, pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    passed: bool
    statements: Annotated[list[Word], Field(max_length=200)]
    seen: Annotated[list[Any], Field(max_length=500)] = []
    looked_at: Instant
