"""Rights beside access and erasure, over a real store: set right everywhere, frozen, objected to, what a withdrawal leaves without
a ground, whom data were given to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.datamap.shop import MAP
from tests.rights.kit import ADDRESS, POLICY, WHO, Counter, counter, files, later, see
from troth.app import searching
from troth.app.carrying import NothingToCorrect
from troth.app.reception import Reception
from troth.datamap.changing import Correction
from troth.decide.model import Question
from troth.intake import State

MARKED = (
    MAP.replace("          born: birth\n",
                "          born: birth\n          frozen: {is: not_personal, marks: restricted}\n"
                "          quiet: {is: not_personal, marks: 'objects:no_mail'}\n")
    .replace("        purposes: [news]\n", "        purposes: [newsletter]\n")
    .replace("      orders:\n        fields:\n", "      orders:\n        history: yes\n        fields:\n")
)  # fmt: skip
NEW = 'Nur O\'Brien "Ünal" 安'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "home", text=MARKED, policy=POLICY) as found:
        with shop(found) as connection:
            connection.execute("ALTER TABLE customers ADD COLUMN frozen BOOLEAN")
            connection.execute("ALTER TABLE customers ADD COLUMN quiet INTEGER")
        connection.close()
        yield found


def shop(desk: Counter) -> sqlite3.Connection:
    return sqlite3.connect(desk.folder / "shop.db")


def rows(desk: Counter, query: str, *values: object) -> list[Any]:
    connection = shop(desk)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def told(desk: Counter, number: str, name: str = "certificate.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(desk, number)[name])
    return found


def subject(desk: Counter) -> str:
    return str(desk.quay.act(lambda acts: acts.open_subject([("email", ADDRESS)])).subject)


def allowed(desk: Counter, purpose: str) -> bool:
    answer = desk.quay.gate.peek(Question("use", ("email",), purpose), subject(desk)).answer
    return answer.outcome.value == "permit"


# --- set right --------------------------------------------------------------------------------------------------------------


def test_a_wrong_value_is_set_right_wherever_it_stands_and_read_again(desk: Counter) -> None:
    name = desk.people.markers[WHO]["name"]
    connection = shop(desk)
    with connection:
        connection.execute("UPDATE messages SET sender_name = ? WHERE sender_id = ?", (name, WHO))
        connection.execute("UPDATE messages SET recipient_name = ? WHERE recipient_id = ?", (name, WHO))
        connection.execute("UPDATE invoices SET billed_to = ? WHERE customer_id = ?", (name, WHO))
    connection.close()
    number = desk.asked("correct")
    desk.work()
    step = desk.step(number, "plan")
    assert (step.standing, step.said["waits"]) == ("open", "for the value to set right")
    assert step.said["flagged"] == ["anew"], "the route of the text would cost the account"
    assert desk.carrier.correct(number, [Correction("name", NEW)], "console")
    desk.work()
    assert rows(desk, "SELECT name FROM customers WHERE id = ?", WHO) == [(NEW,)]
    assert rows(desk, "SELECT sender_name FROM messages WHERE sender_id = ?", WHO) == [(NEW,)]
    assert rows(desk, "SELECT recipient_name FROM messages WHERE recipient_id = ?", WHO) == [(NEW,)]
    assert rows(desk, "SELECT billed_to FROM invoices WHERE customer_id = ?", WHO) == [(name,)]
    assert rows(desk, "SELECT count(*) FROM customers WHERE name = ?", NEW) == [(1,)]
    ticket = see(desk.quay, number)
    assert (ticket.state, ticket.outcome) == (State.ANSWERED, "partly"), (
        "whoever runs the store has not answered"
    )
    proof = told(desk, number, "correction.json")
    assert proof["values"] == [{"what": "name", "was": name, "becomes": NEW}]
    assert [(one["dataset"], one["because"]) for one in proof["leftovers"]] == [
        ("shop/invoices", "invoices are kept for seven years (Income Tax Act 1967 s. 82)")
    ]
    assert proof["flagged"] == ["anew"]
    assert "rights:system:written" in desk.kinds(number)
    assert NEW not in json.dumps([dict(one.said) for one in desk.carrier.status(number)], ensure_ascii=False)


def test_inside_documents_only_what_is_wrong_is_written(desk: Counter) -> None:
    marks = desk.people.markers[WHO]
    number = desk.asked("correct")
    wrong = [
        Correction("shop/profiles.wishes.shoe", "43", marks["shoe"]),
        Correction("family", "somebody", marks["child"]),
    ]
    desk.carrier.correct(number, wrong, "console")
    desk.work()
    (held,) = rows(desk, "SELECT wishes FROM profiles WHERE customer_id = ?", WHO)
    assert json.loads(held[0])["shoe"] == "43"
    assert [one["for"] for one in json.loads(held[0])["gifts"]] == [marks["child"], marks["aunt"]]
    left = told(desk, number, "correction.json")["leftovers"]
    assert [one["because"] for one in left] == ["it stands in a list beside other values"]


def test_the_address_one_is_found_by_can_be_set_right(desk: Counter) -> None:
    number = desk.asked("correct")
    desk.carrier.correct(number, [Correction("email", "new@example.test", ADDRESS)], "console")
    desk.work()
    assert rows(desk, "SELECT email FROM customers WHERE id = ?", WHO) == [("new@example.test",)]
    assert desk.stands(number)["verify"] == "done"
    assert {one["because"] for one in told(desk, number, "correction.json")["leftovers"]} == {
        "it is part of the key that names its row"
    }


def test_a_value_of_somebody_else_is_asked_about(desk: Counter) -> None:
    number = desk.asked("correct")
    taken = desk.people.markers[WHO - 1]["email"]
    desk.carrier.correct(number, [Correction("email", taken, ADDRESS)], "console")
    desk.work()
    step = desk.step(number, "plan")
    assert step.standing == "open"
    assert "belongs to" in step.said["problem"]
    assert rows(desk, "SELECT email FROM customers WHERE id = ?", WHO) == [(ADDRESS,)]


def test_a_value_that_no_column_takes_is_left_and_told(desk: Counter) -> None:
    number = desk.asked("correct")
    desk.carrier.correct(number, [Correction("phone", "9" * 41)], "console")
    desk.work()
    assert (
        told(desk, number, "correction.json")["leftovers"][0]["because"] == "its column takes no such value"
    )
    with pytest.raises(NothingToCorrect):
        desk.carrier.correct(number, [Correction("phone", "")], "console")


def test_a_trigger_that_nobody_looked_at_stops_a_correction(desk: Counter) -> None:
    connection = shop(desk)
    connection.execute("CREATE TRIGGER copies AFTER UPDATE ON customers BEGIN SELECT 1; END")
    connection.close()
    number = desk.asked("correct")
    desk.carrier.correct(number, [Correction("name", NEW)], "console")
    desk.work()
    assert "trigger 'copies'" in " ".join(desk.step(number, "plan").said["obstacles"])


class Killed(BaseException):
    """A worker is gone."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_while_it_writes_is_followed(
    desk: Counter, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    number = desk.asked("correct")
    desk.carrier.correct(number, [Correction("name", NEW)], "console")
    real = searching.change_in

    def dying(*given: Any) -> Any:
        if when == "after":
            real(*given)
        raise Killed

    monkeypatch.setattr(searching, "change_in", dying)
    with pytest.raises(Killed):
        desk.work("dead")
    monkeypatch.setattr(searching, "change_in", real)
    later(desk.quay, seconds=8)
    desk.work("heir")
    assert rows(desk, "SELECT name FROM customers WHERE id = ?", WHO) == [(NEW,)]
    assert desk.kinds(number).count("rights:system:written") == 1
    assert told(desk, number, "correction.json")["values"][0]["was"] == desk.people.markers[WHO]["name"]


# --- frozen, objected, withdrawn --------------------------------------------------------------------------------------------


def test_a_restriction_holds_at_the_gate_and_marks_rows(desk: Counter) -> None:
    assert allowed(desk, "polling")
    number = desk.asked("restrict")
    desk.work()
    assert not allowed(desk, "polling")
    assert rows(desk, "SELECT id FROM customers WHERE frozen") == [(WHO,)]
    proof = told(desk, number)
    assert "polling" not in proof["still_used_for"]
    assert proof["still_used_for"]["asking"] == ["legal_obligation"], (
        "asked of the gate, not taken from what was written"
    )
    assert "shop/orders" in proof["at_the_gate_alone"]
    assert "shop/customers" not in proof["at_the_gate_alone"]
    kinds = desk.kinds(number)
    assert kinds.index("rights:gate:settled") < kinds.index("rights:plan:made"), (
        "it counts before any store is looked at"
    )
    assert desk.found(WHO), "what is restricted is kept"


def test_of_several_objections_nobody_guesses_which(desk: Counter) -> None:
    number = desk.asked("object")
    desk.work()
    step = desk.step(number, "settle")
    assert step.said["open"] == ["no_mail", "no_polls"]
    assert desk.carrier.meant(number, ["no_mail"])
    desk.work()
    assert rows(desk, "SELECT id FROM customers WHERE quiet = 1") == [(WHO,)]
    assert allowed(desk, "polling")
    assert see(desk.quay, number).outcome == "granted"


def test_an_objection_that_nobody_declared_is_one_sentence(desk: Counter) -> None:
    number = desk.asked("object")
    desk.work()
    desk.carrier.meant(number, ["no_such_thing"])
    desk.work()
    step = desk.step(number, "settle")
    assert step.standing == "open"
    assert step.said["problem"]


def test_what_a_withdrawn_consent_alone_held_goes_and_the_rest_stays(desk: Counter) -> None:
    who = subject(desk)
    desk.quay.act(
        lambda acts: acts.set_facts(who, set=["shown:signup"], language="en") or acts.consent(
            who, "newsletter", "given", kind="explicit", notice="signup", language="en")
    )  # fmt: skip
    assert allowed(desk, "newsletter")
    number = desk.asked("withdraw")
    desk.work()
    assert not allowed(desk, "newsletter")
    assert rows(desk, "SELECT * FROM newsletter WHERE email = ?", ADDRESS) == []
    assert rows(desk, "SELECT count(*) FROM customers") == [(desk.people.count,)]
    assert rows(desk, "SELECT count(*) FROM newsletter") == [(desk.people.count - 1,)]
    proof = told(desk, number)
    assert proof["outcomes"][0]["removed"] == 1
    assert "newsletter" not in proof["still_used_for"]
    assert proof["still_used_for"]["polling"] == ["legitimate_interest"]


def test_nothing_to_withdraw_waits_for_whoever_knows_what_is_meant(desk: Counter) -> None:
    number = desk.asked("withdraw")
    desk.work()
    assert desk.step(number, "settle").said["waits"]


# --- shown ------------------------------------------------------------------------------------------------------------------


def test_a_history_shows_what_somebody_did_here_and_nothing_else(desk: Counter) -> None:
    number = desk.asked("history")
    desk.work()
    found = json.loads(files(desk, number)["data.json"])
    assert [one["dataset"] for one in found["datasets"]] == ["shop/orders"]
    text = json.dumps(found, ensure_ascii=False)
    assert desk.people.markers[WHO]["note0"] in text
    assert desk.people.markers[WHO]["name"] not in text


def test_whom_data_were_given_to_is_listed_without_any_store(desk: Counter) -> None:
    who = subject(desk)
    given = Question("share", ("email",), "service", "court")
    assert (
        desk.quay.gate.release(
            given, who, {"order": "case 7", "necessity": "the court asked"}
        ).answer.outcome.value
        == "permit"
    )
    (desk.folder / "shop.db").rename(desk.folder / "away.db")
    number = desk.asked("disclosures")
    desk.work()
    (one,) = json.loads(files(desk, number)["data.json"])["disclosures"]
    assert (one["recipient"], one["purpose"], one["data"]) == ("court", "service", ["email"])
    assert see(desk.quay, number).outcome == "granted"
    (desk.folder / "away.db").rename(desk.folder / "shop.db")
    other = desk.asked("access")
    desk.work()
    assert json.loads(files(desk, other)["data.json"])["disclosures"] == [one]


# --- by people meanwhile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", ["correct", "object", "withdraw"])
def test_what_people_answered_meanwhile_is_left_alone(desk: Counter, right: str) -> None:
    number = desk.asked(right)
    desk.work()
    Reception(desk.quay).answer(number, "granted", "Done by hand.", "console")
    desk.work()
    if right == "correct":
        assert set(desk.stands(number).values()) == {"done", "left"}
    assert rows(desk, "SELECT count(*) FROM customers") == [(desk.people.count,)]
