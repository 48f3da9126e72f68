"""Quay with people who work there: a role for the post room, one so small that a second holder crowds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import NOON, POLICY, agreed, folder, organisation
from troth.access import Asked, Outcome, Put, Told, Wrote
from troth.app.organisation import Organisation
from troth.kernel.clock import SteppedClock
from troth.kernel.ids import StaffId
from troth.staff import Granted
from troth.staff.evidence import Deed

WITH_STAFF = POLICY + (
    "roles:\n"
    "  post: {data: [email], purposes: [newsletter], training: [Data protection], clauses: ['2']}\n"
    "  few: {data: [email], purposes: [newsletter, service], at_most: 1, clauses: ['1']}\n"
    "  both: {data: [email, face], purposes: [newsletter]}\n"
    "  faces: {data: [face], purposes: [check], clauses: ['3']}\n"
)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


@contextmanager
def at_work(place: Path, url: str = "", **more: Any) -> Iterator[Organisation]:
    """Quay with its fields declared."""
    place.mkdir(parents=True, exist_ok=True)
    folder(place / "policy", WITH_STAFF)
    with organisation(place, url, **more) as quay:
        declare(quay, "people.email", "email", "newsletter")
        declare(quay, "people.face", "face")
        yield quay


def declare(quay: Organisation, field: str, category: str, *search: str) -> None:
    quay.act(lambda acts: quay.access.declare(acts.work, field, category, search, at=acts.at))


def clock_of(quay: Organisation) -> SteppedClock:
    assert isinstance(quay.clock, SteppedClock)
    return quay.clock


def deed(quay: Organisation, member: str) -> Deed:
    return Deed(StaffId(member), quay.clock.now(), policy=quay.policy().digest)


def hire(quay: Organisation, name: str = "") -> str:
    return quay.act(lambda acts: quay.staff.add(acts.work, name=name, at=acts.at))


def teach(quay: Organisation, member: str, *, taken: datetime = NOON, lasts: timedelta = YEAR) -> None:
    declared = quay.policy()
    quay.act(
        lambda acts: quay.staff.train(
            acts.work, deed(quay, member), declared, "data protection", taken=taken, expires=taken + lasts
        )
    )


def give(quay: Organisation, member: str, role: str, until: datetime | None = None) -> Granted:
    declared = quay.policy()
    return quay.act(lambda acts: quay.staff.grant(acts.work, deed(quay, member), declared, role, until=until))


def poster(quay: Organisation) -> str:
    """Somebody of the post room, with a course that lasts a year."""
    member = hire(quay)
    teach(quay, member)
    assert give(quay, member, "post").granted
    return member


def token(quay: Organisation, member: str, role: str = "post", purpose: str = "newsletter") -> str:
    return quay.access.issue(member, role, purpose, HOUR).text


def write(quay: Organisation, who: str, **values: str) -> Wrote:
    (found,) = quay.access.write([Put(who, {f"people.{name}": value for name, value in values.items()})])
    assert isinstance(found, Wrote), found
    return found


def read(quay: Organisation, text: str, who: str, field: str = "people.email") -> Told:
    (found,) = quay.access.read([Asked(text, who, (field,))])
    assert isinstance(found, tuple), found
    return found[0]


def reason(told: Told) -> str:
    assert told.outcome is Outcome.REFUSED, told
    assert told.value == ""
    return told.reason


def kinds(quay: Organisation, prefix: str) -> list[str]:
    with quay.database.read() as connection:
        return [event.kind for event in quay.ledger.events(connection, kinds=(prefix,))]


def reader(quay: Organisation, number: int = 1) -> str:
    """A person who agreed to the newsletter and left an address."""
    who = agreed(quay, number)
    write(quay, who, email=f"p{number}@example.test")
    return who


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay at work, on a database of either kind."""
    with at_work(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    """Quay at work on SQLite alone, where the database makes no difference."""
    with at_work(tmp_path / "home") as opened:
        yield opened
