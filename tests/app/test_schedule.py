"""Checkpoints on a schedule: when they are due, who is handed them, what is tried again and when, and what is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.receipts.kit import NOON, Wharf, wharf
from tests.web.kit import place
from troth.app.config import Home
from troth.app.schedule import Schedule, keeping, schedule_of
from troth.app.witnessing import WitnessesUnreadable, Witnessing, read_witnessing
from troth.kernel.clock import SteppedClock
from troth.ledger import Checkpoint, Note
from troth.ledger.errors import WitnessProblem
from troth.ledger.note import Signature, SigningKey
from troth.ledger.witness import Prove

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Hand:
    """A witness that can be away, and signs what it sees."""

    def __init__(self, name: str) -> None:
        self.name, self.away, self.seen = name, False, list[int]()
        self.asked = 0
        self.key = SigningKey(f"{name}.example/w", name.encode().ljust(32, b"0"))

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        self.asked += 1
        if self.away:
            raise WitnessProblem(f"{self.name} is away.")
        self.seen.append(checkpoint.size)
        return (self.key.sign(note.text),)


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Iterator[Wharf]:
    with wharf(tmp_path, database_url) as found:
        yield found


class Town:
    def __init__(self, company: Wharf, every: timedelta = HOUR) -> None:
        self.company, self.one, self.two = company, Hand("one"), Hand("two")
        self.told: list[str] = []
        plan = Witnessing(every, (self.one, self.two), (self.one.key.verifier, self.two.key.verifier))
        self.schedule = Schedule({"wharf": company.checkpoints}, plan, company.clock, self.told.append)

    def turn(self, later: timedelta = timedelta(0)) -> None:
        self.company.clock.advance(later)
        self.schedule.turn()

    def sizes(self) -> list[int]:
        with self.company.organisation.database.read() as connection:
            return [made.checkpoint.size for made in self.company.checkpoints.all(connection)][::-1]

    def signers(self) -> set[str]:
        with self.company.organisation.database.read() as connection:
            latest = self.company.checkpoints.latest(connection)
        assert latest is not None
        return {one.name for one in latest.note.signatures}


def test_a_checkpoint_is_signed_when_it_is_due_and_something_happened(company: Wharf) -> None:
    town = Town(company)
    town.turn()
    first = town.sizes()
    assert town.one.seen == town.two.seen == first
    assert len(first) == 1
    town.turn(2 * HOUR)
    assert town.sizes() == first, "nothing was recorded since"
    company.gave()
    town.turn()
    assert len(town.sizes()) == 2, "the last one is old, and something was recorded"
    company.gave(company.ben)
    town.turn(HOUR - 2 * MINUTE)
    assert len(town.sizes()) == 2, "not due yet"
    town.turn(MINUTE)
    assert len(town.sizes()) == 3
    assert town.one.seen == town.sizes()
    assert town.signers() >= {"one.example/w", "two.example/w"}
    assert town.told == []


def test_whoever_is_away_is_tried_again_ever_less_often_and_the_others_have_it(company: Wharf) -> None:
    town = Town(company)
    town.one.away = True
    town.turn()
    assert (town.one.asked, town.two.asked, len(town.two.seen)) == (1, 1, 1)
    assert town.told == ["wharf: the checkpoint is not where it should be: one is away."]
    assert town.schedule.problems("wharf") == ("one is away.",)
    tries = []
    for minute in range(1, 64):
        town.turn(MINUTE)
        if town.one.asked > len(tries) + 1:
            tries.append(minute)
    assert tries == [1, 3, 7, 15, 31, 63]
    assert len(town.told) == 1, "it is told once"
    assert town.two.asked == 1, "who has it is not asked again"
    town.one.away = False
    town.turn(HOUR)
    assert town.one.seen == town.two.seen
    assert town.told[1:] == ["wharf: the checkpoint is where it should be again: one has it."]
    assert town.schedule.problems("wharf") == ()
    assert "one.example/w" in town.signers()


def test_a_newer_checkpoint_takes_the_place_of_the_one_that_is_owed(company: Wharf) -> None:
    town = Town(company, every=10 * MINUTE)
    town.one.away = True
    town.turn()
    company.gave()
    town.turn(10 * MINUTE)
    town.one.away = False
    town.turn(10 * MINUTE)
    assert len(town.two.seen) == 2
    assert town.one.seen == town.two.seen[-1:], "the latest alone: it continues the first"


def test_a_ledger_that_cannot_sign_is_told_of_and_tried_again(company: Wharf) -> None:
    town = Town(company)
    town.turn()
    folder = company.home.folder / "keys" / "wharf.signing"
    [key] = folder.iterdir()
    key.chmod(0o644)
    company.gave()
    town.turn(2 * HOUR)
    [problem] = town.schedule.problems("wharf")
    assert "chmod 600" in problem
    key.chmod(0o600)
    town.turn(MINUTE)
    assert town.schedule.problems("wharf") == ()
    assert len(town.sizes()) == 2
    assert town.told[-1].endswith("again: it is signed.")


def test_a_rolled_back_ledger_is_not_signed_and_that_is_shown(company: Wharf) -> None:
    town = Town(company)
    head = "SELECT size, root, edge FROM ledger_heads"
    with company.organisation.database.read() as connection:
        before = connection.execute(text(head)).one()
    company.gave()
    town.turn()
    with company.organisation.database.write() as connection:
        back = "UPDATE ledger_heads SET size = :size, root = :root, edge = :edge"
        connection.execute(text(back), dict(before._mapping))
        for table in ("entries", "payloads"):
            connection.execute(
                text(f"DELETE FROM ledger_{table} WHERE sequence > :size"), {"size": before.size}
            )
        connection.execute(text("DELETE FROM ledger_checkpoints"))
        connection.execute(text("DELETE FROM ledger_nodes WHERE node > :last"), {"last": 2 * before.size - 2})
    town.turn(2 * HOUR)
    [problem] = town.schedule.problems("wharf")
    assert "does not continue what was signed last" in problem
    assert len(town.told) == len(town.one.seen) == 1


def test_a_fault_of_the_program_ends_no_schedule(company: Wharf) -> None:
    town = Town(company)
    town.one.hand = town.two.hand.__call__  # type: ignore[method-assign]
    town.two.hand = None  # type: ignore[assignment, method-assign]
    town.turn()
    assert town.schedule.problems("wharf") == ("a fault of the program: TypeError.",)
    assert len(town.sizes()) == 1


def test_the_thread_ends_with_its_block_and_signs_meanwhile(company: Wharf) -> None:
    town, signed = Town(company), threading.Event()
    tell = town.schedule.turn

    def turn() -> None:
        tell()
        signed.set()

    town.schedule.turn = turn  # type: ignore[method-assign]
    with keeping(town.schedule, 0.001):
        assert signed.wait(30)
    assert not [one for one in threading.enumerate() if one.name == "troth-checkpoints"]
    assert len(town.sizes()) == 1


def test_what_goes_wrong_is_shown_by_the_api(tmp_path: Path) -> None:
    with place(Home.at(tmp_path), "harbour", clock=SteppedClock(NOON)) as at:
        away = Hand("one")
        away.away = True
        schedule = schedule_of(at.hosting, Witnessing(outside=(away,)), print)
        assert at.call("GET", "harbour/checkpoint").json()["note"] is None
        schedule.turn()
        found = at.call("GET", "harbour/checkpoint").json()
        assert Checkpoint.of(Note.parse(found["note"])).size == found["size"]
        assert (found["problems"], found["timestamps"]) == (["one is away."], [])


def written(tmp_path: Path, said: str) -> Home:
    (tmp_path / "witnesses.yaml").write_text(said)
    return Home.at(tmp_path)


def test_the_file_of_witnesses_is_read(tmp_path: Path) -> None:
    assert read_witnessing(Home.at(tmp_path), {}) == Witnessing(HOUR, (), ())
    key = SigningKey("one.example/w", bytes(32)).verifier
    said = f"every: 5\nwitnesses:\n  - {tmp_path}/disk\n  - to: https://one.example/w\n    key: {key}\n"
    found = read_witnessing(written(tmp_path, said), {})
    assert (found.every, [one.name for one in found.outside]) == (
        5 * MINUTE,
        [f"{tmp_path}/disk", "one.example"],
    )
    assert found.trusted == (key,)
    assert found.sentence.startswith("every 5 min,")
    assert "one.example" in found.sentence
    elsewhere = {"TROTH_WITNESSES": str(tmp_path / "witnesses.yaml")}
    assert read_witnessing(Home.at(tmp_path / "other"), elsewhere).every == 5 * MINUTE
    assert read_witnessing(written(tmp_path, ""), {}) == Witnessing()


@pytest.mark.parametrize(
    "said",
    [
        "every: 0",
        "every: yes",
        "every: 1.5",
        "witnesses: x",
        "witnesses: [3]",
        "witnesses: [{to: x, who: y}]",
        "witnesses: [{key: x}]",
        "witnesses: [{to: x, key: y}]",
        "witnesses: ['ftp://x/']",
        "witnesses: ['http://far.example/']",
        "witness: []",
        "[]",
        "a: [",
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(WitnessesUnreadable, match=r"witnesses\.yaml"):
        read_witnessing(written(tmp_path, said), {})


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    for named in (tmp_path / "missing", tmp_path):
        with pytest.raises(WitnessesUnreadable):
            read_witnessing(Home.at(tmp_path), {"TROTH_WITNESSES": str(named)})
