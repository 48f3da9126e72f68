"""Quay with accounts: people who register, a bag into which codes go, hashes that are quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.kit import clock_of
from tests.gate.kit import POLICY, folder, organisation
from troth.accounts import NOWHERE, Address, Bag, Came, Entered, Registration
from troth.app.organisation import Organisation
from troth.ledger import Event

QUICK = "password: {memory_kib: 64, passes: 1, lanes: 1}\n"
"""Hashes as quick as the library allows: what is tested is what is done with them."""
DUTIES = (
    "user_duties:\n"
    "  strong: {offers: [rules], means: [password_rules], clauses: ['1']}\n"
    "  safe: {offers: [alert, lock, reset], means: [sign_in_alert, lockout, password_reset], clauses: ['2']}\n"
    "  right: {offers: [a statement], means: [accuracy_statement, settings_behind_sign_in], clauses: ['3']}\n"
)
STRONG = "copper lantern drifts north"
OTHER = "seven herons under glass"
MINUTE = timedelta(minutes=1)


@contextmanager
def lobby(place: Path, url: str = "", **more: Any) -> Iterator[Organisation]:
    place.mkdir(parents=True, exist_ok=True)
    if not (place / "policy").exists():
        folder(place / "policy", POLICY + DUTIES)
    (place / "accounts.yaml").write_text(QUICK)
    with organisation(place, url, **more) as quay:
        yield quay


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay with accounts, on a database of either kind."""
    with lobby(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with lobby(tmp_path / "home") as opened:
        yield opened


def bag(quay: Organisation) -> Bag:
    """Where codes and notices went, once all that was asked for is brought."""
    quay.accounts.errands.settle()
    courier = quay.accounts.errands.courier
    assert isinstance(courier, Bag)
    return courier


def code(quay: Organisation) -> str:
    """The last code that was brought."""
    return next(one.code for one in reversed(bag(quay).errands) if one.code)


def brought(quay: Organisation) -> list[str]:
    """What was brought so far, by its words, in order."""
    return [one.what.value for one in bag(quay).errands]


def wanted(number: int = 1, **more: Any) -> Registration:
    given: dict[str, Any] = {
        "name": f"Mei Ling {number}",
        "password": STRONG,
        "address": Address("email", f"mei{number}@example.test"),
        "accurate": True,
    }
    return Registration(**given | more)


def registered(quay: Organisation, number: int = 1, came: Came = NOWHERE, **more: Any) -> Entered:
    """Somebody with an account, signed in."""
    waiting = quay.accounts.register(wanted(number, **more), came)
    return quay.accounts.confirm(waiting.ticket, code(quay), came)


def events(quay: Organisation, *kinds: str) -> list[Event]:
    with quay.database.read() as connection:
        return list(quay.ledger.events(connection, kinds=kinds or ("accounts:",)))


def kinds(quay: Organisation) -> list[str]:
    return [one.kind.removeprefix("accounts:") for one in events(quay)]


__all__ = ["clock_of"]
