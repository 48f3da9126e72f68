"""Published contacts are tried for real: a mail of ours must lie in its mailbox, a page must hold its form; else the promise breaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.intake.kit import asks, later, see, take
from tests.intake.post import ADDRESS, room
from tests.tasks.kit import GUARDED, guarded
from troth.app.chores import Chores, kept_until, let_go, watch_dates
from troth.app.organisation import Organisation
from troth.app.posting import Posting
from troth.app.reaching import Reaching
from troth.channels import Post, SmtpChannel
from troth.channels.smtp import Tls
from troth.intake import Kind, Received, Route
from troth.intake.mailbox import MailboxAway
from troth.mailboxes import MaildirBox


@contextmanager
def site(body: bytes) -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looks(quay: Organisation) -> dict[str, bool]:
    with quay.database.read() as connection:
        return {one.probe: one.passed for one in quay.promises.probes(connection)}


def test_a_mailbox_is_reached_by_a_mail_that_arrives(tmp_path: Path) -> None:
    with guarded(tmp_path / "home") as quay, room(tmp_path / "mail") as (post, port):
        channel = SmtpChannel(Post("127.0.0.1", port, "self@quay.example", tls=Tls.NONE), quay.clock)
        chores = Chores(
            quay, Posting("", {"email": channel}), (MaildirBox(ADDRESS, post.box(ADDRESS)),), print
        )
        chores.turn()
        assert "contact.mailbox.email" not in looks(quay)
        later(quay, minutes=5)
        chores.turn()
        assert looks(quay)["contact.mailbox.email"] is True
        with quay.database.read() as connection:
            assert quay.intake.listed(connection) == []
        later(quay, hours=2)
        chores.turn()
        assert len(post.mails(ADDRESS)) == 1
        later(quay, days=8)
        chores.turn()
        assert len(post.mails(ADDRESS)) == 2


def test_a_mail_that_never_arrives_breaks_the_promise_until_one_does(tmp_path: Path) -> None:
    with guarded(tmp_path / "home") as quay, room(tmp_path / "mail") as (post, port):
        channel = SmtpChannel(Post("127.0.0.1", port, "self@quay.example", tls=Tls.NONE), quay.clock)
        reaching = Reaching(quay, channel)
        reaching.turn()
        later(quay, hours=25)
        assert Reaching(quay, channel).turn()["contact.mailbox.email"] is False
        assert looks(quay)["contact.mailbox.email"] is False
        later(quay, days=8)
        reaching.turn()
        reaching.arrived(post.mails(ADDRESS)[-1]["X-Troth-Trial"])
        assert looks(quay)["contact.mailbox.email"] is True
        reaching.arrived("trial_of_somebody_else")


def test_a_mail_server_that_is_down_says_nothing_of_the_contact(tmp_path: Path) -> None:
    with guarded(tmp_path / "home") as quay:
        with room(tmp_path / "mail") as (_, port):
            pass
        channel = SmtpChannel(Post("127.0.0.1", port, "self@quay.example", tls=Tls.NONE), quay.clock)
        Reaching(quay, channel).turn()
        later(quay, days=2)
        assert "contact.mailbox.email" not in Reaching(quay, channel).turn()


@pytest.mark.parametrize(("body", "reached"), [(b"<html><form>", True), (b"<p>We moved.</p>", False)])
def test_a_page_is_reached_when_it_holds_its_form(tmp_path: Path, body: bytes, reached: bool) -> None:
    with site(body) as where, guarded(tmp_path / "home", policy=GUARDED.replace("PAGE", where)) as quay:
        assert Reaching(quay).turn() == {"contact.page.form": reached}


def test_a_page_that_is_gone_is_not_reached(tmp_path: Path) -> None:
    with site(b"") as where:
        pass
    with guarded(tmp_path / "home", policy=GUARDED.replace("PAGE", where)) as quay:
        assert Reaching(quay).turn() == {"contact.page.form": False}


def test_dates_are_told_of_once_for_each_step_and_a_late_answer_breaks_its_right(quay: Organisation) -> None:
    number = take(quay, Received(Kind.QUESTION, Route.FORM, "When?")).number
    assert watch_dates(quay) == 1
    assert (watch_dates(quay), see(quay, number).alerted) == (0, "week")
    later(quay, days=4)
    assert watch_dates(quay) == 1
    with quay.database.read() as connection:
        (look,) = quay.promises.evidence(connection)["right:talk"].looks
    assert not look.passed
    quay.act(lambda acts: quay.intake.close(acts.work, number, "answered", "console", at=acts.at))
    watch_dates(quay)
    with quay.database.read() as connection:
        (look,) = quay.promises.evidence(connection)["right:talk"].looks
    assert look.passed


def test_words_are_let_go_when_the_policy_keeps_them_no_longer(quay: Organisation) -> None:
    number = take(quay, asks()).number
    quay.act(lambda acts: quay.intake.withdraw(acts.work, number, "person", at=acts.at))
    later(quay, days=170)
    assert let_go(quay) == 0
    later(quay, days=20)
    assert let_go(quay) == 1
    assert see(quay, number).emptied
    catalogue = quay.policy().catalogue
    assert kept_until(catalogue, "PLAIN", see(quay, number)) is not None


def test_a_mailbox_that_is_down_is_told_once_and_once_when_it_is_back(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    said: list[str] = []
    folder = tmp_path / "later"
    chores = Chores(quay_on_sqlite, Posting(), (MaildirBox(ADDRESS, folder),), said.append)
    for _ in range(3):
        chores.turn()
        later(quay_on_sqlite, minutes=1)
    with room(tmp_path) as (post, _):
        post.folder = tmp_path
        (tmp_path / "later").mkdir()
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir()
    chores.turn()
    about = [one for one in said if "mailbox" in one]
    assert len(about) == 2
    assert "cannot be read" in about[0]
    assert "well again" in about[1]
    with pytest.raises(MailboxAway):
        MaildirBox(ADDRESS, tmp_path / "none").waiting(1)
