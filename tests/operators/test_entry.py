"""Coming in: two factors, each code once, one answer for every failure, lockout that grows, sessions that end."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from tests.access.kit import HOUR, clock_of, deed, hire, kinds
from tests.operators.kit import PASSWORD, enrol, enrol_member
from troth.app.organisation import Organisation
from troth.operators import EnrolmentRefused, Entered, InviteOver, Way, passwords, rules
from troth.operators.model import Step

REFUSED = Step(Entered.REFUSED)


def test_two_factors_open_a_session(quay: Organisation) -> None:
    ada = enrol(quay, "viewer", name="Ada L")
    secret = ada.enter()
    operator = quay.operators.sessions.operator(secret)
    assert operator is not None
    assert (operator.member, operator.roles) == (ada.member, ("viewer",))
    assert operator.session.ways == (Way.PASSWORD, Way.TOTP)
    assert operator.may("board.read")
    assert not operator.may("evidence.read")
    assert kinds(quay, "operators:") == [
        "operators:invite:given", "operators:account:enrolled", "operators:role:granted", "operators:session:opened",
    ]  # fmt: skip


def test_a_name_is_found_however_it_is_written(quay_on_sqlite: Organisation) -> None:
    ada = enrol(quay_on_sqlite, name="Ada L")
    assert quay_on_sqlite.operators.entry.password("  aDA l ", ada.password).entered is Entered.SECOND


def test_a_code_serves_once(quay: Organisation) -> None:
    ada = enrol(quay)
    code = ada.code()
    first, second = ada.first(), ada.first()
    assert quay.operators.entry.second(first.secret, code).entered is Entered.IN
    assert quay.operators.entry.second(second.secret, code) == Step(Entered.SECOND), "replayed"
    assert quay.operators.entry.second(second.secret, ada.code()).entered is Entered.IN


def test_the_code_shown_at_enrolment_serves_no_second_time(quay_on_sqlite: Organisation) -> None:
    ada = enrol(quay_on_sqlite)
    shown = pyotp.TOTP(ada.totp).at(quay_on_sqlite.clock.now())
    assert quay_on_sqlite.operators.entry.second(ada.first().secret, shown) == Step(Entered.SECOND)


def test_a_ticket_serves_once_and_not_for_ever(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada = enrol(quay)
    step = ada.first()
    assert quay.operators.entry.second(step.secret, ada.code()).entered is Entered.IN
    assert quay.operators.entry.second(step.secret, ada.code()) == REFUSED
    late = ada.first()
    clock_of(quay).advance(rules.STEP_LASTS)
    assert quay.operators.entry.second(late.secret, ada.code()) == REFUSED
    assert quay.operators.entry.second("quay.nothing", ada.code()) == REFUSED


def test_wrong_codes_use_a_ticket_up(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada = enrol(quay)
    step = ada.first()
    answers = [quay.operators.entry.second(step.secret, "000000") for _ in range(rules.STEP_TRIES)]
    assert answers[-1] == REFUSED
    clock_of(quay).advance(HOUR)
    assert quay.operators.entry.second(step.secret, ada.code()) == REFUSED


def test_failures_lock_out_for_longer_and_longer(quay: Organisation) -> None:
    ada = enrol(quay)
    for _ in range(rules.FREE_TRIES):
        assert ada.first("wrong") == REFUSED
    assert ada.first() == REFUSED, "the right password does not help while it is locked"
    clock_of(quay).advance(rules.FIRST_LOCK)
    assert ada.first("wrong") == REFUSED
    clock_of(quay).advance(rules.FIRST_LOCK)
    assert ada.first() == REFUSED, "the second lock lasts twice as long"
    clock_of(quay).advance(rules.FIRST_LOCK)
    assert ada.first().entered is Entered.SECOND
    assert kinds(quay, "operators:entry:") == ["operators:entry:locked"] * 2


def test_a_name_nobody_has_is_answered_and_locked_alike(
    quay_on_sqlite: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    quay = quay_on_sqlite
    ada = enrol(quay)
    done: list[bool] = []
    real = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda kept, typed: done.append(True) or real(kept, typed))
    for name in (ada.name, "nobody at all"):
        before, seen = len(done), len(kinds(quay, "operators:entry:locked"))
        answers = [quay.operators.entry.password(name, "wrong") for _ in range(rules.FREE_TRIES + 1)]
        assert answers == [REFUSED] * (rules.FREE_TRIES + 1)
        assert len(done) - before == rules.FREE_TRIES + 1, "a password is hashed each time, locked or not"
        assert len(kinds(quay, "operators:entry:locked")) - seen == 1


def test_an_organisation_takes_so_many_tries_a_minute(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    assert all(quay.operators.entry.within() for _ in range(rules.PER_MINUTE))
    assert quay.operators.entry.password("ada", "x").entered is Entered.BUSY
    clock_of(quay).advance(timedelta(minutes=1))
    assert quay.operators.entry.password("ada", "x").entered is Entered.REFUSED


def test_recovery_codes_serve_once_each(quay: Organisation) -> None:
    ada = enrol(quay)
    assert len(set(ada.recovery)) == 10
    code = ada.recovery[0]
    assert quay.operators.entry.second(ada.first().secret, code.upper()).entered is Entered.IN
    assert quay.operators.entry.second(ada.first().secret, code).entered is not Entered.IN
    for other in ada.recovery[1:]:
        assert quay.operators.entry.second(ada.first().secret, other).entered is Entered.IN
    with quay.database.read() as connection:
        assert quay.operators.accounts(connection)[0].ways == (Way.PASSWORD, Way.TOTP)


def test_a_session_ends_when_idle_and_at_its_end(quay: Organisation) -> None:
    ada, sessions = enrol(quay), quay.operators.sessions
    idle = ada.enter()
    clock_of(quay).advance(rules.IDLE)
    assert sessions.operator(idle) is None
    busy = ada.enter()
    started = quay.clock.now()
    while quay.clock.now() + rules.IDLE / 2 < started + rules.SESSION_LASTS:
        clock_of(quay).advance(rules.IDLE / 2)
        assert sessions.operator(busy) is not None
    clock_of(quay).advance(rules.IDLE / 2)
    assert sessions.operator(busy) is None


def test_every_sign_in_has_a_secret_of_its_own_and_only_digests_are_kept(quay: Organisation) -> None:
    ada = enrol(quay)
    first, second = ada.enter(), ada.enter()
    assert first != second
    assert quay.operators.sessions.operator(first + "x") is None
    for table in ("operators_sessions", "operators_credentials", "operators_tickets"):
        with quay.database.read() as connection:
            kept = repr([tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")])
        for clear in (first.partition(".")[2], PASSWORD, ada.totp, ada.name, *ada.recovery):
            assert clear not in kept


def test_leaving_and_revoking_end_sessions(quay: Organisation) -> None:
    ada, sessions = enrol(quay), quay.operators.sessions
    one, two, three = ada.enter(), ada.enter(), ada.enter()
    sessions.leave(one)
    assert sessions.operator(one) is None
    named = sessions.operator(two)
    assert named is not None
    assert sessions.revoke("machine", session=named.session.id) == 1
    assert sessions.operator(two) is None
    assert sessions.revoke("machine", member=ada.member) == 1
    assert sessions.operator(three) is None


def test_a_role_taken_away_counts_no_more_at_the_next_look(quay: Organisation) -> None:
    ada = enrol(quay, "auditor")
    secret = ada.enter()
    found = quay.operators.sessions.operator(secret)
    assert found is not None
    assert found.may("evidence.read")
    assert quay.operators.revoke(ada.member, "auditor", "machine")
    found = quay.operators.sessions.operator(secret)
    assert found is not None
    assert not found.may("evidence.read")


def test_a_clock_that_jumps_opens_nothing(quay: Organisation) -> None:
    ada = enrol(quay)
    clock = clock_of(quay)
    clock.advance(HOUR * 24)
    future = ada.enter()
    code = ada.code()
    step = ada.first()
    clock._at -= HOUR * 24
    assert quay.operators.sessions.operator(future) is None, "a session of a time yet to come"
    assert quay.operators.entry.second(step.secret, code).entered is not Entered.IN
    assert quay.operators.entry.second(ada.first().secret, ada.code()).entered is not Entered.IN, (
        "steps never go back"
    )
    assert quay.operators.entry.second(ada.first().secret, ada.recovery[0]).entered is Entered.IN


def test_whoever_leaves_takes_every_secret_along(quay: Organisation) -> None:
    ada = enrol(quay, "administrator", address="ada@quay.example")
    secret = ada.enter()
    quay.act(lambda acts: quay.staff.leave(acts.work, deed(quay, ada.member)))
    assert quay.operators.sessions.operator(secret) is None
    assert ada.first() == REFUSED
    with quay.database.read() as connection:
        assert quay.operators.accounts(connection) == []
        for table in ("operators_credentials", "operators_sessions", "operators_tickets", "operators_roles"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_a_link_to_enrol_serves_once_and_a_newer_one_ends_it(quay: Organisation) -> None:
    member, enrolling = hire(quay), quay.operators.enrolling
    old, new = enrolling.invite(member, "machine"), enrolling.invite(member, "machine")
    with pytest.raises(InviteOver):
        enrolling.invited(old)
    code = pyotp.TOTP(enrolling.invited(new).totp).at(quay.clock.now())
    enrolling.enrol(new, "ada", PASSWORD, code)
    with pytest.raises(InviteOver):
        enrolling.enrol(new, "ada", PASSWORD, code)
    late = enrolling.invite(member, "machine")
    clock_of(quay).advance(rules.INVITE_LASTS)
    with pytest.raises(InviteOver):
        enrolling.invited(late)


def test_enrolling_anew_replaces_what_was_there(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada = enrol(quay, "viewer")
    secret = ada.enter()
    again = enrol_member(quay, ada.member, name="ada anew")
    assert quay.operators.sessions.operator(secret) is None
    assert ada.first() == REFUSED
    assert again.operator().roles == ("viewer",)


@pytest.mark.parametrize(
    ("name", "password", "code", "address", "reason"),
    [
        ("x", PASSWORD, "", "", "name"),
        ("ada", "short", "", "", "short"),
        ("ada", "password1234", "", "", "weak"),
        ("ada", "a" * 300, "", "", "long"),
        ("ada lovelace", "ada lovelace1", "", "", "weak"),
        ("ada", PASSWORD, "000000", "", "code"),
        ("ada", PASSWORD, "", "no address", "address"),
        ("taken", PASSWORD, "", "", "taken"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_link_stays(
    quay_on_sqlite: Organisation, name: str, password: str, code: str, address: str, reason: str
) -> None:
    quay, enrolling = quay_on_sqlite, quay_on_sqlite.operators.enrolling
    enrol(quay, name="taken")
    secret = enrolling.invite(hire(quay), "machine")
    right = pyotp.TOTP(enrolling.invited(secret).totp).at(quay.clock.now())
    with pytest.raises(EnrolmentRefused) as refused:
        enrolling.enrol(secret, name, password, code or right, address)
    assert refused.value.reason == reason
    assert enrolling.enrol(secret, "free name", PASSWORD, right).recovery


def test_all_of_it_comes_out_of_the_ledger_again(quay: Organisation) -> None:
    ada = enrol(quay, "administrator", "auditor")
    quay.operators.revoke(ada.member, "auditor", "machine")
    secret = ada.enter()
    found = {one.projection: one for one in quay.replay()}
    assert found["operators"].equal
    assert found["operators"].rows_after == 2
    assert quay.operators.sessions.operator(secret) is not None, "a replay signs nobody out"


def test_nobody_is_named_in_what_is_recorded(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    enrol(quay, "administrator", name="Marked Name", address="marked@quay.example").enter()
    with quay.database.read() as connection:
        text = repr(list(quay.ledger.events(connection, kinds=("operators:",))))
    assert "arked" not in text
