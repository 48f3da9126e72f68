"""A cut as lines for a reader and as plain values for a program."""

from __future__ import annotations

from troth.policy.clauses.model import Clause, Cut

_DIGEST_SHOWN = 12
_WORDS_SHOWN = 60


def render(cut: Cut) -> str:
    """One line a clause: address indented by its level, the head of its digest, its kind, its first words."""
    width = min(max((len(_place(c)) for c in cut.clauses), default=0), 40)
    return "\n".join(_line(c, width) for c in cut.clauses)


def as_json(cut: Cut) -> dict[str, object]:
    """The cut as plain JSON values: clauses in order, findings."""
    return {
        "language": cut.language,
        "characters": len(cut.source),
        "clauses": [_values(c) for c in cut.clauses],
        "findings": [f.as_json() for f in cut.findings],
    }


def _place(clause: Clause) -> str:
    return "  " * (clause.level - 1) + clause.address


def _line(clause: Clause, width: int) -> str:
    words = f"{clause.number or ''} {clause.text}".strip()
    shown = words if len(words) <= _WORDS_SHOWN else words[: _WORDS_SHOWN - 1].rstrip() + "…"
    return f"{_place(clause):<{width}}  {clause.digest[:_DIGEST_SHOWN]}  {clause.kind.value:<9}  {shown}".rstrip()


def _values(c: Clause) -> dict[str, object]:
    return {
        "address": c.address,
        "number": c.number,
        "kind": c.kind.value,
        "level": c.level,
        "parent": c.parent,
        "title": c.title,
        "text": c.text,
        "start": c.start,
        "end": c.end,
        "digest": c.digest,
    }
