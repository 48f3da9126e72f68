"""Mail that comes in by real servers: one ticket each, receipts to people and never to machines, nobody's ticket by its number alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gate.kit import somebody
from tests.intake.kit import asked, later, see, texts
from tests.intake.post import ADDRESS, Room, deliver, imap, letter, postbox, room, send_due, write
from tests.messages.kit import about, queued
from tests.support.certificates import Ca
from troth.app.config import Home
from troth.app.mailing import Fate, MailboxesUnreadable, language_of, mailboxes_of
from troth.app.organisation import Organisation
from troth.intake import Kind, Proof, Sort, State, read_mail
from troth.intake.mailbox import MailboxAway
from troth.intake.model import Match
from troth.mailboxes import ImapBox, MaildirBox, Server
from troth.messages import State as MessageState


def box(post: Room) -> MaildirBox:
    return MaildirBox(ADDRESS, post.box(ADDRESS))


def test_a_mail_becomes_a_ticket_with_a_receipt(quay: Organisation, tmp_path: Path) -> None:
    with room(tmp_path / "mail") as (post, port):
        write(port, letter())
        (read,) = postbox(quay).collect(box(post))
        assert read.fate is Fate.OPENED
        assert postbox(quay).collect(box(post)) == []
        send_due(quay, port)
        (receipt,) = post.mails("p9@example.test")
    ticket = see(quay, read.number)
    assert (ticket.kind, ticket.right, ticket.match) == (Kind.UNSORTED, "", Match.NONE)
    assert ticket.due_at == datetime(2026, 3, 5, 23, 59, 59, 999999, UTC)
    text = receipt.get_content()
    assert read.number in receipt["Subject"]
    assert "2026-03-05" in text
    assert "https://quay.example/my/quay/tickets" in text
    assert "What do you hold" not in text
    assert receipt["Auto-Submitted"] == "auto-generated"


def test_whoever_reads_it_says_what_it_is(quay: Organisation) -> None:
    number = postbox(quay).take(letter().as_bytes()).number
    reception = postbox(quay)._reception
    with pytest.raises(Exception, match="said yet what this is"):
        reception.answer(number, "informed", "Well.", "console")
    ticket = quay.act(
        lambda acts: quay.intake.sort(acts.work, number, Kind.REQUEST, "access", "console", at=acts.at)
    )
    assert (ticket.kind, ticket.right, ticket.rule) == (Kind.REQUEST, "access", "right:access")
    assert ticket.due_at == datetime(2026, 4, 1, 23, 59, 59, 999999, UTC)


def test_the_same_mail_twice_is_one_ticket(quay: Organisation) -> None:
    reader = postbox(quay)
    one, two = reader.take(letter().as_bytes()), reader.take(b"Received: again\r\n" + letter().as_bytes())
    assert (two.fate, two.number) == (Fate.REPEATED, one.number)
    with quay.database.read() as connection:
        assert len(quay.intake.listed(connection)) == 1


def test_a_mail_that_was_cut_off_before_it_was_marked_is_no_second_ticket(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    with room(tmp_path / "mail") as (post, port):
        write(port, letter())
        lying = box(post).waiting(10)
        postbox(quay_on_sqlite).take(lying[0].data)
        (read,) = postbox(quay_on_sqlite).collect(box(post))
        assert read.fate is Fate.REPEATED
        assert box(post).waiting(10) == []


def test_two_machines_that_answer_each_other_do_not_begin(quay: Organisation, tmp_path: Path) -> None:
    with room(tmp_path / "mail") as (post, port):
        write(port, letter())
        postbox(quay).collect(box(post))
        for _ in range(3):
            send_due(quay, port)
            for number, receipt in enumerate(post.mails("p9@example.test")):
                back = letter("I am away.", Subject=f"Re: {receipt['Subject']}", Message_ID=f"<away{number}@x>",
                              Auto_Submitted="auto-replied")  # fmt: skip
                write(port, back)
            postbox(quay).collect(box(post))
        assert len(post.mails("p9@example.test")) == 1
    with quay.database.read() as connection:
        (ticket,) = quay.intake.listed(connection)
    assert texts(quay, ticket.number) == ["What do you hold on me?"]


def test_a_machine_that_hides_gets_so_many_receipts_and_no_more(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    quay = quay_on_sqlite
    with room(tmp_path / "mail") as (post, port):
        found = [postbox(quay).take(letter(f"again {n}", Message_ID=f"<{n}@x>").as_bytes()) for n in range(8)]
        send_due(quay, port)
        assert len(post.mails("p9@example.test")) == 5
    assert [one.receipt.why for one in found[5:]] == ["too_often"] * 3
    assert {one.fate for one in found} == {Fate.OPENED}


def test_our_own_mail_is_no_ticket(quay_on_sqlite: Organisation) -> None:
    own = letter(From=ADDRESS)
    assert postbox(quay_on_sqlite).take(own.as_bytes(), ADDRESS).why == "own"


def test_a_bounce_goes_to_whoever_sent_the_mail(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    message = queued(quay, about(who))
    for state in (MessageState.SENDING, MessageState.ACCEPTED):
        quay.act(lambda acts, state=state: quay.messages.move(acts.work, message, state, at=acts.at))
    report = (
        "From: MAILER-DAEMON@example.test\r\nTo: privacy@quay.example\r\nSubject: Undelivered\r\nMessage-ID: <b1@x>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; p1@example.test\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{message}@quay.example>\r\n\r\n--b--\r\n"
    ).encode()
    assert postbox(quay).take(report).why == Sort.BOUNCE.value
    with quay.database.read() as connection:
        assert quay.messages.status(connection, message).state is MessageState.BOUNCED
        assert quay.intake.listed(connection) == []
    assert postbox(quay).take(report).fate is Fate.REPEATED


def test_an_answer_belongs_to_the_ticket_of_its_sender(quay: Organisation) -> None:
    number = postbox(quay).take(letter().as_bytes()).number
    more = letter("And since when?", Subject=f"Re: We have your message: {number}")
    read = postbox(quay).take(more.as_bytes())
    assert (read.fate, read.number) == (Fate.ADDED, number)
    assert texts(quay, number) == ["What do you hold on me?", "And since when?"]


def test_a_number_opens_nobody_elses_ticket(quay: Organisation) -> None:
    number = postbox(quay).take(letter().as_bytes()).number
    forged = letter("Send it to me instead.", number=66, Subject=f"Re: {number}")
    read = postbox(quay).take(forged.as_bytes())
    assert read.fate is Fate.OPENED
    assert read.number != number
    assert texts(quay, number) == ["What do you hold on me?"]


def test_an_address_that_sends_back_what_was_sent_there_is_read_by_its_owner(
    quay: Organisation, tmp_path: Path
) -> None:
    with room(tmp_path / "mail") as (post, port):
        reader = postbox(quay)
        number = reader.take(letter().as_bytes()).number
        reader._reception.ask_identity(number, "Who are you?", "console")
        wrong = letter(f"It is AAAAA-BBBBB {number}", Subject=number)
        reader.take(wrong.as_bytes())
        assert see(quay, number).proof is Proof.NONE
        send_due(quay, port)
        asked_for = post.mails("p9@example.test")[-1].get_content()
        found = re.findall(r"answer: ([0-9A-Z]{5}-[0-9A-Z]{5})", asked_for)
        right = letter(f"> {found[0].lower()}", Subject=f"Re: {number}")
        assert reader.take(right.as_bytes()).fate is Fate.ADDED
    ticket = see(quay, number)
    assert (ticket.proof, ticket.match, ticket.state, ticket.challenge) == (
        Proof.ADDRESS, Match.ONE, State.OPEN, "",
    )  # fmt: skip
    assert not quay.vault.alive((quay.intake.desk.owner(number),))
    assert len(texts(quay, number)) == 4


def test_without_a_class_for_it_nothing_is_written_back(tmp_path: Path) -> None:
    from tests.intake.kit import ASKING

    silent = ASKING.replace("  reply: {what: service, purposes: [asking], channels: [email]}\n", "")
    with asked(tmp_path, policy=silent) as quay:
        assert postbox(quay).take(letter().as_bytes()).receipt.why == "no_class"


def test_what_the_gate_refuses_is_not_sent_and_the_ticket_stands(tmp_path: Path) -> None:
    from tests.intake.kit import ASKING

    closed = ASKING.replace("  asked: {acts: [use], purposes: [asking], basis: legal_obligation}\n", "")
    with asked(tmp_path, policy=closed) as quay:
        read = postbox(quay).take(letter().as_bytes())
        assert (read.fate, read.receipt.why) == (Fate.OPENED, "gate")


def test_a_real_imap_server_is_read_without_making_anything_seen_too_early(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    ca = Ca(tmp_path / "ca")
    secret = tmp_path / "password"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    with imap(ca.server("127.0.0.1")) as port:
        server = Server("127.0.0.1", port, "privacy", secret, tls="starttls", ca=ca.file)
        reached = ImapBox(ADDRESS, server)
        deliver(port, ca.file, letter("One").as_bytes())
        deliver(port, ca.file, letter("Two", number=8).as_bytes())
        assert [read_mail(one.data).text for one in reached.waiting(10)] == ["One", "Two"]
        assert [one.arrived_at is not None for one in reached.waiting(10)] == [True, True]
        reads = postbox(quay_on_sqlite).collect(reached)
        assert [one.fate for one in reads] == [Fate.OPENED] * 2
        assert list(reached.waiting(10)) == []
        secret.write_text("wrong\n")
        with pytest.raises(MailboxAway, match="does not let us in"):
            reached.waiting(10)
        secret.write_text("secret\n")
        secret.chmod(0o640)
        with pytest.raises(MailboxAway, match="read by others"):
            reached.waiting(10)
        secret.chmod(0o600)
        strange = Ca(tmp_path / "other")
        with pytest.raises(MailboxAway):
            ImapBox(
                ADDRESS, Server("127.0.0.1", port, "privacy", secret, tls="starttls", ca=strange.file)
            ).waiting(1)
    with pytest.raises(MailboxAway, match="cannot be read"):
        reached.waiting(10)


def test_a_maildir_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MailboxAway, match="cannot be read"):
        MaildirBox(ADDRESS, tmp_path / "none").waiting(1)


def test_the_clock_runs_from_the_instant_at_which_a_mail_came(quay_on_sqlite: Organisation) -> None:
    came = quay_on_sqlite.clock.now()
    later(quay_on_sqlite, days=2)
    read = postbox(quay_on_sqlite).take(letter().as_bytes(), ADDRESS, came)
    assert see(quay_on_sqlite, read.number).received_at == came


def test_a_storm_of_words_changes_nothing_of_the_rest(quay_on_sqlite: Organisation) -> None:
    hostile = [
        b"", b"\x00" * 2000, b"From: \xff\xfe\r\n\r\n", letter("<script>alert(1)</script>").as_bytes(),
        letter("{{7*7}} {% raw %}", Subject="{{config}}").as_bytes(), b"From: p9@example.test\nSubject: =?x?y?z?=\n\n\n",
    ]  # fmt: skip
    fates = [postbox(quay_on_sqlite).take(one).fate for one in hostile]
    assert fates[0] is Fate.PASSED_OVER
    assert set(fates[1:]) <= {Fate.OPENED, Fate.REPEATED, Fate.PASSED_OVER}
    with quay_on_sqlite.database.read() as connection:
        for ticket in quay_on_sqlite.intake.listed(connection):
            assert quay_on_sqlite.intake.opened(connection, ticket.number)
    assert all(one.equal for one in quay_on_sqlite.replay())


def test_in_which_language_is_answered() -> None:
    assert [language_of(one) for one in ("Hello", "我要查阅我的信息。", "")] == ["en", "zh", "en"]


GOOD = """\
quay:
  - address: privacy@quay.example
    maildir: /var/mail/privacy
  - {address: dpo@quay.example, host: mail.quay.example, port: 993, user: dpo, password: /etc/secret}
"""


def test_the_file_of_mailboxes(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert mailboxes_of(home, {}) == {}
    (tmp_path / "mailboxes.yaml").write_text(GOOD)
    one, other = mailboxes_of(home, {})["quay"]
    assert one.name == "Maildir /var/mail/privacy"
    assert other.name == "IMAP mail.quay.example:993 (imaps)"
    assert "secret" not in repr(other.__dict__)


@pytest.mark.parametrize(
    "said",
    ["quay: no", "[]", "quay: [{maildir: /x}]", "quay: [{address: a@b.c, host: h}]", "a: [b", "quay: [7]",
     "quay: [{address: a@b.c, host: h, port: x, user: u, password: p}]",
     "quay: [{address: a@b.c, host: h, port: 1, user: u, password: p, tls: maybe}]"],
)  # fmt: skip
def test_a_file_that_says_something_else_is_one_sentence(tmp_path: Path, said: str) -> None:
    (tmp_path / "mailboxes.yaml").write_text(said)
    with pytest.raises(MailboxesUnreadable):
        mailboxes_of(Home.at(tmp_path), {})
