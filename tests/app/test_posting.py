"""The file that sets channels up: what it says, and one sentence for each thing wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.servers import Taking, serving
from tests.gate.kit import NOON
from tests.messages.kit import news, queued, reader, state, writing
from troth.app.config import Home
from troth.app.posting import ChannelsUnreadable, own_file, posting_of
from troth.channels.smtp import SenderUnusable
from troth.channels.tray import TrayUnusable
from troth.cli.main import main
from troth.kernel.clock import FixedClock
from troth.messages import State

GOOD = """\
site: https://privacy.quay.example
email: {{host: 127.0.0.1, port: {port}, sender: news@quay.example, name: Quay, tls: none}}
sms: fake
letter: fake
"""


def write(tmp_path: Path, text: str) -> Home:
    (tmp_path / "channels.yaml").write_text(text)
    return Home.at(tmp_path)


def test_without_a_file_nothing_leaves(tmp_path: Path) -> None:
    assert posting_of(Home.at(tmp_path), FixedClock(NOON), {}).channels == {}


def test_what_the_file_sets_up(tmp_path: Path) -> None:
    found = posting_of(write(tmp_path, GOOD.format(port=587)), FixedClock(NOON), {})
    assert found.site == "https://privacy.quay.example"
    assert {kind: one.real for kind, one in found.channels.items()} == {
        "email": True,
        "sms": False,
        "letter": False,
    }
    assert "fake" in found.channels["sms"].name


def test_a_tray_is_a_fake_one_can_look_into(tmp_path: Path) -> None:
    text = "site: https://a\npush: {tray: 'http://127.0.0.1:9'}\n"
    (push,) = posting_of(write(tmp_path, text), FixedClock(NOON), {}).channels.values()
    assert not push.real
    assert "127.0.0.1:9" in push.name
    with pytest.raises(TrayUnusable):
        posting_of(write(tmp_path, text.replace("127.0.0.1", "sms.example.com")), FixedClock(NOON), {})


def test_an_organisation_goes_by_a_file_of_its_own(tmp_path: Path) -> None:
    home = write(tmp_path, GOOD.format(port=587))
    own_file(home, "pier").parent.mkdir()
    own_file(home, "pier").write_text("site: https://pier.example")
    named = {"TROTH_CHANNELS": str(tmp_path / "channels.yaml")}
    assert posting_of(home, FixedClock(NOON), named, of="pier").site == "https://pier.example"
    assert posting_of(home, FixedClock(NOON), named, of="quay").site == "https://privacy.quay.example"
    assert posting_of(home, FixedClock(NOON), {}).site == "https://privacy.quay.example"


@pytest.mark.parametrize(
    "text",
    ["- a", "{", "site: ftp://x", "sms: fake", "site: https://a\nsms: real", "site: https://a\npigeon: fake",
     "site: https://a\nemail: {host: a}", "site: https://a\nemail: {host: a, port: x, sender: a@b.test}",
     "site: https://a\nemail: {host: a, port: 25, sender: a@b.test, tls: maybe}",
     "site: https://a\nsms: {tray: 1}", "site: https://a\nsms: {pigeon: 'http://127.0.0.1:1'}",
     "site: https://a\nemail: {host: 1, port: 25, sender: a@b.test}"],
)  # fmt: skip
def test_what_is_wrong_is_said_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(ChannelsUnreadable):
        posting_of(write(tmp_path, text), FixedClock(NOON), {})


def test_a_sender_that_is_no_address(tmp_path: Path) -> None:
    text = "site: https://a\nemail: {host: a, port: 25, sender: nobody}"
    with pytest.raises(SenderUnusable):
        posting_of(write(tmp_path, text), FixedClock(NOON), {})


def test_the_command_sends_shows_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with writing(tmp_path / "home") as quay:
        id = queued(quay, news(reader(quay)))
    handler, where = Taking(), ["quay", "--home", str(tmp_path / "home")]
    with serving(handler) as port:
        write(tmp_path / "home", GOOD.format(port=port))
        assert main(["messages", "send", *where]) == 1, "its days are over: the kit's clock stands in March"
    assert main(["messages", "show", *where, id]) == 0
    assert main(["messages", "list", *where, "--json"]) == 0
    assert "expired" in capsys.readouterr().out
    assert main(["messages", "show", *where, "msg_none"]) == 2
    with writing(tmp_path / "home") as quay:
        assert state(quay, id) is State.EXPIRED
