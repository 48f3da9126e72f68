"""Payloads lie sealed under their subjects' keys: nothing in clear, nothing moved, and what is destroyed stops nothing."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    select,
    text,
)

from tests.ledger.kit import KEY, NOON, Dice, draft, ledger_on
from tests.support.drawer import Drawer
from troth.db import Database
from troth.kernel.clock import FixedClock
from troth.ledger import Event, Ledger, Payload, Projection, Seals, reading
from troth.ledger.errors import PayloadSealed, PayloadUnreadable, SubjectGone
from troth.ledger.tables import StoredPayload
from troth.ledger.work import canonical_payload, commit
from troth.vault.errors import KeyDestroyed, SealBroken

addresses = Table(
    "test_addresses",
    MetaData(),
    Column("organisation", String(64)),
    Column("sequence", BigInteger),
    Column("address", String(64)),
    PrimaryKeyConstraint("organisation", "sequence"),
)


@dataclass(frozen=True)
class Addresses:
    """Keeps what payloads say."""

    name: str = "addresses"
    kinds: tuple[str, ...] = ("consent:choice:given",)
    opens: tuple[str, ...] = ("consent:choice:given",)
    tables: tuple[Table, ...] = (addresses,)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        if payload is not None:
            row = {"sequence": event.sequence, "address": payload["address"]}
            connection.execute(insert(addresses), {"organisation": event.organisation} | row)


@dataclass
class Book:
    """Tombstones in memory."""

    gone: set[str] = field(default_factory=set)

    def among(self, connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
        return frozenset(self.gone & set(subjects))

    def everybody(self, connection: Connection, organisation: str) -> frozenset[str]:
        return frozenset(self.gone)


@dataclass
class Office:
    """A ledger with keys that can be destroyed."""

    ledger: Ledger
    drawer: Drawer
    book: Book

    def record(self, *numbers: int) -> None:
        with self.ledger.recording() as work:
            work.record(*(draft(number) for number in numbers))

    def erase(self, number: int) -> None:
        pseudonym = self.ledger.pseudonym(f"sub_{number}")
        self.book.gone.add(pseudonym)
        self.drawer.destroy({pseudonym})

    def payload(self, sequence: int) -> object:
        with self.ledger.database.read() as connection:
            return self.ledger.payload(connection, sequence)


@pytest.fixture
def office(database: Database) -> Office:
    return open_office(database, [Addresses()])


def open_office(database: Database, projections: list[Projection]) -> Office:
    with database.write() as connection:
        addresses.create(connection, checkfirst=True)
    drawer, book = Drawer(), Book()
    seals = Seals("harbour", drawer, book, SealBroken)
    ledger = Ledger(
        database, "harbour", KEY, clock=FixedClock(NOON), entropy=Dice(), projections=projections, seals=seals
    )
    return Office(ledger, drawer, book)


def lying(database: Database, sequence: int) -> StoredPayload:
    with database.read() as connection:
        query = text("SELECT salt, payload, sealed FROM ledger_payloads WHERE sequence = :at")
        row = connection.execute(query, {"at": sequence}).one()
    return StoredPayload(bytes(row.salt), bytes(row.payload), bool(row.sealed))


def test_payload_and_salt_lie_sealed_and_come_back(office: Office) -> None:
    office.record(1)
    found = lying(office.ledger.database, 1)
    assert (found.salt, found.sealed) == (b"", True)
    assert b"example.test" not in found.payload
    assert office.payload(1) == {"address": "1@example.test"}
    with office.ledger.database.read() as connection:
        shown = office.ledger.disclose(connection, 1)
        event = next(office.ledger.events(connection))
    assert shown is not None
    assert commit(shown.salt, shown.payload) == event.commitment


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_byte_of_a_payload_lies_in_clear(tmp_path: Path, database: Database) -> None:
    office = open_office(database, [])
    office.record(*range(40))
    office.ledger.recorder().record(draft(41))
    found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"consent:choice:given" in found
    assert b"@example.test" not in found


def test_a_payload_beside_another_entry_does_not_open(office: Office) -> None:
    office.record(1, 1)
    with office.ledger.database.write() as connection:
        moved = lying(office.ledger.database, 1).payload
        change = text("UPDATE ledger_payloads SET payload = :moved WHERE sequence = 2")
        connection.execute(change, {"moved": moved})
    with pytest.raises(SealBroken):
        office.payload(2)
    with office.ledger.database.read() as connection:
        assert office.ledger.verify(connection).bad_sequence == 2


def test_what_was_destroyed_is_unreadable_and_stops_nothing(office: Office) -> None:
    office.record(1, 2, 1)
    office.erase(1)
    with pytest.raises(PayloadUnreadable, match="unreadable: its key was destroyed"):
        office.payload(3)
    assert office.payload(2) == {"address": "2@example.test"}
    with office.ledger.database.read() as connection:
        found = office.ledger.verify(connection)
    assert (found.holds, found.opened, found.unreadable) == (True, 1, 2)
    [before] = office.ledger.replay()
    assert (before.rows_before, before.rows_after) == (3, 1)
    [after] = office.ledger.compare()
    assert (after.equal, after.rows_after) == (True, 1)


def test_a_key_that_is_missing_without_an_erasure_is_named(office: Office) -> None:
    office.record(1, 2)
    office.drawer.destroy({office.ledger.pseudonym("sub_2")})
    with office.ledger.database.read() as connection:
        found = office.ledger.verify(connection)
    assert (found.bad_sequence, found.reason) == (
        2,
        "the key of the payload is missing, and no erasure says why",
    )


def test_nobody_erased_is_opened_even_while_the_key_lives(office: Office) -> None:
    office.record(1)
    office.book.gone.add(office.ledger.pseudonym("sub_1"))
    with pytest.raises(PayloadUnreadable):
        office.payload(1)
    assert office.ledger.compare()[0].rows_after == 0


def test_nothing_more_is_recorded_of_the_erased_and_the_others_stand(database: Database) -> None:
    office = open_office(database, [])
    office.record(1)
    office.book.gone.add(office.ledger.pseudonym("sub_1"))  # erased, and the key not destroyed yet
    with pytest.raises(SubjectGone):
        office.record(2, 1)
    assert refused(office, [1, 2, 3, 1, 4]) == [1, 1]
    with database.read() as connection:
        named = {event.subject for event in office.ledger.events(connection, after=1)}
    assert named == {office.ledger.pseudonym(f"sub_{number}") for number in (2, 3, 4)}


def test_a_destroyed_key_in_a_shared_commit_fails_its_own_caller_alone(database: Database) -> None:
    office = open_office(database, [])
    office.drawer.destroy({office.ledger.pseudonym("sub_3")})
    assert refused(office, [1, 2, 3, 4]) == [3]


def refused(office: Office, numbers: list[int]) -> list[int]:
    """Record drafts in one shared commit, and say which of them were refused."""
    recorder, found, started = office.ledger.recorder(), [], threading.Event()

    def first(work: object) -> None:
        started.set()
        while len(recorder._together._queue) < len(numbers):
            pass

    def one(number: int) -> None:
        try:
            recorder.record(draft(number))
        except (SubjectGone, KeyDestroyed):
            found.append(number)

    leader = threading.Thread(target=recorder.run, args=(first,))
    leader.start()
    started.wait()
    others = [threading.Thread(target=one, args=(number,)) for number in numbers]
    for thread in (*others, leader):
        if thread is not leader:
            thread.start()
    for thread in (*others, leader):
        thread.join()
    return sorted(found)


def test_without_keys_nothing_is_sealed_or_shown_and_headers_are_checked(office: Office) -> None:
    office.record(1, 2)
    database = office.ledger.database
    keyless = Ledger(database, "harbour", KEY, clock=FixedClock(NOON), entropy=Dice())
    with database.read() as connection:
        with pytest.raises(PayloadSealed):
            keyless.payload(connection, 1)
        found = keyless.verify(connection)
        assert (found.holds, found.opened, found.unopened) == (True, 0, 2)
    with pytest.raises(RuntimeError), keyless.recording() as work:
        work.record(draft(3))
    with database.read() as connection:
        assert keyless.head(connection).size == 2


# --- what an earlier program left unsealed -----------------------------------------------------------------------------------


def unseal(office: Office) -> None:
    """Let the payloads lie as an earlier program wrote them."""
    database = office.ledger.database
    with database.write() as connection:
        for event in list(office.ledger.events(connection)):
            shown = office.ledger.disclose(connection, event.sequence)
            assert shown is not None
            change = text(
                "UPDATE ledger_payloads SET salt = :salt, payload = :body, sealed = FALSE WHERE sequence = :at"
            )
            connection.execute(change, {"salt": shown.salt, "body": shown.payload, "at": event.sequence})


def test_what_lay_unsealed_is_sealed_in_chunks_and_an_interrupted_run_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("troth.ledger.old.CHUNK", 4)
    office.record(*range(10))
    unseal(office)
    assert office.payload(4) == {"address": "3@example.test"}
    heard: list[int] = []

    def told(done: int) -> None:
        heard.append(done)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.ledger.seal_old(told)
    assert (lying(office.ledger.database, 8).sealed, lying(office.ledger.database, 9).sealed) == (True, False)
    assert office.ledger.seal_old(told) == 2
    assert office.ledger.seal_old() == 0
    assert heard == [4, 8, 2]
    with office.ledger.database.read() as connection:
        found = office.ledger.verify(connection)
    assert (found.holds, found.opened) == (True, 10)
    if office.ledger.database.dialect == "sqlite":
        assert canonical_payload({"address": "3@example.test"}) not in b"".join(
            path.read_bytes() for path in tmp_path.iterdir()
        ).replace(b"sub_", b"")


def test_what_the_erased_left_unsealed_is_wiped(office: Office) -> None:
    office.record(1, 2)
    unseal(office)
    office.erase(2)
    assert office.ledger.seal_old() == 2
    assert lying(office.ledger.database, 2) == StoredPayload(b"", b"", True)
    with office.ledger.database.read() as connection:
        found = office.ledger.verify(connection)
        assert (found.holds, found.opened, found.unreadable) == (True, 1, 1)
        with pytest.raises(PayloadUnreadable):
            reading.payload(connection, Seals("harbour", office.drawer, office.book), 2)
        assert connection.scalar(select(addresses.c.address).limit(1)) is not None


def test_a_wiped_payload_of_the_living_is_named(office: Office) -> None:
    office.record(1, 2)
    with office.ledger.database.write() as connection:
        connection.execute(text("UPDATE ledger_payloads SET payload = salt WHERE sequence = 2"))
    with office.ledger.database.read() as connection:
        assert office.ledger.verify(connection).bad_sequence == 2
    assert ledger_on(office.ledger.database)
