"""An erasure, step by step: what is gone, what is refused, what a crash leaves, what comes back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.erasures.kit import MARK, TO_COURT, bytes_of, cut, known, readable
from tests.gate.kit import MAIL, NOON, agreed, organisation, somebody
from tests.support.exams import could_not_run
from troth.app.erasing import Eraser
from troth.app.organisation import Organisation
from troth.app.words import PeopleWords
from troth.erasures import Erasures
from troth.gate import ObservedAct, Seen
from troth.intake import Attachment, Contact, Kind, Proof, Received, Route
from troth.kernel.clock import SteppedClock
from troth.ledger import Draft
from troth.ledger.errors import PayloadUnreadable, SubjectGone
from troth.ledger.work import Writer, prepare, seal_all
from troth.subjects import SubjectErased, SubjectUnknown
from troth.vault import KeyStoreForeign, KeyStoreMissing, Vault
from troth.words import Packed, Shape


def kinds(quay: Organisation, kind: str) -> list[tuple[str, ...]]:
    with quay.database.read() as connection:
        return [event.codes for event in quay.ledger.events(connection, kinds=(kind,))]


def test_what_was_sealed_is_unreadable_and_proofs_hold(quay: Organisation) -> None:
    who, other = known(quay, 1), known(quay, 2)
    assert readable(quay, who) == readable(quay, other) == 3
    found = quay.erase_keys(who)
    assert (found.pseudonyms, found.keys, found.again) == (1, 1, False)
    assert (readable(quay, who), readable(quay, other)) == (0, 3)
    with quay.database.read() as connection:
        checked = quay.ledger.verify(connection, segments=quay.segments)
        with pytest.raises(PayloadUnreadable, match="unreadable: its key was destroyed"):
            quay.ledger.disclose(connection, 3)
    assert (checked.holds, checked.unreadable) == (True, 3)
    assert kinds(quay, "erasures:subject:done") == [(f"person:{quay.ledger.pseudonym(who)}", "keys:1")]


REFUSED: dict[str, Callable[[Organisation, str], object]] = {
    "peek": lambda quay, who: quay.gate.peek(MAIL, who),
    "use": lambda quay, who: quay.gate.use(MAIL, who),
    "release": lambda quay, who: quay.gate.release(MAIL, who),
    "known": lambda quay, who: quay.known(who),
    "observe": lambda quay, who: quay.gate.observe(
        [ObservedAct(MAIL, who, NOON, seen=Seen("mail", "probe"))]
    ),
    "consent": lambda quay, who: quay.act(
        lambda acts: acts.consent(who, "newsletter", "given", language="en")
    ),
    "withdraw": lambda quay, who: quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn")),
    "accept": lambda quay, who: quay.act(lambda acts: acts.accept(who, "explicit")),
    "object": lambda quay, who: quay.act(lambda acts: acts.object(who, "no_mail")),
    "facts": lambda quay, who: quay.act(lambda acts: acts.set_facts(who, set=["registered"])),
    "link": lambda quay, who: quay.act(lambda acts: acts.link(who, "phone", "+60 12 345")),
    "unlink": lambda quay, who: quay.act(lambda acts: acts.unlink(who, "email", "p1@example.test")),
}


@pytest.mark.parametrize("verb", REFUSED)
def test_nothing_of_the_erased_is_asked_answered_or_recorded(quay_on_sqlite: Organisation, verb: str) -> None:
    quay = quay_on_sqlite
    who = known(quay)
    quay.erase_keys(who)
    with quay.database.read() as connection:
        size = quay.ledger.head(connection).size
    with pytest.raises(SubjectErased, match="erased"):
        REFUSED[verb](quay, who)
    with quay.database.read() as connection:
        assert quay.ledger.head(connection).size == size


def test_the_erased_are_merged_with_nobody(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    who, other = known(quay, 1), known(quay, 2)
    quay.erase_keys(who)
    for kept, absorbed in ((who, other), (other, who)):
        with pytest.raises(SubjectErased):
            quay.act(lambda acts, k=kept, a=absorbed: acts.merge(k, a))  # type: ignore[misc]


def test_whoever_comes_back_is_somebody_new(quay: Organisation) -> None:
    who = known(quay)
    quay.erase_keys(who)
    back = somebody(quay, 1)
    assert back != who
    assert readable(quay, back) == 2
    assert not quay.gate.peek(MAIL, back).answer.permitted


def test_words_deny_at_once(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    who = agreed(quay)
    assert quay.gate.peek(MAIL, who).answer.permitted
    glanced = quay.gate.glance(MAIL, who)
    assert glanced is not None
    assert glanced.answer.permitted
    quay.erase_keys(who)
    assert quay.gate.glance(MAIL, who) is None
    assert quay.words is not None
    assert quay.words.lookup(quay.ledger.pseudonym(who), quay.clock.now()) is None
    quay.words.repack()
    assert quay.gate.glance(MAIL, who) is None


def test_words_packed_aside_while_somebody_is_erased_do_not_tell_of_them(
    quay_on_sqlite: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    quay = quay_on_sqlite
    who, other = agreed(quay, 1), agreed(quay, 2)
    assert isinstance(quay.words, PeopleWords)
    truth, erased = quay.words._truth, []
    whole = truth.read

    def read(shape: Shape, keys: Iterable[str]) -> Mapping[str, Packed | None]:
        """Packed into the new map, which is not the current one yet: and now the person is erased."""
        found = whole(shape, keys)
        if not erased:
            erased.append(who)
            quay.erase_keys(who)
        return found

    monkeypatch.setattr(truth, "read", read)
    assert quay.words.repack()
    assert quay.words.lookup(quay.ledger.pseudonym(who), quay.clock.now()) is None
    with pytest.raises(SubjectErased):
        quay.gate.peek(MAIL, who)
    assert quay.gate.peek(MAIL, other).answer.permitted


def test_everybody_a_merged_person_was_dies_together(quay: Organisation) -> None:
    one, two, three, other = (known(quay, number) for number in range(1, 5))
    quay.act(lambda acts: acts.merge(one, two))
    quay.act(lambda acts: acts.merge(three, one))
    found = quay.erase_keys(two)
    assert (found.pseudonyms, found.keys) == (3, 3)
    assert [readable(quay, who) for who in (one, two, three, other)] == [0, 0, 0, 3]
    for who in (one, two, three):
        with pytest.raises(SubjectErased):
            quay.gate.peek(MAIL, who)
    assert len(kinds(quay, "erasures:subject:begun")) == 3
    assert len(kinds(quay, "erasures:subject:done")) == 1
    assert all(one.equal for one in quay.ledger.compare())


def test_erasing_again_does_nothing_and_says_so(quay: Organisation) -> None:
    who = known(quay)
    first, second = quay.erase_keys(who), quay.erase_keys(who)
    assert (second.again, second.keys, second.done_at) == (True, 0, first.done_at)
    assert len(kinds(quay, "erasures:")) == 3  # the epoch, begun, done
    with pytest.raises(SubjectUnknown):
        quay.erase_keys("sub_00000000000000000000000000")


# --- what a crash leaves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "step", "after"),
    [
        (Erasures, "begin", False),
        (Vault, "destroy", False),
        (Vault, "destroy", True),
        (Vault, "alive", True),
        (Erasures, "finish", False),
        (Eraser, "finish", True),
    ],
)
def test_an_erasure_that_was_cut_off_is_finished_when_the_organisation_is_opened(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, of: object, step: str, after: bool
) -> None:
    with organisation(tmp_path, database_url) as quay:
        who, other = known(quay, 1), known(quay, 2)
        with cut(monkeypatch, of, step, after=after):
            quay.erase_keys(who)
        begun = (of, step) != (Erasures, "begin")
        assert (readable(quay, who) == 0) is begun, (
            "begun is the end of reading, whether the key stands or not"
        )
    with organisation(tmp_path, database_url) as quay:
        pseudonym = quay.ledger.pseudonym(who)
        assert (readable(quay, who), readable(quay, other)) == (0 if begun else 3, 3)
        assert quay.vault.alive([pseudonym]) == (frozenset() if begun else frozenset({pseudonym}))
        assert len(kinds(quay, "erasures:subject:done")) == int(begun)
        assert all(one.equal for one in quay.ledger.compare())
        with quay.database.read() as connection:
            assert not quay.erasures.unfinished(connection)
            assert quay.ledger.verify(connection).holds


def test_a_draft_that_was_sealed_before_the_erasure_is_refused_after_it(quay: Organisation) -> None:
    """The race of a refusal that is recorded without the lock against the erasure of its subject."""
    who = known(quay)
    desk = quay.ledger._desk
    draft = Draft("gate:use:refused", NOON, subject=who, payload={"papers": {}})
    sealed = seal_all(desk, [prepare(desk, draft)])
    quay.erase_keys(who)
    with pytest.raises(SubjectGone), quay.database.write() as connection:
        Writer(connection, desk).write(sealed)
    assert all(one.equal for one in quay.ledger.compare())


def test_keys_that_came_back_with_an_older_key_store_die_when_it_is_opened(tmp_path: Path) -> None:
    with organisation(tmp_path) as quay:
        who, other = known(quay, 1), known(quay, 2)
    shutil.copytree(tmp_path / "keystore", tmp_path / "kept")
    with organisation(tmp_path) as quay:
        quay.erase_keys(who)
    shutil.rmtree(tmp_path / "keystore")
    shutil.copytree(tmp_path / "kept", tmp_path / "keystore")
    with organisation(tmp_path) as quay:
        assert quay.vault.alive([quay.ledger.pseudonym(name) for name in (who, other)]) == {
            quay.ledger.pseudonym(other)
        }
        assert (readable(quay, who), readable(quay, other)) == (0, 3)


# --- keys that are missing or another one's ---------------------------------------------------------------------------------


def test_a_missing_key_store_is_refused_with_a_sentence_and_nothing_is_written(tmp_path: Path) -> None:
    with organisation(tmp_path) as quay:
        known(quay)
    shutil.rmtree(tmp_path / "keystore")
    before = rows(tmp_path)
    with pytest.raises(KeyStoreMissing, match="missing"), organisation(tmp_path):
        pass
    assert rows(tmp_path) == before
    assert not (tmp_path / "keystore").exists()


def test_another_key_store_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with organisation(tmp_path / name) as quay:
            known(quay)
    shutil.rmtree(tmp_path / "one" / "keystore")
    shutil.copytree(tmp_path / "two" / "keystore", tmp_path / "one" / "keystore")
    before = rows(tmp_path / "one")
    with pytest.raises(KeyStoreForeign), organisation(tmp_path / "one"):
        pass
    assert rows(tmp_path / "one") == before


def rows(place: Path) -> list[object]:
    with sqlite3.connect(place / "troth.db") as connection:
        found = connection.execute("SELECT sequence, header FROM ledger_entries ORDER BY sequence").fetchall()
    connection.close()
    return found


# --- bytes -----------------------------------------------------------------------------------------------------------------


def test_no_planted_byte_lies_in_clear_before_or_after(tmp_path: Path) -> None:
    """An address in a payload, in the database, its log, the key store and its log: at no moment, and less so at the end."""
    clock = SteppedClock(NOON)
    with organisation(tmp_path, clock=clock) as quay:
        who, other = known(quay, 1), known(quay, 2)
        asked(quay, who)
        assert MARK.format(1).encode() not in bytes_of(tmp_path)
        quay.erase_keys(who)
        assert MARK.format(1).encode() not in bytes_of(tmp_path)
        quay.end_epoch()
        quay.destroy_epoch(1)
        assert readable(quay, other) == 3
        everything = bytes_of(tmp_path)
    assert quay.ledger.pseudonym(who).encode() in everything
    for number in (1, 2):
        assert MARK.format(number).encode() not in everything
        assert f"p{number}@example.test".encode() not in everything


def asked(quay: Organisation, who: str) -> None:
    """Two tickets of the first person, with the mark in words and a file: one shown to be theirs, one only from their address."""
    paper = Attachment(MARK.format(1), "text/plain", MARK.format(1).encode())
    for proven in (True, False):
        received = Received(
            Kind.QUESTION, Route.EMAIL, MARK.format(1), contact=Contact("p1@example.test"), files=(paper,)
        )
        prepared = quay.intake.prepare(received)
        ticket = quay.act(lambda acts, one=prepared: quay.intake.receive(acts.work, one, at=acts.at))  # type: ignore[misc]
        if proven:
            quay.intake.prove(ticket.number, who, Proof.DOCUMENT, "console")


@pytest.mark.postgres
def test_no_planted_byte_lies_in_a_servers_files(tmp_path: Path, postgres_url: str) -> None:
    """As above, with the records on a server: its tables, its free pages and its log."""
    mark = os.urandom(8).hex()
    with organisation(tmp_path, postgres_url) as quay:
        who = agreed(quay)
        assert quay.gate.release(TO_COURT, who, {"order": f"{mark}@example.test"}).answer.permitted
        with quay.database.read() as connection:
            folder = Path(connection.scalar(text("SHOW data_directory")) or "")
        if not os.access(folder, os.R_OK):
            could_not_run("the files of the named server are not at hand")
        quay.erase_keys(who)
        quay.end_epoch()
        quay.destroy_epoch(1)
        assert quay.ledger.pseudonym(who).encode() in written(folder)
        assert mark.encode() not in written(folder)
        assert mark.encode() not in bytes_of(tmp_path)


def written(folder: Path) -> bytes:
    """What a server wrote: tables, indexes and its log of writes. Files that go meanwhile are passed over."""
    found = []
    for place in ("base", "pg_wal"):
        for path in sorted((folder / place).rglob("*")):
            with suppress(OSError):
                found.append(path.read_bytes())
    return b"".join(found)


def test_what_an_earlier_program_wrote_in_clear_is_sealed_at_opening(tmp_path: Path) -> None:
    with organisation(tmp_path) as quay:
        who = known(quay)
        with quay.database.write() as connection:
            for event in list(quay.ledger.events(connection)):
                if event.commitment is None:
                    continue
                shown = quay.ledger.disclose(connection, event.sequence)
                assert shown is not None
                connection.exec_driver_sql(
                    "UPDATE ledger_payloads SET salt = ?, payload = ?, sealed = 0 WHERE sequence = ?",
                    (shown.salt, shown.payload, event.sequence),
                )
    assert MARK.format(1).encode() in bytes_of(tmp_path)
    heard: list[int] = []
    with organisation(tmp_path, told=heard.append) as quay:
        assert readable(quay, who) == 3
        with quay.database.read() as connection:
            assert quay.ledger.verify(connection).holds
        assert MARK.format(1).encode() not in bytes_of(tmp_path)
    assert heard == [3]


def test_a_disclosure_permits_nothing_more_once_it_is_unreadable(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    who = known(quay)
    quay.erase_keys(who)
    with quay.database.read() as connection:
        found = quay.gate._same(connection, 5, ObservedAct(TO_COURT, who, NOON, seen=Seen("mail", "probe")))
    assert found is False
