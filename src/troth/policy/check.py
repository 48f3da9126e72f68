"""Stage 3, check: what no single file shows: references that lead nowhere, circles, contradictions, grounds nobody can meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeVar

from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.catalogue import Catalogue
from troth.policy.facts import BARE, CLOSED_NAMES, FAMILIES, Condition
from troth.policy.header import Header
from troth.policy.load import literals_of, term_fields
from troth.policy.model import (
    SINGULAR,
    Bar,
    Category,
    Consent,
    Definition,
    Entity,
    Export,
    Frame,
    Ground,
    LawfulBasis,
    Principle,
    Purpose,
    Requirement,
    Residency,
    Retention,
    Scoped,
    Statement,
)
from troth.policy.terms import SELECTORS, AllBut
from troth.policy.vocabulary import ACTIONS, REGIONS, Vocabulary

Places = dict[str, Place]
S = TypeVar("S", bound=Statement)


def check(header: Header | None, catalogue: Catalogue, places: Places, findings: Findings) -> None:
    """Add every finding that needs the whole policy. `places` tells where each `kind:id` and `kind:id.term` stands."""
    checker = _Checker(catalogue, places, findings)
    checker.references()
    checker.circles()
    checker.impossible()
    checker.contradictions()
    checker.unused()
    if header is not None:
        _check_header(header, catalogue, places, findings)


def _check_header(header: Header, catalogue: Catalogue, places: Places, findings: Findings) -> None:
    at = places.get("policy.policy", Place("policy.yaml"))
    if not any(e.role in ("controller", "joint_controller") for e in catalogue.all(Entity)):
        findings.error("no-controller", at, "This policy names no controller.",
                       "Add under 'entities:' one with 'role: controller'. A text that names none gets 'silent: [name]'.")  # fmt: skip
    if header.languages and len(header.languages) != len(header.texts):
        findings.error("languages", places.get("policy.languages", at),
                       f"{len(header.texts)} texts and {len(header.languages)} languages.", "Name one language for each text.")  # fmt: skip
    if header.released and header.effective and header.effective < header.released:
        findings.error(
            "dates", places.get("policy.effective", at), "The policy takes effect before it is released.", ""
        )


class _Checker:
    def __init__(self, catalogue: Catalogue, places: Places, findings: Findings) -> None:
        self._catalogue = catalogue
        self._places = places
        self._findings = findings

    def _at(self, statement: Statement, term: str = "") -> Place:
        exact = self._places.get(f"{statement.key}.{term}") if term else None
        return exact or self._places.get(statement.key) or Place("policy.yaml")

    # references ----------------------------------------------------------------------------------------------------------

    def references(self) -> None:
        """Every id that a term or condition names must stand somewhere."""
        for statement in self._catalogue.statements:
            for name, field in term_fields(type(statement)).items():
                value = getattr(statement, name)
                kind = field.metadata["term"].refers_to
                if kind:
                    for ref in (value,) if isinstance(value, str) else value:
                        self._reference(statement, name, kind, ref)
                elif value and isinstance(value, tuple) and isinstance(value[0], Condition):
                    for condition in value:
                        self._condition(statement, name, condition)
            for key in statement.made_true_by if isinstance(statement, Principle) else ():
                self._key(statement, "made_true_by", key)
            if isinstance(statement, Definition) and statement.of:
                self._key(statement, "of", statement.of)

    def _reference(self, statement: Statement, term: str, kind: str, ref: str) -> None:
        if not ref:
            return
        selector, colon, _ = ref.partition(":")
        known = self._catalogue.ids(kind)
        if colon and selector in SELECTORS:
            if not self._catalogue.expand(kind, [ref]) and not statement.cite:
                self._findings.warning(
                    "selects-nothing",
                    self._at(statement, term),
                    f"{statement.key}: '{ref}' selects no {kind}.",
                    "",
                )
        elif ref not in known:
            self._findings.error("unknown-reference", self._at(statement, term),
                                 f"{statement.key}: '{term}' names the {kind} '{ref}', which is not declared.",
                                 did_you_mean(ref, known) or f"Declare it under '{SINGULAR[kind].plural}:'.")  # fmt: skip

    def _condition(self, statement: Statement, term: str, condition: Condition) -> None:
        for literal in condition.literals:
            family, name = literal.fact
            refers_to = FAMILIES[family].refers_to
            if family in BARE or refers_to in CLOSED_NAMES or not name:
                continue
            self._reference(statement, term, refers_to, name)

    def _key(self, statement: Statement, term: str, key: str) -> None:
        if self._catalogue.by_key(key) is None:
            known = {s.key for s in self._catalogue.statements}
            self._findings.error("unknown-reference", self._at(statement, term),
                                 f"{statement.key}: '{key}' is not a statement of this policy.",
                                 did_you_mean(key, known) or "Write it as kind:id.")  # fmt: skip

    # circles -------------------------------------------------------------------------------------------------------------

    def circles(self) -> None:
        """A category cannot be part of itself, nor a principle be made true by itself."""
        for category in self._catalogue.all(Category):
            if any(category.id in self._catalogue.wider(parent) for parent in category.part_of):
                self._findings.error("circle", self._at(category, "part_of"), f"{category.key} is part of itself, by way of "
                                     f"{', '.join(category.part_of)}.", "Remove one of these links.")  # fmt: skip
        for principle in self._catalogue.all(Principle):
            if principle.key in self._under(principle):
                self._findings.error("circle", self._at(principle, "made_true_by"), f"{principle.key} is made true by itself.",
                                     "Name statements that are not principles.")  # fmt: skip

    def _under(self, principle: Principle) -> set[str]:
        seen: set[str] = set()
        todo = list(principle.made_true_by)
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                below = self._catalogue.by_key(key)
                todo += below.made_true_by if isinstance(below, Principle) else ()
        return seen

    # what nobody can meet ------------------------------------------------------------------------------------------------

    def impossible(self) -> None:
        """A ground whose conditions contradict each other, or whose basis no list admits, permits nobody."""
        for ground in self._grounds():
            if not _possible(ground.needs):
                self._findings.error("impossible-ground", self._at(ground, "needs"), f"Nobody can meet {ground.key}: its conditions "
                                     "contradict each other.", "A fact cannot hold and not hold.")  # fmt: skip
            for limit in self._catalogue.all(LawfulBasis):
                everywhere = not (
                    limit.when or limit.data or limit.purposes or limit.recipients or limit.points
                )
                acts = _words(ground.acts, ACTIONS) - _words(limit.acts, ACTIONS) if limit.acts else set()
                if everywhere and not acts and ground.basis not in limit.only:
                    self._findings.warning("basis-not-listed", self._at(ground, "basis"), f"{ground.key} rests on '{ground.basis}', which "
                                           f"{limit.key} leaves out.", limit.cite and f"See {limit.cite}.")  # fmt: skip
        for statement in self._catalogue.statements:
            if isinstance(statement, (Bar, Frame)) and not _possible(statement.needs):
                self._findings.error("impossible-needs", self._at(statement, "needs"), f"Nobody can meet what {statement.key} needs: "
                                     "its conditions contradict each other.", "")  # fmt: skip

    # contradictions ------------------------------------------------------------------------------------------------------

    def contradictions(self) -> None:
        """Statements that cannot both hold; the stricter one does, and it is said."""
        for ground, bar in product(self._grounds(), self._catalogue.all(Requirement)):
            if not bar.needs and not bar.unless and not bar.when and self._inside(ground, bar):
                self._findings.warning("contradiction", self._at(ground), f"{ground.key} permits what {bar.key} forbids outright "
                                       f"({self._at(bar)}); the stricter one holds.", _readings(ground, bar))  # fmt: skip
        for purpose in self._catalogue.all(Purpose):
            both = self._catalogue.expand("category", purpose.data) & self._catalogue.expand(
                "category", purpose.optional
            )
            if both:
                self._findings.error("contradiction", self._at(purpose, "optional"), f"{purpose.key} calls {', '.join(sorted(both))} "
                                     "both needed and optional.", "Keep it in one of the two lists.")  # fmt: skip
        for first, second in _pairs(self._catalogue.all(Residency)):
            if self._overlap(first, second) and not set(first.regions) & set(second.regions):
                self._findings.error("contradiction", self._at(second, "regions"), f"{second.key} and {first.key} keep the same data in "
                                     "regions that have nothing in common: it can be stored nowhere.", "")  # fmt: skip
        for first_r, second_r in _pairs(self._catalogue.all(Retention)):
            same = (first_r.data, first_r.purposes) == (second_r.data, second_r.purposes) and (
                first_r.data or first_r.purposes
            )
            differs = (first_r.period, first_r.criterion) != (second_r.period, second_r.criterion)
            if same and differs and first_r.period and second_r.period:
                self._findings.error("contradiction", self._at(second_r), f"{second_r.key} and {first_r.key} keep the same data for "
                                     "different periods.", "Say with 'reading' and 'because' which holds.")  # fmt: skip

    def _grounds(self) -> list[Ground | Export]:
        return [*self._catalogue.all(Ground), *self._catalogue.all(Export)]

    def _inside(self, ground: Ground | Export, bar: Requirement) -> bool:
        """Whether everything the ground permits lies within the bar's scope."""
        acts = {"export"} if isinstance(ground, Export) else _words(ground.acts, ACTIONS)
        if bar.acts and (not acts or not acts <= _words(bar.acts, ACTIONS)):
            return False
        if isinstance(ground.data, AllBut) or isinstance(bar.data, AllBut):
            return False
        kinds = (("category", "data"), ("purpose", "purposes"), ("recipient", "recipients"), ("point", "points"),
                 ("source", "sources"), ("message", "messages"))  # fmt: skip
        for kind, term in kinds:
            wide = self._catalogue.expand(kind, getattr(bar, term))
            narrow = self._catalogue.expand(kind, getattr(ground, term))
            if wide and (not narrow or not all(self._within(kind, one, wide) for one in narrow)):
                return False
        places = _words(ground.places, REGIONS)
        return not bar.places or (bool(places) and places <= _words(bar.places, REGIONS))

    def _within(self, kind: str, one: str, wide: frozenset[str]) -> bool:
        return bool(self._catalogue.wider(one) & wide) if kind == "category" else one in wide

    def _overlap(self, first: Scoped, second: Scoped) -> bool:
        if not first.data or not second.data:
            return True
        covers = self._catalogue.covers
        return any(
            covers(first.data, id) and covers(second.data, id) for id in self._catalogue.ids("category")
        )

    # what nothing uses ---------------------------------------------------------------------------------------------------

    def unused(self) -> None:
        """Consent items no condition asks for, and acts no ground reaches."""
        asked = {
            literal.fact.name
            for statement in self._catalogue.statements
            for literal in literals_of(statement)
            if literal.fact.family == "consent"
        }
        for consent in self._catalogue.all(Consent):
            if consent.id not in asked and not consent.cite:
                self._findings.warning("unused-consent", self._at(consent), f"Nothing asks for {consent.key}.",
                                       f"Name it in some 'needs:' as consent:{consent.id}.")  # fmt: skip


def _words(named: tuple[str, ...], vocabulary: Vocabulary) -> set[str]:
    """The words a side names, or those it leaves."""
    return set(vocabulary) - set(named) if isinstance(named, AllBut) else set(named)


def _readings(*statements: Statement) -> str:
    return "" if any(s.reading for s in statements) else "Say with 'reading' and 'because' which was meant."


def _pairs(items: tuple[S, ...]) -> Iterator[tuple[S, S]]:
    for index, first in enumerate(items):
        for second in items[index + 1 :]:
            yield first, second


def _possible(needs: tuple[Condition, ...]) -> bool:
    """Whether some choice of ways, one a condition, has no fact both ways. Conditions are few and short."""
    for choice in product(*(condition.ways for condition in needs)):
        literals = {literal for way in choice for literal in way}
        if not any(literal.inverse() in literals for literal in literals):
            return True
    return not needs
