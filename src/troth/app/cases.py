"""A law book: cases as data, each with a question, a request, a read or a safeguard, the facts, and what must be answered.

`tests/cases/README.md` describes the format. A case counts for a clause only if it bites: switching off what the clause
brought must turn it red. Otherwise it would stay green whatever became of that clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from troth.decide.changes import Change, ChangeAnswer, answer_change
from troth.decide.contacts import ContactAnswer, Tried, answer_contact
from troth.decide.leaving import Leaving, LeavingAnswer, answer_leaving
from troth.decide.model import Answer, Facts, Question, Request, RequestAnswer
from troth.decide.naive import answer, decide
from troth.decide.offers import Occasion, Offer, OfferAnswer, answer_offer
from troth.decide.reads import Read, ReadAnswer, answer_read, course_id
from troth.decide.register import RegisterAnswer, Shown, answer_register
from troth.decide.requests import answer_request
from troth.kernel.errors import AuthorError
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue

FORMS = frozenset({"ask", "contact", "request", "read", "safeguard", "change", "leaving", "offer"})
KEYS = frozenset({"name", "why", "facts", "unknown", "expect"}) | FORMS
EXPECTED = frozenset(
    {"outcome", "grounds", "clauses", "duties", "applied", "missing", "fee", "within", "reasons"}
)
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_POLICY = re.compile(r"^policy: *([a-z][a-z0-9_]*) *$", re.MULTILINE)
PARTS = ("grounds", "clauses", "duties", "applied", "within", "reasons")


class CaseUnreadable(AuthorError):
    """A case is not written as the format asks."""


@dataclass(frozen=True)
class Reading:
    """A read that a case asks about: what is looked at in which role, what its holder has learnt, how many hold it."""

    read: Read
    courses: frozenset[str]
    holders: int = 1


@dataclass(frozen=True)
class Registered:
    """A safeguard that a case asks about, with the last word on each of its items."""

    safeguard: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Reached:
    """A contact that a case asks about, with the last word on each way to it."""

    contact: str
    tried: dict[str, Tried]


LOOKED: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant at which cases about safeguards are judged; their ages count back from it."""
Said: TypeAlias = (
    Answer
    | RequestAnswer
    | ReadAnswer
    | RegisterAnswer
    | ChangeAnswer
    | LeavingAnswer
    | OfferAnswer
    | ContactAnswer
)


@dataclass(frozen=True)
class Case:
    """One case as written: a question, a request, a read or a safeguard, the facts, and what must be contained in the answer."""

    policy: str
    file: str
    name: str
    why: tuple[str, ...]
    question: Question | None
    request: Request | None
    facts: Facts
    expect: dict[str, Any]
    reading: str = "as_written"
    read: Reading | None = None
    registered: Registered | None = None
    moment: Change | Leaving | Offer | None = None
    """A change of the policy, somebody leaving for a third party, or an occasion on which something is offered."""
    reached: Reached | None = None

    @property
    def id(self) -> str:
        """How a report names it."""
        return f"{self.policy}/{self.file}: {self.name}"


def load_cases(folder: Path, policy: str = "") -> list[Case]:
    """Every case in the files of a folder and of those right below it; of one policy, when it is named.

    Raises CaseUnreadable, naming file and case.
    """
    found: list[Case] = []
    for file, text in case_files(folder, policy):
        try:
            plain = yaml.load(text, Loader=SAFE)  # noqa: S506  both are safe loaders
        except yaml.YAMLError as problem:
            raise _not_yaml(file) from problem
        if isinstance(plain, dict) and "cases" in plain:
            reading = plain.get("reading", "as_written")
            found += [_case(str(plain.get("policy", "")), file, one, reading) for one in plain["cases"]]
    return found


def case_files(folder: Path, policy: str = "") -> Iterator[tuple[Path, str]]:
    """The files of cases with their texts; where a policy is named, those that name another at their top are passed over.

    To read all of their YAML is most of the work. Raises CaseUnreadable.
    """
    for file in sorted((*folder.glob("*.yaml"), *folder.glob("*/*.yaml"))):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise _not_yaml(file) from problem
        if not policy or _named_in(text) in ("", policy):
            yield file, text


def _not_yaml(file: Path) -> CaseUnreadable:
    return CaseUnreadable(f"{file} is not YAML in UTF-8.", "Check indentation and quotes.")


def _named_in(text: str) -> str:
    """The policy that a file of cases names at its top; '' where that cannot be told at a glance."""
    found = _POLICY.search(text)
    return found[1] if found else ""


def asked(case: Case, catalogue: Catalogue) -> Said:
    """What the specification answers to a case under a catalogue."""
    if isinstance(case.moment, Change):
        return answer_change(catalogue, case.moment)
    if isinstance(case.moment, Offer):
        return answer_offer(catalogue, case.moment)
    if case.moment is not None:
        return answer_leaving(catalogue, case.moment)
    if case.reached is not None:
        return answer_contact(catalogue, case.reached.contact, case.reached.tried)
    if case.registered is not None:
        return answer_register(catalogue, case.registered.safeguard, case.registered.shown, LOOKED)
    if case.read is not None:
        return answer_read(catalogue, case.read.read, case.read.courses, case.read.holders)
    if case.request is not None:
        return answer_request(catalogue, case.request, case.facts)
    assert case.question is not None
    return answer(catalogue, case.question, case.facts)


def difference(case: Case, found: Said) -> str:
    """The first way in which an answer is not what a case expects; '' when it is."""
    return _plain_difference(case, found) or _missing_difference(case, found)


def _plain_difference(case: Case, found: Said) -> str:
    """As `difference`, leaving out what is missing."""
    if str(found.outcome) != case.expect["outcome"]:
        return f"outcome is {found.outcome}"
    for part in (name for name in PARTS if name in case.expect):
        lacking = set(map(str, case.expect[part])) - set(getattr(found, part, ()))
        if lacking:
            return f"{part} lack {sorted(lacking)}"
    if "fee" in case.expect and getattr(found, "fee", "") != case.expect["fee"]:
        return f"fee is '{getattr(found, 'fee', '')}'"
    return ""


class LawBook:
    """Cases held against one policy; the catalogues they need are made once."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._made: dict[tuple[str, str], Catalogue] = {}

    def difference(self, case: Case, without: str = "") -> str:
        """In which way the specification's answer differs from what a case expects; with a clause switched off, if one is named."""
        catalogue = self._under(case.reading, without)
        if case.question is not None:
            # What is missing is a search that takes far longer than the decision, and few cases come to depend on it.
            found = _plain_difference(case, decide(catalogue, case.question, case.facts))
            if found or "missing" not in case.expect:
                return found
        return difference(case, asked(case, catalogue))

    def counts_for(self, case: Case) -> tuple[str, ...]:
        """The clauses for whose sake a case was written and which it bites; none while it is red."""
        if self.difference(case):
            return ()
        return tuple(clause for clause in case.why if self.difference(case, without=clause))

    def bites(self, case: Case, clause: str) -> bool:
        """Whether the case is green, and turns red when every statement of a clause is switched off."""
        return not self.difference(case) and bool(self.difference(case, without=clause))

    def _under(self, reading: str, without: str) -> Catalogue:
        key = (reading, without)
        if key not in self._made:
            kept = (s for s in self._bundle.in_force(reading) if without not in s.clauses)
            self._made[key] = Catalogue(kept)
        return self._made[key]


def _missing_difference(case: Case, found: Said) -> str:
    wanted = [{way} if isinstance(way, str) else set(way) for way in case.expect.get("missing", ())]
    if not isinstance(found, Answer):
        lacking = [way for way in wanted if not way <= set(found.missing)]
    else:
        listed = [set(way) for way in found.missing]
        lacking = [way for way in wanted if way not in listed]
    return f"missing does not name {sorted(lacking[0])}" if lacking else ""


def _case(policy: str, file: Path, plain: Any, reading: str) -> Case:
    try:
        wrong = set(plain) - KEYS | set(plain["expect"]) - EXPECTED
        if wrong or len(FORMS & set(plain)) != 1:
            raise CaseUnreadable(
                f"{file}: the case '{plain.get('name')}' must have one of {sorted(FORMS)}, and no {sorted(wrong)}."
            )
        return Case(
            policy,
            file.stem,
            str(plain["name"]),
            _words(plain.get("why", ())),
            Question(**{**plain["ask"], "data": _words(plain["ask"]["data"])}) if "ask" in plain else None,
            Request(**plain["request"]) if "request" in plain else None,
            Facts.of(_words(plain.get("facts") or ()), unknown=_words(plain.get("unknown") or ())),
            plain["expect"],
            reading,
            _reading(plain["read"]) if "read" in plain else None,
            _registered(plain["safeguard"]) if "safeguard" in plain else None,
            _moment(plain),
            reached=_reached(plain["contact"]) if "contact" in plain else None,
        )
    except (KeyError, TypeError) as problem:
        raise CaseUnreadable(
            f"{file}: a case cannot be read: {problem}.", "See tests/cases/README.md."
        ) from problem


def _reading(plain: Any) -> Reading:
    courses = frozenset(map(course_id, _words(plain.get("courses", ()))))
    read = Read(plain["role"], _words(plain["data"]), plain["purpose"])
    return Reading(read, courses, int(plain.get("holders", 1)))


def _reached(plain: Any) -> Reached:
    """`arrived` gives the age in days of the last try of each way that reached the contact, `failed` of each that did not."""
    tried = {
        str(way): Tried(reached, timedelta(days=float(age)))
        for key, reached in (("arrived", True), ("failed", False))
        for way, age in (plain.get(key) or {}).items()
    }
    return Reached(plain["id"], tried)


def _registered(plain: Any) -> Registered:
    """`shown` gives the age in days of each item that was seen, `failed` of each that was looked for and not found."""
    heads = int(plain["heads"]) if "heads" in plain else None
    shown = [
        Shown(int(item), passed, LOOKED - timedelta(days=float(age)), None, heads if passed else None)
        for key, passed in (("shown", True), ("failed", False))
        for item, age in (plain.get(key) or {}).items()
    ]
    return Registered(plain["id"], tuple(shown))


def _moment(plain: Any) -> Change | Leaving | Offer | None:
    """A change of these `kinds` with what was `done`, a way out before which these were `shown`, or an occasion and what was `given`."""
    if "offer" in plain:
        said = plain["offer"]
        return Offer(Occasion(said["at"]), frozenset(_words(said.get("given", ()))))
    if "change" in plain:
        said = plain["change"]
        return Change(_words(said["kinds"]), frozenset(_words(said.get("done", ()))))
    return Leaving(frozenset(_words(plain["leaving"].get("shown", ())))) if "leaving" in plain else None


def _words(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)
