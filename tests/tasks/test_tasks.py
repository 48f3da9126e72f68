"""Tasks come out of the policy, are done by what the register is shown, run out, and are reminded of once for each step."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.channels.servers import Taking, serving
from tests.tasks.kit import GUARDED, bring_up, guarded, later, staff
from troth.app.organisation import Organisation
from troth.app.safeguarding import register
from troth.app.tasking import assign, done, lines, remind
from troth.channels import FakeChannel, Post, SmtpChannel
from troth.channels.smtp import Tls
from troth.messages import Delivery, Outcome
from troth.promises.model import Grade
from troth.safeguards import Proof
from troth.staff import StaffUnknown
from troth.tasks import DocumentRefused, Sending, State, TaskRefused, TaskUnknown
from troth.tasks.rules import id_of
from troth.tasks.service import document_of

LOCK = id_of("safeguard:locks", 1)
KEYS = id_of("safeguard:locks", 2)
PHONE = id_of("entity:hotline", 1)


def states(quay: Organisation) -> dict[tuple[str, int], State]:
    return {(one.task.statement, one.task.item): one.state for one in lines(quay)}


def test_the_policy_makes_its_tasks_once(quay: Organisation) -> None:
    assert states(quay) == {
        ("safeguard:locks", 1): State.OPEN, ("safeguard:locks", 2): State.OPEN, ("safeguard:team", 1): State.OPEN,
        ("entity:hotline", 1): State.OPEN,
    }  # fmt: skip
    assert bring_up(quay) == (0, 0)
    words = {one.task.id: one.wish.words for one in lines(quay) if one.wish}
    assert words[LOCK] == "check of each lock"
    later(quay, days=15)
    assert set(states(quay).values()) == {State.OVERDUE}
    assert all(one.equal for one in quay.replay())


def test_what_is_done_shows_the_safeguard_and_runs_out(quay: Organisation) -> None:
    ann = staff(quay)
    paper = document_of("../../etc/Locks of March.pdf", b"%PDF-1")
    for task in (LOCK, KEYS):
        done(quay, task, ann, document=paper)
    (locks,) = [one for one in register(quay) if one.statement.id == "locks"]
    assert locks.answer.outcome.value == "kept"
    assert states(quay)["safeguard:locks", 1] is State.DONE
    with quay.database.read() as connection:
        task = quay.tasks.task(connection, LOCK)
        kept = quay.tasks.document(connection, task.document)
    assert kept is not None
    assert (kept.name, kept.data) == ("Locks of March.pdf", b"%PDF-1")
    later(quay, days=32)
    assert states(quay)["safeguard:locks", 1] is State.EXPIRED
    assert all(one.equal for one in quay.replay())


def test_what_the_register_is_shown_elsewhere_does_the_task(quay: Organisation) -> None:
    ann, declared = staff(quay), quay.policy()
    quay.act(
        lambda acts: quay.safeguards.show(
            acts.work,
            declared,
            Proof("locks", 1, acts.at, ann, until=acts.at + timedelta(days=3)),
            now=acts.at,
        )
    )
    assert states(quay)["safeguard:locks", 1] is State.DONE
    later(quay, days=4)
    assert states(quay)["safeguard:locks", 1] is State.EXPIRED


def test_somebodys_word_that_a_telephone_is_answered_is_an_attestation(quay: Organisation) -> None:
    done(quay, PHONE, staff(quay))
    with quay.database.read() as connection:
        known = quay.promises.evidence(connection)["entity:hotline"]
        board = quay.promises.board(connection, quay.clock.now())
    (tally,) = known.tallies
    assert (tally.grade, tally.origin) == (Grade.ATTESTATION, "attested")
    assert board is not None
    with pytest.raises(TaskRefused, match="register"):
        quay.act(lambda acts: quay.tasks.attest(acts.work, quay.policy(), LOCK, "x", at=acts.at))


def test_nobody_unknown_does_or_gets_a_task(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    with pytest.raises(StaffUnknown):
        done(quay, LOCK, "stf_nobody")
    with pytest.raises(StaffUnknown):
        assign(quay, LOCK, "stf_nobody")
    with pytest.raises(TaskUnknown):
        done(quay, "tsk_none", staff(quay))
    with pytest.raises(TaskRefused, match="mail address"):
        assign(quay, LOCK, staff(quay), "no address")


def test_what_the_policy_asks_for_no_more_is_dropped(tmp_path: Path) -> None:
    with guarded(tmp_path / "home") as quay:
        bring_up(quay)
    less = GUARDED.replace("evidence: [check of each lock, list of keys]", "evidence: [check of each lock]")
    with guarded(tmp_path / "home", policy=less) as quay:
        assert bring_up(quay) == (0, 1)
        assert ("safeguard:locks", 2) not in states(quay)
        with pytest.raises(TaskRefused, match="no more"):
            done(quay, KEYS, staff(quay))
    with guarded(tmp_path / "home", policy=GUARDED) as quay:
        assert bring_up(quay) == (1, 0)
        assert states(quay)["safeguard:locks", 2] is State.OPEN


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("page.html", b"<script>", "kind"),
        ("run.exe", b"MZ", "kind"),
        ("noending", b"x", "kind"),
        (".pdf", b"x", "kind"),
        ("a.pdf", b"", "1 byte"),
        ("a.pdf", b"x" * (10 * 1024 * 1024 + 1), "10 MB"),
    ],
)
def test_documents_that_are_not_kept(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(DocumentRefused, match=sentence):
        document_of(name, data)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "C:\\a\\passwd.txt", "pass\u202ewd.txt", "/passwd.txt"]
)
def test_a_path_in_a_name_is_left_out(name: str) -> None:
    assert document_of(name, b"x").name == "passwd.txt"


def test_owners_are_reminded_once_for_each_step_by_a_real_server(quay: Organisation) -> None:
    ann = staff(quay)
    assign(quay, LOCK, ann, "ann@quay.example")
    taking = Taking()
    with serving(taking) as port:
        channel = SmtpChannel(Post("127.0.0.1", port, "tasks@quay.example", tls=Tls.NONE), quay.clock)
        assert remind(quay, channel) == {}
        later(quay, days=8)
        assert remind(quay, channel) == {Sending.SENT: 1}
        assert remind(quay, channel) == {}
        later(quay, days=7)
        assert remind(quay, channel) == {Sending.SENT: 1}
        later(quay, days=8)
        assert remind(quay, channel) == {Sending.SENT: 1}
        assert remind(quay, channel) == {}
    subjects = [mail["Subject"] for mail in taking.mails]
    assert [one.split()[0] for one in subjects] == ["To", "Due", "Overdue"]
    assert "check of each lock" in taking.mails[0].get_content()
    assert all(one.equal for one in quay.replay())


def test_a_server_that_is_down_is_asked_again_and_an_answer_nobody_heard_is_not(
    quay_on_sqlite: Organisation,
) -> None:
    quay = quay_on_sqlite
    assign(quay, LOCK, staff(quay), "ann@quay.example")
    later(quay, days=15)
    down = FakeChannel("email", (Delivery(Outcome.LATER, "down"), Delivery(Outcome.UNKNOWN, "cut")))
    assert remind(quay, down) == {Sending.WAITING: 1}
    assert remind(quay, down) == {Sending.UNKNOWN: 1}
    assert remind(quay, down) == {}
    assert len(down.handed) == 1


def test_a_reminder_that_was_cut_off_is_not_sent_twice(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    assign(quay, LOCK, staff(quay), "ann@quay.example")
    later(quay, days=15)

    class Cut(FakeChannel):
        def send(self, parcel: object) -> Delivery:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remind(quay, Cut("email"))
    fine = FakeChannel("email")
    assert remind(quay, fine) == {}
    assert not fine.handed


def test_where_owners_are_written_to_lies_sealed_and_goes_when_they_leave(quay: Organisation) -> None:
    from troth.db import metadata

    ann = staff(quay)
    assign(quay, LOCK, ann, "MARKER-ann@quay.example")
    with quay.database.read() as connection:
        rows = [
            str(value)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in row
        ]
        assert not [row for row in rows if "MARKER" in row]
        assert quay.tasks.reached(connection) == {ann: "MARKER-ann@quay.example"}
    from tests.access.kit import deed

    quay.act(lambda acts: quay.staff.leave(acts.work, deed(quay, ann)))
    bring_up(quay)
    with quay.database.read() as connection:
        assert quay.tasks.reached(connection) == {}
