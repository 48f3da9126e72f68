"""Staff: who works here, what they learnt, which roles they hold; what is full or untrained is refused and on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.access.kit import HOUR, YEAR, clock_of, deed, give, hire, kinds, poster, teach
from tests.gate.kit import NOON
from troth.app.organisation import Organisation
from troth.policies import NotDeclared
from troth.staff import PeriodUnreadable, StaffGone, StaffUnknown


def heads(quay: Organisation) -> dict[str, int]:
    with quay.database.read() as connection:
        return quay.staff.heads(connection, quay.clock.now())


def test_a_role_wants_its_course_first(quay: Organisation) -> None:
    member = hire(quay)
    refused = give(quay, member, "post")
    assert (refused.granted, refused.reason, refused.missing) == (False, "untrained", ("data_protection",))
    teach(quay, member)
    assert give(quay, member, "post").granted
    assert kinds(quay, "staff:role:") == ["staff:role:refused", "staff:role:granted"]
    assert heads(quay) == {"post": 1}


def test_a_role_is_full_at_its_number(quay: Organisation) -> None:
    first, second = hire(quay), hire(quay)
    assert give(quay, first, "few").granted
    assert give(quay, first, "few").granted, "whoever holds it takes no second place"
    refused = give(quay, second, "few")
    assert (refused.granted, refused.reason, refused.holders, refused.at_most) == (False, "full", 1, 1)
    quay.act(lambda acts: quay.staff.revoke(acts.work, deed(quay, first), "few"))
    assert give(quay, second, "few").granted


def test_a_role_ends_when_it_was_said_to(quay: Organisation) -> None:
    first, second = hire(quay), hire(quay)
    give(quay, first, "few", until=NOON + HOUR)
    clock_of(quay).advance(HOUR)
    assert heads(quay) == {}
    assert give(quay, second, "few").granted


def test_whoever_leaves_holds_nothing_and_gets_nothing(quay: Organisation) -> None:
    member = poster(quay)
    quay.act(lambda acts: quay.staff.leave(acts.work, deed(quay, member)))
    assert heads(quay) == {}
    with pytest.raises(StaffGone):
        give(quay, member, "post")
    with pytest.raises(StaffGone):
        teach(quay, member)


def test_a_name_is_sealed_in_the_ledger_and_nowhere_else(quay: Organisation) -> None:
    member = hire(quay, "Ada of the post room")
    with quay.database.read() as connection:
        named = quay.staff.member(connection, member).named
        assert named is not None
        assert quay.ledger.payload(connection, named) == {"name": "Ada of the post room"}
        stored = connection.exec_driver_sql("SELECT payload FROM ledger_payloads").scalars()
        assert not any(b"Ada" in bytes(payload) for payload in stored)


def test_a_course_no_role_asks_for_is_a_slip(quay: Organisation) -> None:
    member, declared = hire(quay), quay.policy()
    with pytest.raises(NotDeclared, match="data_protection"):
        quay.act(
            lambda acts: quay.staff.train(
                acts.work, deed(quay, member), declared, "data protecton", taken=NOON, expires=NOON + YEAR
            )
        )
    with pytest.raises(NotDeclared):
        give(quay, member, "captain")
    with pytest.raises(StaffUnknown):
        give(quay, "stf_00000000000000000000000000", "post")


@pytest.mark.parametrize(("taken", "lasts"), [(NOON, timedelta(0)), (NOON + HOUR, YEAR)])
def test_a_course_lasts_from_the_past_onwards(
    quay_on_sqlite: Organisation, taken: object, lasts: timedelta
) -> None:
    with pytest.raises(PeriodUnreadable):
        teach(quay_on_sqlite, hire(quay_on_sqlite), taken=taken, lasts=lasts)  # type: ignore[arg-type]


def test_a_course_taken_anew_takes_the_place_of_the_old(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    member = hire(quay)
    teach(quay, member, lasts=HOUR)
    clock_of(quay).advance(HOUR)
    assert not give(quay, member, "post").granted
    teach(quay, member, taken=quay.clock.now())
    assert give(quay, member, "post").granted


def test_all_of_it_comes_out_of_the_ledger_again(quay: Organisation) -> None:
    first, second = poster(quay), hire(quay, "Bea")
    give(quay, second, "few", until=NOON + YEAR)
    give(quay, first, "few")
    quay.act(lambda acts: quay.staff.leave(acts.work, deed(quay, first)))
    found = {one.projection: one for one in quay.replay()}
    assert found["staff"].equal
    assert found["staff"].rows_after == 4
