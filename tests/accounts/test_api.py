"""Accounts over HTTP: for the company whose people they are, by its key; secrets in bodies, one answer for known and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.kit import OTHER, QUICK, STRONG
from tests.channels.servers import Taking, serving
from tests.web.kit import Heard, Place, place
from troth.app.config import Home
from troth.app.couriers import Bag
from troth.channels import FakeChannel


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("town")
    (home / "accounts.yaml").write_text(QUICK)
    (home / "channels.yaml").write_text("site: https://harbour.example\nsms: fake\n")
    with place(Home.at(home), "harbour") as found:
        found.hosting.visitors.courier = Bag()
        yield found


def post(at: Place, path: str, status: int = 200, **sent: Any) -> Any:
    answer = at.call("POST", f"harbour/accounts/{path}", sent)
    assert answer.status == status, answer.text
    return answer.json()


def letters(at: Place) -> list[Any]:
    at.hosting.organisations["harbour"].organisation.accounts.errands.settle()
    courier = at.hosting.visitors.courier
    assert isinstance(courier, Bag)
    return courier.letters


def code(at: Place) -> str:
    return next(one.code for one in reversed(letters(at)) if one.code)


def person(at: Place, name: str) -> Any:
    waiting = post(
        at, "register", 202, name=name, password=STRONG, address=f"{name}@people.example", accurate=True
    )
    return post(at, "confirm", 201, ticket=waiting["ticket"], code=code(at))


def test_a_life_of_an_account(town: Place) -> None:
    mei = person(town, "mei")
    assert (mei["level"], mei["aal"], mei["ial"]) == ("password_code", "AAL2", "IAL1")
    entered = post(town, "sign-in", name="MEI", password=STRONG, device="laptop")
    assert entered["subject"] == mei["subject"]
    assert post(town, "session", session=entered["session"])["active"] is True
    mine = post(town, "mine", session=entered["session"])
    assert {one["value"] for one in mine["names"]} == {"mei", "mei@people.example"}
    assert post(town, "sessions/end", session=entered["session"]) == {"ended": 1}
    waiting = post(town, "recover", 202, name="mei@people.example")
    back = post(town, "reset", ticket=waiting["ticket"], code=code(town), password=OTHER)
    assert post(town, "session", session=entered["session"]) == {"active": False}
    changed = post(town, "password", session=back["session"], password=OTHER, new=STRONG)
    assert post(town, "close", session=changed["session"], password=STRONG) == {"closed": True}
    post(town, "sign-in", 401, name="mei", password=STRONG)


def test_a_phone_gets_its_code_by_text_message(town: Place) -> None:
    ann = person(town, "ann")
    waiting = post(town, "bind", 202, session=ann["session"], kind="phone", address="+60 12 345 6789")
    organisation = town.hosting.organisations["harbour"].organisation
    organisation.accounts.errands.settle()
    courier: Any = organisation.accounts.errands.courier
    channel = courier._posting().channels["sms"]
    assert isinstance(channel, FakeChannel)
    text = channel.handed[-1].text
    bound = post(
        town, "bind/confirm", session=ann["session"], ticket=waiting["ticket"], code=text.split(" is ")[0]
    )
    assert bound["value"] == "+60123456789"
    post(town, "unbind", session=ann["session"], address=bound["id"])
    post(town, "unbind", 422, session=ann["session"], address=bound["id"])


def told(answer: Heard) -> tuple[int, Any]:
    return answer.status, {
        name: value for name, value in answer.json().items() if name not in ("ticket", "until")
    }


def test_known_and_unknown_get_the_same_answers(town: Place) -> None:
    person(town, "bo")
    for path, sent in (
        ("sign-in", {"password": OTHER}),
        ("recover", {}),
    ):
        known, unknown = (
            town.call("POST", f"harbour/accounts/{path}", {"name": name} | sent)
            for name in ("bo", "nobody-here")
        )
        assert told(known) == told(unknown)
    taken, free = (
        town.call(
            "POST",
            "harbour/accounts/register",
            {"name": f"n {at[:2]}", "password": STRONG, "address": at, "accurate": True},
        )
        for at in ("bo@people.example", "free@people.example")
    )
    assert told(taken) == told(free)
    assert taken.status == 202
    assert [one.what for one in letters(town)][-2:] == ["known", "register"]


def test_what_is_refused_is_a_problem_without_what_was_typed(town: Place) -> None:
    weak = town.call(
        "POST",
        "harbour/accounts/register",
        {"name": "weak", "password": "passw0rd", "address": "w@people.example", "accurate": True},
    )
    assert weak.status == 422
    assert weak.json()["type"].endswith("password-weak")
    assert weak.json()["help"]
    assert "passw0rd" not in weak.text
    for wrong in ("a\r\nBcc: all@people.example", "‮evil", "x" * 300, "\x00"):
        found = town.call(
            "POST",
            "harbour/accounts/register",
            {"name": wrong, "password": STRONG, "address": "x@people.example", "accurate": True},
        )
        assert found.status == 422
        assert "evil" not in found.text
    injected = town.call(
        "POST",
        "harbour/accounts/register",
        {
            "name": "ok",
            "password": STRONG,
            "address": "x@people.example\r\nBcc: y@people.example",
            "accurate": True,
        },
    )
    assert injected.status == 422


def test_codes_are_in_no_ledger_and_no_database_in_clear(town: Place) -> None:
    person(town, "cleartest")
    said = code(town)
    folder = Path(town.hosting.organisations["harbour"].home.folder)
    held = b"".join(file.read_bytes() for file in sorted(folder.rglob("*.db*")) if file.is_file())
    for secret in (said, STRONG, "cleartest"):
        assert secret.encode() not in held


def test_only_keys_with_the_scope_enter(town: Place) -> None:
    key = town.hosting.keys.issue("harbour", ["ask"])
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    answer = town.ask("POST", "/api/v1/harbour/accounts/recover", b'{"name": "mei"}', headers)
    assert answer.status == 403


def test_operators_see_counts_and_nobody(town: Place) -> None:
    mei = person(town, "mei-closing")
    post(town, "close", session=mei["session"], password=STRONG)
    found = town.call("GET", "harbour/accounts").json()
    assert "closed" in {one["state"] for one in found["accounts"]}
    page = town.see("/harbour/accounts")
    assert page.status == 200
    assert "mei" not in page.text.replace("dimeterai", "")
    assert "Sessions that run" in page.text


def test_a_code_for_a_known_person_passes_the_policys_gate_as_a_message_and_leaves_by_smtp(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    handler, home = Taking(), tmp_path_factory.mktemp("posted")
    with serving(handler) as port:
        (home / "accounts.yaml").write_text(QUICK)
        (home / "channels.yaml").write_text(
            "site: https://harbour.example\n"
            f"email: {{host: 127.0.0.1, port: {port}, sender: news@harbour.example, tls: none}}\n"
        )
        with place(Home.at(home), "harbour") as town:
            town.hosting.visitors.courier = Bag()
            mei = person(town, "posted")
            organisation = town.hosting.organisations["harbour"].organisation
            organisation.act(
                lambda acts: acts.set_facts(mei["subject"], set=["shown:privacy_policy"], language="en")
            )
            organisation.act(lambda acts: acts.accept(mei["subject"], "explicit", language="en"))
            waiting = post(town, "recover", 202, name="posted")
            organisation.accounts.errands.settle()
            (mail,) = handler.mails
            said = str(mail.get_body(("plain",)).get_content()).split("Your code is ")[1][:8]
            post(town, "reset", ticket=waiting["ticket"], code=said, password=OTHER)
            with organisation.database.read() as connection:
                (sent,) = organisation.messages.of_person(connection, mei["subject"])
            assert (sent.message, sent.purpose, sent.state.value) == (
                "verification_code", "recovery_code", "accepted",
            )  # fmt: skip
