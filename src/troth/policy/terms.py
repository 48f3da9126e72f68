"""The types a term can have: each reads a YAML node into a value, or says in one sentence what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from troth.kernel.findings import Findings, did_you_mean
from troth.policy.dpv import TERMS as DPV_TERMS
from troth.policy.dpv import VERSION as DPV_VERSION
from troth.policy.facts import BARE, CLOSED_NAMES, FAMILIES, Condition, Fact
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, type_names
from troth.policy.vocabulary import LANGUAGES, Vocabulary

T = TypeVar("T")
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
"""Statement ids: lower case words joined by `_`; a regime pack's own ids carry the pack before a dot."""

SELECTORS = ("class", "nature", "dpv", "what")
"""Ways to name several statements at once: by recipient or message class, nature, DPV term, kind of collection point."""


@dataclass(frozen=True, slots=True)
class Term(Generic[T]):
    """A type of term: its name for people, how it reads a node (None = refused, finding added), its value when absent."""

    name: str
    read: Callable[[Node, Findings], T | None]
    absent: T
    refers_to: str = ""
    vocabulary: Vocabulary | None = None


class AllBut(tuple[str, ...]):
    """A list turned round: all there is, except these. Never equal to the plain list of the same words."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AllBut) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((AllBut, *self))


@dataclass(frozen=True, slots=True)
class PeriodTerm:
    """A length of time as the policy gives it: a number and a unit of `kernel.calendars`."""

    value: int
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit.replace('_', ' ')}"


UNITS = ("hours", "calendar_days", "working_days", "months", "years")


def _wrong(node: Node, wanted: str, findings: Findings) -> None:
    findings.error("wrong-type", node.place, f"Expected {wanted}, found {type_names[type(node)]}.", "")


def _scalar(node: Node, wanted: str, findings: Findings) -> str | None:
    if isinstance(node, Scalar):
        return node.text
    _wrong(node, wanted, findings)
    return None


def text() -> Term[str]:
    """Free words."""
    return Term("text", lambda node, findings: _scalar(node, "text", findings), "")


def labels() -> Term[dict[str, str]]:
    """Words for people: one text (English) or a mapping of languages."""

    def read(node: Node, findings: Findings) -> dict[str, str] | None:
        if isinstance(node, Scalar):
            return {"en": node.text}
        if not isinstance(node, Mapping):
            _wrong(node, "text or a mapping of languages", findings)
            return None
        found: dict[str, str] = {}
        for key, value in node.entries:
            if key.text not in LANGUAGES:
                findings.error("unknown-language", key.place, f"'{key.text}' is not a language known here.",
                               did_you_mean(key.text, LANGUAGES))  # fmt: skip
            elif (words := _scalar(value, "text", findings)) is not None:
                found[key.text] = words
        return found

    return Term("text in one or more languages", read, {})


def word(vocabulary: Vocabulary) -> Term[str]:
    """One word of a closed vocabulary."""

    def read(node: Node, findings: Findings) -> str | None:
        found = _scalar(node, "one word", findings)
        if found is None or found in vocabulary:
            return found
        findings.error("unknown-word", node.place, f"'{found}' is not a word of this vocabulary.",
                       did_you_mean(found, vocabulary))  # fmt: skip
        return None

    return Term("word", read, "", vocabulary=vocabulary)


def dpv_term() -> Term[str]:
    """A term of the W3C Data Privacy Vocabulary, as `dpv:Marketing`."""

    def read(node: Node, findings: Findings) -> str | None:
        found = _scalar(node, "a term such as dpv:Marketing", findings)
        if found is None or found in DPV_TERMS:
            return found
        findings.error("unknown-dpv-term", node.place, f"'{found}' is not a term of DPV {DPV_VERSION}.",
                       did_you_mean(found, DPV_TERMS) or "Leave it out where DPV has no term.")  # fmt: skip
        return None

    return Term("term of the W3C Data Privacy Vocabulary", read, "")


def many(item: Term[str]) -> Term[tuple[str, ...]]:
    """A list of them; a single one may stand without brackets."""

    def read(node: Node, findings: Findings) -> tuple[str, ...] | None:
        if isinstance(node, Mapping):
            _wrong(node, "a list", findings)
            return None
        nodes = node.items if isinstance(node, Sequence) else (node,)
        found = [(one, item.read(one, findings)) for one in nodes]
        values = [value for _, value in found if value is not None]
        for (one, value), index in zip(found, range(len(found)), strict=True):
            if value is not None and value in [earlier for _, earlier in found[:index]]:
                findings.warning(
                    "repeated-item", one.place, f"'{value}' stands in this list twice.", "Remove one."
                )
        return tuple(dict.fromkeys(values))

    return Term(f"list of {item.name}", read, (), item.refers_to, item.vocabulary)


def words(vocabulary: Vocabulary) -> Term[tuple[str, ...]]:
    """Several words of a closed vocabulary."""
    return many(word(vocabulary))


def texts() -> Term[tuple[str, ...]]:
    """Several texts."""
    return many(text())


def ref(kind: str, *, selectors: bool = False) -> Term[str]:
    """The id of a statement of that kind (existence is checked once everything is loaded)."""

    def read(node: Node, findings: Findings) -> str | None:
        found = _scalar(node, f"the id of a {kind}", findings)
        if (
            found is None
            or ID.match(found)
            or (selectors and found.partition(":")[0] in SELECTORS and ":" in found)
        ):
            return found
        findings.error(
            "bad-id", node.place, f"'{found}' is not an id.", "Ids are lower case words joined by '_'."
        )
        return None

    return Term(f"id of a {kind}", read, "", refers_to=kind)


def refs(kind: str) -> Term[tuple[str, ...]]:
    """Several ids of that kind, or selectors such as `class:affiliate`, `nature:special`, `dpv:Marketing`, `what:cookie`."""
    return many(ref(kind, selectors=True))


EXCEPT = "except"


def side(of: Term[tuple[str, ...]]) -> Term[tuple[str, ...]]:
    """One side of a scope: a list of what it is about, or `except:` with a list of what it is not about."""

    def read(node: Node, findings: Findings) -> tuple[str, ...] | None:
        if not isinstance(node, Mapping):
            return of.read(node, findings)
        if [key.text for key, _ in node.entries] != [EXCEPT]:
            _wrong(node, "a list, or 'except:' with a list", findings)
            return None
        found = of.read(node.entries[0][1], findings)
        if found == ():
            findings.error("excepts-nothing", node.place, "'except:' names nothing.", "Leave the term out.")
        return AllBut(found) if found else None

    return Term(f"{of.name}, or `except:` with one", read, (), of.refers_to, of.vocabulary)


def flag() -> Term[bool]:
    """yes or no."""

    def read(node: Node, findings: Findings) -> bool | None:
        found = _scalar(node, "yes or no", findings)
        if found is None:
            return None
        if found not in ("yes", "no", "true", "false"):
            findings.error("not-yes-no", node.place, f"'{found}' is neither yes nor no.", "Write yes or no.")
            return None
        return found in ("yes", "true")

    return Term("yes or no", read, False)


def number() -> Term[Decimal | None]:
    """A number."""

    def read(node: Node, findings: Findings) -> Decimal | None:
        found = _scalar(node, "a number", findings)
        try:
            value = None if found is None else Decimal(found)
        except InvalidOperation:
            value = None
        if found is not None and (value is None or not value.is_finite()):
            findings.error(
                "not-a-number", node.place, f"'{found}' is not a number.", "Write digits, such as 50."
            )
            return None
        return value

    return Term("number", read, None)


def day() -> Term[date | None]:
    """A date, year-month-day."""

    def read(node: Node, findings: Findings) -> date | None:
        found = _scalar(node, "a date", findings)
        if found is None:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            findings.error("no-such-date", node.place, f"'{found}' is not a date that exists.",
                           "Write year-month-day, such as 2023-04-07.")  # fmt: skip
            return None

    return Term("date", read, None)


def period() -> Term[PeriodTerm | None]:
    """A length of time: `30 calendar days`, `72 hours`, `3 working days`, `1 month`."""

    def read(node: Node, findings: Findings) -> PeriodTerm | None:
        found = _scalar(node, "a period", findings)
        if found is None:
            return None
        match = re.fullmatch(r"(\d{1,6}) ([a-z_ ]+)", found)
        if not match:
            findings.error(
                "bad-period",
                node.place,
                f"'{found}' is not a period.",
                "Write a number and a unit: 30 calendar days.",
            )
            return None
        unit = match[2].replace(" ", "_")
        unit = unit if unit.endswith("s") else f"{unit}s"
        if unit not in UNITS:
            findings.error(
                "unknown-unit", node.place, f"'{match[2]}' is not a unit of time.", did_you_mean(unit, UNITS)
            )
            return None
        return PeriodTerm(int(match[1]), unit)

    return Term("period", read, None)


def conditions() -> Term[tuple[Condition, ...]]:
    """A list of conditions that must all hold; see `troth.policy.facts`."""

    def read_one(node: Node, findings: Findings) -> Condition | None:
        found = _scalar(node, "a condition", findings)
        if found is None:
            return None
        condition = Condition.parse(found)
        known = [_known(literal.fact, node, findings) for literal in condition.literals]
        return condition if all(known) else None

    def read(node: Node, findings: Findings) -> tuple[Condition, ...] | None:
        if isinstance(node, Mapping):
            _wrong(node, "a list of conditions", findings)
            return None
        nodes = node.items if isinstance(node, Sequence) else (node,)
        return tuple(c for c in (read_one(one, findings) for one in nodes) if c is not None)

    return Term("list of conditions", read, ())


def _known(fact: Fact, node: Node, findings: Findings) -> bool:
    family = FAMILIES.get(fact.family)
    if family is None:
        findings.error(
            "unknown-fact",
            node.place,
            f"'{fact.family}' is not a kind of fact.",
            did_you_mean(fact.family, FAMILIES),
        )
        return False
    if fact.family in BARE and fact.name:
        findings.error("fact-name", node.place, f"'{fact.family}' takes no name.", f"Write '{fact.family}'.")
        return False
    if not fact.name and fact.family not in BARE and fact.family != "accepted":
        findings.error(
            "fact-name", node.place, f"'{fact.family}' needs a name.", f"Write '{fact.family}:NAME'."
        )
        return False
    names = CLOSED_NAMES.get(family.refers_to)
    if names is not None and fact.name and fact.name not in names:
        findings.error("unknown-word", node.place, f"'{fact.name}' is not a known {family.refers_to}.",
                       did_you_mean(fact.name, names))  # fmt: skip
        return False
    return True


def term(of: Term[Any], doc: str, *, required: bool = False) -> Any:
    """Declare a field of a statement: its type, one line of meaning, and whether it must be there."""
    factory: Any = (lambda: dict(of.absent)) if isinstance(of.absent, dict) else None
    metadata = {"term": of, "doc": doc, "required": required}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=of.absent, metadata=metadata)
