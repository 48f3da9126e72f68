"""The board: the policy as its text, clause by clause, each with the verdict of the statements it is bound to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from troth.policy.bundle import Bundle, ClauseRef
from troth.policy.catalogue import Catalogue
from troth.policy.model import Definition, Principle, Reason, Safeguard, Statement
from troth.promises.controls import controls_of
from troth.promises.model import Evidence, State, Verdict
from troth.promises.rules import register_verdict, verdict, worst


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """A clause, the statements it is bound to with their verdicts, and its own: the state of the worst, the sums over all."""

    clause: ClauseRef
    statements: tuple[tuple[Statement, Verdict], ...]
    verdict: Verdict
    readings_differ: bool
    """Whether the regimes ask for more than the text says in what these statements govern."""

    @property
    def provable(self) -> tuple[tuple[str, Verdict], ...]:
        """The statements that can be proven at all, by key: those that decide."""
        return tuple((s.key, v) for s, v in self.statements if v.state is not State.REASONED)

    @property
    def deciding(self) -> tuple[str, Verdict] | None:
        """The statement whose verdict is the clause's own; None where none can be proven."""
        return worst(self.provable)


@dataclass(frozen=True, slots=True)
class Board:
    """Every clause of one policy at one instant, in the order of the text."""

    bundle: Bundle
    at: datetime
    clauses: tuple[ClauseVerdict, ...]
    added: tuple[tuple[Statement, Verdict], ...]
    """What the regimes add when they are enforced, with verdicts of its own."""

    @property
    def counts(self) -> dict[State, int]:
        """How many clauses are in each state."""
        found = Counter(clause.verdict.state for clause in self.clauses)
        return {state: found.get(state, 0) for state in State}

    def clause(self, id: str) -> ClauseVerdict | None:
        """One clause by its id."""
        return next((c for c in self.clauses if c.clause.id == id), None)


def make_board(bundle: Bundle, evidence: dict[str, Evidence], now: datetime) -> Board:
    """Judge every clause from the evidence as it stands."""
    catalogue = Catalogue.of(bundle)
    judge = _Judge(catalogue, evidence, now)
    touched = added_to(bundle)
    by_clause = bundle.by_clause
    clauses = tuple(
        ClauseVerdict(
            clause,
            statements := tuple((s, judge.statement(s)) for s in by_clause.get(clause.id, ())),
            _clause_verdict(statements),
            any(s.key in touched for s, _ in statements),
        )
        for clause in bundle.clauses
    )
    own = {statement.key for statement in bundle.statements}
    added = tuple((s, judge.statement(s)) for s in catalogue.statements if s.key not in own)
    return Board(bundle, now, clauses, added)


class _Judge:
    """Verdicts of statements, each judged once; principles and definitions look at what they rest on."""

    def __init__(self, catalogue: Catalogue, evidence: dict[str, Evidence], now: datetime) -> None:
        self._catalogue = catalogue
        self._evidence = evidence
        self._now = now
        self._found: dict[str, Verdict] = {}

    def statement(self, statement: Statement) -> Verdict:
        if statement.key not in self._found:
            self._found[statement.key] = self._judge(statement)
        return self._found[statement.key]

    def _judge(self, statement: Statement) -> Verdict:
        if isinstance(statement, Reason):
            return Verdict(State.REASONED, "reasoned", f"Nothing to test: {statement.why}")
        if isinstance(statement, Principle):
            return self._resting_on(statement.made_true_by)
        if isinstance(statement, Definition) and statement.of:
            return self._resting_on((statement.of,))
        controls, known = (
            controls_of(statement, self._catalogue),
            self._evidence.get(statement.key, Evidence()),
        )
        if isinstance(statement, Safeguard):
            return register_verdict(statement, controls, known, self._now)
        return verdict(controls, known, self._now)

    def _resting_on(self, keys: tuple[str, ...]) -> Verdict:
        below = [(key, self.statement(s)) for key in keys if (s := self._catalogue.by_key(key)) is not None]
        found = worst(pair for pair in below if pair[1].state is not State.REASONED)
        if found is None:
            return Verdict(State.UNPROVEN, "no_evidence", "Unproven: it rests on nothing that can be shown.")
        return replace(_named(found, f"rests on {found[0]}"), rests_on=found[0])


def _clause_verdict(statements: tuple[tuple[Statement, Verdict], ...]) -> Verdict:
    if not statements:
        return Verdict(State.UNBOUND, "unbound", "No statement renders this clause.")
    provable = [(s.key, v) for s, v in statements if v.state is not State.REASONED]
    found = worst(provable)
    if found is None:
        return statements[0][1]
    return _summed(_named(found, f"decided by {found[0]}" if len(provable) > 1 else ""), _counted(statements))


def _counted(statements: tuple[tuple[Statement, Verdict], ...]) -> list[Verdict]:
    """The verdicts to sum up: one that rests on a statement beside it would count the same occasions twice."""
    beside = {s.key for s, _ in statements}
    return [v for s, v in statements if beside.isdisjoint(_rests_on(s))]


def _rests_on(statement: Statement) -> tuple[str, ...]:
    if isinstance(statement, Principle):
        return statement.made_true_by
    return (statement.of,) if isinstance(statement, Definition) and statement.of else ()


def _summed(judged: Verdict, counted: list[Verdict]) -> Verdict:
    """A verdict with what happened under all the statements, and with every breach that was mended."""
    mended = sum(v.mended for v in counted)
    earlier = f"{mended} earlier {'breach' if mended == 1 else 'breaches'} mended"
    unsaid = mended > 0 and earlier not in judged.sentence
    return replace(
        judged,
        permitted=sum(v.permitted for v in counted),
        refused=sum(v.refused for v in counted),
        breaches=sum(v.breaches for v in counted),
        mended=mended,
        sentence=f"{judged.sentence} In all: {earlier}." if unsaid else judged.sentence,
    )


def _named(found: tuple[str, Verdict], why: str) -> Verdict:
    """The worst verdict, saying which statement it belongs to."""
    key, judged = found
    sentence = f"{judged.sentence} ({why})" if why else judged.sentence
    return replace(judged, worst=judged.worst or key, sentence=sentence)


def added_to(bundle: Bundle) -> dict[str, tuple[tuple[str, Statement], ...]]:
    """By statement of the text, what each pack adds to it (regime, statement): by scope where it has one, by kind elsewhere."""
    text = Catalogue(bundle.statements)
    found: dict[str, list[tuple[str, Statement]]] = {}
    for overlay in bundle.overlays:
        for added in overlay.statements:
            for key in _reached(text, added):
                found.setdefault(key, []).append((overlay.regime, added))
    return {key: tuple(pairs) for key, pairs in found.items()}


def _reached(text: Catalogue, added: Statement) -> set[str]:
    reached: set[str] = set()
    for term, kind in (
        ("purposes", "purpose"),
        ("points", "point"),
        ("recipients", "recipient"),
        ("data", "category"),
    ):
        refs = getattr(added, term, ())
        reached |= {f"{kind}:{id}" for id in text.expand(kind, refs) if id in text.ids(kind)}
    what = getattr(added, "what", "")
    if added.kind == "right":
        reached |= {s.key for s in text.statements if s.kind == "right" and getattr(s, "what", "") == what}
    if added.kind == "incident":
        told = getattr(added, "told", "")
        reached |= {s.key for s in text.statements if s.kind == "incident" and getattr(s, "told", "") == told}
    only = getattr(added, "only", ())
    if only:
        reached |= {
            s.key for s in text.statements if getattr(s, "basis", "") and getattr(s, "basis", "") not in only
        }
    return reached
