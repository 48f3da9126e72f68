"""Epochs: opened, closed while others work, taken up where they were cut off, destroyed at every keeper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.vaults import file_keeper, reach, vault_in
from troth.keepers import FileKeeper
from troth.kernel.clock import SteppedClock
from troth.vault import EpochRefused, EpochState, KeeperProblem, KeeperUnreachable, Vault, epochs

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CELL = "people.mail"


def people(vault: Vault, count: int) -> list[tuple[str, str, bytes]]:
    """Sealed values of so many people."""
    owners = [f"{number:064x}" for number in range(count)]
    sealed = vault.seal_many([(owner, CELL, owner.encode()) for owner in owners])
    return [(owner, CELL, one) for owner, one in zip(owners, sealed, strict=True)]


def opens(vault: Vault, items: list[tuple[str, str, bytes]]) -> bool:
    """Whether all of them open as they were."""
    return vault.open_many(items) == [owner.encode() for owner, _, _ in items]


def test_an_epoch_from_its_opening_to_its_end(tmp_path: Path, database_url: str) -> None:
    clock = SteppedClock(START)
    with vault_in(tmp_path, url=database_url, clock=clock) as vault:
        items = people(vault, 3)
        (first,) = vault.epochs()
        assert (first.number, first.state, first.keys, first.opened_at) == (1, EpochState.OPEN, 3, START)
        assert vault.open_epoch() == first
        clock.advance(timedelta(days=30))
        closed = vault.close_epoch()
        assert (closed.state, closed.keys, closed.closed_at) == (EpochState.CLOSED, 0, clock.now())
        clock.advance(timedelta(days=35))
        vault.destroy_epoch(1)
        vault.destroy_epoch(1)
        ended, open = vault.epochs()
        assert (ended.state, ended.destroyed_at, ended.keys) == (EpochState.DESTROYED, clock.now(), 0)
        assert (open.number, open.state, open.keys) == (2, EpochState.OPEN, 3)
        assert file_keeper(tmp_path / "root").names() == {open.root}
        assert opens(vault, items)


def test_its_key_leaves_the_live_store_with_it(vault: Vault) -> None:
    vault.destroy_epoch(vault.close_epoch().number)
    rows = vault._epochs._rows()
    assert [row.wrapped is None for row in rows] == [True, False]


@pytest.mark.parametrize("number", [1, 7])
def test_only_a_closed_epoch_is_destroyed(vault: Vault, number: int) -> None:
    with pytest.raises(EpochRefused):
        vault.destroy_epoch(number)
    assert vault.open_epoch().number == 1


def test_progress_is_told_chunk_by_chunk(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "CHUNK", 4)
    items = people(vault, 10)
    told: list[tuple[int, int]] = []
    vault.close_epoch(lambda done, total: told.append((done, total)))
    assert told == [(4, 10), (8, 10), (10, 10)]
    assert opens(vault, items)


class Cut(Exception):
    """The process ended here."""


def test_a_closing_that_was_cut_off_goes_on_where_it_ended(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "CHUNK", 4)
    items = people(vault, 10)

    def cut(done: int, total: int) -> None:
        if done == 8:
            raise Cut

    with pytest.raises(Cut):
        vault.close_epoch(cut)
    assert [(one.state, one.keys) for one in vault.epochs()] == [
        (EpochState.CLOSING, 2),
        (EpochState.OPEN, 8),
    ]
    assert opens(beside, items)
    with pytest.raises(EpochRefused, match="closing"):
        vault.destroy_epoch(1)
    assert beside.close_epoch().number == 1
    assert [(one.state, one.keys) for one in vault.epochs()] == [
        (EpochState.CLOSED, 0),
        (EpochState.OPEN, 10),
    ]
    assert opens(vault, items)


def test_who_dies_while_an_epoch_closes_stays_dead(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "CHUNK", 4)
    items = people(vault, 10)
    at_work = vault._epochs._chunk

    def chunk(number: int, after: bytes) -> object:
        rows = at_work(number, after)
        beside.destroy([row.owner for row in rows[:1]])
        return rows

    monkeypatch.setattr(vault._epochs, "_chunk", chunk)
    vault.close_epoch()
    living = vault.alive([owner for owner, _, _ in items])
    assert len(living) == 7
    assert vault.open_many(items) == [o.encode() if o in living else None for o, _, _ in items]
    vault.destroy_epoch(1)
    assert beside.open_many(items) == [o.encode() if o in living else None for o, _, _ in items]


def test_keys_made_by_others_while_an_epoch_closes_are_kept(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "CHUNK", 4)
    items, made = people(vault, 10), []
    beside.open_many(items)

    def meanwhile(done: int, total: int) -> None:
        owner = f"{done:x}" + "f" * 60
        made.append((owner, CELL, beside.seal(owner, CELL, owner.encode())))

    vault.close_epoch(meanwhile)
    vault.destroy_epoch(1)
    assert len(made) >= 3
    assert opens(vault, items + made)
    assert opens(beside, items + made)


def test_an_epoch_lives_until_every_keeper_of_its_root_keys_destroyed_them(tmp_path: Path) -> None:
    with vault_in(tmp_path) as vault:
        first = vault.open_epoch()
        vault.rewrap_root(file_keeper(tmp_path / "other"))
        (moved,) = vault.epochs()
        assert moved.keeper == f"file:{tmp_path / 'other'}"
        assert moved.former == ((first.keeper, first.root),)
        vault.close_epoch()
        (tmp_path / "root").rename(tmp_path / "away")
        with pytest.raises(KeeperUnreachable):
            vault.destroy_epoch(1)
        assert vault.epochs()[0].state is EpochState.CLOSED
        (tmp_path / "away").rename(tmp_path / "root")
        vault.destroy_epoch(1)
        assert file_keeper(tmp_path / "root").names() == set()
        assert len(file_keeper(tmp_path / "other").names()) == 1


def test_a_keeper_that_only_says_so_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with vault_in(tmp_path) as vault:
        vault.close_epoch()
        monkeypatch.setattr(FileKeeper, "destroy", lambda self, name: None)
        with pytest.raises(KeeperProblem, match="still has"):
            vault.destroy_epoch(1)
        assert vault.epochs()[0].state is EpochState.CLOSED


def test_a_keeper_that_cannot_give_back_what_it_took_gets_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vault_in(tmp_path) as vault:
        before = vault.epochs()
        wrap = FileKeeper.wrap
        monkeypatch.setattr(FileKeeper, "wrap", lambda self, name, key, of: wrap(self, name, bytes(32), of))
        with pytest.raises(KeeperProblem, match="another key"):
            vault.rewrap_root(file_keeper(tmp_path / "other"))
        monkeypatch.undo()
        assert vault.epochs() == before


def test_a_change_of_root_keys_leaves_every_value_readable(
    vault: Vault, beside: Vault, tmp_path: Path
) -> None:
    items = people(vault, 5)
    first = vault.open_epoch()
    vault.rewrap_root()
    assert vault.open_epoch().root != first.root
    assert vault.open_epoch().keeper == first.keeper
    assert opens(beside, items)
    vault.rewrap_root(file_keeper(tmp_path / "other"))
    assert opens(beside, items)
    assert opens(vault, items + people(beside, 7)[5:])


def test_the_next_epoch_is_kept_where_the_last_one_was(vault: Vault, beside: Vault, tmp_path: Path) -> None:
    """Another process changed the keeper; whoever closes later does not go back to the former one."""
    vault.rewrap_root(file_keeper(tmp_path / "other"))
    beside.close_epoch()
    assert beside.open_epoch().keeper == f"file:{tmp_path / 'other'}"


def test_two_who_close_at_once_close_one_epoch(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = people(vault, 5)
    opened = vault._epochs._opened
    other: list[int] = []

    def overtaken(old: object) -> object:
        other.append(beside.close_epoch().number)
        return opened(old)  # type: ignore[arg-type]

    monkeypatch.setattr(vault._epochs, "_opened", overtaken)
    assert vault.close_epoch().number == 1
    assert other == [1]
    assert [one.state for one in vault.epochs()] == [EpochState.CLOSED, EpochState.OPEN]
    assert opens(vault, items)
    assert len(reach(vault.open_epoch().keeper).names()) == 2, (
        "the root key of whoever came second is gone again"
    )


def test_a_key_that_was_drawn_for_an_epoch_that_ended_meanwhile_is_drawn_anew(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = vault._ring._maker._drawn

    def overtaken(wishes: object) -> object:
        found = drawn(wishes)  # type: ignore[arg-type]
        monkeypatch.undo()
        beside.destroy_epoch(beside.close_epoch().number)
        return found

    monkeypatch.setattr(vault._ring._maker, "_drawn", overtaken)
    items = people(vault, 3)
    assert [one.keys for one in vault.epochs()] == [0, 3]
    assert opens(beside, items)


def test_an_epoch_is_not_closed_before_its_last_key_left_it(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, wrapped = people(vault, 3), vault._epochs._wrap_anew

    def idle(*_: object) -> None:
        monkeypatch.setattr(vault._epochs, "_wrap_anew", wrapped)

    monkeypatch.setattr(vault._epochs, "_wrap_anew", idle)
    vault.close_epoch()
    assert [one.keys for one in vault.epochs()] == [0, 3]
    assert opens(vault, items)
