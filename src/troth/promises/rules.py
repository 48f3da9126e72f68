"""Verdicts: pure rules from evidence and an instant.

Broken: a breach not mended, or a probe that last failed. Kept: occasions that are fresh, a probe that last passed, or, where
there was no occasion, a fresh self-test. At risk: the evidence has used four fifths of its freshness. Otherwise unproven.
A refused attempt keeps a promise. Permissions and exceptions break only when they are exceeded, which is a breach like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from troth.decide.register import HEADS, RegisterAnswer, Standing, standing
from troth.policy.model import Safeguard
from troth.promises.model import BEST_FIRST, WORST_FIRST, Control, Evidence, Grade, Proofs, State, Verdict

ALERT = 0.8
"""The share of its freshness after which evidence is ageing."""


def verdict(controls: tuple[Control, ...], evidence: Evidence, now: datetime) -> Verdict:
    """The verdict on a statement with these controls: judged by those that are built."""
    ids = tuple(control.id for control in controls)
    built = [control for control in controls if control.built]
    if not built:
        later = ", ".join(control.title for control in controls) or "no control"
        return Verdict(State.UNPROVEN, "not_built", f"Not built yet: {later}.", controls=ids)
    fresh = min(control.fresh for control in built)
    tested = min(control.selftest for control in built)
    return _broken(evidence, ids) or _held(evidence, ids, now, fresh, tested)


def register_verdict(
    statement: Safeguard, controls: tuple[Control, ...], evidence: Evidence, now: datetime
) -> Verdict:
    """The verdict on a safeguard: every item of evidence that it names must be shown, and fresh; the weakest grade counts."""
    ids = tuple(control.id for control in controls)
    broken = _broken(evidence, ids)
    if broken is not None:
        return broken
    found = standing(statement, {one.shown.item: one.shown for one in evidence.items}, now)
    return replace(
        _base(evidence, ids),
        state=State(found.outcome.value),
        reason=_REASONS[found.outcome] if evidence.items else "no_evidence",
        sentence=_register_sentence(statement, found, evidence, now),
        grade=max((one.grade for one in evidence.items), key=BEST_FIRST.index, default=None),
        age=max((now - one.shown.at for one in evidence.items), default=None),
        origins=tuple(sorted({one.origin for one in evidence.items})),
        sequences=tuple(sorted((one.sequence for one in evidence.items), reverse=True)[:10]),
        proofs=_proofs(statement, found),
    )


def _proofs(statement: Safeguard, found: RegisterAnswer) -> Proofs:
    whole = len(statement.evidence)
    return Proofs(whole - len([item for item in found.missing if item != HEADS]), whole, found.missing)


def _register_sentence(statement: Safeguard, found: RegisterAnswer, evidence: Evidence, now: datetime) -> str:
    proofs = _proofs(statement, found)
    are = "proof is" if proofs.whole == 1 else "proofs are"
    said = f"{proofs.shown} of {proofs.whole} {are} shown and fresh"
    if found.outcome is Standing.BROKEN:
        return "Broken: more people are counted than the policy allows."
    if found.missing:
        return f"Unproven: {said}; missing: {'; '.join(found.missing)}."
    oldest = spoken(max(now - one.shown.at for one in evidence.items))
    if found.outcome is Standing.AT_RISK:
        return f"At risk: {said}, the oldest from {oldest} ago, and that is ageing."
    return f"Kept: {said}, the oldest from {oldest} ago."


_REASONS = {
    Standing.BROKEN: "breach",
    Standing.AT_RISK: "ageing",
    Standing.UNPROVEN: "stale",
    Standing.KEPT: "register",
}


def worst(verdicts: Iterable[tuple[str, Verdict]]) -> tuple[str, Verdict] | None:
    """The worst of named verdicts: broken > at risk > unproven > kept; the first of equals."""
    ranked = sorted(verdicts, key=lambda named: WORST_FIRST.index(named[1].state))
    return ranked[0] if ranked else None


def _broken(evidence: Evidence, ids: tuple[str, ...]) -> Verdict | None:
    open_breaches = [breach for breach in evidence.breaches if breach.mended_at is None]
    failed = [look for look in evidence.looks if not look.passed]
    if not open_breaches and not failed:
        return None
    count = len(open_breaches) or len(failed)
    sequences = {*(b.sequence for b in open_breaches), *(look.sequence for look in failed)}
    return replace(
        _base(evidence, ids),
        state=State.BROKEN,
        reason="breach" if open_breaches else "probe_failed",
        sentence=f"Broken: {count} {'breach' if count == 1 else 'breaches'} found, not mended.",
        grade=_best([*(b.grade for b in open_breaches), *(Grade.PROBE for _ in failed)]),
        breaches=count,
        origins=tuple(sorted({*(b.origin for b in open_breaches), *(look.origin for look in failed)})),
        worst=open_breaches[0].what if open_breaches else failed[0].probe,
        sequences=tuple(sorted(sequences, reverse=True))[:10],
    )


def _held(
    evidence: Evidence, ids: tuple[str, ...], now: datetime, fresh: timedelta, tested: timedelta
) -> Verdict:
    """Kept, at risk or unproven, by the best evidence that is still fresh."""
    base = _base(evidence, ids)
    ages = _ages(evidence, now, fresh, tested)
    usable = [row for row in ages if row[0] <= 1]
    if not usable:
        if not ages:
            return replace(base, reason="no_evidence", sentence="Unproven: nothing shows it yet.")
        _, age, grade, _ = min(ages)
        return replace(
            base, sentence=f"Unproven: the last evidence is {spoken(age)} old.", grade=grade, age=age
        )
    grade = _best(row[2] for row in usable)
    _, age, _, reason = min(row for row in usable if row[2] == grade)
    said = _sentence(evidence, reason, age, base.mended)
    if min(usable)[0] > ALERT:
        words = f"At risk: {said}, and that is ageing."
        return replace(
            base, state=State.AT_RISK, reason="ageing", sentence=words, grade=grade, age=age, by=reason
        )
    words = f"Kept: {said}."
    return replace(base, state=State.KEPT, reason=reason, sentence=words, grade=grade, age=age, by=reason)


def _base(evidence: Evidence, ids: tuple[str, ...]) -> Verdict:
    """What every verdict on this evidence says besides its state."""
    origins = {t.origin for t in evidence.tallies} | {look.origin for look in evidence.looks}
    return Verdict(
        State.UNPROVEN,
        "stale",
        "",
        permitted=sum(tally.permitted for tally in evidence.tallies),
        refused=sum(tally.refused for tally in evidence.tallies),
        mended=sum(breach.mended_at is not None for breach in evidence.breaches),
        origins=tuple(sorted(origins)),
        controls=ids,
        sequences=_sequences(evidence),
    )


def _ages(
    evidence: Evidence, now: datetime, fresh: timedelta, tested: timedelta
) -> list[tuple[float, timedelta, Grade, str]]:
    """Each kind of evidence with the share of its freshness that is used up."""
    found = []
    for look in evidence.looks:
        found.append((max(now - look.at, timedelta(0)) / fresh, now - look.at, Grade.PROBE, "probe"))
    for tally in evidence.tallies:
        if tally.last_at is not None:
            found.append(((now - tally.last_at) / fresh, now - tally.last_at, tally.grade, "occasions"))
    if evidence.selftest is not None and evidence.selftest.passed:
        age = now - evidence.selftest.at
        found.append((age / tested, age, Grade.LOG, "selftest"))
    return found


def _sequences(evidence: Evidence) -> tuple[int, ...]:
    found = [t.last_sequence for t in evidence.tallies] + [look.sequence for look in evidence.looks]
    found += [evidence.selftest.sequence] if evidence.selftest else []
    return tuple(sorted({s for s in found if s}, reverse=True)[:10])


def _sentence(evidence: Evidence, reason: str, age: timedelta, mended: int) -> str:
    denied = sum(tally.refused for tally in evidence.tallies)
    total = denied + sum(tally.permitted for tally in evidence.tallies)
    parts = []
    if total:
        refused = f", {denied} of them refused" if denied else ""
        parts.append(f"{total} {'decision' if total == 1 else 'decisions'}{refused}")
    if reason == "probe":
        parts.append(f"looked into the store {spoken(age)} ago")
    elif reason == "occasions":
        parts.append(f"the last {spoken(age)} ago")
    else:
        parts.append(
            f"no occasion yet; tested {spoken(age)} ago" if not total else f"tested {spoken(age)} ago"
        )
    if mended:
        parts.append(f"{mended} earlier {'breach' if mended == 1 else 'breaches'} mended")
    return ", ".join(parts)


def spoken(age: timedelta) -> str:
    """An age in words: `3 hours`, `2 days`."""
    seconds = max(int(age.total_seconds()), 0)
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _best(grades: Iterable[Grade]) -> Grade:
    return min(grades, key=BEST_FIRST.index)
