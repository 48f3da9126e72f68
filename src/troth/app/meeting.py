"""What each clause meets in its company: worked out from what is declared, never from figures that somebody wrote.

A category meets the columns that hold its fields; a purpose, and every rule with a scope, the columns of the data it is about; a
collection point its screen; a recipient its partner; a message its mailbox; a consent, a right or a switch the page of the privacy
centre where a person says it; a safeguard what people are asked to attest; and any statement the probes that look for it. A principle
meets what makes it true. What meets none of these is text only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from troth.app.meets import NOTHING, MeetsUnreadable, Premises, Spot, read_premises, unknown
from troth.app.probing import probes_beside
from troth.kernel.errors import TrothError
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition
from troth.policy.model import (
    Boundary,
    Category,
    ChangeRule,
    Consent,
    Definition,
    Entity,
    Feature,
    Fee,
    Objection,
    Point,
    Principle,
    Purpose,
    Recipient,
    Refusal,
    RequestGround,
    Retention,
    Right,
    Scoped,
    Source,
    StaffRole,
    Statement,
)
from troth.probes import Probe
from troth.promises.controls import SITE_KINDS
from troth.tasks import wishes

KINDS: Final = ("probe", "column", "file", "screen", "partner", "attestation")
"""What can be met, what shows most first."""
TEXT_ONLY: Final = "text_only"
MOST_TABLES: Final = 2
MOST_NAMED: Final = 3
"""How many tables, or other things of a kind, are named in short; beyond that they are counted."""
RELEASES: Final = frozenset({"share", "transfer", "publish", "export"})
CENTRE: Final = "privacy centre"
REFERS: Final[Mapping[str, str]] = {
    "consent": "consent", "shown": "notice", "objects": "objection", "on": "feature", "allowed": "point",
}  # fmt: skip
"""The kind of statement that a fact of a family names."""


class Met(NamedTuple):
    """One thing that is met: of which kind, where, and for a column which."""

    what: str
    where: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a clause meets in one place, with the statements that lead there; a table with all its columns that are met."""

    what: str
    where: str
    columns: tuple[str, ...]
    by: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As plain JSON; columns only where there are any."""
        said: dict[str, object] = {"what": self.what, "where": self.where, "by": list(self.by)}
        return said | ({"columns": list(self.columns)} if self.columns else {})


@dataclass(frozen=True, slots=True)
class Company:
    """What stands beside a policy: what the company has, and the probes that look into it."""

    premises: Premises = NOTHING
    probes: tuple[Probe, ...] = ()


def company_beside(folder: Path, catalogue: Catalogue) -> Company:
    """What is named beside a policy. Raises MeetsUnreadable, also for what the policy does not know, and ProbesUnreadable."""
    premises = read_premises(folder)
    wrong = unknown(premises, catalogue)
    if wrong:
        raise MeetsUnreadable(f"{folder}: {wrong[0]}", f"{len(wrong)} such in all." if wrong[1:] else "")
    return Company(premises, probes_beside(folder, catalogue))


def company_if_told(folder: Path, catalogue: Catalogue) -> Company:
    """As `company_beside`, for pages: where that cannot be read, or is about another version of the policy, nothing is said to be met."""
    try:
        return company_beside(folder, catalogue)
    except TrothError:
        return Company()


def in_short(found: Sequence[Meeting]) -> list[str]:
    """What a clause meets, a few words for each kind; much of a kind is counted."""
    of = {kind: [one for one in found if one.what == kind] for kind in KINDS}
    return [_counted(kind, there) for kind, there in of.items() if there]


def _counted(kind: str, there: list[Meeting]) -> str:
    if kind == "column":
        number = sum(len(one.columns) for one in there)
        if len(there) <= MOST_TABLES:
            return "; ".join(f"{one.where}: {', '.join(one.columns)}" for one in there)
        return f"{number} columns in {len(there)} tables"
    names = [one.where for one in there]
    if kind == "attestation" and names[MOST_NAMED:]:
        return f"{len(names)} attestations"
    more = f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else ""
    return f"{kind} {', '.join(names[:MOST_NAMED])}{more}"


def totals_of(clauses: Iterable[Sequence[Meeting]]) -> dict[str, int]:
    """How many clauses meet something of each kind; one may meet several kinds, and is text only where it meets none."""
    counts = dict.fromkeys((*KINDS, TEXT_ONLY), 0)
    for found in clauses:
        for what in {one.what for one in found} or {TEXT_ONLY}:
            counts[what] += 1
    return counts


class Meetings:
    """What the statements of a policy meet in a company; each is worked out once."""

    def __init__(self, catalogue: Catalogue, company: Company) -> None:
        self._catalogue = catalogue
        self._probes = company.probes
        self._partners = company.premises.partners
        self._columns: dict[str, list[Met]] = {}
        self._own: dict[str, set[Met]] = {}
        for spot in company.premises.spots:
            self._place(spot)
        for wish in wishes(catalogue):
            self._own.setdefault(wish.statement, set()).add(Met("attestation", wish.words))
        for probe in company.probes:
            for key in probe.statements:
                self._own.setdefault(key, set()).add(Met("probe", probe.id))
        self._found: dict[str, frozenset[Met]] = {}
        self._asked: set[str] = set()

    def of_clause(self, clause: str, statements: Iterable[Statement]) -> tuple[Meeting, ...]:
        """All that a clause meets, what shows most first."""
        by: dict[Met, list[str]] = {}
        for statement in statements:
            for met in self.of(statement):
                by.setdefault(met, []).append(statement.key)
        for probe in self._probes:
            if clause in probe.clauses:
                by.setdefault(Met("probe", probe.id), [])
        return _grouped(by)

    def of(self, statement: Statement) -> frozenset[Met]:
        """All that a statement meets."""
        known = self._found.get(statement.key)
        if known is None and statement.key not in self._asked:
            self._asked.add(statement.key)
            known = frozenset({*self._said(statement), *self._led(statement)})
            self._found[statement.key] = known
        return known or frozenset()

    def _place(self, spot: Spot) -> None:
        met = Met(spot.what, spot.where, spot.column)
        if ":" in spot.holds:
            self._own.setdefault(spot.holds, set()).add(met)
        else:
            self._columns.setdefault(spot.holds, []).append(met)

    def _said(self, statement: Statement) -> Iterator[Met]:
        """What is said of a statement itself: places that are named for it, its probes and tasks, its page of the privacy centre."""
        yield from self._own.get(statement.key, ())
        page = next(
            (page for kind, page, where in PAGES if isinstance(statement, kind) and where(statement)), ""
        )
        if page:
            yield Met("screen", f"{CENTRE} {page}")
        if isinstance(statement, Point) and statement.what in SITE_KINDS:
            yield Met("screen", CHOICES)
        if isinstance(statement, Recipient) and statement.id in self._partners:
            yield Met("partner", statement.id)

    def _led(self, statement: Statement) -> Iterator[Met]:
        """What a statement leads to by what it names."""
        for key in self._rests_on(statement):
            below = self._catalogue.by_key(key)
            yield from self.of(below) if below is not None else ()
        if isinstance(statement, Category):
            yield from self._held((statement.id,))
        elif isinstance(statement, Definition) and statement.categories:
            yield from self._held(statement.categories)
        elif isinstance(statement, Purpose):
            yield from self._held((*statement.data, *statement.optional))
        elif isinstance(statement, (Source, Point)):
            yield from self._held(statement.data)
        elif isinstance(statement, (StaffRole, Retention)):
            every = () if statement.data or statement.purposes else tuple(self._catalogue.ids("category"))
            yield from self._about(statement.data or every, statement.purposes)
        elif isinstance(statement, Consent):
            yield from self._handed(statement.recipients)
        elif isinstance(statement, Scoped):
            yield from self._scope(statement)

    def _rests_on(self, statement: Statement) -> Iterator[str]:
        if isinstance(statement, Principle):
            yield from statement.made_true_by
        elif isinstance(statement, Definition) and statement.of:
            yield statement.of
        elif isinstance(statement, (RequestGround, Refusal, Fee)):
            rights = self._catalogue.all(Right)
            yield from (one.key for one in rights if not statement.rights or one.what in statement.rights)

    def _scope(self, rule: Scoped) -> Iterator[Met]:
        """The data it is about, else those of its aims; its points and messages; who receives; and what its conditions ask for."""
        yield from self._about(rule.data, rule.purposes)
        for kind, refs in (("point", rule.points), ("message", rule.messages)):
            for id in self._catalogue.expand(kind, refs):
                named = self._catalogue.by_key(f"{kind}:{id}")
                yield from self.of(named) if named is not None else ()
        if rule.recipients:
            yield from self._handed(rule.recipients)
        elif RELEASES & set(rule.acts):
            yield from self._handed(self._receiving(rule.purposes))
        for condition in _conditions(rule):
            for literal in condition.literals:
                key = f"{REFERS.get(literal.fact.family, '')}:{literal.fact.name}"
                asked = self._catalogue.by_key(key)
                yield from self._said(asked) if asked is not None else ()

    def _receiving(self, purposes: tuple[str, ...]) -> Iterator[str]:
        """Whoever may receive for some of these aims; for any, where none is named."""
        aims = self._catalogue.expand("purpose", purposes)
        for one in self._catalogue.all(Recipient):
            served = self._catalogue.expand("purpose", one.purposes)
            if not aims or not served or aims & served:
                yield one.id

    def _about(self, data: tuple[str, ...], purposes: tuple[str, ...]) -> Iterator[Met]:
        if data or not purposes:
            yield from self._held(data)
            return
        for id in self._catalogue.expand("purpose", purposes):
            purpose = self._catalogue.get(Purpose, id)
            yield from self._held((*purpose.data, *purpose.optional)) if purpose is not None else ()

    def _held(self, categories: tuple[str, ...]) -> Iterator[Met]:
        """The columns and files that hold the fields of some categories, and of all below them."""
        for category in self._catalogue.all(Category) if categories else ():
            if self._catalogue.covers(categories, category.id):
                for field in category.fields:
                    yield from self._columns.get(field, ())

    def _handed(self, recipients: Iterable[str]) -> Iterator[Met]:
        found = self._catalogue.expand("recipient", recipients)
        yield from (Met("partner", one) for one in self._partners if one in found)


def _conditions(rule: Scoped) -> tuple[Condition, ...]:
    return (*getattr(rule, "when", ()), *getattr(rule, "needs", ()), *getattr(rule, "unless", ()))


def _grouped(by: Mapping[Met, list[str]]) -> tuple[Meeting, ...]:
    places: dict[tuple[str, str], list[Met]] = {}
    for met in sorted(by, key=lambda met: (KINDS.index(met.what), met)):
        places.setdefault((met.what, met.where), []).append(met)
    return tuple(
        Meeting(
            what, where, tuple(met.column for met in found if met.column),
            tuple(sorted({key for met in found for key in by[met]})),
        )
        for (what, where), found in places.items()
    )  # fmt: skip


Where = Callable[[Statement], bool]
PAGES: Final[tuple[tuple[type[Statement], str, Where], ...]] = (
    (Consent, "/consents", lambda _: True),
    (Objection, "/consents", lambda _: True),
    (Feature, "/switches", lambda s: isinstance(s, Feature) and s.switch == "subject"),
    (Right, "/rights", lambda _: True),
    (Entity, "/rights", lambda s: isinstance(s, Entity) and s.role in ("officer", "contact", "authority")),
    (ChangeRule, "/notice/versions", lambda s: isinstance(s, ChangeRule) and (s.archive or s.publish)),
    (ChangeRule, "/policy", lambda s: isinstance(s, ChangeRule) and s.consent_anew),
    (Boundary, "/leaving", lambda s: isinstance(s, Boundary) and s.leaving),
    (Point, "/directories", lambda s: isinstance(s, Point) and s.what in ("permission", "sdk")),
)
"""The pages of a company's privacy centre on which a kind of statement is shown, asked for or decided by people."""
CHOICES: Final = "privacy choices"
"""The form of the banner, for what a site may store in a browser."""
