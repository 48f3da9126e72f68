"""The exam that every channel passes, real or fake: taken means handed over whole, later means nothing left, unknown means once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from examples.kit.trays import Door, Trays
from tests.channels.servers import Cutting, Taking, closed_port, serving, silent
from tests.gate.kit import NOON
from troth.channels import FakeChannel, Post, SmtpChannel, Tls, TrayChannel
from troth.channels.tray import TrayUnusable
from troth.kernel.clock import FixedClock
from troth.messages import Channel, Delivery, Outcome, Parcel

WORDS = "Grüße 你好 👩‍👩‍👧 \u202bשלום\u202c\n.\n.two dots follow\n..\nend"
PARCEL = Parcel(
    "msg_00", "reader@example.test", "Häfen 港口 🚢", WORDS, "<p>Grüße</p>",
    (("List-Unsubscribe", "<https://quay.example/u/t>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
)  # fmt: skip
SAID = {
    "yes": Delivery(Outcome.TAKEN, "250"),
    "later": Delivery(Outcome.LATER, "451"),
    "never": Delivery(Outcome.REFUSED, "550", dead=True),
    "silence": Delivery(Outcome.UNKNOWN, "cut"),
}

IN_A_TRAY = {
    "later": Delivery(Outcome.LATER, "503"),
    "never": Delivery(Outcome.REFUSED, "410", dead=True),
}


def post(port: int, **more: Any) -> Post:
    given: dict[str, Any] = {"tls": Tls.NONE, "patience": 5.0} | more
    return Post("127.0.0.1", port, "news@quay.example", "Quay", **given)


def smtp(port: int, **more: Any) -> SmtpChannel:
    return SmtpChannel(post(port, **more), FixedClock(NOON))


@contextmanager
def channel(kind: str, answer: str) -> Iterator[tuple[Channel, Any]]:
    """A channel whose other side says this once, and what it was handed."""
    if kind.endswith(" tray"):
        with tray(kind.removesuffix(" tray"), answer) as found:
            yield found
        return
    if kind != "smtp":
        fake = FakeChannel(kind, (SAID[answer],))
        yield fake, lambda: [(one.title, one.text) for one in fake.handed]
        return
    lines = {"yes": (), "later": ("451 4.7.1 Greylisted, come again",), "never": ("550 5.1.1 Nobody here",)}
    handler = Cutting() if answer == "silence" else Taking(lines[answer])
    with serving(handler) as port:
        yield smtp(port), lambda: [(str(one["Subject"]), text_of(one)) for one in handler.mails]


@contextmanager
def tray(kind: str, answer: str) -> Iterator[tuple[Channel, Any]]:
    """A tray of the kit, told to answer so once."""
    with TemporaryDirectory() as folder:
        trays = Trays(Path(folder) / "trays.db")
        trays.told(kind, answer, 1)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Door,), {"trays": trays}))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            one = TrayChannel(kind, f"http://127.0.0.1:{server.server_address[1]}")
            yield one, lambda: [(said["title"], said["text"]) for said in trays.lying(kind, PARCEL.to)]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n").removesuffix("\n")


TRAYS = ("sms tray", "push tray", "letter tray")
KINDS = pytest.mark.parametrize("kind", ["smtp", "sms", "push", "letter", *TRAYS])


@KINDS
def test_what_is_taken_was_handed_over_whole(kind: str) -> None:
    with channel(kind, "yes") as (one, handed):
        assert one.send(PARCEL).outcome is Outcome.TAKEN
        assert handed() == [(PARCEL.title, WORDS)]


@KINDS
@pytest.mark.parametrize("answer", ["later", "never"])
def test_what_was_not_taken_left_nothing(kind: str, answer: str) -> None:
    with channel(kind, answer) as (one, handed):
        assert one.send(PARCEL) == (IN_A_TRAY if kind in TRAYS else SAID)[answer]
        assert handed() == []
        assert one.send(PARCEL).outcome is Outcome.TAKEN, "the next time it is"
        assert len(handed()) == 1


@KINDS
def test_silence_after_the_words_says_that_nobody_knows(kind: str) -> None:
    with channel(kind, "silence") as (one, handed):
        assert one.send(PARCEL).outcome is Outcome.UNKNOWN
        assert len(handed()) == 1, "this other side did keep it"


@KINDS
def test_a_channel_says_what_it_is_and_whether_anything_leaves(kind: str) -> None:
    with channel(kind, "yes") as (one, _):
        assert one.kind == ("email" if kind == "smtp" else kind.removesuffix(" tray"))
        assert one.real == (kind == "smtp")
        assert ("fake" in one.name) != one.real


# --- trays alone -------------------------------------------------------------------------------------------------------------


def test_a_tray_that_is_away_means_later() -> None:
    assert TrayChannel("sms", f"http://127.0.0.1:{closed_port()}").send(PARCEL) == Delivery(
        Outcome.LATER, "down"
    )


def test_a_tray_that_falls_silent_means_that_nobody_knows() -> None:
    with silent() as port:
        found = TrayChannel("push", f"http://127.0.0.1:{port}", patience=0.2).send(PARCEL)
    assert found == Delivery(Outcome.UNKNOWN, "timeout")


@pytest.mark.parametrize(
    "url", ["", "http://sms.example.com:80", "https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:x"]
)
def test_a_tray_of_another_machine_is_no_fake(url: str) -> None:
    with pytest.raises(TrayUnusable):
        TrayChannel("sms", url)


# --- mail alone --------------------------------------------------------------------------------------------------------------


def test_the_mail_has_what_readers_and_their_programs_need() -> None:
    handler = Taking()
    with serving(handler) as port:
        smtp(port).send(PARCEL)
    (mail,) = handler.mails
    assert mail["From"] == "Quay <news@quay.example>"
    assert mail["Message-ID"] == "<msg_00@quay.example>"
    assert mail["List-Unsubscribe"] == "<https://quay.example/u/t>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert b"\n" not in handler.raw[0].replace(b"\r\n", b"")


def test_a_server_that_is_down_means_later() -> None:
    assert smtp(closed_port()).send(PARCEL) == Delivery(Outcome.LATER, "down")


@pytest.mark.parametrize(
    ("until", "outcome"),
    [
        (b"", Outcome.LATER), (b"EHLO", Outcome.LATER), (b"MAIL", Outcome.LATER), (b"RCPT", Outcome.LATER),
        (b"DATA", Outcome.LATER), (b".", Outcome.UNKNOWN),
    ],
)  # fmt: skip
def test_a_server_that_falls_silent(until: bytes, outcome: Outcome) -> None:
    with silent(until) as port:
        assert smtp(port, patience=0.2).send(PARCEL) == Delivery(outcome, "timeout")


def test_a_server_that_refuses_the_text_does_not_make_the_address_dead() -> None:
    with serving(Taking(texts=("554 5.7.1 No", "452 Full"))) as port:
        assert smtp(port).send(PARCEL) == Delivery(Outcome.REFUSED, "554")
        assert smtp(port).send(PARCEL) == Delivery(Outcome.LATER, "452")


def test_a_server_that_takes_and_drops_is_only_ever_believed_to_have_taken() -> None:
    handler = Taking(drops=True)
    with serving(handler) as port:
        assert smtp(port).send(PARCEL).outcome is Outcome.TAKEN
    assert (handler.taken, handler.mails) == (1, [])


def test_a_long_link_to_unsubscribe_stays_whole_in_its_header() -> None:
    handler, link = Taking(), f"<https://{'x' * 60}.example/{'y' * 300}/u/{'z' * 43}>"
    with serving(handler) as port:
        smtp(port).send(
            Parcel("msg_00", "reader@example.test", "港" * 200, "t", "", (("List-Unsubscribe", link),))
        )
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in handler.raw[0]
    assert max(map(len, handler.raw[0].split(b"\r\n"))) <= 998
    assert handler.mails[0]["Subject"] == "港" * 200


@pytest.mark.parametrize("title", ["Hi\r\nBcc: all@example.test", "Hi\nX: y", "Hi\rX: y"])
def test_a_line_break_in_a_heading_is_not_written(title: str) -> None:
    handler = Taking()
    with serving(handler) as port:
        found = smtp(port).send(Parcel("msg_01", "reader@example.test", title, "text"))
    assert found == Delivery(Outcome.REFUSED, "unwritable")
    assert handler.mails == []


def test_a_reader_whose_address_is_not_ascii() -> None:
    handler = Taking()
    with serving(handler) as port:
        sent = smtp(port).send(Parcel("msg_02", "用户@example.test", "T", "text"))
    assert sent.outcome is Outcome.TAKEN
    assert "用户@example.test" in str(handler.mails[0]["To"])
