"""Many people erased in one plan: what would go one by one goes, in far fewer questions, and nobody is guessed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.datamap.shop import People, build, surveyed
from troth.datamap.erasing import erase_in, plan_erasure
from troth.datamap.surveying import Survey, reach
from troth.datamap.together import reach_together
from troth.datamap.traversal import Proven
from troth.leftovers import read_markers, search


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Survey, People]]:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    people = build(url, count=8)
    found = surveyed(url)
    yield found, people
    for one in found.connectors.values():
        one.close()


def asks(people: People, *who: int) -> list[list[Proven]]:
    return [[Proven("email", email_of(people, one))] for one in who]


def email_of(people: People, n: int) -> str:
    return people.markers[n]["email"]


def test_together_finds_what_each_finds_alone(shop: tuple[Survey, People]) -> None:
    survey, people = shop
    alone = [reach(survey, [Proven("email", email_of(people, n))]) for n in (2, 3, 5)]
    together = reach_together(survey, asks(people, 2, 3, 5))
    assert together.asks == frozenset()
    keys = {name: {row.key for row in rows} for name, rows in together.reached.rows.items()}
    expected: dict[str, set[object]] = {}
    for one in alone:
        for name, rows in one.rows.items():
            expected.setdefault(name, set()).update(row.key for row in rows)
    assert keys == expected
    assert together.reached.asked < sum(one.asked for one in alone)
    (between,) = [row for row in together.reached.rows["shop/messages"] if row.key == (2,)]
    assert between.others == (), "a message between two of them belongs to nobody else"
    (beyond,) = [row for row in together.reached.rows["shop/messages"] if row.key == (5,)]
    assert beyond.others == ("recipient_id",)


def test_an_erasure_of_many_leaves_nothing_of_them_and_all_of_the_others(
    shop: tuple[Survey, People], tmp_path: Path
) -> None:
    survey, people = shop
    plan = plan_erasure(survey, reach_together(survey, asks(people, 2, 3, 5)).reached)
    assert not plan.refusal
    outcome = erase_in(survey, plan, "shop", lambda: "0" * 32)
    assert outcome.erased, outcome.problem
    for one in survey.connectors.values():
        one.close()
    gone = read_markers("\n".join(mark for n in (2, 3, 5) for mark in people.all_but(n, "billed")))
    assert [str(hit) for hit in search([str(tmp_path)], gone).hits] == []
    for n in (1, 4, 6, 7, 8):
        kept = people.all_but(n, "as_recipient", "as_sender")
        assert len(search([str(tmp_path)], read_markers("\n".join(kept))).hits) >= len(kept), n


def test_whoever_is_led_to_two_people_is_left_out_and_told(shop: tuple[Survey, People]) -> None:
    survey, people = shop
    both = [Proven("email", email_of(people, 2)), Proven("phone", people.markers[7]["phone"])]
    together = reach_together(survey, [both, *asks(people, 3)])
    assert together.asks == {0}
    assert {row.key for row in together.reached.rows["shop/customers"]} == {(3,)}


def test_more_rows_than_one_statement_takes_let_go_of_each_other_first(tmp_path: Path) -> None:
    """Or the first five hundred would go while the next still point at them."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as shop, shop:
        shop.execute(
            "CREATE TABLE words (id INTEGER PRIMARY KEY, by TEXT, said TEXT, after INTEGER REFERENCES words (id))"
        )
        shop.execute("CREATE INDEX by_whom ON words (by)")
        rows = [(n, "a@example.test", f"word-{n}", n - 1 or None) for n in range(1, 1202)]
        shop.executemany("INSERT INTO words VALUES (?, ?, ?, ?)", rows)
    found = surveyed(f"sqlite:///{tmp_path / 'shop.db'}", THREAD)
    plan = plan_erasure(found, reach(found, [Proven("email", "a@example.test")]))
    assert [(act.removes, [one.field for one in act.treatments], len(act.keys)) for act in plan.acts] == [
        (False, ["after"], 1201), (True, [], 1201)
    ]  # fmt: skip
    outcome = erase_in(found, plan, "shop", lambda: "0" * 32)
    assert (outcome.problem, outcome.removed) == ("", 1201)
    for one in found.connectors.values():
        one.close()


THREAD = """
systems:
  shop:
    at: sqlite:shop.db
    datasets:
      words:
        fields:
          id: not_personal
          by: {is: email, identity: email}
          said: notes
          after: {is: not_personal, to: words.id, follows: none}
"""
