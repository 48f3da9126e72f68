"""The cases of tests/cases as values, and the policies they are about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from troth.app.folders import compile_folder
from troth.decide.model import Facts, Question, Request
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "cases"
CASE_KEYS = {"name", "why", "ask", "request", "facts", "unknown", "expect"}
EXPECTED = {"outcome", "grounds", "clauses", "duties", "applied", "missing"}


@dataclass(frozen=True)
class Case:
    """One case as written: a question or a request, the facts, and what must be contained in the answer."""

    policy: str
    file: str
    name: str
    why: tuple[str, ...]
    question: Question | None
    request: Request | None
    facts: Facts
    expect: dict[str, Any]
    reading: str = "as_written"

    @property
    def id(self) -> str:
        """How pytest names it."""
        return f"{self.policy}/{self.file}: {self.name}"


def cases() -> list[Case]:
    """Every case of every policy, in the order of the files."""
    found: list[Case] = []
    for file in sorted(FOLDER.glob("*/*.yaml")):
        plain = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if isinstance(plain, dict) and "cases" in plain:
            reading = plain.get("reading", "as_written")
            found += [_case(plain["policy"], file, one, reading) for one in plain["cases"]]
    return found


def _case(policy: str, file: Path, plain: dict[str, Any], reading: str) -> Case:
    wrong = set(plain) - CASE_KEYS | set(plain["expect"]) - EXPECTED
    if wrong or ("ask" in plain) == ("request" in plain):
        raise ValueError(
            f"{file}: case '{plain.get('name')}' has keys it cannot have, or not one of ask and request: {wrong}"
        )
    return Case(
        policy=policy,
        file=file.stem,
        name=plain["name"],
        why=_words(plain.get("why", ())),
        question=_question(plain["ask"]) if "ask" in plain else None,
        request=Request(**plain["request"]) if "request" in plain else None,
        facts=Facts.of(_words(plain.get("facts", ())), unknown=_words(plain.get("unknown", ()))),
        expect=plain["expect"],
        reading=reading,
    )


def _question(plain: dict[str, Any]) -> Question:
    return Question(**{**plain, "data": _words(plain["data"])})


def _words(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)


@cache
def bundle(policy: str, reading: str = "") -> Bundle:
    """The compiled policy of an example, under the reading it enforces or the one named."""
    if reading:
        whole = bundle(policy)
        return replace(whole, header=replace(whole.header, enforced=reading))
    findings = Findings()
    compiled = compile_folder(ROOT / "examples" / policy, findings)
    if compiled is None:
        raise ValueError(f"examples/{policy} does not compile: {findings.sorted[0]}")
    return compiled.bundle


def policies() -> list[str]:
    """The examples that have a policy."""
    return sorted(p.parent.name for p in (ROOT / "examples").glob("*/policy.yaml"))
