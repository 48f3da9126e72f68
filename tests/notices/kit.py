"""Quay with forms: a filing that asks for what its notice names, terms to be shown before anything, a way out to a third party."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import POLICY, TEXT, bundle, organisation, somebody
from troth.app.notice_acts import show, submit
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.notices import Display, Interface, Shown, Submission, Submitted
from troth.policy.bundle import Bundle

FORMS = (
    POLICY.replace("  terms: {}\n",
                   "  terms: {level: general, languages: [en]}\n"
                   "  filing: {level: instant, languages: [en, zh], contents: [company, contact], clauses: ['2'], channels: [form]}\n"
                   "  leaving: {level: instant, contents: [their own rules hold there]}\n")
    .replace("  email: {nature: personal}\n",
             "  email: {nature: personal, fields: [mail]}\n  filing: {nature: personal}\n"
             "  company: {part_of: [filing], fields: [company_name], label: {en: Company, zh: 公司}}\n"
             "  contact: {part_of: [filing], fields: [contact_name]}\n"
             "  passport: {part_of: [filing], fields: [passport_number]}\n")
    .replace("  check: {data: [face]}\n", "  check: {data: [face]}\n  filing: {data: [filing]}\n")
    .replace("points:\n",
             "points:\n  filing_form: {what: form, data: [filing], purposes: [filing], needs: [shown:filing]}\n"
             "  feedback: {what: form, data: [email], purposes: [service]}\n")
    .replace("grounds:\n", "grounds:\n  file: {acts: [collect], purposes: [filing], basis: contract}\n")
)  # fmt: skip
FILE = Question("collect", ("company",), "filing", via="filing_form")
HERE = Shown("en", Interface.WEB, "filing_form")


def formed(text: str = FORMS) -> Bundle:
    return bundle(text)


@contextmanager
def showing(place: Path, url: str = "", policy: str = FORMS, **more: Any) -> Iterator[Organisation]:
    folder = place / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(policy)
    (folder / "text.md").write_text(TEXT)
    with organisation(place, url, **more) as quay:
        yield quay


def shown(
    quay: Organisation, who: str, notice: str = "filing", how: Shown = HERE, policy: str = ""
) -> Display:
    return quay.act(lambda acts: show(quay, acts, who, notice, how, policy=policy))


def sent(
    quay: Organisation, who: str, *fields: str, point: str = "filing_form", **versions: str
) -> Submitted:
    submission = Submission(point, fields, tuple(sorted(versions.items())))
    return quay.act(lambda acts: submit(quay, acts, who, submission))


def kinds(quay: Organisation, prefix: str = "notices:") -> list[str]:
    with quay.database.read() as connection:
        return [event.kind for event in quay.ledger.events(connection, kinds=(prefix,))]


def displays(quay: Organisation, who: str) -> list[Display]:
    with quay.database.read() as connection:
        root = quay.rooms.subjects.root(connection, quay.ledger.pseudonym(who))
        return quay.notices.of_person(connection, root)


def replays(quay: Organisation) -> bool:
    return all(result.equal for result in quay.ledger.compare())


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay with forms, on a database of either kind."""
    with showing(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with showing(tmp_path / "home") as opened:
        yield opened


__all__ = ["somebody"]
