"""A choice is one entry with all it means beside it: what was shown, what stood preselected, and nothing about the visitor."""

from __future__ import annotations

import json

import pytest

from tests.cookies.kit import OTHER, SITE, VISITOR, say
from troth.app.organisation import Organisation
from troth.app.site_acts import choose
from troth.cookies import ChoiceUnreadable, InterfaceUnknown, Said
from troth.decide.model import Question
from troth.ledger import Origin

ALL = {"consent:eu_gdpr.storage"}
ASKED = Question("collect", ("preferences",), "ux", via="preference_cookie")


def kinds(organisation: Organisation, prefix: str = "") -> list[str]:
    with organisation.database.read() as connection:
        return [
            event.kind for event in organisation.ledger.events(connection) if event.kind.startswith(prefix)
        ]


def subject(organisation: Organisation, visitor: str = VISITOR) -> str:
    return str(organisation.act(lambda acts: acts.open_subject([("cookie", visitor)])).subject)


def test_a_yes_opens_the_gate_and_a_later_no_shuts_it_at_once(axle: Organisation) -> None:
    say(axle, ALL)
    person = subject(axle)
    assert axle.gate.peek(ASKED, person).permitted
    say(axle, set())
    assert not axle.gate.peek(ASKED, person).permitted
    assert kinds(axle, "consent:item:").count("consent:item:withdrawn") == 3


def test_a_no_is_recorded_as_an_equal_of_a_yes(axle: Organisation) -> None:
    answer = say(axle, set())
    assert answer["on"] == []
    assert "consent:item:refused" in kinds(axle)
    assert not axle.gate.peek(ASKED, subject(axle)).permitted


def test_the_same_choice_again_is_one_entry(axle: Organisation) -> None:
    first, count = say(axle, ALL), len(kinds(axle))
    again = say(axle, ALL)
    assert again == first | {"again": True}
    assert len(kinds(axle)) == count
    say(axle, ALL, visitor=OTHER)
    assert kinds(axle).count("cookies:choice:made") == 2
    assert kinds(axle).count("cookies:interface:shown") == 1


def test_the_entry_names_what_was_shown_and_nothing_about_who(axle: Organisation) -> None:
    say(axle, ALL, language="zh", signal=True)
    shown = axle.cookies.interface(axle.policy(), SITE, "zh")
    with axle.database.read() as connection:
        made = next(e for e in axle.ledger.events(connection) if e.kind == "cookies:choice:made")
        kept = next(e for e in axle.ledger.events(connection) if e.kind == "cookies:interface:shown")
        words = axle.ledger.payload(connection, kept.sequence)
    assert made.policy == axle.policy().digest
    assert f"interface:{shown.digest}" in made.codes
    assert "language:zh" in made.codes
    assert "signal:gpc" in made.codes
    assert "how:all" in made.codes
    assert not any(code.startswith("preselected:") for code in made.codes), (
        "what waits for a yes is never preselected"
    )
    assert VISITOR not in repr(made)
    assert words == {"shown": json.loads(json.dumps(shown.shown))}


def test_what_ran_before_is_named_as_preselected_and_a_no_raises_its_objection(gateway: Organisation) -> None:
    plan = gateway.cookies.plan(gateway.policy())
    say(gateway, plan.offered)
    visits = Question("collect", ("visit_records",), "site_operation", via="visit_cookie")
    person = subject(gateway)
    gateway.act(lambda acts: acts.set_facts(person, set=["on:service"]))
    assert gateway.gate.peek(visits, person).permitted
    say(gateway, plan.offered - {"unless:visit_cookies"})
    assert not gateway.gate.peek(visits, person).permitted
    assert kinds(gateway).count("consent:objection:raised") == 1
    say(gateway, plan.offered)
    assert gateway.gate.peek(visits, person).permitted
    with gateway.database.read() as connection:
        made = [e for e in gateway.ledger.events(connection) if e.kind == "cookies:choice:made"]
    assert all("preselected:unless:visit_cookies" in event.codes for event in made)


def test_a_choice_before_another_interface_is_refused_and_leaves_nothing(axle: Organisation) -> None:
    count = len(kinds(axle))
    said = Said(frozenset(ALL), "en", "sha256:" + "0" * 64)
    with pytest.raises(InterfaceUnknown):
        choose(axle, VISITOR, axle.policy().digest, said, SITE)
    shown = axle.cookies.interface(axle.policy(), SITE, "en").digest
    with pytest.raises(ChoiceUnreadable):
        choose(axle, VISITOR, axle.policy().digest, Said(frozenset({"consent:all"}), "en", shown), SITE)
    with pytest.raises(ChoiceUnreadable):
        choose(axle, "me", axle.policy().digest, Said(frozenset(), "en", shown), SITE)
    assert len(kinds(axle)) == count


def test_tables_come_out_of_the_ledger_as_they_stood_and_go_with_the_person(axle: Organisation) -> None:
    say(axle, ALL)
    say(axle, set(), visitor=OTHER, signal=True)
    version = axle.policy()
    axle.act(lambda acts: axle.cookies.signal(acts.work, version, acts.at, Origin.OBSERVED))
    axle.act(
        lambda acts: axle.cookies.stranger(
            acts.work, version, SITE, "cookie", "_ga", True, acts.at, Origin.OBSERVED
        )
    )
    assert all(one.equal for one in axle.replay())
    person, now = subject(axle), axle.clock.now()
    with axle.database.read() as connection:
        (day,) = axle.cookies.by_day(connection, now)
        assert (day.all, day.none, day.some, day.signals) == (1, 1, 0, 1)
    axle.erase_keys(person)
    with axle.database.read() as connection:
        assert axle.cookies.by_day(connection, now)[0].all == 0
    assert all(one.equal for one in axle.replay())


def test_when_two_become_one_person_the_later_choice_is_theirs(axle: Organisation) -> None:
    say(axle, ALL)
    say(axle, set(), visitor=OTHER)
    one, other = subject(axle), subject(axle, OTHER)
    axle.act(lambda acts: acts.merge(one, other))
    last = axle.act(lambda acts: axle.cookies.last_of(acts.work, one))
    assert last is not None
    assert last.said.on == frozenset()
    assert not axle.gate.peek(ASKED, one).permitted


def test_undeclared_items_and_signals_are_told_once_a_day_without_numbers_of_visitors(
    axle: Organisation,
) -> None:
    version = axle.policy()

    def meet(name: str, refused: bool = True) -> bool:
        return axle.act(
            lambda acts: axle.cookies.stranger(
                acts.work, version, SITE, "cookie", name, refused, acts.at, Origin.OBSERVED
            )
        )

    assert meet("_ga_GX55512345")
    assert not meet("_ga_GX99912345")
    assert not any(map(meet, ("_b7", "session"))), "declared items are no strangers"
    assert meet("left_by_a_kit", refused=False)
    with axle.database.read() as connection:
        found = axle.cookies.strangers(connection)
    assert {(one.name, one.refused) for one in found} == {("_ga_GX#", True), ("left_by_a_kit", False)}
    assert sum(meet(f"x{'abcdefghij'[n % 10]}{'klmnopq'[n // 10]}") for n in range(70)) == 48

    def signal() -> bool:
        return axle.act(lambda acts: axle.cookies.signal(acts.work, version, acts.at, Origin.OBSERVED))

    assert signal()
    assert not signal()
