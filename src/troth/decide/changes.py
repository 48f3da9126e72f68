"""The fifth form of question: another version of the policy comes; of which kinds is the change, and what is owed because of it?

What is owed are *steps*: `publish`, `archive`, `tell:CHANNEL`, `before_effect`, `lead`, `summary`, `consent_anew`. The rules of
change of the version that is replaced decide, because that one was promised. Every change is at least an ordinary one, and one
that a machine finds to be major is material too: where readings differ, more is owed. Sources: capabilities 5 to 9 of the five
policies, GDPR 12(1) and 13(3), PIPL 17(3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from troth.policy.bundle import Bundle, statement_json
from troth.policy.catalogue import Catalogue
from troth.policy.model import (
    Category,
    ChangeRule,
    Consent,
    Entity,
    Export,
    Fee,
    Ground,
    Message,
    Objection,
    Point,
    Purpose,
    Recipient,
    Refusal,
    RequestGround,
    Residency,
    Right,
    Source,
    Statement,
)
from troth.policy.terms import PeriodTerm

BY_HAND: Final = frozenset({"high_risk", "material", "rights_cut"})
"""Kinds that somebody may add by hand: an assessment, a judgement, and what no comparison of terms can see."""
PERSONAL: Final = frozenset({"email", "sms", "push", "letter", "phone", "post", "manager"})
"""Channels by which people are told one by one."""
_RELEASES: Final = frozenset({"share", "transfer", "publish", "export"})
_SAID_ONLY: Final = frozenset({"label", "note", "because", "dpv", "clauses", "src", "conf", "cite"})
"""Terms that promise nothing by themselves."""
_DAYS: Final = {"hours": 1 / 24, "calendar_days": 1.0, "working_days": 1.4, "months": 30.4, "years": 365.25}


class Owed(StrEnum):
    """Whether anything is still owed because of a change."""

    OWED = "owed"
    SETTLED = "settled"
    NONE = "none"
    """No rule of this policy is about such a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of these kinds, of which these steps were taken."""

    kinds: tuple[str, ...]
    done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What is owed: all steps as duties, those not taken as missing, the rules and clauses that ask for them; and `major`."""

    outcome: Owed
    statements: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def answer_change(catalogue: Catalogue, change: Change) -> ChangeAnswer:
    """What the rules of a policy ask for when it changes in these ways."""
    rules = rules_for(catalogue, change.kinds)
    if not rules:
        return ChangeAnswer(Owed.NONE)
    duties = tuple(dict.fromkeys(step for rule in rules for step in steps(rule)))
    missing = tuple(step for step in duties if step not in change.done)
    return ChangeAnswer(
        Owed.OWED if missing else Owed.SETTLED,
        tuple(rule.key for rule in rules),
        tuple(sorted({clause for rule in rules for clause in rule.clauses})),
        duties,
        missing,
        ("major",) if any(rule.major for rule in rules) else (),
    )


def rules_for(catalogue: Catalogue, kinds: Collection[str]) -> tuple[ChangeRule, ...]:
    """The rules that are about any of these kinds of change."""
    return tuple(rule for rule in catalogue.all(ChangeRule) if set(rule.kinds) & set(kinds))


def steps(rule: ChangeRule) -> tuple[str, ...]:
    """What one rule asks for."""
    flags = (
        ("publish", rule.publish), ("archive", rule.archive), ("before_effect", rule.before_effect),
        ("lead", rule.lead is not None), ("summary", rule.summary), ("consent_anew", rule.consent_anew),
    )  # fmt: skip
    return (*(f"tell:{channel}" for channel in rule.channels), *(name for name, asked in flags if asked))


# --- of which kinds a change is ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two versions: the kinds of change with the statements that make each, and whether anything does."""

    kinds: dict[str, tuple[str, ...]]

    @property
    def any(self) -> bool:
        """Whether the versions differ in anything that was published or promised."""
        return bool(self.kinds)


def differences(old: Bundle, new: Bundle) -> Differences:
    """What changed from one version to the next, as their enforced readings have it, by kind of change."""
    before, after = Catalogue.of(old), Catalogue.of(new)
    found: dict[str, list[str]] = {}
    for one, other in _pairs(before, after):
        for kind in _kinds(one, other):
            found.setdefault(kind, []).append((other or one).key)  # type: ignore[union-attr]
    if old.header.organisation != new.header.organisation:
        found.setdefault("ownership", []).append("header")
    cut = list(cuts(before, after))
    if cut:
        found["rights_cut"] = cut
    if found:
        found["material"] = sorted({key for keys in found.values() for key in keys})
    texts = [text.digest for text in old.texts] != [text.digest for text in new.texts]
    if found or texts or any(True for _ in _pairs(before, after)):
        found["ordinary"] = ["text"] if texts else ["statements"]
    return Differences({kind: tuple(keys) for kind, keys in found.items()})


def _pairs(before: Catalogue, after: Catalogue) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Statements that came, went, or say something else."""
    keys = dict.fromkeys((*(s.key for s in before.statements), *(s.key for s in after.statements)))
    for key in keys:
        one, other = before.by_key(key), after.by_key(key)
        if _meant(one) != _meant(other):
            yield one, other


def _meant(statement: Statement | None) -> dict[str, object] | None:
    if statement is None:
        return None
    return {name: value for name, value in statement_json(statement).items() if name not in _SAID_ONLY}


def _kinds(one: Statement | None, other: Statement | None) -> Iterator[str]:
    for found in (one, other):
        if isinstance(found, Ground):
            yield "recipients" if _RELEASES & set(found.acts) else "service_model"
            return
        if isinstance(found, (Purpose, Category, Source, Point, Message)):
            yield "service_model"
            return
        if isinstance(found, (Recipient, Export, Residency)):
            yield "recipients"
            return
        if isinstance(found, (Right, RequestGround, Refusal, Fee, Objection)):
            yield "rights"
            return
        if isinstance(found, Entity):
            yield "ownership" if found.role in ("controller", "joint_controller") else "contact"
            return


def cuts(before: Catalogue, after: Catalogue) -> Iterator[str]:
    """Statements by which people may do less, later, dearer or with more proof than before."""
    for right in before.all(Right):
        kept = after.get(Right, right.id)
        if kept is None or _less(right, kept):
            yield right.key
    yield from (one.key for one in before.all(RequestGround) if after.get(RequestGround, one.id) is None)
    yield from _dearer(before, after)
    yield from _narrower(before, after)


def _dearer(before: Catalogue, after: Catalogue) -> Iterator[str]:
    """New grounds to refuse, refusals that leave no choice any more, fees that rose."""
    for refusal in after.all(Refusal):
        was = before.get(Refusal, refusal.id)
        if was is None or (was.mode, refusal.mode) == ("may", "bar"):
            yield refusal.key
    for fee in after.all(Fee):
        cost = before.get(Fee, fee.id)
        if fee.amount and (cost is None or (cost.amount or 0) < fee.amount):
            yield fee.key


def _narrower(before: Catalogue, after: Catalogue) -> Iterator[str]:
    """Objections that went, and ways to object or to take a consent back that went."""
    for objection in before.all(Objection):
        raised = after.get(Objection, objection.id)
        if raised is None or _fewer(objection.channels, raised.channels):
            yield objection.key
    for consent in before.all(Consent):
        given = after.get(Consent, consent.id)
        if given is not None and _fewer(consent.withdraw, given.withdraw):
            yield consent.key


def _less(right: Right, kept: Right) -> bool:
    return (
        kept.what != right.what
        or _later(right.within, kept.within)
        or (right.free and not kept.free)
        or _fewer(right.routes, kept.routes)
        or _fewer(right.shows, kept.shows)
        or bool(set(map(str, kept.proof)) - set(map(str, right.proof)))
        or (bool(kept.limited_by) and kept.limited_by != right.limited_by)
    )


def _later(was: PeriodTerm | None, now: PeriodTerm | None) -> bool:
    if was is None:
        return False
    return now is None or now.value * _DAYS[now.unit] > was.value * _DAYS[was.unit]


def _fewer(was: Iterable[str], now: Iterable[str]) -> bool:
    """Whether something that was listed is listed no more; an empty list left everything open."""
    listed = set(now)
    return bool(set(was) - listed) and bool(listed or was)
