"""Accounts in use: register, sign in, recover, bind, sessions, close."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.accounts.kit import (
    MINUTE,
    OTHER,
    STRONG,
    bag,
    brought,
    clock_of,
    code,
    events,
    kinds,
    lobby,
    registered,
    wanted,
)
from troth.accounts import (
    Address,
    Came,
    CodeOver,
    CodeWrong,
    LastAddress,
    Level,
    NameTaken,
    NotLetIn,
    PasswordWeak,
    SessionOver,
    State,
    TooOften,
)
from troth.app.organisation import Organisation
from troth.kernel.entropy import SeededEntropy

WRONG = "00000000"


def test_nothing_of_an_account_is_on_record_before_its_code_came_back(quay: Organisation) -> None:
    with quay.database.read() as connection:
        before = len(quay.rooms.subjects.everybody(connection))
    waiting = quay.accounts.register(wanted())
    bag(quay)
    assert kinds(quay) == ["code:asked", "code:delivered"]
    assert all(one.subject is None for one in events(quay))
    with quay.database.read() as connection:
        assert len(quay.rooms.subjects.everybody(connection)) == before
        assert quay.accounts.standing(connection) == {}
    entered = quay.accounts.confirm(waiting.ticket, code(quay))
    assert entered.session.level is Level.PASSWORD_CODE
    assert kinds(quay)[2:] == [
        "code:tried",
        "account:opened",
        "password:set",
        "accuracy:stated",
        "session:opened",
    ]
    assert "registered" in {
        str(fact) for known in quay.known(entered.session.subject).values() for fact in known.holding
    }


def test_a_code_serves_once_lasts_ten_minutes_and_five_tries(quay: Organisation) -> None:
    accounts = quay.accounts
    waiting = accounts.register(wanted())
    right = code(quay)
    for _ in range(4):
        with pytest.raises(CodeWrong):
            accounts.confirm(waiting.ticket, WRONG)
    with pytest.raises(CodeOver):
        accounts.confirm(waiting.ticket, WRONG)
    with pytest.raises(CodeOver):
        accounts.confirm(waiting.ticket, right)
    late = accounts.register(wanted())
    right = code(quay)
    clock_of(quay).advance(10 * MINUTE)
    with pytest.raises(CodeOver):
        accounts.confirm(late.ticket, right)
    used = accounts.register(wanted())
    accounts.confirm(used.ticket, code(quay))
    with pytest.raises(CodeOver):
        accounts.confirm(used.ticket, code(quay))
    assert "code:expired" in kinds(quay)


def test_a_code_belongs_to_its_ticket_and_purpose(quay: Organisation) -> None:
    registered(quay, 1)
    first, second = quay.accounts.register(wanted(2)), quay.accounts.register(wanted(3))
    bag(quay)
    codes = [one.code for one in bag(quay).errands if one.code][-2:]
    with pytest.raises(CodeWrong):
        quay.accounts.confirm(first.ticket, codes[1])
    recovery = quay.accounts.recover("mei ling 1")
    with pytest.raises(CodeOver):
        quay.accounts.confirm(recovery.ticket, code(quay))
    with pytest.raises(CodeOver):
        quay.accounts.reset(second.ticket, codes[1], OTHER)


def test_signing_in_by_name_or_address(quay: Organisation) -> None:
    first = registered(quay)
    for name in ("Mei Ling 1", " mei ling 1 ", "MEI1@example.test"):
        entered = quay.accounts.sign_in(name, STRONG)
        assert entered.session.account == first.session.account
        assert entered.session.subject == first.session.subject
        assert entered.session.level is Level.PASSWORD
    for name, password in (("mei ling 1", OTHER), ("nobody", STRONG), ("", STRONG), ("a\nb", "")):
        with pytest.raises(NotLetIn) as refused:
            quay.accounts.sign_in(name, password)
        assert (
            str(refused.value)
            == "Name and password do not open an account. Try again, or recover the account."
        )


def test_known_and_unknown_names_take_the_same_work(quay: Organisation) -> None:
    registered(quay)
    work = []
    for name in ("mei ling 1", "somebody else", "no\x07name", "mei1@example.test", "who@example.test"):
        before, seen = quay.accounts.desk.passwords.verified, len(events(quay))
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in(name, OTHER)
        work.append((quay.accounts.desk.passwords.verified - before, kinds(quay)[seen:]))
    assert work == [(1, ["sign_in:refused"])] * 5


def test_a_lock_grows_with_every_wrong_password_and_tells_nothing(quay: Organisation) -> None:
    registered(quay)
    for name in ("mei ling 1", "nobody at all"):
        waits = []
        for _ in range(12):
            try:
                quay.accounts.sign_in(name, OTHER)
            except NotLetIn:
                continue
            except TooOften as refused:
                waits.append(refused.data["seconds"])
                clock_of(quay).advance(timedelta(seconds=int(str(refused.data["seconds"]))))
        assert waits == [60, 120, 240, 480]
    refused = events(quay, "accounts:lock:set")
    assert len(refused) == 8


def test_the_right_password_does_not_open_a_locked_name_but_lifts_the_lock_after(quay: Organisation) -> None:
    registered(quay)
    for _ in range(5):
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in("mei ling 1", OTHER)
    with pytest.raises(TooOften):
        quay.accounts.sign_in("mei ling 1", STRONG)
    clock_of(quay).advance(MINUTE)
    quay.accounts.sign_in("mei ling 1", STRONG)
    for _ in range(5):
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in("mei ling 1", OTHER)
    assert quay.accounts.unlock("Mei Ling 1")
    quay.accounts.sign_in("mei ling 1", STRONG)


def test_recovery_sets_a_password_and_ends_every_session(quay: Organisation) -> None:
    first = registered(quay)
    waiting = quay.accounts.recover("Mei Ling 1")
    with pytest.raises(PasswordWeak):
        quay.accounts.reset(waiting.ticket, code(quay), "password1")
    entered = quay.accounts.reset(waiting.ticket, code(quay), OTHER)
    assert entered.session.level is Level.PASSWORD_CODE
    assert quay.accounts.session(first.secret) is None
    assert quay.accounts.session(entered.secret) is not None
    with pytest.raises(NotLetIn):
        quay.accounts.sign_in("mei ling 1", STRONG)
    quay.accounts.sign_in("mei ling 1", OTHER)


def test_a_code_alone_lets_in_once_and_leaves_the_password_as_it_was(quay: Organisation) -> None:
    first = registered(quay)
    waiting = quay.accounts.recover("mei ling 1")
    sent = code(quay)
    with pytest.raises(CodeWrong):
        quay.accounts.enter(waiting.ticket, WRONG)
    entered = quay.accounts.enter(waiting.ticket, sent)
    assert entered.session.level is Level.CODE
    assert entered.session.subject == first.session.subject
    assert quay.accounts.session(first.secret) is not None
    assert quay.accounts.sign_in("mei ling 1", STRONG).session.level is Level.PASSWORD
    with pytest.raises((CodeWrong, CodeOver)):
        quay.accounts.enter(waiting.ticket, sent)


def test_a_code_lets_nobody_into_a_closed_account(quay: Organisation) -> None:
    first = registered(quay)
    waiting = quay.accounts.recover("mei ling 1")
    sent = code(quay)
    quay.accounts.close(first.secret, STRONG)
    with pytest.raises((CodeWrong, CodeOver)):
        quay.accounts.enter(waiting.ticket, sent)


def test_recovery_of_nobody_answers_alike_and_brings_nothing(quay: Organisation) -> None:
    registered(quay)
    before = len(brought(quay))
    known, unknown = quay.accounts.recover("mei ling 1"), quay.accounts.recover("nobody")
    assert len(known.ticket) == len(unknown.ticket)
    assert brought(quay)[before:] == ["recover"]
    with pytest.raises(CodeWrong):
        quay.accounts.reset(unknown.ticket, code(quay), OTHER)


def test_registering_again_at_an_address_tells_its_owner_and_nobody_else(quay: Organisation) -> None:
    registered(quay)
    again = quay.accounts.register(wanted(2, address=Address("email", "MEI1@example.test")))
    assert brought(quay)[-1] == "known"
    with pytest.raises(CodeWrong):
        quay.accounts.confirm(again.ticket, WRONG)


def test_a_name_that_is_taken_is_told_to_whoever_proved_an_address(quay: Organisation) -> None:
    registered(quay)
    waiting = quay.accounts.register(wanted(2, name="mei LING 1"))
    with pytest.raises(NameTaken):
        quay.accounts.confirm(waiting.ticket, code(quay))
    entered = quay.accounts.confirm(waiting.ticket, code(quay), name="Somebody Else")
    assert {one.kind: one.value for one in quay.accounts.mine(entered.secret).names}[
        "name"
    ] == "somebody else"


def test_binding_takes_a_code_and_unbinding_leaves_one_address(quay: Organisation) -> None:
    entered = registered(quay)
    accounts, me = quay.accounts, entered.secret
    (mail,) = [one for one in accounts.mine(me).names if one.kind == "email"]
    with pytest.raises(LastAddress):
        accounts.unbind(me, mail.id)
    waiting = accounts.bind(me, Address("phone", "+60 12-345 6789"))
    other = registered(quay, 2)
    phone = next(one.code for one in reversed(bag(quay).errands) if one.what.value == "bind")
    with pytest.raises(CodeOver):
        accounts.confirm_bound(other.secret, waiting.ticket, phone)
    waiting = accounts.bind(me, Address("phone", "+60123456789"))
    bound = accounts.confirm_bound(me, waiting.ticket, code(quay))
    assert bound.value == "+60123456789"
    again = accounts.sign_in("mei ling 1", STRONG)
    waiting = accounts.bind(again.secret, Address("email", "other@example.test"))
    accounts.confirm_bound(again.secret, waiting.ticket, code(quay))
    assert (again.session.level, accounts.mine(again.secret).session.level) == (
        Level.PASSWORD,
        Level.PASSWORD_CODE,
    )
    (further,) = [one for one in accounts.mine(me).names if one.value == "other@example.test"]
    accounts.unbind(me, further.id)
    assert accounts.sign_in("+60123456789", STRONG).session.account == entered.session.account
    accounts.unbind(me, mail.id)
    with pytest.raises(NotLetIn):
        accounts.sign_in("mei1@example.test", STRONG)


def test_sessions_are_listed_and_revoked_one_or_all(quay: Organisation) -> None:
    first = registered(quay)
    second = quay.accounts.sign_in("mei ling 1", STRONG, Came(device="phone"))
    third = quay.accounts.sign_in("mei ling 1", STRONG, Came(device="phone"))
    assert second.session.device == third.session.device != ""
    assert len(quay.accounts.mine(first.secret).sessions) == 3
    assert quay.accounts.revoke(first.secret, second.session.id) == 1
    assert quay.accounts.session(second.secret) is None
    assert quay.accounts.revoke(first.secret) == 1
    assert quay.accounts.session(third.secret) is None
    assert quay.accounts.session(first.secret) is not None
    quay.accounts.sign_out(first.secret)
    assert quay.accounts.session(first.secret) is None
    with pytest.raises(SessionOver):
        quay.accounts.revoke(first.secret)


def test_nobody_ends_the_sessions_of_another(quay: Organisation) -> None:
    mine, other = registered(quay, 1), registered(quay, 2)
    assert quay.accounts.revoke(mine.secret, other.session.id) == 0
    assert quay.accounts.session(other.secret) is not None


def test_every_sign_in_has_a_new_secret_and_ends_the_session_brought_along(quay: Organisation) -> None:
    first = registered(quay)
    second = quay.accounts.sign_in("mei ling 1", STRONG, old=first.secret)
    assert second.secret != first.secret
    assert quay.accounts.session(first.secret) is None
    fixed = quay.accounts.sign_in("mei ling 1", STRONG, old="acs_chosen-by-somebody-else")
    assert "chosen" not in fixed.secret
    assert quay.accounts.session("acs_chosen-by-somebody-else") is None


def test_another_password_ends_all_sessions_and_gives_this_one_a_new_secret(quay: Organisation) -> None:
    first = registered(quay)
    second = quay.accounts.sign_in("mei ling 1", STRONG)
    with pytest.raises(NotLetIn):
        quay.accounts.change_password(first.secret, OTHER, OTHER)
    third = quay.accounts.change_password(first.secret, STRONG, OTHER)
    assert [quay.accounts.session(one.secret) is not None for one in (first, second, third)] == [
        False,
        False,
        True,
    ]


def test_a_session_ends_when_it_lies_idle_and_at_its_end(quay: Organisation) -> None:
    idle = registered(quay)
    clock_of(quay).advance(45 * MINUTE)
    assert quay.accounts.session(idle.secret) is None
    used = quay.accounts.sign_in("mei ling 1", STRONG)
    for _ in range(17):
        clock_of(quay).advance(40 * MINUTE)
        assert quay.accounts.session(used.secret) is not None
    clock_of(quay).advance(40 * MINUTE)
    assert quay.accounts.session(used.secret) is None


def test_closing_ends_access_at_once_and_notes_what_is_due(quay: Organisation) -> None:
    entered = registered(quay)
    with pytest.raises(NotLetIn):
        quay.accounts.close(entered.secret, OTHER)
    quay.accounts.close(entered.secret, STRONG)
    assert quay.accounts.session(entered.secret) is None
    with pytest.raises(NotLetIn):
        quay.accounts.sign_in("mei ling 1", STRONG)
    (closed,) = events(quay, "accounts:account:closed")
    assert "due=deletion" in closed.codes
    with quay.database.read() as connection:
        assert quay.accounts.account(connection, entered.session.account).state is State.CLOSED
    held = {str(fact) for known in quay.known(entered.session.subject).values() for fact in known.holding}
    assert "closed" in held
    assert "registered" not in held


def test_whoever_closed_an_account_registers_anew_under_the_same_name_and_address(quay: Organisation) -> None:
    closed = registered(quay)
    quay.accounts.close(closed.secret, STRONG)
    anew = registered(quay)
    assert anew.session.account != closed.session.account
    assert quay.accounts.sign_in("mei ling 1", STRONG).session.account == anew.session.account
    held = {str(fact) for known in quay.known(anew.session.subject).values() for fact in known.holding}
    assert "registered" in held
    assert "closed" not in held


def test_sessions_survive_a_restart_because_only_digests_are_kept(tmp_path: Path, database_url: str) -> None:
    with lobby(tmp_path / "home", database_url) as quay:
        entered = registered(quay)
    with lobby(tmp_path / "home", database_url, entropy=SeededEntropy("again")) as quay:
        found = quay.accounts.session(entered.secret)
        assert found is not None
        assert found.subject == entered.session.subject
        quay.accounts.sign_in("mei ling 1", STRONG)


def test_replay_rebuilds_where_accounts_stand(quay: Organisation) -> None:
    registered(quay, 1)
    closing = registered(quay, 2)
    quay.accounts.close(closing.secret, STRONG)
    with pytest.raises(NotLetIn):
        quay.accounts.sign_in("mei ling 1", OTHER)
    assert all(one.equal for one in quay.replay())
