"""Verdicts in sentences: what can be said of a promise now, and on what, in the language of the reader."""

from __future__ import annotations

from troth.decide.register import HEADS
from troth.promises.board import ClauseVerdict
from troth.promises.controls import BY_ID
from troth.promises.model import Proofs, State, Verdict
from troth.web.plainly import Plainly


def clause_sentence(say: Plainly, found: ClauseVerdict) -> str:
    """What is said of a clause: the sentence of the statement that decides, and which one that is where there are several."""
    deciding = found.deciding
    if deciding is None:
        return statement_sentence(say, found.verdict)
    key, verdict = deciding
    sentences = [statement_sentence(say, verdict)]
    if len(found.provable) > 1:
        sentences.append(say.t("verdict.decided_by", name=say.key(key)))
    mended = found.verdict.mended
    if mended and not (mended == verdict.mended and verdict.by):
        sentences.append(say.t("verdict.in_all", said=say.t.counted("verdict.mended", mended)))
    return say.t.listed(sentences, "join.sentences")


def statement_sentence(say: Plainly, verdict: Verdict) -> str:
    """What is said of a statement."""
    said = _said(say, verdict)
    if not verdict.rests_on:
        return said
    return say.t.listed((said, say.t("verdict.rests_on", name=say.key(verdict.rests_on))), "join.sentences")


def _said(say: Plainly, verdict: Verdict) -> str:
    t = say.t
    if verdict.proofs is not None:
        return _registered(say, verdict, verdict.proofs)
    if verdict.state is State.BROKEN:
        return t.counted("verdict.broken", verdict.breaches)
    if verdict.by:
        return t(f"verdict.{verdict.state}", said=t.listed(_shown(say, verdict), "join.parts"))
    if verdict.reason == "not_built":
        titles = [say.words.control(BY_ID[id]) for id in verdict.controls if id in BY_ID]
        return t("verdict.not_built", what=t.listed(titles) or t("verdict.no_control"))
    if verdict.reason == "reasoned":
        return t("verdict.reasoned", why=verdict.sentence.partition(": ")[2])
    if verdict.reason == "stale" and verdict.age is not None:
        return t("verdict.stale", age=t.age(verdict.age))
    return t("verdict.unbound" if verdict.state is State.UNBOUND else "verdict.nothing")


def _registered(say: Plainly, verdict: Verdict, proofs: Proofs) -> str:
    """What is said of a safeguard: how many of its proofs are there, which are not, and how old the oldest is."""
    t = say.t
    if verdict.state is State.BROKEN:
        return t("verdict.heads")
    parts = [t.counted("verdict.proofs", proofs.whole, shown=proofs.shown)]
    if proofs.missing:
        missing = (t("verdict.head_count") if one == HEADS else one for one in proofs.missing)
        parts.append(t("verdict.missing", what=t.listed(missing)))
    elif verdict.age is not None:
        parts.append(t("verdict.oldest", age=t.age(verdict.age)))
    return t(f"verdict.{verdict.state}", said=t.listed(parts, "join.parts"))


def _shown(say: Plainly, verdict: Verdict) -> list[str]:
    """What shows it: decisions, the freshest evidence with its age, and what was mended."""
    t, total = say.t, verdict.permitted + verdict.refused
    age = t.age(verdict.age) if verdict.age is not None else "–"
    parts = [t.counted("verdict.decisions", total)] if total else []
    parts += [t("verdict.refused", number=verdict.refused)] if verdict.refused else []
    parts += [t("verdict.no_occasion")] if verdict.by == "selftest" and not total else []
    parts.append(t(f"verdict.by.{verdict.by}", age=age))
    parts += [t.counted("verdict.mended", verdict.mended)] if verdict.mended else []
    return parts
