"""Routes that record: people and what they chose, recipients, uses and releases, what was seen outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.app.minors import GUARDIAN, must_be_guarded
from troth.app.using import use_once
from troth.gate import ObservedAct
from troth.kernel.errors import CallerError
from troth.policies import NoPolicyInForce, NotDeclared
from troth.promises.evidence import Looked
from troth.web.api import models as m
from troth.web.api.entry import key_of, opens

router = APIRouter()
Once = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]
Answer = dict[str, Any]
Person = Annotated[str, Path(max_length=64)]

Subjects = Annotated[Hosted, Depends(opens("subjects"))]
Consents = Annotated[Hosted, Depends(opens("consents"))]
Asks = Annotated[Hosted, Depends(opens("ask"))]
Observes = Annotated[Hosted, Depends(opens("observe"))]


def answer_once(
    request: Request, hosted: Hosted, key: str, sent: m.Sent | str, do: Callable[[Acts], Answer]
) -> Answer:
    """Act once under an idempotency key, which belongs to whose API key and to the address it came with."""
    named, plain = _named(request, key, sent)
    return hosted.organisation.act_once(named, plain, do, origin=key_of(request).origin).answer


def _named(request: Request, key: str, sent: m.Sent | str) -> tuple[str, object]:
    """The idempotency key with whose it is and for which address ('' where none came), and the request as plain JSON."""
    named = f"{key_of(request).whose} {request.url.path} {key}" if key else ""
    return named, sent if isinstance(sent, str) else sent.model_dump(mode="json")


def _number(acts: Acts) -> int:
    """The number of the first entry of an act: its receipt is asked for by it."""
    acts.work.settle()
    return acts.work.sequences[0]


@router.post("/{org}/subjects", status_code=201, tags=["subjects"])
def open_subject(
    request: Request, response: Response, hosted: Subjects, sent: m.SubjectSent, once: Once = ""
) -> Answer:
    """The subject with these identities (200), made if there is none (201)."""

    def do(acts: Acts) -> Answer:
        found = acts.open_subject((one.kind, one.value) for one in sent.identities)
        return {"subject": str(found.subject), "created": found.created}

    answer = answer_once(request, hosted, once, sent, do)
    response.status_code = 201 if answer["created"] else 200
    return answer


@router.post("/{org}/subjects/{subject}/identities", tags=["subjects"])
def link(
    request: Request, hosted: Subjects, subject: Person, sent: m.IdentitiesSent, once: Once = ""
) -> Answer:
    """Let identities lead to a subject, or lead there no more."""

    def do(acts: Acts) -> Answer:
        for one in sent.link:
            acts.link(subject, one.kind, one.value)
        for one in sent.unlink:
            acts.unlink(subject, one.kind, one.value)
        return {"subject": subject}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/subjects/{subject}/merge", tags=["subjects"])
def merge(request: Request, hosted: Subjects, subject: Person, sent: m.MergeSent, once: Once = "") -> Answer:
    """Two subjects are one person: this one is kept, and the stricter state of both holds."""

    def do(acts: Acts) -> Answer:
        acts.merge(subject, sent.absorbed)
        return {"subject": subject}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/subjects/{subject}/facts", tags=["subjects"])
def set_facts(
    request: Request, hosted: Subjects, subject: Person, sent: m.FactsSent, once: Once = ""
) -> Answer:
    """Record facts such as `registered` and `shown:filing_notice`."""

    def do(acts: Acts) -> Answer:
        acts.set_facts(subject, **sent.model_dump())
        return {"subject": subject}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/subjects/{subject}/acceptance", tags=["consents"])
def accept(
    request: Request, hosted: Consents, subject: Person, sent: m.AcceptanceSent, once: Once = ""
) -> Answer:
    """Record that a policy version was accepted, which binds the person to it, or declined."""

    def do(acts: Acts) -> Answer:
        policy = acts.accept(subject, sent.kind, language=sent.language, policy=sent.policy)
        return {"subject": subject, "policy": policy, "sequence": _number(acts)}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/consents", tags=["consents"])
def consent(request: Request, hosted: Consents, sent: m.ConsentSent, once: Once = "") -> Answer:
    """Record a consent given, refused or withdrawn; where it then stands. A withdrawal is in force when this answers."""

    def do(acts: Acts) -> Answer:
        said = sent.model_dump(exclude={"subject", "item", "act"})
        if sent.act == "given" and GUARDIAN in (
            sent.kind or acts.declared(sent.policy).consent(sent.item).what,
        ):
            must_be_guarded(hosted.organisation, acts, sent.subject)
        found = acts.consent(sent.subject, sent.item, sent.act, **said)
        return {
            "subject": sent.subject,
            "item": found.item,
            "holds": found.holds,
            "act": found.act,
            "kind": found.kind,
            "asks_for": found.asks_for,
            "expires": found.expires.isoformat() if found.expires else None,
            "sequence": _number(acts),
        }

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/objections", tags=["consents"])
def objection(request: Request, hosted: Consents, sent: m.ObjectionSent, once: Once = "") -> Answer:
    """Record an objection raised or lifted; it is in force when this answers."""

    def do(acts: Acts) -> Answer:
        acts.object(sent.subject, sent.objection, raised=sent.act == "raised")
        stands = sent.act == "raised"
        said = {"subject": sent.subject, "objection": sent.objection, "stands": stands}
        return said | {"sequence": _number(acts)}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/recipients/{recipient}/facts", tags=["recipients"])
def recipient_facts(
    request: Request,
    hosted: Subjects,
    recipient: Annotated[str, Path(max_length=160)],
    sent: m.RecipientSent,
    once: Once = "",
) -> Answer:
    """Put facts about a recipient on record, or let them end. Control needs the stake the policy asks for."""

    def do(acts: Acts) -> Answer:
        if sent.end:
            acts.end_recipient(recipient, sent.end)
        if sent.facts:
            acts.recipient(recipient, sent.facts, since=sent.since, until=sent.until, stake=sent.stake)
        return {"recipient": recipient}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/use", tags=["gate"])
def use(request: Request, hosted: Asks, sent: m.QuestionSent, once: Once = "") -> Answer:
    """Ask before collecting, using or storing: the answer is on record, a refusal at once, a permit with the next segment."""
    organisation, origin = hosted.organisation, key_of(request).origin
    question, subject, papers = sent.question(), sent.subject, sent.papers
    if not once:
        return organisation.gate.use(question, subject, papers, origin=origin).as_json()
    named, plain = _named(request, once, sent)
    return use_once(organisation, named, plain, question, subject, papers, origin)


@router.post("/{org}/release", tags=["gate"])
def release(request: Request, hosted: Asks, sent: m.QuestionSent, once: Once = "") -> Answer:
    """Ask before sharing, transferring, publishing or exporting: the record is durable before the answer is here."""
    return answer_once(
        request,
        hosted,
        once,
        sent,
        lambda acts: acts.release(sent.question(), sent.subject, sent.papers).as_json(),
    )


@router.post("/{org}/observed", tags=["observe"])
def observed(request: Request, hosted: Observes, sent: m.ObservedSent, once: Once = "") -> Answer:
    """Report acts seen outside the gate: each is judged by what was known when it was done."""

    return _judged(request, hosted, once, sent, [act.act() for act in sent.acts])


@router.post("/{org}/uses/unanswered", tags=["gate"])
def unanswered(request: Request, hosted: Asks, sent: m.UnansweredActsSent, once: Once = "") -> Answer:
    """Tell of uses that were done while nobody answered, as the contract of their purpose lets them be: each is judged now."""
    return _judged(request, hosted, once, sent, [act.act() for act in sent.acts])


def _judged(request: Request, hosted: Hosted, once: str, sent: m.Sent, seen: list[ObservedAct]) -> Answer:
    def do(acts: Acts) -> Answer:
        try:
            return {"found": [one.as_json() for one in acts.observe(seen)]}
        except NoPolicyInForce as error:  # at the instant the caller names: theirs to mend, and nobody else's
            raise CallerError(
                "An act was done when no policy was in force, so nothing can judge it.",
                "Name the instant at which it was done as `at`, with its offset; nothing of this request was kept.",
            ) from error

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/probes", tags=["observe"])
def probe(request: Request, hosted: Observes, sent: m.ProbeSent, once: Once = "") -> Answer:
    """Report a look: a failed one breaks its statements until the same probe passes again."""
    unknown = [key for key in sent.statements if hosted.catalogue.by_key(key) is None]
    if unknown:
        raise NotDeclared("A statement is named that this policy does not have.", "Name each as kind:id.")
    promises = hosted.promises

    def do(acts: Acts) -> Answer:
        look = Looked(
            sent.probe, sent.passed, tuple(dict.fromkeys(sent.statements)), tuple(sent.seen),
            hosted.bundle.digest, sent.looked_at, acts.origin,
        )  # fmt: skip
        promises.looked(acts.work, look)
        acts.work.settle()
        return {"probe": sent.probe, "sequence": acts.work.sequences[-1]}

    return answer_once(request, hosted, once, sent, do)
