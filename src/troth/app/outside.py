"""Where somebody can turn outside the organisation: as the policy names it, and, marked as added, as its regimes do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from troth.app.folders import packs
from troth.kernel.findings import Findings
from troth.policies import Declared
from troth.policy.model import Entity, Right
from troth.policy.terms import PeriodTerm

AUTHORITY: Final = "complaint.authority"
"""The row of a regime pack that names its supervisory authority."""
UNITS: Final = {"cd": "calendar_days", "wd": "working_days", "mo": "months", "h": "hours"}
_ROWS: Final = {"access": ("access",), "correct": ("correction", "correct"), "delete": ("delete", "deletion")}


@dataclass(frozen=True, slots=True)
class Outside:
    """A way out: its name by language, its address where one is given; `added` is the regime that adds it, '' for the policy."""

    name: Mapping[str, str]
    address: str = ""
    added: str = ""
    cite: str = ""
    clauses: tuple[str, ...] = ()


def outside_of(declared: Declared) -> tuple[Outside, ...]:
    """Every way out, the policy's own first. What the policy does not name is added by its regimes alone."""
    own = [
        Outside(one.name or one.label or {"en": one.id}, one.address, clauses=one.clauses)
        for one in declared.catalogue.all(Entity)
        if one.role == "authority"
    ]
    named = [
        Outside({"en": text}, clauses=right.clauses)
        for right in declared.catalogue.all(Right)
        if right.what == "complain" and not own and right.routes != () and _is_outside(right)
        for text in right.shows
    ]
    return (*own, *named, *_added(declared))


def extensions_of(declared: Declared, right: str) -> dict[str, PeriodTerm]:
    """By how long a statute lets the answer to a right be put off, for each statement whose limit it prolongs."""
    found = {}
    for one in declared.bundle.in_force("with_regimes"):
        if isinstance(one, Right) and one.what == right and one.cite and "." in one.id:
            term = _extension(one.id, right)
            if term is not None:
                found[one.key] = term
    return found


def _is_outside(right: Right) -> bool:
    """Whether a right to complain is about bodies outside: then what it shows names them."""
    return right.within is None and bool(right.shows)


def _added(declared: Declared) -> tuple[Outside, ...]:
    shipped = packs(Findings())
    return tuple(
        Outside({"en": row.value}, added=name, cite=row.cite)
        for name in (one.partition(" ")[0] for one in declared.bundle.header.regimes)
        if name in shipped
        for row in shipped[name].rows
        if row.path == AUTHORITY
    )


def _extension(id: str, right: str) -> PeriodTerm | None:
    name = id.partition(".")[0].replace("_", "-").upper()
    pack = packs(Findings()).get(name)
    paths = [f"dsr.{word}.extension" for word in _ROWS.get(right, (right,))] + ["dsr.extension"]
    for path in paths if pack is not None else ():
        assert pack is not None
        for row in pack.rows:
            value, _, unit = row.value.partition(" ")
            if row.path == path and value.isdigit() and unit in UNITS and row.status == "in_force":
                return PeriodTerm(int(value), UNITS[unit])
    return None
