"""A yes of its own kind, a no that always counts, and an end at the instant that was promised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.gate.kit import FACE, MAIL, NOON, SERVE, TEXT, agreed, organisation, second, somebody
from troth.app.organisation import Organisation
from troth.consent import SATISFIED_BY, MoveRefused
from troth.consent.errors import ActUnreadable
from troth.kernel.clock import SteppedClock
from troth.policies import NotDeclared

KINDS = ("deemed", "explicit", "separate", "guardian")
ITEMS = {"newsletter": "explicit", "banner": "deemed", "face": "separate", "child": "guardian"}


def holding(quay: Organisation, who: str) -> set[str]:
    (facts,) = quay.known(who).values()
    return {str(fact) for fact in facts.holding}


def clock_of(quay: Organisation) -> SteppedClock:
    assert isinstance(quay.clock, SteppedClock)
    return quay.clock


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("item", ITEMS)
def test_a_yes_counts_for_what_asks_for_no_more(quay_on_sqlite: Organisation, item: str, kind: str) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    standing = quay.act(lambda acts: acts.consent(who, item, "given", kind=kind, language="en"))
    enough = kind in SATISFIED_BY[ITEMS[item]]
    assert standing.holds is enough
    assert (f"consent:{item}" in holding(quay, who)) is enough
    assert standing.kind == kind


def test_what_is_enough_for_what() -> None:
    enough = {(asked, given) for asked, kinds in SATISFIED_BY.items() for given in kinds}
    assert {pair for pair in enough if pair[0] == "explicit"} == {
        ("explicit", "explicit"),
        ("explicit", "separate"),
    }
    assert not {pair for pair in enough if pair[1] == "deemed" and pair[0] != "deemed"}
    assert not {
        pair for pair in enough if (pair[0] == "guardian") != (pair[1] == "guardian") and pair[0] != "deemed"
    }


def test_a_withdrawal_denies_from_then_on_and_a_new_yes_permits_again(quay: Organisation) -> None:
    who = agreed(quay)
    assert quay.gate.peek(MAIL, who).permitted
    standing = quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    assert (standing.holds, standing.act) == (False, "withdrawn")
    assert not quay.gate.peek(MAIL, who).permitted
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="zh"))
    assert quay.gate.peek(MAIL, who).permitted
    assert all(result.equal for result in quay.ledger.compare())


@pytest.mark.parametrize("no", ["refused", "withdrawn"])
def test_browsing_on_does_not_undo_a_no(quay: Organisation, no: str) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.consent(who, "banner", no))
    with pytest.raises(MoveRefused, match="cannot follow a no"):
        quay.act(lambda acts: acts.consent(who, "banner", "given", kind="deemed"))
    assert holding(quay, who) == set()
    quay.act(lambda acts: acts.consent(who, "banner", "given", kind="explicit"))
    assert holding(quay, who) == {"consent:banner"}
    quay.act(lambda acts: acts.consent(who, "banner", "given", kind="deemed"))


def test_a_no_ends_a_yes_of_any_kind(quay: Organisation) -> None:
    who = somebody(quay)
    for kind in KINDS:
        quay.act(lambda acts, kind=kind: acts.consent(who, "newsletter", "given", kind=kind, language="en"))  # type: ignore[misc]
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    assert holding(quay, who) == set()


def test_nobody_need_have_agreed_to_be_able_to_say_no(quay: Organisation) -> None:
    who = somebody(quay)
    assert quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn")).act == "withdrawn"


def test_a_yes_is_bound_to_the_notice_its_version_and_language(quay: Organisation) -> None:
    who = agreed(quay)
    declared = quay.policy()
    with quay.database.read() as connection:
        (event,) = quay.ledger.events(connection, kinds=("consent:item:given",))
    assert event.policy == declared.digest
    assert {"notice:signup", f"version:{declared.notice_versions['signup']}", "language:en"} <= set(
        event.codes
    )
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    assert quay.gate.peek(MAIL, who).permitted
    standing = quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    assert standing.version != declared.notice_versions["signup"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"notice": "terms", "language": "en"}, "agreed to before the notice 'signup'"),
        ({"language": ""}, "language"),
        ({"language": "ms"}, "language"),
        ({"language": "en", "kind": "explcit"}, "Did you mean 'explicit'"),
    ],
)
def test_a_yes_that_cannot_be_bound_is_refused(
    quay_on_sqlite: Organisation, said: dict[str, str], sentence: str
) -> None:
    who = somebody(quay_on_sqlite)
    with pytest.raises((NotDeclared, ActUnreadable), match=sentence):
        quay_on_sqlite.act(lambda acts: acts.consent(who, "newsletter", "given", **said))
    assert holding(quay_on_sqlite, who) == set()


@pytest.mark.parametrize("said", ["expired", "gave", ""])
def test_only_acts_of_a_person_can_be_reported(quay_on_sqlite: Organisation, said: str) -> None:
    who = agreed(quay_on_sqlite)
    with pytest.raises(ActUnreadable):
        quay_on_sqlite.act(lambda acts: acts.consent(who, "newsletter", said))


def test_unknown_items_are_one_clear_sentence(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    with pytest.raises(NotDeclared, match=r"no consent item 'newsleter'\. Did you mean 'newsletter'"):
        quay_on_sqlite.act(lambda acts: acts.consent(who, "newsleter", "withdrawn"))
    with pytest.raises(NotDeclared, match="Did you mean 'objects:no_mail'"):
        quay_on_sqlite.act(lambda acts: acts.object(who, "no_mails"))


def test_a_consent_runs_out_at_its_instant_with_or_without_a_sweep(quay: Organisation) -> None:
    who, clock = agreed(quay), clock_of(quay)
    with quay.database.read() as connection:
        standing = quay.rooms.consents.standing(
            connection, quay.ledger.pseudonym(who), quay.policy(), "newsletter", NOON
        )
    assert standing.expires is not None
    clock.advance(standing.expires - NOON - timedelta(microseconds=1))
    assert quay.gate.peek(MAIL, who).permitted
    clock.advance(timedelta(microseconds=1))
    assert not quay.gate.peek(MAIL, who).permitted
    assert quay.act(lambda acts: acts.expire()) == 1
    assert quay.act(lambda acts: acts.expire()) == 0
    assert not quay.gate.peek(MAIL, who).permitted
    assert all(result.equal for result in quay.ledger.compare())
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    assert quay.gate.peek(MAIL, who).permitted


def test_a_lapse_is_no_answer_so_browsing_on_may_count_again(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, agreed(quay_on_sqlite)
    clock_of(quay).advance(timedelta(days=500))
    quay.act(lambda acts: acts.expire())
    standing = quay.act(lambda acts: acts.consent(who, "newsletter", "given", kind="deemed", language="en"))
    assert (standing.act, standing.holds) == ("given", False)


def test_an_objection_stands_until_it_is_lifted(quay: Organisation) -> None:
    who = agreed(quay)
    quay.act(lambda acts: acts.object(who, "no_mail"))
    assert not quay.gate.peek(MAIL, who).permitted
    assert holding(quay, who) == {"consent:newsletter", "objects:no_mail"}
    quay.act(lambda acts: acts.object(who, "no_mail", raised=False))
    assert quay.gate.peek(MAIL, who).permitted


def test_a_deemed_acceptance_is_no_explicit_one(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "deemed"))
    assert "accepted" in holding(quay, who)
    assert not quay.gate.peek(SERVE, who).permitted
    quay.act(lambda acts: acts.accept(who, "explicit"))
    assert {"accepted", "accepted:explicit"} <= holding(quay, who)
    assert quay.gate.peek(SERVE, who).permitted


def test_an_acceptance_is_of_one_version(quay: Organisation) -> None:
    who, first = somebody(quay), quay.policy().digest
    quay.act(lambda acts: acts.accept(who, "explicit"))
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    assert set(quay.known(who)) == {first}
    assert "accepted:explicit" in holding(quay, who)
    quay.act(lambda acts: acts.accept(who, "deemed"))
    assert set(quay.known(who)) == {second().digest}
    assert holding(quay, who) == {"accepted"}


def test_a_decline_ends_by_a_clear_act_alone(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.accept(who, "explicit"))
    quay.act(lambda acts: acts.accept(who, "declined"))
    assert "declined" in holding(quay, who)
    with pytest.raises(MoveRefused):
        quay.act(lambda acts: acts.accept(who, "deemed"))
    quay.act(lambda acts: acts.accept(who, "explicit"))
    assert "declined" not in holding(quay, who)


def test_after_a_merge_a_yes_must_be_of_both_and_a_no_of_either(quay: Organisation) -> None:
    one, other = agreed(quay, 1), agreed(quay, 2)
    quay.act(lambda acts: acts.consent(one, "face", "given", kind="separate"))
    quay.act(lambda acts: acts.object(other, "no_mail"))
    quay.act(lambda acts: acts.merge(one, other))
    assert holding(quay, one) == holding(quay, other) == {"consent:newsletter", "objects:no_mail"}
    assert not quay.gate.peek(FACE, one).permitted
    assert not quay.gate.peek(MAIL, other).permitted
    quay.act(lambda acts: acts.consent(other, "newsletter", "withdrawn"))
    assert holding(quay, one) == {"objects:no_mail"}
    assert all(result.equal for result in quay.ledger.compare())


def test_a_no_of_one_still_bars_browsing_on_after_the_merge(quay_on_sqlite: Organisation) -> None:
    quay, one, other = quay_on_sqlite, somebody(quay_on_sqlite, 1), somebody(quay_on_sqlite, 2)
    quay.act(lambda acts: acts.consent(one, "banner", "refused"))
    quay.act(lambda acts: acts.consent(other, "banner", "given", kind="deemed"))
    quay.act(lambda acts: acts.merge(other, one))
    with pytest.raises(MoveRefused):
        quay.act(lambda acts: acts.consent(other, "banner", "given", kind="deemed"))


def test_several_acts_are_done_whole_or_not_at_all(quay: Organisation) -> None:
    who = agreed(quay)

    def leave() -> None:
        quay.act(
            lambda acts: (
                acts.consent(who, "newsletter", "withdrawn"),
                acts.object(who, "no_mail"),
                acts.object(who, "no_such"),
            )
        )

    with pytest.raises(NotDeclared):
        leave()
    assert holding(quay, who) == {"consent:newsletter"}
    with quay.database.read() as connection:
        assert not list(quay.ledger.events(connection, kinds=("consent:item:withdrawn",)))


def test_another_process_sees_the_same_state(quay_on_sqlite: Organisation) -> None:
    who = agreed(quay_on_sqlite)
    place = quay_on_sqlite.segments.folder.parents[1]
    with organisation(place) as other:
        assert other.gate.peek(MAIL, who).permitted
        quay_on_sqlite.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
        assert not other.gate.peek(MAIL, who).permitted
