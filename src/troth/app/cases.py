"""Cases that read like a law book: a question or request, the facts, and what must be answered; as data, for every engine."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from troth.decide.model import Answer, Facts, Question, Request, RequestAnswer
from troth.decide.naive import answer
from troth.decide.requests import answer_request
from troth.policy.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Case:
    """One case: where it stands, which clauses it exercises, what is asked under which facts, and what is expected."""

    place: str
    policy: str
    name: str
    why: tuple[str, ...]
    facts: Facts
    expect: dict[str, Any]
    question: Question | None = None
    request: Request | None = None
    reading: str = "as_written"


def load_cases(folder: Path) -> list[Case]:
    """Every case under a folder, in the order of files. Raises ValueError, naming the file, for one that cannot be read."""
    found: list[Case] = []
    for path in sorted(folder.rglob("*.yaml")):
        plain = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(plain, dict) and "policy" in plain:
            found += [_case(path, str(plain["policy"]), entry) for entry in plain.get("cases", ())]
    return found


def verdict_on(case: Case, catalogue: Catalogue) -> str:
    """What is wrong with the specification's answer to a case; '' when it is as expected."""
    if case.request is not None:
        return differs(case.expect, answer_request(catalogue, case.request, case.facts))
    assert case.question is not None
    return differs(case.expect, answer(catalogue, case.question, case.facts))


def differs(expect: dict[str, Any], found: Answer | RequestAnswer) -> str:
    """The first difference between an expectation and an answer, in words; '' when there is none."""
    for name, wanted in expect.items():
        value = getattr(found, name, None)
        if name == "outcome":
            if str(value) != wanted:
                return f"outcome is {value}, not {wanted}"
        elif name == "missing" and isinstance(found, Answer):
            sets = {frozenset(way) for way in found.missing}
            lacking = [way for way in wanted if frozenset(way) not in sets]
            if lacking or (not wanted and sets):
                return f"missing is {found.missing}, without {lacking}"
        elif isinstance(value, tuple):
            absent = sorted(set(wanted) - set(value))
            if absent:
                return f"{name} {value} lack {absent}"
        elif str(value) != str(wanted):
            return f"{name} is {value}, not {wanted}"
    return ""


def without_clause(catalogue: Catalogue, clause: str) -> Catalogue:
    """The catalogue with what the clause brought switched off: its statements gone, or, where others need them, bare."""
    kept = [s for s in catalogue.statements if clause not in s.clauses]
    return Catalogue(kept)


def teeth(case: Case, clause: str, catalogue: Catalogue) -> bool:
    """Whether a case turns red when the statements of a clause are switched off."""
    return bool(verdict_on(case, without_clause(catalogue, clause)))


def _case(path: Path, policy: str, plain: dict[str, Any]) -> Case:
    try:
        asked = plain.get("ask")
        question = None
        if asked is not None:
            known = {f.name for f in dataclasses.fields(Question)}
            if set(asked) - known:
                raise ValueError(f"unknown {sorted(set(asked) - known)}")
            question = Question(**{**asked, "data": tuple(asked["data"])})
        request = Request(**plain["request"]) if "request" in plain else None
        return Case(
            f"{path.name}: {plain['name']}",
            policy,
            str(plain["name"]),
            tuple(str(clause) for clause in plain["why"]),
            Facts.of(plain.get("facts") or ()),
            dict(plain["expect"]),
            question,
            request,
            str(plain.get("reading", "as_written")),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(
            f"{path}: the case '{plain.get('name', '?')}' cannot be read: {problem}"
        ) from problem
