"""Carrying a plan out: one transaction for each system, read back before it is lasting, and once more after.

Nothing is reported as erased that was not read again. Systems are taken one after the other; where one fails it is left as
it was, with one sentence why, and those before it stay erased and are reported so: the plan can be made and run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from troth.datamap.connector import Ability, Change, Condition, Key, Reading, Writing
from troth.datamap.documents import documents_of, unmapped
from troth.datamap.errors import NotErased, PlanRefused
from troth.datamap.fitting import TOKEN
from troth.datamap.model import Backup, Erasure
from troth.datamap.plan import Act, Obstacle, Plan, Stay
from troth.datamap.planning import Planner, Refers
from troth.datamap.surveying import Looking, Survey, referred
from troth.datamap.traversal import Proven, Reached, traverse
from troth.kernel.errors import TrothError

Token = Callable[[], str]
"""Gives 20 or more hexadecimal digits, never the same twice: what pseudonyms are made of."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one system: how many rows went and were written, or why nothing did."""

    system: str
    removed: int = 0
    changed: int = 0
    problem: str = ""
    scrubbed: bool = False
    """Whether the store overwrote what went; else it reuses the room in its own time."""

    @property
    def erased(self) -> bool:
        """Whether it was done, and read back."""
        return not self.problem

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"system": self.system, "erased": self.erased, "removed": self.removed, "changed": self.changed,
                "scrubbed": self.scrubbed, "problem": self.problem}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leftover:
    """Rows that are still the person's, and why."""

    dataset: str
    rows: int
    because: str
    planned: bool
    """Whether the plan said that they would stay."""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"dataset": self.dataset, "rows": self.rows, "because": self.because, "planned": self.planned}


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure came to."""

    outcomes: tuple[Outcome, ...]
    leftovers: tuple[Leftover, ...]
    backups: tuple[Backup, ...] = ()
    tell: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every system did what was planned, and nothing is left that the plan did not say."""
        return all(one.erased for one in self.outcomes) and all(one.planned for one in self.leftovers)

    def as_json(self) -> dict[str, Any]:
        """As plain values, without anything of anybody."""
        return {
            "complete": self.complete,
            "outcomes": [one.as_json() for one in self.outcomes],
            "leftovers": [one.as_json() for one in self.leftovers],
            "backups": [{"id": one.id, "kept": str(one.kept or "")} for one in self.backups],
            "tell": list(self.tell),
        }


def plan_erasure(survey: Survey, reached: Reached) -> Plan:
    """The plan for what was reached. Raises StoreUnreachable, StoreRefused."""
    planning = Planner(survey, reached).plan()
    with Looking(survey) as looking:
        try:
            asked = next(planning)
            while True:
                asked = planning.send(_referring(looking, asked))
        except StopIteration as done:
            plan: Plan = done.value
        return replace(plan, obstacles=(*plan.obstacles, *_inside(survey, looking, plan)))


def _inside(survey: Survey, looking: Looking, plan: Plan) -> Iterator[Obstacle]:
    """Documents of rows that stay are written by their mapped paths: what lies at others would be left behind unseen."""
    for act in plan.acts:
        dataset = survey.dataset(act.dataset)
        if act.removes or not documents_of(dataset):
            continue
        rows = looking.at(act.system).export(dataset, act.keys)
        for path, count in sorted(unmapped(dataset, rows).items()):
            yield Obstacle(act.dataset, f"'{path}' stands in {count} of the documents of {act.dataset} that stay, and is not mapped.",
                           "Name its category under 'fields:'.")  # fmt: skip


def _referring(looking: Looking, asked: Refers) -> Sequence[Key]:
    """The keys of rows that refer to something; where no dataset maps them, as many empty ones."""
    session, condition = looking.at(asked.system), Condition(asked.columns, asked.values)
    if asked.dataset is None:
        return [()] * session.count(asked.table, condition)
    key = asked.dataset.key
    return [tuple(row[name] for name in key) for row in session.find(asked.dataset, condition, key)]


def erase(survey: Survey, plan: Plan, proven: Sequence[Proven], token: Token) -> Erased:
    """Carry a plan out. Raises PlanRefused before anything is touched; what fails later is an outcome.

    `proven` are the identities the plan was made for: they are looked up once more at the end.
    """
    check_plan(survey, plan)
    outcomes = tuple(erase_in(survey, plan, system, token) for system in plan.systems)
    return Erased(outcomes, leftovers(survey, plan, proven, outcomes), plan.backups, plan.tell)


def check_plan(survey: Survey, plan: Plan) -> None:
    """Pass where a plan can be carried out. Raises PlanRefused."""
    if plan.refusal:
        raise PlanRefused(plan.refusal, plan.obstacles[0].help, obstacles=len(plan.obstacles))
    unable = next((s for s in plan.systems if Ability.WRITE not in survey.connectors[s].abilities), None)
    if unable is not None:
        raise PlanRefused(
            f"{unable} is open for reading alone.", "Open it for writing, or take it over by hand."
        )


@dataclass(slots=True)
class Handled:
    """What is written in one system, kept so that it can be read again."""

    gone: dict[str, list[Key]] = field(default_factory=dict)
    written: dict[str, dict[Key, Change]] = field(default_factory=dict)


def erase_in(survey: Survey, plan: Plan, system: str, token: Token) -> Outcome:
    """Carry out what a plan says for one system, in one transaction where it has any, and read it again; what fails is an outcome."""
    connector, work = survey.connectors[system], Handled()
    removed = changed = 0
    try:
        with connector.writing() as session:
            for act in plan.of_system(system):
                met = _act(survey, session, act, work, token)
                removed, changed = removed + met * act.removes, changed + met * (not act.removes)
            read_back(survey, session, work)
        with connector.reading() as session:
            read_back(survey, session, work)
    except TrothError as problem:
        return Outcome(system, problem=str(problem))
    return Outcome(system, removed, changed, scrubbed=Ability.SCRUBS in connector.abilities)


def _act(survey: Survey, session: Writing, act: Act, work: Handled, token: Token) -> int:
    dataset = survey.dataset(act.dataset)
    if act.removes:
        work.gone.setdefault(act.dataset, []).extend(act.keys)
        return session.remove(dataset, act.keys)
    same = all(one.way is not Erasure.PSEUDONYM and TOKEN not in one.value for one in act.treatments)
    values = tuple((one.field, one.written(token())) for one in act.treatments) if same else None
    changes = [
        Change(key, values or tuple((one.field, one.written(token())) for one in act.treatments))
        for key in act.keys
    ]
    _remember(work.written.setdefault(act.dataset, {}), changes)
    return session.change(dataset, changes)


def _remember(written: dict[Key, Change], changes: Sequence[Change]) -> None:
    """A row may be written in two steps: what is read again is what both left."""
    for change in changes:
        before = written.get(change.key)
        values = {**dict(before.values), **dict(change.values)} if before else dict(change.values)
        written[change.key] = Change(change.key, tuple(values.items()))


def read_back(survey: Survey, session: Reading, work: Handled) -> None:
    """Read every row again. Raises NotErased; inside the transaction that undoes it."""
    for name in {**work.gone, **work.written}:
        gone = work.gone.get(name, [])
        there = set(gone)
        changes = [c for c in work.written.get(name, {}).values() if c.key not in there]
        left = session.verify(survey.dataset(name), gone, changes)
        if left:
            raise NotErased(
                f"{len(left)} row{'' if len(left) == 1 else 's'} of {name} were not as they should be when read again.",
                "Look for a trigger or another writer; the plan can be made and run again.",
                dataset=name, rows=len(left),
            )  # fmt: skip


def leftovers(
    survey: Survey, plan: Plan, proven: Sequence[Proven], outcomes: Sequence[Outcome]
) -> tuple[Leftover, ...]:
    """What is still there: as planned, because a system failed, or, looked up once more, for no reason at all."""
    found = [_stay(stay) for stay in plan.stays]
    for outcome in outcomes:
        if not outcome.erased:
            counts: Mapping[str, int] = {a.dataset: len(a.keys) for a in plan.of_system(outcome.system)}
            found += [Leftover(name, count, outcome.problem, False) for name, count in counts.items()]
    failed = {outcome.system for outcome in outcomes if not outcome.erased}
    try:
        with Looking(survey) as looking:
            again = looking.answer(traverse(survey.map, proven, also=referred(survey)))
    except TrothError as problem:
        return (*found, Leftover("", 0, f"It could not be looked up once more: {problem.message}", False))
    handled = {key for act in plan.acts for key in ((act.dataset, k) for k in act.keys)}
    staying = {stay.dataset for stay in plan.stays}
    for name, rows in again.rows.items():
        if survey.dataset(name).system in failed or name in staying:
            continue
        removed = {(a.dataset, k) for a in plan.acts if a.removes for k in a.keys}
        new = [row for row in rows if (name, row.key) not in handled or (name, row.key) in removed]
        if new:
            found.append(Leftover(name, len(new), "It came after the plan was made.", False))
    return tuple(found)


def _stay(stay: Stay) -> Leftover:
    because = f"{stay.because} ({stay.cite})" if stay.cite else stay.because
    return Leftover(stay.dataset, stay.rows, because, True)
