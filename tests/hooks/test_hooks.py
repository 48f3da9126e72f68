"""Other systems are told: signed, at least once, again after growing waits, by hand, never into our own network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import agreed, organisation
from tests.hooks.receiver import Receiver, good, receiving
from tests.intake.kit import asked, asks, later, take
from troth.app.chores import Chores, watch_dates
from troth.app.config import Home
from troth.app.hooks import LEASE, WAITS, Endpoint, Hooks, HooksUnreadable, endpoints_of
from troth.app.organisation import Organisation
from troth.cli.main import main
from troth.hooks import Forbidden, SecretUnusable, allowed, post, read_secrets
from troth.hooks.posting import public

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
EVENTS = frozenset({"consent.withdrawn", "person.erased", "objection.raised", "request.due"})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def endpoint(place: Path, url: str, events: frozenset[str] = EVENTS, *, inside: bool = True) -> Endpoint:
    secret = place / "crm.secrets"
    if not secret.exists():
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
    return Endpoint("crm", url, secret, events, inside)


@contextmanager
def telling(place: Path, url: str, to: str) -> Iterator[tuple[Organisation, Hooks]]:
    with organisation(place / "home", url) as quay:
        hooks = Hooks(quay, [endpoint(place, to)])
        hooks.watch("w")
        yield quay, hooks


def sent(hooks: Hooks) -> int:
    hooks.watch("w")
    tried = 0
    while hooks.turn("w"):
        tried += 1
    return tried


def withdraw(quay: Organisation, number: int = 1) -> str:
    who = agreed(quay, number)
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn", language="en"))
    return who


def test_what_happens_is_told_once_signed_and_names_nobody(
    tmp_path: Path, database_url: str, receiver: Receiver
) -> None:
    with telling(tmp_path, database_url, receiver.url) as (quay, hooks):
        who = withdraw(quay)
        assert sent(hooks) == 1
        assert sent(hooks) == 0, "told once"
        headers, body = receiver.heard[0]
        assert good(headers, body, SECRET)
        assert not good(headers, body + b" ", SECRET)
        told = json.loads(body)
        assert (told["type"], told["data"]["subject"], told["data"]["organisation"]) == (
            "consent.withdrawn",
            who,
            "quay",
        )
        assert told["data"]["statements"] == ["consent:newsletter"]
        assert b"example.test" not in body
        person = told["data"]["person"]
        quay.erase_keys(who)
        assert sent(hooks) == 1
        erased = json.loads(receiver.heard[1][1])
        assert (erased["type"], erased["data"]["subject"]) == ("person.erased", None)
        assert erased["data"]["person"] == person, "by what they were told of before"


def test_what_was_before_an_endpoint_is_not_told_and_two_workers_tell_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    with organisation(tmp_path / "home") as quay:
        withdraw(quay)
        one, two = (Hooks(quay, [endpoint(tmp_path, receiver.url)]) for _ in range(2))
        assert (one.watch("a"), two.watch("b")) == (0, 0)
        withdraw(quay, 2)
        assert one.watch("a") + two.watch("b") == 1
        while one.turn("a") | two.turn("b"):
            pass
        assert len(receiver.heard) == 1


def test_waits_grow_then_somebody_sends_it_again_under_its_id(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, "", receiver.url) as (quay, hooks):
        receiver.answers = [500] * (len(WAITS) + 1)
        withdraw(quay)
        assert sent(hooks) == 1
        for wait in WAITS:
            later(quay, seconds=wait.total_seconds() - 1)
            assert sent(hooks) == 0, wait
            later(quay, seconds=1)
            assert sent(hooks) == 1, wait
        later(quay, days=30)
        assert sent(hooks) == 0, "given up"
        assert hooks.replay(endpoint="crm") == 1
        assert sent(hooks) == 1
        assert hooks.listed() == []
        assert hooks.replay(receiver.ids()[0]) == 1
        assert sent(hooks) == 1
        assert len(receiver.heard) == len(WAITS) + 3
        assert len({*receiver.ids()}) == 1
        assert len({headers["webhook-timestamp"] for headers, _ in receiver.heard}) > 1, (
            "each attempt is signed anew"
        )


@pytest.mark.parametrize(("status", "again"), [(410, False), (302, True), (429, True), (404, True)])
def test_what_an_answer_leads_to(tmp_path: Path, receiver: Receiver, status: int, again: bool) -> None:
    with telling(tmp_path, "", receiver.url) as (quay, hooks):
        receiver.answers, receiver.to = [status], receiver.url
        withdraw(quay)
        assert sent(hooks) == 1
        assert len(receiver.heard) == 1, "no redirect is followed"
        later(quay, seconds=6)
        assert sent(hooks) == int(again)


def test_a_date_that_comes_near_is_told(tmp_path: Path, receiver: Receiver) -> None:
    with asked(tmp_path / "home") as quay:
        hooks = Hooks(quay, [endpoint(tmp_path, receiver.url)])
        hooks.watch("w")
        number = take(quay, asks()).number
        later(quay, days=24)
        watch_dates(quay)
        assert sent(hooks) == 1
        told = json.loads(receiver.heard[0][1])
        assert (told["type"], told["data"]["about"]["id"], told["data"]["about"]["alerted"]) == (
            "request.due",
            number,
            "week",
        )
        later(quay, days=7)
        chores = Chores(quay, hooks=hooks)
        chores.turn()
        later(quay, seconds=3)
        chores.turn()
        assert [one.name for one in chores.chores].count("webhooks") == 1
        assert json.loads(receiver.heard[1][1])["data"]["about"]["alerted"] == "overdue"


def test_secrets_rotate_and_both_are_good_meanwhile(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with organisation(home):
        pass
    file = endpoint(tmp_path, receiver.url).secret
    said = f"quay:\n  crm: {{url: '{receiver.url}', secret: '{file}', events: [consent.withdrawn], inside: yes}}\n"
    (home / "webhooks.yaml").write_text(said)

    def run(verb: str, *more: str) -> tuple[int, dict[str, Any]]:
        code = main(["webhooks", verb, "quay", *more, "--home", str(home), "--json"])
        return code, json.loads(capsys.readouterr().out)

    assert run("send")[1] == {"queued": 0, "tried": 0}
    with organisation(home) as quay:
        withdraw(quay)
    new = run("rotate", "crm")[1]["secret"]
    assert run("send")[1] == {"queued": 1, "tried": 1}
    for secret in (SECRET, new):
        assert good(*receiver.heard[0], secret)
    newest = run("rotate", "crm")[1]["secret"]
    assert run("try", "crm")[1]["taken"]
    headers, body = receiver.heard[1]
    assert [good(headers, body, one) for one in (SECRET, new, newest)] == [False, True, True]
    assert json.loads(body)["type"] == "webhook.tried"
    assert file.stat().st_mode & 0o077 == 0
    receiver.answers = [410]
    message = receiver.ids()[0]
    assert run("replay", message) == (0, {"again": 1})
    run("send")
    code, listed = run("list")
    assert (code, [one["message"] for one in listed["messages"]]) == (1, [message])
    assert run("replay", "crm") == (0, {"again": 1})
    assert run("replay", "nobody")[0] == 2


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.9", "169.254.169.254", "::1", "fe80::1%lo", "fd00::1", "0.0.0.0",
     "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_nobody_makes_us_call_into_our_own_network(address: str) -> None:
    assert not public(address)
    with pytest.raises(Forbidden):
        post("https://elsewhere.example/", b"{}", {}, resolve=lambda host, port: ["93.184.216.34", address])


@pytest.mark.parametrize(
    "url",
    ["http://elsewhere.example", "ftp://x", "https://", "https://u:p@x.example", "//x", "https://x:99999"],
)
def test_what_is_no_address_to_call(url: str) -> None:
    with pytest.raises(Forbidden):
        allowed(url)


def test_what_an_inside_address_is_asked_is_no_leave_for_others(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, "", receiver.url) as (quay, hooks):
        withdraw(quay)
        hooks.watch("w")
        strict = Hooks(quay, [endpoint(tmp_path, receiver.url.replace("http:", "https:"), inside=False)])
        assert strict.turn("w")
        assert strict.listed()[0][1].said["trouble"] == "forbidden"
        assert receiver.heard == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("quay: [1]\n", "holds no organisations"),
        ("quay: {crm: {url: 'https://x.example', secret: s, events: [fly]}}\n", "names no events"),
        ("quay: {crm: {url: 'http://x.example', secret: s, events: [person.erased]}}\n", "is encrypted"),
        ("quay: {crm: {url: 'https://x.example', events: [person.erased]}}\n", "something else than"),
        ("quay: {'a.b': {url: 'https://x.example', secret: s, events: [person.erased]}}\n", "is no name"),
    ],
)
def test_a_file_that_says_something_else_is_one_sentence(tmp_path: Path, said: str, sentence: str) -> None:
    (tmp_path / "webhooks.yaml").write_text(said)
    with pytest.raises(HooksUnreadable, match=sentence):
        endpoints_of(Home.at(tmp_path), "quay")


def test_secrets_that_others_can_read_or_that_are_none_sign_nothing(tmp_path: Path) -> None:
    file = endpoint(tmp_path, "https://x.example").secret
    assert read_secrets(file) == (b"k" * 32,)
    file.chmod(0o644)
    with pytest.raises(SecretUnusable, match="Others can read"):
        read_secrets(file)
    for text in ("", "whsec_AAAA", "whsec_%%"):
        file.write_text(text)
        file.chmod(0o600)
        with pytest.raises(SecretUnusable):
            read_secrets(file)


def test_a_worker_that_dies_after_sending_is_followed_by_one_that_sends_the_same(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with telling(tmp_path, "", receiver.url) as (quay, hooks):
        withdraw(quay)
        hooks.watch("w")

        def dying(*told: object, **more: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(quay.steps, "done", dying)
        with pytest.raises(KeyboardInterrupt):
            hooks.turn("dead")
        monkeypatch.undo()
        assert not hooks.turn("heir"), "the dead one's lease stands"
        later(quay, seconds=LEASE.total_seconds())
        assert hooks.turn("heir")
        assert hooks.listed() == []
        first, second = receiver.ids()
        assert first == second, "so that the receiver knows it is the same"
