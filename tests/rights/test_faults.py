"""What goes wrong with stores, each told in one sentence and one clear state, each mended and gone on from where it was."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rights.kit import ADDRESS, WHO, Counter, counter, files, later, see
from troth.intake import State


@dataclass(frozen=True)
class Fault:
    """What is broken, by SQL or as bytes of the file; where the request stands then, and a word of the sentence."""

    broken: str | bytes
    stands: str
    word: str


FAULTS = {
    "a table was dropped": Fault("DROP TABLE shipments", "open", "no table 'shipments'"),
    "a column was renamed": Fault("ALTER TABLE customers RENAME COLUMN phone TO mobile", "open", "mobile"),
    "a column was added": Fault("ALTER TABLE orders ADD COLUMN gift TEXT", "open", "gift"),
    "a table was added": Fault("CREATE TABLE copies (id INTEGER PRIMARY KEY, email TEXT)", "open", "copies"),
    "a document cannot be read": Fault(
        "UPDATE profiles SET wishes = '{' || wishes", "ready", "cannot be read"
    ),
    "the file is another thing": Fault(
        b"not a database, and long enough to be looked at" * 99, "ready", "shop"
    ),
    "the file is empty": Fault(b"", "open", "no table"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter(tmp_path_factory.mktemp("faults") / "home") as found:
        yield found


@pytest.fixture
def store(desk: Counter, tmp_path: Path) -> Iterator[Path]:
    """The shop, as it was once the test is over."""
    store, kept = desk.folder / "shop.db", tmp_path / "kept.db"
    shutil.copyfile(store, kept)
    yield store
    for one in desk.folder.glob("shop.db-*"):
        one.unlink()
    shutil.copyfile(kept, store)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_and_is_gone_on_from(
    desk: Counter, store: Path, tmp_path: Path, name: str
) -> None:
    fault, kept = FAULTS[name], tmp_path / "whole.db"
    first = desk.asked("access")
    desk.work()
    assert see(desk.quay, first).state is State.ANSWERED, "the shape of the shop is known by now"
    shutil.copyfile(store, kept)
    broken(store, fault.broken)
    number = desk.asked("access")
    desk.work()
    step = next(one for one in desk.carrier.status(number) if one.said.get("problem"))
    assert (step.standing.value, step.said["problem"].count("\n")) == (fault.stands, 0)
    assert fault.word in step.said["problem"]
    assert ADDRESS not in json.dumps(dict(step.said))
    shutil.copyfile(kept, store)
    desk.carrier.retry(number)
    later(desk.quay, minutes=1)
    desk.work()
    assert see(desk.quay, number).state is State.ANSWERED


def broken(store: Path, how: str | bytes) -> None:
    if isinstance(how, bytes):
        for one in store.parent.glob("shop.db-*"):
            one.unlink()
        store.write_bytes(how)
        return
    with closing(sqlite3.connect(store)) as shop, shop:
        shop.execute(how)


def test_names_with_quotes_and_nulls_are_shown_and_erased_as_they_are(desk: Counter, store: Path) -> None:
    name = 'Robert\'); DROP TABLE customers;-- "<b>安</b>" %s :x {}'
    with closing(sqlite3.connect(store)) as shop, shop:
        shop.execute("UPDATE customers SET name = ?, phone = NULL, born = NULL WHERE id = ?", (name, WHO))
    number = desk.asked("access")
    desk.work()
    held = files(desk, number)
    assert name in json.dumps(json.loads(held["data.json"]), ensure_ascii=False).replace('\\"', '"')
    assert b"<b>" not in held["answer.html"]
    number = desk.asked("delete", ground="UNLAWFUL")
    desk.work()
    desk.carrier.paper(number, ["violation", "identity"])
    desk.work()
    assert desk.stands(number)["verify"] == "done"
    with closing(sqlite3.connect(store)) as shop:
        assert shop.execute("SELECT count(*) FROM customers").fetchone() == (desk.people.count - 1,)
        assert shop.execute("SELECT count(*) FROM customers WHERE name = ?", (name,)).fetchone() == (0,)


def test_two_who_look_at_the_same_shop_read_its_shape_once(desk: Counter) -> None:
    stores = desk.carrier._search.stores
    desk.asked("access")
    desk.work()
    before = stores.looked
    for _ in range(3):
        desk.asked("access")
    desk.work()
    assert stores.looked == before
