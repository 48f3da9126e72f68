"""Calls about messages, notices and accounts, against the server they speak to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from examples.kit.waiting import until
from tests.web.kit import Place, place
from troth.accounts import Bag
from troth.app.config import Home
from troth.client import Client, KeyFile, Letter, Problem
from troth.ledger import Origin

CAME = {"whence": "127.0.0.9", "device": "laptop", "language": "en"}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with harbour on it."""
    with place(Home.at(tmp_path_factory.mktemp("home")), "harbour") as found:
        yield found


@pytest.fixture
def client(at: Place) -> Iterator[Client]:
    """Who speaks for harbour."""
    found = Client(KeyFile(at.base, "harbour", at.hosting.keys.issue("harbour", origin=Origin.OBSERVED)))
    yield found
    found.close()


def customer(client: Client, address: str) -> str:
    """Somebody who read and accepted."""
    subject = client.subject({"email": address})
    for notice in client.notices_at("registration_form"):
        client.show(subject, notice, point="registration_form")
    client.accept(subject, "deemed", str(client.policy()["digest"]), "en")
    return subject


def news(address: str) -> Letter:
    return Letter(
        "business_news", "promotion", ("user_name", "email"), address, "News", "See {{link:new}}",
        links={"new": ("https://harbour.example/order", "")}, papers={"citation": "PDPA 2010 s 43"},
    )  # fmt: skip


def test_a_letter_is_queued_once_and_refused_after_an_opt_out(client: Client) -> None:
    who, address = customer(client, "amy@people.example"), "amy@people.example"
    first = client.send(who, news(address), key="n1")
    assert first.queued
    assert client.send(who, news(address), key="n1") == first
    assert client.send(who, news(address)).id != first.id
    assert client.message(first.id)["state"] == "queued"
    assert len(client.messages("queued")["messages"]) == 2
    assert client.opt_out(address, "promotion")
    assert not client.opt_out(address, "promotion")
    refused = client.send(who, news(address))
    assert (refused.queued, refused.state, refused.reason) == (False, "refused", "suppressed")
    assert client.opt_out(address, "promotion", act="lifted")
    assert client.send(who, news(address)).queued


def test_what_the_policy_does_not_permit_comes_back_with_what_is_missing(client: Client) -> None:
    stranger = client.subject({"email": "bob@people.example"})
    refused = client.send(stranger, news("bob@people.example"))
    assert refused.reason == "gate"
    assert any("accepted" in way for way in refused.missing)
    assert "amy" not in repr(news("amy@people.example"))


def test_what_comes_in_is_bound_to_the_words_that_were_shown(client: Client) -> None:
    who = customer(client, "cho@people.example")
    fields = ("domain_name", "registrant_name")
    before = client.submit(who, "domain_form", fields, {})
    assert (before.taken, before.missing) == (False, ("shown:domain_notice",))
    (notice,) = (one for one in client.notices_at("domain_form", "ms") if one.level == "instant")
    assert notice.text.startswith("Keperluan pendaftaran domain")
    assert client.show(who, notice, point="domain_form") > 0
    taken = client.submit(who, "domain_form", fields, {"domain_notice": notice.version})
    assert taken.taken
    assert taken.notices["domain_notice"] == notice.version
    assert client.shown_text(notice.rendered).text == notice.text
    beyond = client.submit(who, "domain_form", ("date_of_birth",), {})
    assert (beyond.taken, beyond.undeclared) == (False, 1)
    with pytest.raises(Problem):
        client.shown_text("sha256:" + "0" * 64)


def test_an_account_from_the_first_code_to_the_last_door(client: Client, at: Place) -> None:
    accounts, bag = at.hosting.organisations["harbour"].organisation.accounts, Bag()
    accounts.by(bag)

    def code() -> str:
        accounts.errands.settle()
        until(lambda: any(errand.code for errand in bag.errands))
        found = [errand.code for errand in bag.errands if errand.code]
        bag.errands.clear()
        return found[-1]

    digest = str(client.policy()["digest"])
    ticket = client.register_account(
        "dina",
        "a long walk by the sea",
        "dina@people.example",
        accurate=True,
        shown=digest,
        whence="127.0.0.9",
    )
    with pytest.raises(Problem) as wrong:
        client.confirm_account(ticket, "00000000", **CAME)
    assert wrong.value.status in (400, 401, 422)
    entered = client.confirm_account(ticket, code(), **CAME)
    assert "acs_" not in repr(entered)
    found = client.session(entered.secret)
    assert found is not None
    assert found["subject"] == entered.subject
    ticket = client.recover_account("dina", **CAME)
    by_code = client.enter_by_code(ticket, code(), **CAME)
    assert (by_code.subject, by_code.level) == (entered.subject, "code")
    client.sign_out(by_code.secret)
    bound = client.bind_address(entered.secret, "dina2@people.example")
    id = client.confirm_address(entered.secret, bound, code())
    held = {one["value"] for one in client.my_account(entered.secret)["names"]}
    assert held == {"dina", "dina@people.example", "dina2@people.example"}
    client.unbind_address(entered.secret, id)
    again = client.sign_in("dina", "a long walk by the sea", **CAME)
    assert client.end_sessions(again.secret) == 1
    assert client.session(entered.secret) is None
    ticket = client.recover_account("dina", **CAME)
    reset = client.reset_password(ticket, code(), "a longer walk by the sea", **CAME)
    assert client.session(again.secret) is None
    with pytest.raises(Problem) as refused:
        client.sign_in("dina", "a long walk by the sea", **CAME)
    assert refused.value.status == 401
    changed = client.change_password(reset.secret, "a longer walk by the sea", "no walk at all today", **CAME)
    client.sign_out(reset.secret)
    client.close_account(changed.secret, "no walk at all today")
    assert client.session(changed.secret) is None
