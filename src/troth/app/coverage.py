"""Coverage: clause → statement → control → test, and what the clause meets in its company, for one policy or several.

What later rooms bring is said to be not built.

A case counts for a clause only if it bites (`troth.app.cases`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.cases import LawBook, case_files, load_cases
from troth.app.config import Home
from troth.app.meeting import Company, Meeting, Meetings, totals_of
from troth.app.notes import digest_of_texts, recall, remember
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.model import Reason, Statement
from troth.promises.controls import controls_of
from troth.promises.model import Control

NOBODY: Final = Company()
_JUDGES: Final = ("troth.kernel", "troth.policy", "troth.decide")
"""The packages on whose files it depends whether a case bites."""


@dataclass(frozen=True, slots=True)
class Line:
    """One clause: what it is bound to, which controls hold that, which cases exercise it."""

    clause: str
    address: str
    statements: tuple[Statement, ...]
    controls: tuple[Control, ...]
    cases: tuple[str, ...]
    meets: tuple[Meeting, ...] = ()
    """What it meets in its company; nothing for what is text only."""

    @property
    def reasoned(self) -> bool:
        """Bound to nothing but a recorded reason."""
        return bool(self.statements) and all(isinstance(s, Reason) for s in self.statements)

    @property
    def built(self) -> bool:
        """Whether at least one of its controls exists."""
        return any(control.built for control in self.controls)


@dataclass(frozen=True, slots=True)
class Coverage:
    """All lines of one policy."""

    policy: str
    lines: tuple[Line, ...]

    @property
    def totals(self) -> dict[str, int]:
        """The figures that `--json` prints."""
        bound = [line for line in self.lines if line.statements and not line.reasoned]
        return {
            "clauses": len(self.lines),
            "bound": len(bound),
            "reasoned": sum(line.reasoned for line in self.lines),
            "unbound": sum(not line.statements for line in self.lines),
            "controls_built": sum(line.built for line in bound),
            "controls_not_built": sum(not line.built for line in bound),
            "tested": sum(bool(line.cases) for line in bound),
        }

    @property
    def meets(self) -> dict[str, int]:
        """How many clauses meet something of each kind."""
        return totals_of(line.meets for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Totals and lines as plain JSON."""
        return {
            "policy": self.policy,
            **self.totals,
            "meets": self.meets,
            "lines": [_line_json(line) for line in self.lines],
        }


def cover(bundle: Bundle, cases_folder: Path | None, company: Company = NOBODY) -> Coverage:
    """Follow every clause of a bundle to its statements, their controls, the cases that name it, and what it meets in a company."""
    return _coverage(bundle, _biting_cases(bundle, cases_folder), company)


def cover_at(
    home: Home, id: str, bundle: Bundle, cases_folder: Path | None, company: Company = NOBODY
) -> Coverage:
    """As `cover`; which cases bite is found out once for a bundle, its cases and the program, and noted in the home."""
    texts = (
        {str(path): text for path, text in case_files(cases_folder, bundle.header.policy)}
        if cases_folder
        else {}
    )
    made_from = digest_of_texts(texts | {"bundle": bundle.digest}, *_JUDGES)
    biting = recall(home, f"coverage-{id}", made_from)
    if biting is None:
        biting = _biting_cases(bundle, cases_folder)
        remember(home, f"coverage-{id}", made_from, biting)
    return _coverage(bundle, biting, company)


def _coverage(bundle: Bundle, biting: dict[str, list[str]], company: Company) -> Coverage:
    catalogue = Catalogue(bundle.statements)
    meetings = Meetings(catalogue, company)
    by_clause = bundle.by_clause
    lines = []
    for clause in bundle.clauses:
        statements = by_clause.get(clause.id, ())
        controls = {c.id: c for s in statements for c in controls_of(s, catalogue)}
        lines.append(
            Line(
                clause.id,
                clause.address,
                statements,
                tuple(controls.values()),
                tuple(biting.get(clause.id, ())),
                meetings.of_clause(clause.id, statements),
            )
        )
    return Coverage(bundle.header.policy, tuple(lines))


def _biting_cases(bundle: Bundle, folder: Path | None) -> dict[str, list[str]]:
    """The cases that count for each clause: those that turn red when what the clause brought is switched off."""
    policy, book = bundle.header.policy, LawBook(bundle)
    found: dict[str, list[str]] = defaultdict(list)
    for case in load_cases(folder, policy) if folder is not None and folder.is_dir() else ():
        if case.policy == policy:
            for clause in book.counts_for(case):
                found[clause].append(case.name)
    return dict(found)


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "clause": line.clause,
        "address": line.address,
        "statements": [s.key for s in line.statements],
        "controls": [{"id": c.id, "built": c.built, "title": c.title} for c in line.controls],
        "cases": list(line.cases),
        "meets": [one.as_json() for one in line.meets],
        "state": "reasoned"
        if line.reasoned
        else "built"
        if line.built
        else "not_built"
        if line.statements
        else "unbound",
    }
