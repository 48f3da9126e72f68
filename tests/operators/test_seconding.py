"""Two persons: what was asked for is what is done, approved by somebody else, once; and in an emergency others judge."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.access.kit import HOUR, clock_of, kinds
from tests.gate.kit import agreed, folder
from tests.operators.kit import enrol
from troth.app.organisation import Organisation
from troth.app.seconding import DESTROY, EPOCH, ERASE, ROOT, Doing
from troth.operators import ApprovalRefused, GlassRefused, NotPermitted, Operator, SecondNeeded, Stage, rules
from troth.subjects import SubjectErased

REASON = "The mail server leaks addresses and nobody else is here."


def officers(quay: Organisation) -> tuple[Operator, Operator]:
    return enrol(quay, "administrator").operator(), enrol(quay, "privacy_officer").operator()


def test_people_are_erased_after_somebody_else_approved_and_once(quay: Organisation) -> None:
    ada, bea = officers(quay)
    who, other = agreed(quay, 1), agreed(quay, 2)
    doing, seconding = Doing(quay), quay.operators.seconding
    asked = seconding.ask(ada, ERASE, doing.erasure([who]), "She asked by letter.")
    with pytest.raises(ApprovalRefused):
        doing.carry(asked.id, ada.member)
    seconding.approve(bea, asked.id, asked.digest)
    assert doing.carry(asked.id, bea.member).stage is Stage.CARRIED
    with pytest.raises(SubjectErased):
        quay.known(who)
    quay.known(other)
    with pytest.raises(ApprovalRefused):
        doing.carry(asked.id, bea.member)
    assert kinds(quay, "operators:approval:") == [
        f"operators:approval:{stage}" for stage in ("asked", "approved", "begun", "carried")
    ]


def test_nobody_approves_their_own_by_whatever_session(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    person = enrol(quay, "administrator")
    first, second = person.operator(), person.operator()
    assert first.session.id != second.session.id
    asked = quay.operators.seconding.ask(first, ERASE, {"subjects": ["sub_1"]})
    with pytest.raises(ApprovalRefused) as refused:
        quay.operators.seconding.approve(second, asked.id, asked.digest)
    assert refused.value.reason == "own"
    assert quay.operators.seconding.decline(second, asked.id).stage is Stage.DECLINED, "it may be taken back"


def test_whoever_lacks_the_right_neither_asks_nor_approves(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, _ = officers(quay)
    viewer = enrol(quay, "viewer").operator()
    with pytest.raises(NotPermitted):
        quay.operators.seconding.ask(viewer, ERASE, {"subjects": ["sub_1"]})
    asked = quay.operators.seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    with pytest.raises(NotPermitted):
        quay.operators.seconding.approve(viewer, asked.id, asked.digest)
    with pytest.raises(NotPermitted):
        quay.operators.seconding.decline(viewer, asked.id)
    with pytest.raises(ApprovalRefused):
        quay.operators.seconding.ask(ada, "board.read", {})


def test_a_right_by_emergency_alone_approves_nothing(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, _ = officers(quay)
    person = enrol(quay, "operator")
    quay.operators.glass.open(person.operator(), "administrator", REASON)
    elevated = person.operator()
    assert elevated.may(ERASE)
    asked = quay.operators.seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    with pytest.raises(NotPermitted):
        quay.operators.seconding.approve(elevated, asked.id, asked.digest)


def test_what_was_shown_is_what_is_approved(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, bea = officers(quay)
    asked = quay.operators.seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    with pytest.raises(ApprovalRefused) as refused:
        quay.operators.seconding.approve(bea, asked.id, "sha256:other")
    assert refused.value.reason == "altered"


def test_a_paper_that_was_put_in_place_of_another_is_noticed(quay: Organisation) -> None:
    ada, bea = officers(quay)
    seconding = quay.operators.seconding
    one = seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    two = seconding.ask(ada, ERASE, {"subjects": ["sub_2"]})
    with quay.database.write() as connection:
        connection.exec_driver_sql(
            f"UPDATE operators_papers SET sealed = (SELECT sealed FROM operators_papers WHERE approval = '{two.id}') "
            f"WHERE approval = '{one.id}'"
        )
    with pytest.raises(ApprovalRefused) as refused:
        seconding.approve(bea, one.id, one.digest)
    assert refused.value.reason == "altered"
    with quay.database.read() as connection:
        assert seconding.found(connection, one.id).stage is Stage.ASKED


def test_a_folder_edited_after_it_was_asked_for_is_not_put_in_force(
    quay_on_sqlite: Organisation, tmp_path: Any
) -> None:
    from tests.access.kit import WITH_STAFF

    quay = quay_on_sqlite
    ada, bea = officers(quay)
    place = tmp_path / "next"
    folder(place, WITH_STAFF + "  extra: {data: [email], purposes: [newsletter]}\n")
    doing, seconding = Doing(quay, folder=place), quay.operators.seconding
    asked = seconding.ask(ada, "policy.activate", doing.activation())
    seconding.approve(bea, asked.id, asked.digest)
    folder(place, WITH_STAFF + "  more: {data: [email], purposes: [newsletter]}\n")
    before = quay.policy().digest
    with pytest.raises(ApprovalRefused) as refused:
        doing.carry(asked.id, bea.member)
    assert refused.value.reason == "altered"
    assert quay.policy().digest == before
    anew = seconding.ask(ada, "policy.activate", doing.activation())
    seconding.approve(bea, anew.id, anew.digest)
    doing.carry(anew.id, bea.member)
    assert quay.policy().digest == doing.activation()["version"]


def test_a_request_runs_out(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, bea = officers(quay)
    asked = quay.operators.seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    late = quay.operators.seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    quay.operators.seconding.approve(bea, late.id, late.digest)
    clock_of(quay).advance(rules.APPROVAL_LASTS)
    with pytest.raises(ApprovalRefused):
        quay.operators.seconding.approve(bea, asked.id, asked.digest)
    with pytest.raises(ApprovalRefused):
        Doing(quay).carry(late.id, bea.member)


def test_two_who_carry_out_at_once_do_it_once(quay: Organisation) -> None:
    ada, bea = officers(quay)
    seconding = quay.operators.seconding
    asked = seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    seconding.approve(bea, asked.id, asked.digest)
    done: list[str] = []
    refused: list[str] = []
    start = threading.Barrier(6)

    def carry() -> None:
        start.wait()
        try:
            seconding.carry(
                asked.id, bea.member, lambda _, paper: paper, lambda action, _: done.append(action)
            )
        except ApprovalRefused as problem:
            refused.append(problem.reason)

    threads = [threading.Thread(target=carry) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [ERASE]
    assert refused == ["over"] * 5


def test_two_who_decide_at_once_decide_once(quay: Organisation) -> None:
    ada, bea = officers(quay)
    cleo = enrol(quay, "privacy_officer").operator()
    seconding = quay.operators.seconding
    asked = seconding.ask(ada, ERASE, {"subjects": ["sub_1"]})
    heard: list[str] = []
    start = threading.Barrier(2)

    def decide(by: Operator) -> None:
        start.wait()
        try:
            seconding.approve(by, asked.id, asked.digest)
            heard.append("approved")
        except ApprovalRefused as problem:
            heard.append(problem.reason)

    threads = [threading.Thread(target=decide, args=(by,)) for by in (bea, cleo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["approved", "over"]


def test_what_fails_is_on_record_and_not_tried_again(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, bea = officers(quay)
    asked = quay.operators.seconding.ask(ada, DESTROY, Doing(quay).keys("destroy-epoch", number=1))
    with pytest.raises(NotPermitted):
        quay.operators.seconding.approve(bea, asked.id, asked.digest)
    cleo = enrol(quay, "administrator").operator()
    quay.operators.seconding.approve(cleo, asked.id, asked.digest)
    with pytest.raises(Exception, match="closed"):
        Doing(quay).carry(asked.id, cleo.member)
    with quay.database.read() as connection:
        assert quay.operators.seconding.found(connection, asked.id).stage is Stage.FAILED
    with pytest.raises(ApprovalRefused):
        Doing(quay).carry(asked.id, cleo.member)


def test_key_work_takes_two_once_operators_are_enrolled(quay: Organisation) -> None:
    doing = Doing(quay)
    doing.together(EPOCH, doing.keys("close-epoch"), ())
    assert kinds(quay, "operators:act:") == ["operators:act:permitted"], (
        "done by whoever owns the machine, and said so"
    )
    ada, bea = enrol(quay, "administrator").operator(), enrol(quay, "operator").operator()
    with pytest.raises(SecondNeeded):
        doing.together(EPOCH, doing.keys("close-epoch"), ())
    with pytest.raises(SecondNeeded):
        doing.together(EPOCH, doing.keys("close-epoch"), (ada,))
    with pytest.raises(ApprovalRefused):
        doing.together(EPOCH, doing.keys("close-epoch"), (ada, ada))
    before = len(quay.vault.epochs())
    doing.together(EPOCH, doing.keys("close-epoch"), (ada, bea))
    assert len(quay.vault.epochs()) == before + 1
    doing.together(ROOT, doing.keys("rotate"), (bea, ada))
    assert kinds(quay, "operators:act:")[1:] == ["operators:act:refused"] * 2


def test_keys_that_changed_meanwhile_are_not_what_was_approved(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    ada, bea = enrol(quay, "administrator").operator(), enrol(quay, "operator").operator()
    doing = Doing(quay)
    asked = quay.operators.seconding.ask(ada, EPOCH, doing.keys("close-epoch"))
    quay.operators.seconding.approve(bea, asked.id, asked.digest)
    quay.vault.rewrap_root()
    with pytest.raises(ApprovalRefused) as refused:
        doing.carry(asked.id, bea.member)
    assert refused.value.reason == "altered"


# --- emergencies --------------------------------------------------------------------------------------------------------


def test_an_emergency_adds_rights_for_a_while_and_marks_every_act(quay: Organisation) -> None:
    person = enrol(quay, "operator")
    operator = person.operator()
    assert not operator.may("evidence.read")
    told: list[str] = []
    enrol(quay, "administrator", address="boss@quay.example")
    enrol(quay, "administrator")
    one = quay.operators.glass.open(operator, "auditor", REASON, timedelta(minutes=20), told.append)
    assert told == ["boss@quay.example"]
    secret = person.enter()
    elevated = quay.operators.sessions.operator(secret)
    assert elevated is not None
    assert elevated.may("evidence.read")
    assert elevated.glass == one.id
    quay.operators.read(elevated, "evidence.read", "/{org}/ledger")
    clock_of(quay).advance(timedelta(minutes=20))
    after = quay.operators.sessions.operator(secret)
    assert after is not None
    assert not after.may("evidence.read")
    with quay.database.read() as connection:
        (found,) = quay.operators.glass.listed(connection)
        codes = next(e.codes for e in quay.ledger.events(connection, kinds=("operators:page:",)))
        assert quay.operators.glass.reason(connection, one.id) == REASON
    assert (found.told, found.acts) == (1, 1)
    assert f"glass={one.id}" in codes
    assert "elevated=yes" in codes


def test_whoever_cannot_be_told_stops_no_emergency(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    enrol(quay, "administrator", address="boss@quay.example")

    def broken(_: str) -> None:
        raise OSError("no mail today")

    quay.operators.glass.open(enrol(quay, "operator").operator(), "auditor", REASON, tell=broken)
    with quay.database.read() as connection:
        codes = next(e.codes for e in quay.ledger.events(connection, kinds=("operators:glass:told",)))
    assert {"told=0", "failed=1"} <= set(codes)


@pytest.mark.parametrize(
    ("role", "reason", "minutes"),
    [
        ("auditor", "short", 30),
        ("auditor", " " * 40, 30),
        ("auditor", REASON, 121),
        ("auditor", REASON, 0),
        ("king", REASON, 30),
    ],
)
def test_an_emergency_needs_a_reason_a_short_life_and_a_role(
    quay_on_sqlite: Organisation, role: str, reason: str, minutes: int
) -> None:
    operator = enrol(quay_on_sqlite, "operator").operator()
    with pytest.raises(GlassRefused):
        quay_on_sqlite.operators.glass.open(operator, role, reason, timedelta(minutes=minutes))


def test_whoever_lacks_the_right_opens_none_and_nobody_two(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    with pytest.raises(NotPermitted):
        quay.operators.glass.open(enrol(quay, "support").operator(), "administrator", REASON)
    operator = enrol(quay, "operator").operator()
    quay.operators.glass.open(operator, "auditor", REASON)
    with pytest.raises(GlassRefused):
        quay.operators.glass.open(operator, "administrator", REASON)


def test_somebody_else_judges_and_once(quay: Organisation) -> None:
    ada, bea = officers(quay)
    one = quay.operators.glass.open(ada, "privacy_officer", REASON)
    with pytest.raises(GlassRefused, match="their own"):
        quay.operators.glass.review(ada, one.id, True, REASON)
    with pytest.raises(GlassRefused, match="letters"):
        quay.operators.glass.review(bea, one.id, True, "ok")
    with pytest.raises(NotPermitted):
        quay.operators.glass.review(enrol(quay, "viewer").operator(), one.id, True, REASON)
    judged = quay.operators.glass.review(bea, one.id, False, "There was somebody else in the house.")
    assert (judged.justified, judged.reviewed_by) == (False, bea.member)
    with pytest.raises(GlassRefused, match="before"):
        quay.operators.glass.review(bea, one.id, True, REASON)
    found = {one.projection: one for one in quay.replay()}
    assert found["operators"].equal


def test_an_unjudged_one_is_overdue_after_a_week(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    quay.operators.glass.open(enrol(quay, "operator").operator(), "auditor", REASON)
    for waited, found in ((timedelta(0), 0), (rules.REVIEW_WITHIN - HOUR, 0), (HOUR, 1)):
        clock_of(quay).advance(waited)
        with quay.database.read() as connection:
            assert len(quay.operators.glass.overdue(connection)) == found
