"""Sealed fields: written, read by role and purpose, found again, taken away; every read is on record before its value is out."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.access.kit import (
    HOUR,
    WITH_STAFF,
    at_work,
    clock_of,
    declare,
    deed,
    give,
    hire,
    kinds,
    poster,
    read,
    reader,
    reason,
    teach,
    token,
    write,
)
from tests.gate.kit import TEXT, agreed, bundle, somebody
from troth.access import Asked, FieldUnknown, Outcome, Put, TokenRefused, Told, WriteRefused, Wrote
from troth.app.organisation import Organisation
from troth.ledger import Draft
from troth.policies import NotDeclared
from troth.subjects import SubjectUnknown
from troth.vault import SealBroken


def withdraw(quay: Organisation, who: str) -> None:
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn", language="en"))


def test_a_value_is_read_by_whoever_may(quay: Organisation) -> None:
    who, text = reader(quay), token(quay, poster(quay))
    assert read(quay, text, who) == Told("people.email", Outcome.READ, "p1@example.test")


def test_a_value_lies_sealed(quay: Organisation) -> None:
    who = agreed(quay)
    write(quay, who, email="somebody.rare@example.test")
    with quay.database.read() as connection:
        found = connection.execute(text("SELECT sealed FROM access_cells")).scalars()
        assert all(b"somebody.rare" not in bytes(sealed) for sealed in found)
        blinds = connection.execute(text("SELECT blind FROM access_blinds")).scalars()
        assert all(b"somebody.rare" not in bytes(blind) for blind in blinds)


def test_a_read_is_on_record_with_who_read_what_and_why(quay: Organisation) -> None:
    member = poster(quay)
    who = reader(quay)
    read(quay, token(quay, member), who)
    with quay.database.read() as connection:
        (event,) = quay.ledger.events(connection, kinds=("access:read:",))
        assert event.kind == "access:read:permitted"
        assert event.subject == quay.ledger.pseudonym(who)
        assert set(event.codes) == {
            f"staff={member}", "role=post", "purpose=newsletter", "field=people.email",
        }  # fmt: skip
        (count,) = quay.access.counted(connection)
        assert (count.role, count.purpose, count.permitted, count.refused) == ("post", "newsletter", 1, 0)


def test_the_record_comes_before_the_value(quay: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    seen: list[int] = []
    opening = quay.vault.open_many

    def watched(items: object) -> object:
        seen.append(len(kinds(quay, "access:read:permitted")))
        return opening(items)  # type: ignore[arg-type]

    monkeypatch.setattr(quay.vault, "open_many", watched)
    assert read(quay, secret, who).outcome is Outcome.READ
    assert seen == [1]


def test_no_value_leaves_when_the_record_cannot_be_written(
    quay: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, secret = reader(quay), token(quay, poster(quay))

    def full(*_: object) -> None:
        raise OSError("no room")

    opened: list[object] = []
    monkeypatch.setattr(quay.recorder, "record", full)
    monkeypatch.setattr(quay.vault, "open_many", opened.append)
    with pytest.raises(OSError, match="no room"):
        quay.access.read([Asked(secret, who, ("people.email",))])
    assert not opened


@pytest.mark.parametrize("secret", ["", "trothread_", "trothread_0000000000000000_x", "x" * 200, "é"])
def test_a_token_nobody_gave_out_opens_nothing(quay_on_sqlite: Organisation, secret: str) -> None:
    who = reader(quay_on_sqlite)
    assert reason(read(quay_on_sqlite, secret, who)) == "token"
    assert kinds(quay_on_sqlite, "access:read:") == ["access:read:refused"]


def test_another_secret_under_a_known_id_opens_nothing(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    who, secret = reader(quay), token(quay, poster(quay))
    forged = secret[:-2] + ("AA" if secret[-2:] != "AA" else "BB")
    assert reason(read(quay, forged, who)) == "token"
    assert read(quay, secret, who).outcome is Outcome.READ


def test_only_a_digest_of_a_token_is_kept(quay: Organisation) -> None:
    secret = token(quay, poster(quay))
    with quay.database.read() as connection:
        rows = [str(row) for row in connection.execute(text("SELECT * FROM access_tokens"))]
        headers = [bytes(h) for h in connection.execute(text("SELECT header FROM ledger_entries")).scalars()]
    rest = secret.split("_", 2)[2]
    assert rows
    assert not any(rest in row for row in rows)
    assert not any(rest.encode() in header for header in headers)


def test_a_token_runs_out_and_can_be_taken_back(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    secret, other = token(quay, member), token(quay, member)
    issued = other.split("_")[1]
    quay.act(lambda acts: quay.access.revoke(acts.work, issued, at=acts.at))
    assert reason(read(quay, other, who)) == "token"
    clock_of(quay).advance(HOUR - timedelta(microseconds=1))
    assert read(quay, secret, who).outcome is Outcome.READ
    clock_of(quay).advance(timedelta(microseconds=1))
    assert reason(read(quay, secret, who)) == "token"


def test_a_withdrawal_ends_reading_at_once(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    assert read(quay, secret, who).outcome is Outcome.READ
    withdraw(quay, who)
    told = read(quay, secret, who)
    assert reason(told) == "gate"
    assert ("consent:newsletter",) in told.missing


def test_a_course_that_ran_out_ends_reading(quay: Organisation) -> None:
    who, member = reader(quay), hire(quay)
    teach(quay, member, lasts=HOUR)
    give(quay, member, "post")
    secret = quay.access.issue(member, "post", "newsletter", 2 * HOUR).text
    assert read(quay, secret, who).outcome is Outcome.READ
    clock_of(quay).advance(HOUR)
    told = read(quay, secret, who)
    assert (reason(told), told.missing) == ("untrained", (("course:data_protection",),))


def test_whoever_lost_the_role_reads_no_more(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    secret = token(quay, member)
    quay.act(lambda acts: quay.staff.revoke(acts.work, deed(quay, member), "post"))
    assert reason(read(quay, secret, who)) == "role"
    give(quay, member, "post")
    assert read(quay, secret, who).outcome is Outcome.READ
    quay.act(lambda acts: quay.staff.leave(acts.work, deed(quay, member)))
    assert reason(read(quay, secret, who)) == "role"


def test_a_field_outside_the_role_is_refused_beside_one_that_is_read(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    write(quay, who, face="a picture")
    (told,) = quay.access.read([Asked(secret, who, ("people.face", "people.email"))])
    assert isinstance(told, tuple)
    assert [(one.field, one.outcome, one.reason) for one in told] == [
        ("people.face", Outcome.REFUSED, "data"),
        ("people.email", Outcome.READ, ""),
    ]
    assert kinds(quay, "access:read:") == ["access:read:permitted", "access:read:refused"]


def test_a_purpose_that_is_dead_for_one_field_is_alive_for_another(quay: Organisation) -> None:
    """The role sees both; the newsletter was never for faces."""
    who, member = reader(quay), hire(quay)
    write(quay, who, face="a picture")
    give(quay, member, "both")
    secret = token(quay, member, "both")
    (told,) = quay.access.read([Asked(secret, who, ("people.face", "people.email"))])
    assert isinstance(told, tuple)
    assert [(one.outcome, one.reason) for one in told] == [(Outcome.REFUSED, "gate"), (Outcome.READ, "")]
    withdraw(quay, who)
    (told,) = quay.access.read([Asked(secret, who, ("people.face", "people.email"))])
    assert isinstance(told, tuple)
    assert [one.reason for one in told] == ["gate", "gate"]
    assert told[1].missing == (("consent:newsletter",),)


@pytest.mark.parametrize(
    ("role", "purpose", "because"),
    [("post", "service", "not read for this purpose"), ("few", "newsletter", "does not hold"), ("post", "newsletter", "training")],
)  # fmt: skip
def test_no_token_without_the_role_its_purpose_and_its_course(
    quay_on_sqlite: Organisation, role: str, purpose: str, because: str
) -> None:
    quay, member = quay_on_sqlite, hire(quay_on_sqlite)
    teach(quay, member, lasts=HOUR)
    give(quay, member, "post")
    if "training" in because:
        clock_of(quay).advance(HOUR)
    with pytest.raises(TokenRefused, match=because):
        token(quay, member, role, purpose)
    assert kinds(quay, "access:token:") == ["access:token:refused"], "the refusal must be on record"
    with pytest.raises(TokenRefused, match="lasts"):
        quay.access.issue(member, "post", "newsletter", timedelta(days=1))
    with pytest.raises(NotDeclared):
        token(quay, member, "captain")


def test_a_changed_value_has_another_version_and_the_old_one_is_gone(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    assert write(quay, who, email="new@example.test").versions == {"people.email": 2}
    assert read(quay, secret, who).value == "new@example.test"
    assert kinds(quay, "access:cell:") == ["access:cell:written", "access:cell:changed"]


def test_a_cell_opens_at_its_own_place_alone(quay: Organisation) -> None:
    """Moved to another person, another field, or put back after it changed: the seal is broken."""
    who, other, secret = reader(quay), reader(quay, 2), token(quay, poster(quay))
    mine, theirs = quay.ledger.pseudonym(who), quay.ledger.pseudonym(other)
    with quay.database.write() as connection:
        old = connection.execute(
            text("SELECT sealed FROM access_cells WHERE subject = :s"), {"s": mine}
        ).scalar_one()
        connection.execute(
            text("UPDATE access_cells SET sealed = :b WHERE subject = :s"), {"b": old, "s": theirs}
        )
    with pytest.raises(SealBroken):
        read(quay, secret, other)
    write(quay, who, email="new@example.test")
    with quay.database.write() as connection:
        connection.execute(
            text("UPDATE access_cells SET sealed = :b WHERE subject = :s"), {"b": old, "s": mine}
        )
    with pytest.raises(SealBroken):
        read(quay, secret, who)


def test_what_was_taken_away_is_absent(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    gone = quay.act(lambda acts: quay.access.remove(acts.work, who, at=acts.at))
    assert gone == ("people.email",)
    assert read(quay, secret, who).outcome is Outcome.ABSENT
    assert quay.access.search(secret, "people.email", "p1@example.test") == ()
    assert write(quay, who, email="p1@example.test").versions == {"people.email": 1}


def test_a_value_is_found_again_for_its_purpose(quay: Organisation) -> None:
    who, other, secret = reader(quay), reader(quay, 2), token(quay, poster(quay))
    assert quay.access.search(secret, "people.email", "p1@example.test") == (who,)
    assert quay.access.search(secret, "people.email", "P1@example.test") == ()
    withdraw(quay, other)
    assert quay.access.search(secret, "people.email", "p2@example.test") == (), "the purpose is dead for them"
    assert kinds(quay, "access:read:") == ["access:read:permitted"]
    assert kinds(quay, "access:search:") == ["access:search:made"] * 3


def test_a_search_needs_a_token_and_a_field_that_is_searched(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    reader(quay)
    member = hire(quay)
    give(quay, member, "few")
    refused = quay.access.search(token(quay, member, "few", "service"), "people.email", "p1@example.test")
    assert isinstance(refused, Told)
    assert refused.reason == "not_searched"
    nobody = quay.access.search("", "people.email", "p1@example.test")
    assert isinstance(nobody, Told)
    assert nobody.reason == "token"
    assert kinds(quay, "access:read:") == ["access:read:refused"] * 2


def test_what_is_declared_later_is_found_once_it_was_indexed_anew(quay: Organisation) -> None:
    who = reader(quay)
    member = hire(quay)
    give(quay, member, "few")
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    secret = token(quay, member, "few", "service")
    declare(quay, "people.email", "email", "newsletter", "service")
    assert quay.access.search(secret, "people.email", "p1@example.test") == ()
    assert quay.access.reindex("people.email") == 1
    assert quay.access.search(secret, "people.email", "p1@example.test") == (who,)


def test_values_are_found_across_a_change_of_the_index_key(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    quay.vault.new_blind_version()
    later = reader(quay, 2)
    assert quay.access.search(secret, "people.email", "p1@example.test") == (who,)
    assert quay.access.search(secret, "people.email", "p2@example.test") == (later,)
    quay.access.reindex("people.email")
    quay.vault.destroy([""], buckets=["blind.1"])
    assert quay.access.search(secret, "people.email", "p1@example.test") == (who,)


def test_two_who_became_one_are_read_as_one(quay: Organisation) -> None:
    who, other, secret = reader(quay), reader(quay, 2), token(quay, poster(quay))
    write(quay, other, face="a picture")
    quay.act(lambda acts: acts.merge(who, other))
    assert read(quay, secret, other).value == "p1@example.test", "of two values that of the person kept"
    assert quay.act(lambda acts: quay.access.remove(acts.work, who, at=acts.at)) == (
        "people.email",
        "people.face",
    )


def test_whoever_was_erased_is_nobody(quay: Organisation) -> None:
    who, secret = reader(quay), token(quay, poster(quay))
    quay.erase_keys(who)
    (found,) = quay.access.read([Asked(secret, who, ("people.email",))])
    assert isinstance(found, SubjectUnknown)
    (wrote,) = quay.access.write([Put(who, {"people.email": "x"})])
    assert isinstance(wrote, SubjectUnknown)
    assert quay.access.search(secret, "people.email", "p1@example.test") == ()
    with quay.database.read() as connection:
        for table in ("access_cells", "access_blinds"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_a_key_that_died_leaves_a_cell_unreadable_and_nothing_else(quay: Organisation) -> None:
    who, other, secret = reader(quay), reader(quay, 2), token(quay, poster(quay))
    quay.vault.destroy([quay.ledger.pseudonym(who)], buckets=["cells"])
    assert read(quay, secret, who).outcome is Outcome.GONE
    assert read(quay, secret, other).outcome is Outcome.READ


def test_many_are_read_and_written_together_and_each_stands_by_itself(quay: Organisation) -> None:
    people = [agreed(quay, number) for number in range(5)]
    wrote = quay.access.write(
        [
            *(Put(who, {"people.email": f"{place}"}) for place, who in enumerate(people)),
            Put("sub_00000000000000000000000000", {"people.email": "x"}),
            Put(people[0], {"people.nothing": "x"}),
            Put(people[0], {"people.email": "again"}),
            Put(people[1], {"people.email": "x" * 70_000}),
        ]
    )
    assert [type(one) for one in wrote] == [
        *[Wrote] * 5, SubjectUnknown, FieldUnknown, Wrote, WriteRefused,
    ]  # fmt: skip
    assert isinstance(wrote[7], Wrote)
    assert wrote[7].versions == {"people.email": 2}, (
        "the later of two writes to one cell is the one that stands"
    )
    secret = token(quay, poster(quay))
    withdraw(quay, people[3])
    asked = [Asked(secret, who, ("people.email",)) for who in (*people, "sub_00000000000000000000000000")]
    found = quay.access.read(asked)
    values = [one[0].value if isinstance(one, tuple) else type(one) for one in found]
    assert values == ["again", "1", "2", "", "4", SubjectUnknown]
    with quay.database.read() as connection:
        (count,) = quay.access.counted(connection)
    assert (count.permitted, count.refused) == (4, 1)


def test_writers_at_the_same_cell_lose_nothing(quay: Organisation) -> None:
    who = agreed(quay)
    found: list[int] = []

    def many() -> None:
        found.extend(write(quay, who, email="x").versions["people.email"] for _ in range(10))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 41))


def test_a_crowded_role_reads_nothing_until_it_is_thinned(quay: Organisation) -> None:
    """A policy that allows fewer than hold a role now."""
    who = reader(quay)
    member = hire(quay)
    give(quay, member, "few")
    secret = token(quay, member, "few", "newsletter")
    assert read(quay, secret, who).outcome is Outcome.READ
    quay.act(
        lambda acts: acts.activate(bundle(WITH_STAFF.replace("at_most: 1", "at_most: 0")), {"text.md": TEXT})
    )
    assert reason(read(quay, secret, who)) == "crowded"


def test_a_field_is_named_and_declared_first(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    for name in ("email", "People.email", "people.", "people.email ", "a@b.c"):
        with pytest.raises(FieldUnknown):
            declare(quay, name, "email")
    with pytest.raises(NotDeclared):
        declare(quay, "people.shoe", "shoes")
    with pytest.raises(NotDeclared):
        declare(quay, "people.shoe", "email", "dancing")
    (found,) = quay.access.read([Asked("", somebody(quay), ("people.shoe",))])
    assert isinstance(found, FieldUnknown)


def test_what_headers_tell_comes_out_of_the_ledger_again(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    secret = token(quay, member)
    token(quay, member)
    read(quay, secret, who)
    read(quay, "", who)
    assert all(one.equal for one in quay.replay())
    assert read(quay, secret, who).outcome is Outcome.READ


def test_two_processes_share_what_one_of_them_wrote(tmp_path: Path, database_url: str) -> None:
    with at_work(tmp_path, database_url) as quay, at_work(tmp_path, database_url) as other:
        who, member = reader(quay), poster(quay)
        secret = token(quay, member)
        assert read(other, secret, who).outcome is Outcome.READ
        withdraw(other, who)
        assert reason(read(quay, secret, who)) == "gate"
        other.erase_keys(who)
        (found,) = quay.access.read([Asked(secret, who, ("people.email",))])
        assert isinstance(found, SubjectUnknown)


def test_whoever_is_erased_while_others_are_read_is_not_told_of(
    quay: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erased after it was decided and before it was recorded: their value is gone, and the others are read."""
    who, other, secret = reader(quay), reader(quay, 2), token(quay, poster(quay))
    recording, living = quay.recorder.record, [who]

    def late(*drafts: Draft) -> tuple[int, ...]:
        if living:
            quay.erase_keys(living.pop())
        return recording(*drafts)

    monkeypatch.setattr(quay.recorder, "record", late)
    found = quay.access.read([Asked(secret, one, ("people.email",)) for one in (who, other)])
    assert [(one[0].outcome, one[0].value) for one in found if isinstance(one, tuple)] == [
        (Outcome.GONE, ""),
        (Outcome.READ, "p2@example.test"),
    ]


@pytest.mark.parametrize("moment", ["sealing", "keeping"])
def test_whoever_is_erased_while_others_are_written_holds_nobody_up(
    quay: Organisation, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Erased before their value is sealed, or after that and before it is kept."""
    who, other = agreed(quay), agreed(quay, 2)
    sealing, living = quay.vault.seal_many, [who]

    def seal(items: object, **more: str) -> list[bytes]:
        before = sealing(items, **more) if moment == "keeping" else None  # type: ignore[arg-type]
        if living:
            quay.erase_keys(living.pop())
        return before if before is not None else sealing(items, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(quay.vault, "seal_many", seal)
    found = quay.access.write([Put(one, {"people.email": "x"}) for one in (who, other)])
    assert [type(one) for one in found] == [SubjectUnknown, Wrote]
    with quay.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM access_cells")).scalar_one() == 1
