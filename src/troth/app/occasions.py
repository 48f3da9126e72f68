"""Which clauses had an occasion in a life: something happened that could have broken them, or was shown, and stands in the record.

A self-test is no occasion: it asks what would be decided, and nobody did anything. What no policy compiles without has its occasion when
the policy comes into force. A principle has the occasions of what makes it true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.config import Home
from troth.app.meets import Premises, absent
from troth.db import check, open_database
from troth.decide.model import Answer, Facts, Question
from troth.kernel.errors import OperatorError
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.model import Definition, Principle, Statement
from troth.probes import CannotLook, open_table
from troth.promises.controls import controls_of
from troth.promises.model import Breach, Evidence, ItemShown, Look
from troth.promises.service import Promises

IN_FORCE: Final = "policy.controller"
"""The control that holds whenever a policy is in force."""


class NoLife(OperatorError):
    """No run ever lived where somebody looks for its life."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A clause: whether a control that holds it is built, and the origins of what happened under it."""

    clause: str
    built: bool
    origins: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def had(self) -> bool:
        """Whether it had any."""
        return bool(self.origins)


@dataclass(frozen=True, slots=True)
class Life:
    """All clauses of one policy, after a life."""

    policy: str
    clauses: tuple[Occasion, ...]

    @property
    def without(self) -> tuple[Occasion, ...]:
        """Clauses whose control is built and that had no occasion."""
        return tuple(one for one in self.clauses if one.built and not one.had)

    @property
    def totals(self) -> dict[str, int]:
        """Of the clauses whose control is built: how many had an occasion, how many one that was observed, how many none."""
        built = [one for one in self.clauses if one.built]
        return {
            "built": len(built),
            "with_occasion": sum(one.had for one in built),
            "observed": sum("observed" in one.origins for one in built),
            "without": len(self.without),
        }

    def as_json(self) -> dict[str, Any]:
        """Totals, and every clause that had none with the statements it waits for."""
        waiting = [{"clause": one.clause, "statements": list(one.statements)} for one in self.without]
        return {"policy": self.policy, **self.totals, "clauses_without": waiting}


def life_of(bundle: Bundle, evidence: Mapping[str, Evidence]) -> Life:
    """What a life came to, clause by clause."""
    catalogue = Catalogue.of(bundle)
    origins = _origins(catalogue, evidence)
    by_clause = bundle.by_clause
    found = []
    for clause in bundle.clauses:
        bound = by_clause.get(clause.id, ())
        found.append(
            Occasion(
                clause.id,
                any(control.built for one in bound for control in controls_of(one, catalogue)),
                tuple(sorted({origin for one in bound for origin in origins(one)})),
                tuple(one.key for one in bound),
            )
        )
    return Life(bundle.header.policy, tuple(found))


def _origins(catalogue: Catalogue, evidence: Mapping[str, Evidence]) -> Callable[[Statement], frozenset[str]]:
    asked: set[str] = set()

    def of(statement: Statement) -> frozenset[str]:
        if statement.key in asked:
            return frozenset()
        asked.add(statement.key)
        try:
            own = happened(evidence.get(statement.key, Evidence()))
            if any(one.id == IN_FORCE for one in controls_of(statement, catalogue)):
                own |= {"observed"}
            below = map(catalogue.by_key, rests_on(statement))
            return own.union(*(of(one) for one in below if one is not None))
        finally:
            asked.discard(statement.key)

    return of


def rests_on(statement: Statement) -> tuple[str, ...]:
    """The statements, by key, that make another true."""
    if isinstance(statement, Principle):
        return statement.made_true_by
    return (statement.of,) if isinstance(statement, Definition) and statement.of else ()


def happened(known: Evidence) -> frozenset[str]:
    """From where comes what happened under a statement: decisions, looks, what was shown, breaches."""
    tallies = (one.origin for one in known.tallies if one.permitted or one.refused)
    parts: tuple[Look | ItemShown | Breach, ...] = (*known.looks, *known.items, *known.breaches)
    rest = (one.origin for one in parts)
    return frozenset((*tallies, *rest))


def life_in(data: Path, id: str, bundle: Bundle) -> Life:
    """What the life of an organisation came to in the data folder of a run; nothing is written there. Raises NoLife, DatabaseProblem."""
    file = data / "troth.db"
    if not file.is_file():
        raise NoLife(
            f"Nobody lived in {data}: it holds no troth.db.", "Name the folder given to `troth run --data`."
        )
    database = open_database(Home.at(data).database)
    try:
        check(database)
        with database.read() as connection:
            return life_of(bundle, Promises(id, bundle, _decide_nothing).evidence(connection))
    finally:
        database.close()


def absent_in(data: Path, id: str, premises: Premises) -> list[str]:
    """What a company is said to have and does not stand in the stores of its data folder; those elsewhere are not judged."""

    def columns(store: str, table: str) -> tuple[str, ...] | None:
        file = data / "companies" / id / store
        if not file.is_file():
            return None
        try:
            return open_table(str(file), table)
        except CannotLook:
            return ()

    return absent(premises, columns)


def _decide_nothing(question: Question, facts: Facts) -> Answer:
    raise NotImplementedError("Only evidence is read here.")
