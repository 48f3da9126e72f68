"""A home moves from one kind of database to the other and back, whole, and never goes on in two places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.app.backup_kit import Fresh, known, sound, state, town
from tests.gate.kit import agreed
from tests.packs.kit import fast_program
from troth.app import moving
from troth.app.config import Home
from troth.app.moving import move
from troth.app.opening import open_organisation
from troth.app.proofs import check_ledger, packs_of
from troth.app.restoring import PlaceTaken, RestoredOtherwise
from troth.db.errors import DatabaseClosed, MigrationMissing
from troth.packs import Selection


def moved(home: Home, fresh: Fresh, name: str) -> Home:
    """The home with its data and its keys at other addresses."""
    data = fresh() or f"sqlite:///{home.folder / name}.db"
    keys = fresh() or f"sqlite:///{home.folder / 'keystore' / name}.db"
    done = move(home, database=data, keystore=keys)
    assert [(one.what, bool(one.rows)) for one in done] == [("keys", True), ("data", True)]
    return replace(home, database=data, keystore=keys)


def test_there_and_back_again(both: tuple[Fresh, Fresh], tmp_path: Path) -> None:
    here, there = both
    home = town(tmp_path, here(), here())
    home.erase(home.people[0])
    with home.opened() as quay:
        pack = packs_of(quay, home.home).make(Selection(everything=True))
    checkpoints = sorted((home.home.folder / "checkpoints" / "quay").iterdir())
    before, people = state(home.home), [known(home.home, who) for who in home.people]
    second = moved(home.home, there, "second")
    assert state(second) == before
    assert [known(second, who) for who in home.people] == people
    assert sound(second)
    assert check_ledger(second, "quay", checkpoints).holds
    with open_organisation(second, "quay") as quay:
        late = agreed(quay, 99)
    third = moved(second, here, "third")
    assert known(third, late) == (True, 2)
    assert sound(third)
    with open_organisation(third, "quay") as quay:
        again = packs_of(quay, third).make(Selection(everything=True))
    program = fast_program()
    keys = [program.Key(key) for key in pack.keys]
    assert program.check(pack.text, keys)["holds"]
    assert program.check(again.text, keys)["holds"]
    assert again.size > pack.size


def test_the_old_place_is_closed_to_whoever_comes_and_to_whoever_is_there(
    fresh: Fresh, tmp_path: Path
) -> None:
    home = town(tmp_path, fresh(), fresh())
    with home.opened() as still:
        moved(home.home, fresh, "second")
        with pytest.raises(MigrationMissing):
            agreed(still, 77)
        with pytest.raises(MigrationMissing), still.database.read() as connection:
            still.ledger.head(connection)
        still.gate.flush()
    with pytest.raises(DatabaseClosed, match="was moved to another place"):
        home.opened().__enter__()
    with pytest.raises(DatabaseClosed):
        move(home.home, database=fresh() or f"sqlite:///{tmp_path / 'third.db'}")


def test_a_place_that_is_taken_is_refused_and_the_old_one_stays(fresh: Fresh, tmp_path: Path) -> None:
    home, other = town(tmp_path / "one", fresh(), fresh()), town(tmp_path / "other", fresh(), fresh())
    with pytest.raises(PlaceTaken, match="not empty"):
        move(home.home, database=other.home.database)
    assert known(home.home, home.people[0]) == (True, 3)
    assert known(other.home, other.people[0]) == (True, 3)


@pytest.mark.parametrize("step", ["_fill", "_read_back", "close", "_open"])
def test_an_interrupted_move_leaves_one_place_and_is_gone_on_with(
    both: tuple[Fresh, Fresh], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    here, there = both
    home = town(tmp_path, here(), here())
    address = there() or f"sqlite:///{tmp_path / 'second.db'}"
    real: Any = getattr(moving, step)

    def killed(*given: Any, **named: Any) -> None:
        if step in ("_fill", "close") and given[-1] == moving.Closed.RESTORING:
            real(*given, **named)
            return
        raise KeyboardInterrupt

    monkeypatch.setattr(moving, step, killed)
    with pytest.raises(KeyboardInterrupt):
        move(home.home, database=address)
    monkeypatch.undo()
    second = replace(home.home, database=address)
    open_places = 0
    for place in (home.home, second):
        try:
            open_organisation(place, "quay", bring_up=False).close()
            open_places += 1
        except (DatabaseClosed, MigrationMissing):
            pass
    assert open_places == (0 if step == "_open" else 1)
    [done] = move(home.home, database=address)
    assert (done.rows is None) is (step == "_open")
    assert known(second, home.people[0]) == (True, 3)
    assert sound(second)


def test_rows_that_do_not_read_as_written_move_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = town(tmp_path)
    monkeypatch.setattr(moving, "_sum", lambda path: len(path.parts))
    with pytest.raises(RestoredOtherwise, match="does not read as it was written"):
        move(home.home, database=f"sqlite:///{tmp_path / 'second.db'}")
    monkeypatch.undo()
    assert known(home.home, home.people[0]) == (True, 3)
    move(home.home, database=f"sqlite:///{tmp_path / 'second.db'}")
