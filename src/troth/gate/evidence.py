"""What the gate records. Codes name what the policy declares, never what a caller wrote; question and papers are payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from troth.decide.model import Answer, Question
from troth.gate.model import ObservedAct
from troth.ledger import Draft, Origin
from troth.policies import Declared
from troth.policy.model import Ground
from troth.policy.vocabulary import ACTIONS

RELEASE_PERMITTED: Final = "gate:release:permitted"
RELEASE_REFUSED: Final = "gate:release:refused"
USE_PERMITTED: Final = "gate:use:permitted"
USE_REFUSED: Final = "gate:use:refused"
ACT_PERMITTED: Final = "gate:act:permitted"
ACT_BREACH: Final = "gate:act:breach"
USE_COLUMNS: Final = (
    "at",
    "subject",
    "action",
    "data",
    "purpose",
    "recipient",
    "policy",
    "grounds",
    "applied",
)
_MOST: Final = 250


def decided(
    kind: str,
    question: Question,
    answer: Answer,
    declared: Declared,
    *,
    subject: str | None,
    at: datetime,
    papers: Mapping[str, str],
    origin: Origin,
) -> Draft:
    """A decision as an event: outcome, action, purpose and every statement in play as codes. What nothing allows is refused by what
    its purpose leaves out, so that where no other statement is in play the purpose itself is."""
    return Draft(
        kind,
        at,
        subject=subject,
        policy=answer.policy,
        codes=codes(question, _named(question, answer, declared), declared),
        payload={"question": plain(question), "papers": dict(papers)},
        origin=origin,
    )


def observed(
    act: ObservedAct, answer: Answer, declared: Declared, breach: bool, at: datetime, origin: Origin
) -> Draft:
    """An act that was seen, as what it was; where it was seen is payload, how is a code."""
    broken = _broken(answer, declared) if breach else answer.applied
    seen = {"where": act.seen.where, "how": act.seen.how, "more": dict(act.seen.more)}
    return Draft(
        ACT_BREACH if breach else ACT_PERMITTED,
        act.at,
        subject=act.subject,
        policy=answer.policy,
        codes=(*codes(act.question, replace(answer, applied=broken), declared), f"grade:{act.seen.how}"),
        payload={"question": plain(act.question), "papers": dict(act.papers), "seen": seen},
        origin=origin,
    )


def _named(question: Question, answer: Answer, declared: Declared) -> Answer:
    known = question.purpose in declared.catalogue.ids("purpose")
    return (
        replace(answer, applied=(f"purpose:{question.purpose}",)) if known and not answer.applied else answer
    )


def _broken(answer: Answer, declared: Declared) -> tuple[str, ...]:
    """The statements that a breach breaks: of the grounds it came near to, no exceptions, for those break only when used."""
    exceptions = {ground.key for ground in declared.catalogue.all(Ground) if ground.exception}
    return tuple(key for key in answer.applied if key not in exceptions) or answer.applied


def codes(question: Question, answer: Answer, declared: Declared) -> tuple[str, ...]:
    """(outcome, action, purpose, each statement in play); what is not declared is called `undeclared`."""
    action = question.action if question.action in ACTIONS else "undeclared"
    purpose = question.purpose if question.purpose in declared.catalogue.ids("purpose") else "undeclared"
    return (answer.outcome.value, action, purpose, *answer.applied[:_MOST])


def use_row(question: Question, answer: Answer, pseudonym: str, at: datetime) -> tuple[str, ...]:
    """A permitted use as a row of a segment, one text for each of USE_COLUMNS."""
    return (
        at.isoformat(),
        pseudonym,
        question.action,
        " ".join(question.data),
        question.purpose,
        question.recipient,
        answer.policy,
        " ".join(answer.grounds),
        " ".join(answer.applied),
    )


def uses(rows: Sequence[Sequence[Any]], at: datetime, origin: Origin) -> Draft:
    """A segment of permitted uses: each statement in play with how often, the most frequent first."""
    counts = Counter(key for row in rows for key in str(row[-1]).split())
    policies = {str(row[6]) for row in rows}
    first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST]
    return Draft(
        USE_PERMITTED,
        at,
        policy=policies.pop() if len(policies) == 1 else None,
        codes=tuple(f"{key}={count}" for key, count in first),
        origin=origin,
    )


def plain(question: Question) -> dict[str, object]:
    """A question as plain JSON values, what is empty left out."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(question).items()
        if value
    }
