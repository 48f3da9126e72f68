"""Quay with locks, a head count and a map of threats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.kit import WITH_STAFF, hire
from tests.gate.kit import folder, organisation
from troth.app.organisation import Organisation
from troth.app.safeguarding import register
from troth.promises.model import Verdict
from troth.safeguards import Proof

DAY = timedelta(days=1)
GUARDED = WITH_STAFF + (
    "safeguards:\n"
    "  locks: {families: [physical], threats: [theft, copy], evidence: [list of doors, check of each], fresh: 10 calendar_days,"
    " clauses: ['1']}\n"
    "  few_people: {threats: [leak], evidence: [list of holders], fresh: 10 calendar_days, cap: 1, clauses: ['1']}\n"
    "  all_threats: {threats: [theft, copy, leak], evidence: [a control for each], fresh: 10 calendar_days, clauses: ['3']}\n"
)


def show(quay: Organisation, safeguard: str, item: int, **more: Any) -> Proof:
    given: dict[str, Any] = {"at": quay.clock.now(), "by": "probe:doors", "grade": "probe"} | more
    declared = quay.policy()
    return quay.act(
        lambda acts: quay.safeguards.show(
            acts.work, declared, Proof(safeguard, item, **given), now=acts.at, origin=acts.origin
        )
    )


def attested(quay: Organisation, safeguard: str, item: int, **more: Any) -> Proof:
    return show(quay, safeguard, item, by=hire(quay), grade="attestation", **more)


def state(quay: Organisation, safeguard: str) -> str:
    """As the register says, and as the board does: they must not differ."""
    (line,) = [line for line in register(quay) if line.statement.id == safeguard]
    assert verdict(quay, safeguard).state.value == line.answer.outcome.value
    return line.answer.outcome.value


def verdict(quay: Organisation, safeguard: str) -> Verdict:
    with quay.database.read() as connection:
        board = quay.promises.board(connection, quay.clock.now())
    return next(v for c in board.clauses for s, v in c.statements if s.key == f"safeguard:{safeguard}")


def _guarded(place: Path) -> None:
    place.mkdir(parents=True)
    folder(place / "policy", GUARDED)


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay guarded, on a database of either kind."""
    _guarded(tmp_path / "home")
    with organisation(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    """Quay guarded, on SQLite alone, where the database makes no difference."""
    _guarded(tmp_path / "home")
    with organisation(tmp_path / "home") as opened:
        yield opened
