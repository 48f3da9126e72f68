"""Reads seen outside: one that no entry permitted is a breach, and breaks the promise of the roles until it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.access.kit import clock_of, give, hire, kinds, poster, read, reader, token
from troth.access import FoundRead, ObservedRead
from troth.app.organisation import Organisation
from troth.policies import NotDeclared
from troth.promises.model import State, Verdict
from troth.staff import StaffUnknown
from troth.subjects import SubjectUnknown


def observe(quay: Organisation, who: str, **more: str) -> FoundRead:
    at = quay.clock.now()
    seen = ObservedRead(who, "people.email", at, where="log of the store, line 7", how="probe", **more)  # type: ignore[arg-type]
    return quay.act(lambda acts: quay.access.observe(acts.work, [seen]))[0]


def verdict(quay: Organisation, role: str) -> Verdict:
    with quay.database.read() as connection:
        board = quay.promises.board(connection, quay.clock.now())
    return next(v for c in board.clauses for s, v in c.statements if s.key == f"role:{role}")


def test_reading_and_refusing_keep_the_promise(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    assert verdict(quay, "post").state is State.KEPT, "a grant within its bounds is an occasion"
    before = verdict(quay, "post")
    read(quay, token(quay, member), who)
    after = verdict(quay, "post")
    assert (after.state, after.permitted) == (State.KEPT, before.permitted + 1)
    assert not give(quay, hire(quay), "post").granted
    assert verdict(quay, "post").refused == before.refused + 1


def test_a_read_without_an_entry_is_a_breach(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    found = observe(quay, who, role="post", member=member)
    assert (found.breach, found.permitted_by) == (True, None)
    assert kinds(quay, "access:read:") == ["access:read:breach"]
    broken = verdict(quay, "post")
    assert (broken.state, broken.breaches, broken.grade) == (State.BROKEN, 1, "probe")
    assert verdict(quay, "few").state is not State.BROKEN
    quay.act(lambda acts: quay.promises.mended(acts.work, "role:post", "spoken with", acts.at))
    assert (verdict(quay, "post").state, verdict(quay, "post").mended) == (State.KEPT, 1)


def test_a_read_by_nobody_knows_whom_breaks_every_role_that_sees_such_data(quay: Organisation) -> None:
    observe(quay, reader(quay))
    assert {role: verdict(quay, role).state for role in ("post", "few", "faces")} == {
        "post": State.BROKEN, "few": State.BROKEN, "faces": State.UNPROVEN,
    }  # fmt: skip


def test_a_read_that_was_on_record_is_confirmed(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    read(quay, token(quay, member), who)
    found = observe(quay, who, role="post", member=member)
    assert not found.breach
    assert found.permitted_by is not None
    judged = verdict(quay, "post")
    assert (judged.state, judged.grade) == (State.KEPT, "probe")


@pytest.mark.parametrize("other", [{"role": "few"}, {"member": "other"}])
def test_an_entry_covers_only_what_it_names(quay: Organisation, other: dict[str, str]) -> None:
    who, member = reader(quay), poster(quay)
    read(quay, token(quay, member), who)
    given = {name: hire(quay) if name == "member" else value for name, value in other.items()}
    assert observe(quay, who, **given).breach


def test_an_entry_covers_a_short_while(quay: Organisation) -> None:
    who, member = reader(quay), poster(quay)
    read(quay, token(quay, member), who)
    clock_of(quay).advance(timedelta(minutes=5))
    assert not observe(quay, who, role="post").breach
    clock_of(quay).advance(timedelta(microseconds=1))
    assert observe(quay, who, role="post").breach


def test_a_refused_read_covers_nothing(quay: Organisation) -> None:
    who = reader(quay)
    read(quay, "", who)
    assert observe(quay, who).breach


def test_nobody_and_nothing_is_guessed(quay_on_sqlite: Organisation) -> None:
    who = reader(quay_on_sqlite)
    with pytest.raises(SubjectUnknown):
        observe(quay_on_sqlite, "sub_00000000000000000000000000")
    with pytest.raises(StaffUnknown):
        observe(quay_on_sqlite, who, member="stf_0")
    with pytest.raises(NotDeclared):
        observe(quay_on_sqlite, who, role="captain")


def test_the_self_test_passes_each_limit_of_a_role(quay: Organisation) -> None:
    outcome = quay.act(lambda acts: quay.promises.selftest(acts.work, acts.at))
    assert {key: came for key, came in outcome.items() if key.startswith("role:")} == {
        "role:post": True, "role:few": True, "role:both": True, "role:faces": True,
    }  # fmt: skip
    assert verdict(quay, "faces").state is State.KEPT
