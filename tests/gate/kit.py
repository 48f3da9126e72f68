"""A small policy with one of everything the gate must mind, and an organisation that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.migrated import lay_at
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.kernel.clock import SteppedClock
from troth.kernel.entropy import SeededEntropy
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle
from troth.policy.compile import compile_policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "# Privacy\n\n1. We are Quay.\n\n2. We write to you when you agreed.\n\n3. Affiliates over 50 %.\n"
POLICY = """\
policy: quay
organisation: Quay
version: "1"
texts: [text.md]
entities:
  quay: {role: controller, name: Quay, clauses: ["1"]}
categories:
  email: {nature: personal}
  face: {nature: special}
purposes:
  newsletter: {data: [email]}
  service: {data: [email]}
  check: {data: [face]}
notices:
  signup: {languages: [en, zh], clauses: ["2"]}
  terms: {}
consents:
  newsletter: {what: explicit, purposes: [newsletter], notice: signup, expires: 12 months}
  banner: {what: deemed, purposes: [service]}
  face: {what: separate, purposes: [check]}
  child: {what: guardian, purposes: [service]}
objections:
  no_mail: {purposes: [newsletter]}
features:
  beta: {switch: subject}
points:
  form: {what: form, data: [email], closable: yes}
classes:
  minor: {who: children, under: 18}
recipients:
  sister: {what: affiliate, over: 50, needs: [recipient:controlled], clauses: ["3"]}
  court: {what: authority}
acceptances:
  terms: {what: explicit, acts: [use, collect], purposes: [service], notice: terms}
minors:
  children: {who: minor, purposes: [newsletter], needs: [consent:child]}
grounds:
  mail: {acts: [use], purposes: [newsletter], basis: explicit_consent, needs: [consent:newsletter]}
  run: {acts: [use, collect], purposes: [service], basis: contract, needs: [accepted:explicit]}
  face: {acts: [use], purposes: [check], basis: explicit_consent, needs: [consent:face]}
  sister: {acts: [share], purposes: [newsletter], recipients: [sister], basis: affiliate, needs: [consent:newsletter],
           duties: [record_disclosure]}
  court: {acts: [share], purposes: [service, newsletter], recipients: [court], basis: authority_demand,
          needs: [paper:order], exception: yes}
"""
MAIL = Question("use", ("email",), "newsletter")
SERVE = Question("use", ("email",), "service")
FACE = Question("use", ("face",), "check")
TO_SISTER = Question("share", ("email",), "newsletter", recipient="sister")
TO_COURT = Question("share", ("email",), "service", recipient="court")


@cache
def bundle(text: str = POLICY) -> Bundle:
    findings = Findings()
    compiled = compile_policy({"policy.yaml": text, "text.md": TEXT}, {}, findings)
    assert compiled is not None, [str(finding) for finding in findings.sorted]
    return compiled.bundle


def second() -> Bundle:
    """The same policy with another notice and a stake of its own: another version."""
    changed = POLICY.replace("over: 50", "over: 70").replace(
        "signup: {languages: [en, zh]", "signup: {languages: [en]"
    )
    return bundle(changed.replace('version: "1"', 'version: "2"'))


def folder(at: Path, text: str = POLICY) -> Path:
    at.mkdir(parents=True, exist_ok=True)
    (at / "policy.yaml").write_text(text)
    (at / "text.md").write_text(TEXT)
    return at


@contextmanager
def organisation(place: Path, url: str = "", **more: Any) -> Iterator[Organisation]:
    """Quay on a database, by a clock that tests move."""
    given: dict[str, Any] = {"clock": SteppedClock(NOON), "entropy": SeededEntropy("quay")} | more
    home = lay_at(Home.at(place, url))
    policy = place / "policy"
    if not policy.exists():
        folder(policy)
    with open_organisation(home, "quay", policy, **given) as opened:
        yield opened


def somebody(quay: Organisation, number: int = 1) -> str:
    return quay.act(lambda acts: acts.open_subject([("email", f"p{number}@example.test")])).subject


def agreed(quay: Organisation, number: int = 1) -> str:
    """A new person who agreed to the newsletter."""
    who = somebody(quay, number)
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    return who


def with_data(question: Question, *data: str) -> Question:
    return replace(question, data=data)


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay on a database of either kind."""
    with organisation(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    """Quay on SQLite alone, where the database makes no difference."""
    with organisation(tmp_path / "home") as opened:
        yield opened
