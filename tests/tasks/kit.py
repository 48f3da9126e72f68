"""Quay with a safeguard of two items, a telephone, a mailbox and a page that are published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import POLICY, TEXT, organisation
from tests.intake.kit import later
from troth.app.organisation import Organisation
from troth.app.tasking import bring_up

GUARDED = (
    POLICY.replace("  quay: {role: controller, name: Quay, clauses: [\"1\"]}\n",
                   "  quay: {role: controller, name: Quay, clauses: [\"1\"]}\n"
                   "  mailbox: {role: contact, address: privacy@quay.example, channels: [email], clauses: ['2']}\n"
                   "  hotline: {role: contact, address: '+60312345678', channels: [phone], clauses: ['3']}\n"
                   "  page: {role: contact, address: 'http://PAGE/', channels: [form]}\n")
    + "safeguards:\n"
    "  locks: {families: [physical], evidence: [check of each lock, list of keys], fresh: 1 months, clauses: ['1']}\n"
    "  team: {families: [organisational], evidence: [report to the board]}\n"
)  # fmt: skip


@contextmanager
def guarded(place: Path, url: str = "", policy: str = GUARDED, **more: Any) -> Iterator[Organisation]:
    folder = place / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(policy)
    (folder / "text.md").write_text(TEXT)
    with organisation(place, url, **more) as quay:
        yield quay


def staff(quay: Organisation) -> str:
    return quay.act(lambda acts: quay.staff.add(acts.work, name="Ann MARKER-STAFF", at=acts.at))


__all__ = ["bring_up", "later"]


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    with guarded(tmp_path / "home", database_url) as opened:
        bring_up(opened)
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with guarded(tmp_path / "home") as opened:
        bring_up(opened)
        yield opened
