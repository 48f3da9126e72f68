"""Routes about minors: the question about age, guardians, what was taken too early, what tenants attest. And several consents at once."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints

from troth.app.acts import Acts
from troth.app.hosting import Hosted, Hosting
from troth.app.minors import age_gate, answer_guardian, answered_age, ask_guardian, must_be_guarded, purge
from troth.consent import Tried
from troth.kernel.ids import SubjectId, parse
from troth.subjects import Act
from troth.web.api.entry import Refused, key_of, opens
from troth.web.api.models import ConsentSent, Instant, Sent, Word
from troth.web.api.writing import Answer, Once, Person, answer_once

router = APIRouter()
Consents = Annotated[Hosted, Depends(opens("consents"))]
Reads = Annotated[Hosted, Depends(opens("read"))]
Ticket = Annotated[str, Path(max_length=64)]


class AgeSent(Sent):
    """The answer to the question about age: is this person a minor? Only a yes is kept."""

    minor: bool


class GuardianSent(Sent):
    """Where a minor's guardian is reached."""

    address: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    language: Literal["en", "zh", "ms"] = "en"


class ChoiceSent(Sent):
    """One thing, and what is said to it: a yes to one is none to another."""

    item: Word
    act: Literal["given", "refused", "withdrawn"]


class GuardianAnswerSent(Sent):
    """The code that came to the guardian, and what the guardian says to each thing by itself."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    choices: Annotated[list[ChoiceSent], Field(min_length=1, max_length=20)]
    language: Literal["en", "zh", "ms"] = "en"


class ChoicesSent(Sent):
    """What a person said to several things at once: each is named and answered by itself, and each is its own event."""

    choices: Annotated[list[ConsentSent], Field(min_length=1, max_length=50)]


class PurgeSent(Sent):
    """That somebody looked, and this is a minor whose guardian agreed to nothing: what follows cannot be undone."""

    sure: Literal[True]


class AttestationSent(Sent):
    """What a tenant states of a minor among its people: the digest of the statement, and until when it counts."""

    tenant: Annotated[Word, Field(min_length=1, max_length=64)]
    document: Annotated[Word, Field(min_length=1)]
    until: Instant


@router.get("/{org}/age-gate", tags=["minors"])
def gate(hosted: Reads) -> Answer:
    """How people are asked about their age: the years where somebody named any, whose choice that is, what statutes say."""
    found = age_gate(hosted.organisation.policy())
    sources = [{"regime": one.regime, "years": one.years, "cite": one.cite} for one in found.sources]
    return {"classes": list(found.classes), "years": found.years, "chosen": found.chosen, "sources": sources}


@router.post("/{org}/subjects/{subject}/age", tags=["minors"])
def age(request: Request, hosted: Consents, subject: Person, sent: AgeSent, once: Once = "") -> Answer:
    """Take the answer to the question about age: of a minor that they are one, of everybody else nothing at all is kept."""

    def do(acts: Acts) -> Answer:
        return {"kept": answered_age(hosted.organisation, acts, subject, minor=sent.minor)}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/subjects/{subject}/guardian", status_code=202, tags=["minors"])
def ask(request: Request, hosted: Consents, subject: Person, sent: GuardianSent) -> Answer:
    """Send a code to a minor's guardian; what waits for the guardian stays shut until the guardian answered with it."""
    hosting: Hosting = request.app.state.hosting
    ticket = ask_guardian(
        hosted.organisation, subject, sent.address, hosting.visitors.courier.carry, language=sent.language,
        origin=key_of(request).origin,
    )  # fmt: skip
    return {"ticket": ticket, "page": f"/my/{hosted.id}/guardian/{ticket}"}


@router.post("/{org}/guardians/{ticket}", tags=["minors"])
def answer(request: Request, hosted: Consents, ticket: Ticket, sent: GuardianAnswerSent) -> Answer:
    """A guardian's answer to each thing by itself, proven by the code. A wrong code agrees to nothing (403), a used one is over (410)."""
    choices = {one.item: one.act for one in sent.choices}
    tried, numbers = answer_guardian(
        hosted.organisation, ticket, sent.code, choices, language=sent.language, origin=key_of(request).origin
    )
    if tried is not Tried.RIGHT:
        raise (
            Refused(403, "The code is not the one.")
            if tried is Tried.WRONG
            else Refused(410, "This was used or ran out.")
        )
    return {"tried": tried.value, "sequences": list(numbers)}


@router.post("/{org}/subjects/{subject}/purge", tags=["minors"])
def end(request: Request, hosted: Consents, subject: Person, sent: PurgeSent) -> Answer:
    """End what was taken from a minor without a guardian's consent; who else was given some of it is to be told."""
    found = purge(hosted.organisation, subject, origin=key_of(request).origin)
    return {"keys": found.keys, "elsewhere": list(found.elsewhere), "rules": list(found.rules)}


@router.post("/{org}/subjects/{subject}/attestation", tags=["minors"])
def attest(
    request: Request, hosted: Consents, subject: Person, sent: AttestationSent, once: Once = ""
) -> Answer:
    """Record that a tenant states that the guardian of a minor among its people agreed."""

    def do(acts: Acts) -> Answer:
        declared = acts.declared()
        act = Act(parse(SubjectId, subject), acts.at, acts.origin, declared.digest)
        hosted.organisation.guardians.attest(acts.work, act, declared, sent.tenant, sent.document, sent.until)
        return {"subject": subject, "until": sent.until.isoformat()}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/consents/choices", tags=["consents"])
def choices(request: Request, hosted: Consents, sent: ChoicesSent, once: Once = "") -> Answer:
    """Record several consents at once: each named, answered and recorded by itself; all of them, or none."""

    def do(acts: Acts) -> Answer:
        found = []
        for one in sent.choices:
            said = one.model_dump(exclude={"subject", "item", "act"})
            if said["kind"] == "guardian" and one.act == "given":
                must_be_guarded(hosted.organisation, acts, one.subject)
            standing = acts.consent(one.subject, one.item, one.act, **said)
            acts.work.settle()
            found.append(
                {"item": standing.item, "holds": standing.holds, "sequence": acts.work.sequences[-1]}
            )
        return {"choices": found}

    return answer_once(request, hosted, once, sent, do)
