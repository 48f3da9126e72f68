"""Checkpoints of a live ledger: signed, kept outside, rotated, and refused when the ledger parted from what was signed."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.ledger.kit import NOON, Dice, draft, ledger_on
from troth.db import Database, migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.ledger import Checkpoint, Checkpoints, Head, Kept, Ledger, Note, SigningKeys, VerifierKey
from troth.ledger.checkpoint import proof_text, read_proof
from troth.ledger.errors import (
    EntryMissing,
    KeyProblem,
    LedgerParted,
    NoteRefused,
    WitnessProblem,
)
from troth.ledger.note import Signature
from troth.ledger.tree import leaf_hash, verify_consistency, verify_inclusion
from troth.ledger.verify import first_difference
from troth.ledger.witness import Prove


def record(ledger: Ledger, count: int = 1, first: int = 0) -> None:
    with ledger.recording() as work:
        work.record(*(draft(number) for number in range(first, first + count)))


def checkpoints_on(ledger: Ledger, place: Path, clock: SteppedClock | None = None) -> Checkpoints:
    keys, kept = SigningKeys(place / "keys"), Kept(place / "kept")
    return Checkpoints(ledger, keys, kept, clock=clock or SteppedClock(NOON), entropy=Dice())


def keys_of(ledger: Ledger, checkpoints: Checkpoints) -> tuple[VerifierKey, ...]:
    with ledger.database.read() as connection:
        return tuple(one.key for one in checkpoints.published(connection))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_checkpoint_is_the_head_under_a_published_key(ledger: Ledger, place: Path) -> None:
    record(ledger, 5)
    checkpoints = checkpoints_on(ledger, place)
    made = checkpoints.make()
    [key] = keys_of(ledger, checkpoints)
    with ledger.database.read() as connection:
        head = ledger.head(connection)
        again = checkpoints.latest(connection)
        header = next(ledger.events(connection, kinds=("ledger:",)))
    assert made.checkpoint == Checkpoint(key.name, 6, head.root)
    assert made.note.signers([key]) == (key,)
    assert header.codes == (str(key),)
    assert again is not None
    assert (again.note, Kept(place / "kept").last()) == (made.note, made.checkpoint)


def test_an_entry_is_proven_under_a_checkpoint(ledger: Ledger, place: Path) -> None:
    record(ledger, 20)
    made = checkpoints_on(ledger, place).make()
    with ledger.database.read() as connection:
        path = ledger.prove_inclusion(connection, 7, made.checkpoint.size)
        leaf = ledger.leaf(connection, 7)
    index, read, note = read_proof(proof_text(6, path, made.note))
    found = Checkpoint.of(note)
    assert verify_inclusion(leaf_hash(leaf), index, found.size, read, found.root)


def test_keys_change_without_a_flag_day(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    first = checkpoints.make().note
    old = keys_of(ledger, checkpoints)[0]
    new = checkpoints.add_key()
    both = checkpoints.make().note
    checkpoints.retire_key(old.id.hex())
    last = checkpoints.make().note
    assert first.signers([old]) == (old,)
    assert set(both.signers([old, new])) == {old, new}
    assert both.signers([old]) == (old,)
    assert last.signers([old, new]) == (new,)
    with pytest.raises(NoteRefused):
        last.signers([old])
    with ledger.database.read() as connection:
        published = {one.key: one.retired for one in checkpoints.published(connection)}
    assert published[new] is None
    assert published[old] is not None
    assert not list((place / "keys").glob(f"{old.id.hex()}*"))


def test_the_last_key_stays(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    checkpoints.make()
    [key] = keys_of(ledger, checkpoints)
    with pytest.raises(KeyProblem, match="only key"):
        checkpoints.retire_key(key.id.hex())
    with pytest.raises(KeyProblem, match="No signing key"):
        checkpoints.retire_key("00000000")


def test_a_key_that_others_can_read_signs_nothing(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    checkpoints.make()
    [file] = (place / "keys").iterdir()
    file.chmod(0o640)
    with pytest.raises(KeyProblem, match="chmod 600"):
        checkpoints.make()
    file.chmod(0o600)
    file.write_bytes(b"PRIVATE+KEY+x")
    with pytest.raises(KeyProblem, match="damaged"):
        checkpoints.make()


def test_keys_of_another_ledger_are_refused(database: Database, place: Path) -> None:
    checkpoints_on(ledger_on(database, "harbour"), place / "a").make()
    checkpoints_on(ledger_on(database, "axle"), place / "b").make()
    shutil.rmtree(place / "b" / "keys")
    shutil.copytree(place / "a" / "keys", place / "b" / "keys")
    with pytest.raises(KeyProblem, match="those of"):
        checkpoints_on(ledger_on(database, "axle"), place / "b").make()


def test_lost_keys_are_followed_by_new_ones_of_the_same_origin(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    origin = checkpoints.make().checkpoint.origin
    shutil.rmtree(place / "keys")
    assert checkpoints.make().checkpoint.origin == origin
    assert len(keys_of(ledger, checkpoints)) == 2


def test_the_clock_makes_one_when_it_is_due(ledger: Ledger, place: Path) -> None:
    clock = SteppedClock(NOON)
    checkpoints, hour = checkpoints_on(ledger, place, clock), timedelta(hours=1)
    assert checkpoints.make_if_older(hour) is not None
    record(ledger)
    assert checkpoints.make_if_older(hour) is None
    clock.advance(hour)
    assert checkpoints.make_if_older(hour) is not None
    clock.advance(hour)
    assert checkpoints.make_if_older(hour) is None, "nothing was recorded since"


def forget(database: Database, size: int) -> None:
    """Cut the ledger back to a power of two, so well that it agrees with itself."""
    with database.write() as connection:
        for table in ("ledger_entries", "ledger_payloads"):
            connection.execute(text(f"DELETE FROM {table} WHERE sequence > {size}"))
        connection.execute(text(f"DELETE FROM ledger_nodes WHERE node >= {2 * size - 1}"))
        root = f"(SELECT digest FROM ledger_nodes WHERE node = {size - 1})"
        connection.execute(text(f"UPDATE ledger_heads SET size = {size}, root = {root}, edge = {root}"))


def test_a_cut_ledger_is_not_signed_again(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    checkpoints.publish()
    record(ledger, 10)
    checkpoints.make()
    forget(ledger.database, 8)
    with pytest.raises(LedgerParted, match="11 entries"):
        checkpoints.make()
    record(ledger, 10, first=50)
    with pytest.raises(LedgerParted):
        checkpoints.make()
    with ledger.database.read() as connection:
        kept = [Head("harbour", one.size, one.root) for _, _, one in Kept(place / "kept").all()]
        assert ledger.verify(connection).holds
        assert ledger.verify(connection, trusted=kept).bad_sequence == 1, "one checkpoint says no more"


def test_kept_heads_near_the_first_bad_entry(ledger: Ledger) -> None:
    heads = []
    for number in range(4):
        record(ledger, 4, first=4 * number)
        with ledger.database.read() as connection:
            heads.append(ledger.head(connection))
    forget(ledger.database, 8)
    record(ledger, 8, first=50)
    with ledger.database.read() as connection:
        found = ledger.verify(connection, trusted=heads)
        assert (found.bad_sequence, found.kept) == (9, 4)
        assert ledger.verify(connection, trusted=heads[:2]).holds


def test_two_databases_under_one_key_part_at_a_number(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'one.db'}") as one:
        migrate(one)
        record(ledger_on(one), 37)
    shutil.copy(tmp_path / "one.db", tmp_path / "two.db")
    with (
        open_database(f"sqlite:///{tmp_path / 'one.db'}") as one,
        open_database(f"sqlite:///{tmp_path / 'two.db'}") as two,
    ):
        record(ledger_on(one), 3)
        with one.read() as ours, two.read() as theirs:
            assert first_difference(ours, theirs, "harbour") is None
            assert first_difference(theirs, ours, "harbour") is None
        record(ledger_on(two), 9)
        with one.read() as ours, two.read() as theirs:
            assert first_difference(ours, theirs, "harbour") == 38
            assert first_difference(theirs, ours, "harbour") == 38


class Memory:
    """A witness that keeps the last checkpoint and signs with a key of its own when the new one continues it."""

    name = "memory"

    def __init__(self, key: object = None) -> None:
        self.key = key
        self.last: Checkpoint | None = None

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        if self.last is not None:
            path = prove(self.last.size)
            assert verify_consistency(self.last.size, checkpoint.size, path, self.last.root, checkpoint.root)
        self.last = checkpoint
        return (self.key.sign(note.text),) if self.key else ()  # type: ignore[attr-defined]


class Away:
    name = "away"

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        raise WitnessProblem("away is away")


def test_witnesses_see_each_checkpoint_continue_the_last(ledger: Ledger, place: Path) -> None:
    from troth.ledger import SigningKey

    checkpoints, key = checkpoints_on(ledger, place), SigningKey("witness.example/w1", bytes(32))
    known, unknown = Memory(key), Memory(SigningKey("stranger.example/w", bytes(32)))
    for _ in range(3):
        record(ledger, 3)
        made = checkpoints.make([Away(), known, unknown], trusted=[key.verifier])
    assert [str(problem) for problem in made.problems] == ["away is away"]
    assert known.last == made.checkpoint
    assert [one.name for one in made.note.signatures] == [made.checkpoint.origin, "witness.example/w1"]
    with ledger.database.read() as connection:
        latest = checkpoints.latest(connection)
    assert latest is not None
    assert latest.note == made.note


def test_a_file_that_is_no_checkpoint_is_named(ledger: Ledger, place: Path) -> None:
    checkpoints = checkpoints_on(ledger, place)
    checkpoints.make()
    [file] = (place / "kept").iterdir()
    file.write_text("nothing\n")
    with pytest.raises(WitnessProblem, match="holds no checkpoint"):
        checkpoints.make()


def test_many_proofs_at_once_are_the_single_ones(ledger: Ledger) -> None:
    record(ledger, 37)
    with ledger.database.read() as connection:
        table, paths = ledger.prove_all(connection, {1, 5, 20, 36, 37}, 37)
        for sequence, places in paths.items():
            assert [table[at] for at in places] == ledger.prove_inclusion(connection, sequence, 37)
        assert len(table) == len(set(table))
        assert ledger.prove_all(connection, set(), 37) == ([], {})
        for wrong in ({0}, {38}):
            with pytest.raises(EntryMissing):
                ledger.prove_all(connection, wrong, 37)
