"""A minor waits for a guardian who was proven; each thing is agreed to by itself; what was taken too early goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gate.kit import MAIL, POLICY, TEXT, bundle, organisation, somebody
from troth.app.acts import Acts
from troth.app.couriers import Bag
from troth.app.minors import (
    age_gate,
    answer_guardian,
    answered_age,
    ask_guardian,
    finish_purges,
    must_be_guarded,
    purge,
)
from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.consent import GuardianRefused, Tried
from troth.consent.errors import ActUnreadable
from troth.consent.guarding import LASTS, MOST_TRIES
from troth.decide.model import Question
from troth.kernel.clock import SteppedClock
from troth.kernel.ids import SubjectId, parse
from troth.policies import Declared
from troth.subjects import Act, SubjectErased

EXAMPLES = Path(__file__).parents[2] / "examples"
PARENT = "parent@people.example"
GUARDED = (
    POLICY.replace("  child: {what: guardian, purposes: [service]}\n",
                   "  child: {what: guardian, purposes: [service], label: {en: The service}}\n"
                   "  child_mail: {what: guardian, purposes: [newsletter]}\n")
    .replace("minors:\n", "minors:\n"
             "  serve: {who: minor, purposes: [service], needs: [consent:child, shown:terms]}\n"
             "  purge: {who: minor, acts: [store], data: [email], needs: [consent:child], purge: yes, within: 10 calendar_days}\n"
             "  attested: {who: minor, purposes: [check], needs: [paper:attestation]}\n")
    .replace("needs: [consent:child]}\ngrounds", "needs: [consent:child_mail]}\ngrounds")
)  # fmt: skip
RUN = Question("collect", ("email",), "service")
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    folder = tmp_path / "home" / "policy"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(GUARDED)
    (folder / "text.md").write_text(TEXT)
    with organisation(tmp_path / "home", database_url) as opened:
        yield opened


def child(quay: Organisation, number: int = 1) -> tuple[str, str, str]:
    """A minor who accepted, the ticket of the guardian's page, and the code that went to the guardian."""
    who, bag = somebody(quay, number), Bag()
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    ticket = ask_guardian(quay, who, PARENT, bag.carry)
    (letter,) = bag.letters
    assert letter.address == PARENT
    return who, ticket, letter.code


def replays(quay: Organisation) -> bool:
    return all(result.equal for result in quay.ledger.compare())


def held(quay: Organisation, who: str) -> set[str]:
    return {str(fact) for known in quay.known(who).values() for fact in known.holding}


def test_a_minor_waits_until_the_guardian_answered(home: Organisation) -> None:
    who, ticket, code = child(home)
    assert "is:minor" in held(home, who)
    assert not home.gate.peek(RUN, who).permitted
    tried, numbers = answer_guardian(home, ticket, code, {"child": "given", "child_mail": "refused"})
    assert (tried, len(numbers)) == (Tried.RIGHT, 2)
    assert home.gate.peek(RUN, who).permitted
    assert not home.gate.peek(MAIL, who).permitted, "agreeing to a service agrees to no newsletter"
    assert "shown:terms" in held(home, who), "the guardian read first"
    assert answer_guardian(home, ticket, code, {"child": "refused"})[0] is Tried.OVER
    assert "consent:child" in held(home, who)
    assert replays(home)


def test_what_the_guardian_did_not_name_is_not_agreed_to(home: Organisation) -> None:
    who, ticket, code = child(home)
    answer_guardian(home, ticket, code, {"child_mail": "refused"})
    assert not {"consent:child", "consent:child_mail"} & held(home, who)


def test_codes_are_guessed_five_times_and_no_more(home: Organisation) -> None:
    who, ticket, code = child(home)
    for number in range(MOST_TRIES):
        wrong = f"{(int(code) + number + 1) % 10**8:08d}"
        assert answer_guardian(home, ticket, wrong, {"child": "given"})[0] is Tried.WRONG
    assert answer_guardian(home, ticket, code, {"child": "given"})[0] is Tried.OVER
    assert "consent:child" not in held(home, who)
    assert replays(home)


def test_a_code_counts_for_its_ticket_and_its_time(home: Organisation) -> None:
    _, ticket, code = child(home, 1)
    who, other, _ = child(home, 2)
    assert answer_guardian(home, other, code, {"child": "given"})[0] is Tried.WRONG
    assert answer_guardian(home, "no-such-ticket", code, {"child": "given"})[0] is Tried.OVER
    assert isinstance(home.clock, SteppedClock)
    home.clock.advance(LASTS)
    assert answer_guardian(home, ticket, code, {"child": "given"})[0] is Tried.OVER
    assert "consent:child" not in held(home, who)


def test_nothing_that_is_no_guardian_s_to_give_is_taken(home: Organisation) -> None:
    who, ticket, code = child(home)
    for choices in ({"newsletter": "given"}, {"child": "withdrawn"}, {"child": "maybe"}):
        with pytest.raises(GuardianRefused):
            answer_guardian(home, ticket, code, choices)
    assert answer_guardian(home, ticket, code, {"child": "given"})[0] is Tried.RIGHT
    assert "consent:newsletter" not in held(home, who)


def test_nobody_is_their_own_guardian(home: Organisation) -> None:
    who = somebody(home)
    with pytest.raises(GuardianRefused):
        ask_guardian(home, who, "p1@example.test", Bag().carry)
    assert "is:minor" not in held(home, who)


def test_a_guardian_s_consent_needs_a_guardian_or_an_attestation(home: Organisation) -> None:
    who = somebody(home)
    with pytest.raises(GuardianRefused):
        home.act(lambda acts: must_be_guarded(home, acts, who))
    attest(home, who, days=30)
    home.act(lambda acts: must_be_guarded(home, acts, who))
    assert isinstance(home.clock, SteppedClock)
    home.clock.advance(timedelta(days=31))
    with pytest.raises(GuardianRefused):
        home.act(lambda acts: must_be_guarded(home, acts, who))
    with pytest.raises(ActUnreadable):
        attest(home, who, days=-1)
    assert replays(home)


def attest(home: Organisation, who: str, *, days: int) -> None:
    def do(acts: Acts) -> None:
        declared = acts.declared()
        act = Act(_id(who), acts.at, acts.origin, declared.digest)
        home.guardians.attest(acts.work, act, declared, "school", DIGEST, acts.at + timedelta(days=days))

    home.act(do)
    with home.database.read() as connection:
        (tally,) = home.promises.evidence(connection)["minor:attested"].tallies
    assert tally.grade.value == "attestation"


def _id(who: str) -> SubjectId:
    return parse(SubjectId, who)


def test_the_question_about_age_keeps_only_a_yes(home: Organisation) -> None:
    adult, minor = somebody(home, 1), somebody(home, 2)
    before = events(home)
    assert not home.act(lambda acts: answered_age(home, acts, adult, minor=False))
    assert events(home) == before, "of an adult nothing is kept, not even that they were asked"
    assert home.act(lambda acts: answered_age(home, acts, minor, minor=True))
    assert "is:minor" in held(home, minor)


def events(home: Organisation) -> int:
    with home.database.read() as connection:
        return home.ledger.head(connection).size


def test_no_age_is_made_up_where_the_text_names_none() -> None:
    axle, desk = (Declared(compiled_folder(EXAMPLES / name)[0]) for name in ("axle", "desk"))
    asked = age_gate(axle)
    assert (asked.years, asked.chosen) == ("18", True)
    assert {(one.regime, one.years) for one in asked.sources} >= {("CN-PIPL", "14")}
    assert all(one.cite for one in asked.sources)
    named = age_gate(desk)
    assert (named.years, named.chosen) == ("14", False), "the statute's, under the reading that desk enforces"
    assert "CN-PIPL" in {one.regime for one in named.sources}
    silent = age_gate(Declared(bundle(GUARDED.replace(", under: 18", ""))))
    assert (silent.years, silent.chosen, silent.sources) == (None, False, ())


def test_a_minor_found_without_consent_is_purged_and_it_is_said_who_else_has_what(home: Organisation) -> None:
    who, other = somebody(home, 1), somebody(home, 2)
    home.act(lambda acts: acts.set_facts(who, set=["is:minor"]))
    given(home, who)
    found = purge(home, who)
    assert found.elsewhere == ("court",)
    assert found.rules == ("purge",)
    with home.database.read() as connection:
        (event,) = home.ledger.events(connection, kinds=("consent:minor:purged",))
        (case,) = home.guardians.all_found(connection)
        (tally,) = home.promises.evidence(connection)["minor:purge"].tallies
    assert event.subject is None
    assert "elsewhere=1" in event.codes
    assert case.minor == ""
    assert case.due is not None
    assert case.due.date() == (case.at + timedelta(days=10)).date()
    assert tally.permitted == 1
    with pytest.raises(SubjectErased):
        home.known(who)
    assert home.known(other)
    assert replays(home)


def given(home: Organisation, who: str) -> None:
    court = Question("share", ("email",), "newsletter", recipient="court")
    home.act(lambda acts: acts.set_facts(who, clear=["is:minor"]))
    reply = home.act(lambda acts: acts.release(court, who, {"order": "12/2026"}))
    assert reply.permitted
    home.act(lambda acts: acts.set_facts(who, set=["is:minor"]))


def test_a_purge_that_was_cut_off_is_finished(home: Organisation) -> None:
    who = somebody(home)
    declared = home.policy()
    home.act(
        lambda acts: home.guardians.found(acts.work, Act(_id(who), acts.at, policy=declared.digest), declared)
    )
    assert finish_purges(home) == 0, "found, and not yet gone"
    home.erase_keys(who)
    assert finish_purges(home) == 1
    assert finish_purges(home) == 0
    assert replays(home)


def test_what_a_guardian_agreed_to_is_no_mistake(home: Organisation) -> None:
    who, ticket, code = child(home)
    answer_guardian(home, ticket, code, {"child": "given", "child_mail": "refused"})
    with pytest.raises(GuardianRefused):
        purge(home, who)
    assert home.known(who)


def test_guardians_go_with_either_of_the_two(home: Organisation) -> None:
    who, _, _ = child(home, 1)
    child(home, 2)
    guardian = home.act(lambda acts: acts.open_subject([("email", PARENT)])).subject
    with home.database.read() as connection:
        assert len(home.guardians.open_cases(connection)) == 2
    home.erase_keys(who)
    with home.database.read() as connection:
        assert len(home.guardians.open_cases(connection)) == 1
    home.erase_keys(str(guardian))
    with home.database.read() as connection:
        assert home.guardians.open_cases(connection) == []
    assert replays(home)


def test_a_minor_who_is_merged_keeps_the_guardian(home: Organisation) -> None:
    who, ticket, code = child(home, 1)
    kept = somebody(home, 9)
    home.act(lambda acts: acts.merge(kept, who))
    assert answer_guardian(home, ticket, code, {"child": "given"})[0] is Tried.RIGHT
    with home.database.read() as connection:
        assert home.guardians.stands(
            connection, home.rooms.subjects.root(connection, home.ledger.pseudonym(kept))
        )
    assert replays(home)


def test_no_code_and_no_address_stands_in_the_record(home: Organisation) -> None:
    _, ticket, code = child(home)
    with home.database.read() as connection:
        codes = [code for event in home.ledger.events(connection) for code in event.codes]
    assert not any(PARENT in one or code in one for one in codes)
    assert any(ticket in one for one in codes)
