"""A request goes through its cycle over a real store: answered whole, erased for good, never twice, never by guessing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rights.kit import ADDRESS, WHO, Counter, counter, files, later, see
from troth.app import searching
from troth.app.carrying import Carrier
from troth.app.reception import Reception
from troth.intake import Proof, State
from troth.rights import CYCLES, Stage, first_stages, later_stages


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Counter]:
    with counter(tmp_path / "home", database_url) as found:
        yield found


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "home") as found:
        yield found


def test_access_is_answered_with_every_row_and_why_it_is_held(desk: Counter) -> None:
    number = desk.asked("access")
    desk.work()
    assert set(desk.stands(number).values()) == {"done"}
    assert see(desk.quay, number).outcome == "granted"
    held = files(desk, number)
    assert {"answer.html", "data.json", "shop_customers.csv"} <= held.keys() | {"shop_customers.csv"}
    told = json.loads(held["data.json"])
    text = json.dumps(told, ensure_ascii=False)
    mine = desk.people.markers[WHO]
    missing = [where for where, mark in mine.items() if where != "email" and mark not in text]
    assert missing == []
    strange = [mark for who, marks in desk.people.markers.items() if who != WHO for mark in marks.values()]
    assert [mark for mark in strange if mark in text] == []
    assert ADDRESS in text
    assert b"<script" not in held["answer.html"]
    assert desk.kinds(number) == ["rights:cycle:opened", "rights:plan:made", "rights:cycle:answered"]


def test_an_erasure_is_done_read_again_and_certified(desk: Counter) -> None:
    number = desk.asked("delete", ground="UNLAWFUL")
    desk.work()
    assert desk.step(number, "grounds").said["missing"] == ["paper:violation"]
    assert desk.found(WHO), "nothing is done before the grounds are met"
    assert desk.carrier.paper(number, ["violation", "identity"])
    desk.work()
    stands = desk.stands(number)
    assert stands.pop("tell house") == "open", "the answer does not wait for whoever keeps the store"
    assert set(stands.values()) == {"done"}
    assert desk.found(WHO, "billed", "email") == []
    assert desk.found(WHO - 1), "others are still there"
    ticket = see(desk.quay, number)
    assert (ticket.state, ticket.outcome) == (State.ANSWERED, "partly")
    told = json.loads(files(desk, number)["certificate.json"])
    assert [one["system"] for one in told["outcomes"]] == ["shop"]
    assert any(one["cite"].startswith("Income Tax") for one in told["leftovers"])
    assert [one["id"] for one in told["backups"]] == ["nightly"]
    assert told["recipients"] == {"house": "waited for"}
    assert desk.carrier.told(number, "house", "done", "signed")
    desk.work()
    assert desk.kinds(number) == [
        "rights:cycle:opened", "rights:plan:made", "rights:system:intended", "rights:system:erased", "rights:cycle:verified",
        "rights:recipient:told", "rights:cycle:answered", "rights:recipient:answered",
    ]  # fmt: skip
    with desk.quay.database.read() as connection:
        assert desk.quay.steps.run(connection, number).ended_at is not None


def test_nothing_is_looked_up_before_somebody_is_proven(small: Counter) -> None:
    number = small.asked("access", proven=False)
    small.work()
    assert small.stands(number)["identity"] == "open"
    assert small.stands(number)["plan"] == "ready"
    Reception(small.quay).prove(number, Proof.DOCUMENT, "console")
    small.work()
    assert see(small.quay, number).state is State.ANSWERED


class Killed(BaseException):
    """A worker is gone."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_at_a_store_is_followed_by_one_that_compares(
    small: Counter, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    number = small.asked("delete", ground="UNLAWFUL")
    small.work()
    small.carrier.paper(number, ["violation", "identity"])
    real = searching.erase_in

    def dying(*told: object) -> object:
        if when == "after":
            real(*told)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(searching, "erase_in", dying)
    with pytest.raises(Killed):
        small.work("dead")
    monkeypatch.setattr(searching, "erase_in", real)
    assert small.work("heir") == 0, "the dead one's lease stands"
    later(small.quay, seconds=8)
    small.work("heir")
    stands = small.stands(number)
    assert (stands.pop("tell house"), set(stands.values())) == ("open", {"done"})
    act = small.step(number, "act", "shop").said
    assert act["compared"] is True
    assert bool(act["removed"]) is (when == "before"), "what was gone is not taken away twice"
    assert small.found(WHO, "billed", "email") == []
    assert small.kinds(number).count("rights:system:erased") == 1


def test_a_store_that_is_away_is_tried_again_and_then_somebody_s_to_look_at(small: Counter) -> None:
    number = small.asked("access")
    store = small.folder / "shop.db"
    store.rename(small.folder / "away.db")
    small.work()
    assert small.stands(number)["plan"] == "ready"
    for minutes in (1, 6, 61, 400):
        later(small.quay, minutes=minutes)
        small.work()
    step = small.step(number, "plan")
    assert step.standing == "open"
    assert step.said["problem"]
    assert "example.test" not in json.dumps(step.said)
    (small.folder / "away.db").rename(store)
    assert small.carrier.retry(number)
    small.work()
    assert see(small.quay, number).state is State.ANSWERED


def test_an_identity_of_two_people_is_asked_about_and_never_guessed(small: Counter) -> None:
    with sqlite3.connect(small.folder / "shop.db") as shop:
        shop.execute("DROP TABLE newsletter")
        shop.execute("CREATE TABLE newsletter (email VARCHAR(80) PRIMARY KEY, interests VARCHAR(120))")
        shop.executescript(
            "CREATE TABLE again AS SELECT * FROM customers; PRAGMA foreign_keys=OFF; DROP TABLE customers; "
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, name VARCHAR(120) NOT NULL, "
            "phone VARCHAR(40), born DATE, referred_by INTEGER REFERENCES customers (id), main_address INTEGER REFERENCES addresses (id));"
            "INSERT INTO customers SELECT * FROM again; DROP TABLE again;"
        )
        shop.execute("UPDATE customers SET email = ? WHERE id = 5", (ADDRESS,))
    shop.close()
    number = small.asked("access")
    small.work()
    step = small.step(number, "plan")
    assert (step.standing, step.attempts) == ("open", 1)
    assert step.said["problem"]


def test_a_second_person_agrees_where_the_operator_asks_for_one(tmp_path: Path) -> None:
    with counter(tmp_path / "home", approve=("delete",)) as desk:
        number = desk.asked("delete", ground="UNLAWFUL")
        desk.work()
        desk.carrier.paper(number, ["violation", "identity"])
        desk.work()
        assert desk.stands(number)["approve"] == "open"
        assert desk.found(WHO)
        assert desk.carrier.approve(number, "sta_second")
        desk.work()
        assert desk.found(WHO, "billed", "email") == []
        assert "rights:plan:approved" in desk.kinds(number)


def test_what_cannot_be_done_is_told_and_nothing_is_touched(small: Counter) -> None:
    with sqlite3.connect(small.folder / "shop.db") as shop:
        shop.execute("CREATE TRIGGER copies AFTER DELETE ON orders BEGIN SELECT 1; END")
    shop.close()
    number = small.asked("delete", ground="UNLAWFUL")
    small.work()
    small.carrier.paper(number, ["violation", "identity"])
    small.work()
    step = small.step(number, "plan")
    assert step.standing == "open"
    assert "trigger 'copies'" in " ".join(step.said["obstacles"])
    assert small.found(WHO)
    assert small.carrier.would_erase(number).refusal
    with sqlite3.connect(small.folder / "shop.db") as shop:
        shop.execute("DROP TRIGGER copies")
    shop.close()
    assert small.carrier.retry(number)
    small.work()
    assert small.found(WHO, "billed", "email") == []


def test_a_map_that_does_not_fit_is_somebody_s_to_mend(small: Counter) -> None:
    with sqlite3.connect(small.folder / "shop.db") as shop:
        shop.execute("ALTER TABLE customers ADD COLUMN shoe_size INTEGER")
    shop.close()
    number = small.asked("access")
    small.work()
    step = small.step(number, "plan")
    assert (step.standing, step.attempts) == ("open", 1)
    assert "shoe_size" in step.said["problem"]


def test_a_ticket_that_ends_by_hand_ends_its_run(small: Counter) -> None:
    number = small.asked("access", proven=False)
    small.work()
    small.quay.act(lambda acts: small.quay.intake.withdraw(acts.work, number, "console", at=acts.at))
    small.work()
    assert set(small.stands(number).values()) == {"left"}


def test_who_is_answered_by_people_is_not_answered_again(small: Counter) -> None:
    number = small.asked("delete", ground="UNLAWFUL")
    small.work()
    papers = ["violation", "identity"]
    Reception(small.quay).answer(number, "granted", "Done by hand.", "console", papers=papers)
    small.work()
    assert set(small.stands(number).values()) == {"done", "left"}
    assert "answer" not in small.stands(number)


def test_a_recipient_is_tracked_until_it_answers(small: Counter) -> None:
    number = small.asked("delete", ground="UNLAWFUL")
    small.work()
    small.carrier.paper(number, ["violation", "identity"])
    small.work()
    assert not small.carrier.told(number, "nobody", "done", "api")
    assert small.carrier.told(number, "house", "refused", "api")
    small.work()
    assert small.step(number, "tell", "house").said["answer"] == "refused"
    assert set(small.stands(number).values()) == {"done"}


def test_every_cycle_begins_with_proof_and_ends_with_an_answer() -> None:
    for right, stages in CYCLES.items():
        assert stages[0] is Stage.IDENTITY
        assert stages[-1] is Stage.ANSWER
        ranks = [
            one.rank
            for one in (*first_stages(right), *later_stages(right, ["a", "b"], ["r"], approved=False))
        ]
        assert ranks == sorted(ranks) or Stage.TELL in stages
        assert max(ranks) == next(
            one.rank for one in later_stages(right, ["a"], [], approved=True) if one.name == "answer"
        )


def test_carriers_of_several_processes_do_each_step_once(desk: Counter) -> None:
    numbers = [desk.asked("access") for _ in range(3)]
    other = Carrier(desk.carrier._search)
    desk.carrier.begin()
    other.begin()
    busy = True
    while busy:
        busy = desk.carrier.turn("one") | other.turn("two")
    for number in numbers:
        assert set(desk.stands(number).values()) == {"done"}
        assert desk.kinds(number).count("rights:cycle:answered") == 1
