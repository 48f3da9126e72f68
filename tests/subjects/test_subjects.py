"""People: found again by what they are recognised by, never kept in clear, merged to the stricter state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.kit import MAIL, NOON, SERVE, TEXT, organisation, second, somebody
from troth.app.organisation import Organisation
from troth.kernel.ids import BadId
from troth.policies import NotDeclared
from troth.policy.facts import Fact
from troth.subjects import IdentitiesDiffer, IdentityTaken, SubjectUnknown
from troth.subjects.errors import IdentityUnreadable, MergeRefused

NOBODY = "sub_" + "0" * 26


def facts(quay: Organisation, who: str) -> set[str]:
    (found,) = quay.known(who).values()
    return {str(fact) for fact in found.holding}


def doubts(quay: Organisation, who: str) -> set[str]:
    (found,) = quay.known(who).values()
    return {str(fact) for fact in found.unknown}


def test_the_same_identity_leads_to_the_same_subject(quay: Organisation) -> None:
    first = quay.act(lambda acts: acts.open_subject([("email", "Kim@Example.test")]))
    again = quay.act(
        lambda acts: acts.open_subject([("email", " kim@example.TEST"), ("phone", "+60 3-1234")])
    )
    by_phone = quay.act(lambda acts: acts.open_subject([("phone", "+6031234")]))
    assert first.created
    assert not again.created
    assert first.subject == again.subject == by_phone.subject
    assert somebody(quay, 2) != first.subject


def test_addresses_are_one_in_the_letters_that_mail_takes_for_equal(quay: Organisation) -> None:
    """Folding more than a mail server does would give one person the record of another."""

    def opened(address: str) -> str:
        return quay.act(lambda acts: acts.open_subject([("email", address)])).subject

    assert opened("Amy@Example.test") == opened("amy@example.test")
    assert opened("straße@example.test") != opened("strasse@example.test")
    assert opened("ıris@example.test") != opened("iris@example.test")


def test_people_without_an_identity_are_subjects_too(quay: Organisation) -> None:
    one, other = (quay.act(lambda acts: acts.open_subject([])) for _ in range(2))
    assert one.created
    assert other.created
    assert one.subject != other.subject
    assert facts(quay, one.subject) == set()


def test_identities_of_two_people_open_neither(quay: Organisation) -> None:
    somebody(quay, 1), somebody(quay, 2)
    both = [("email", "p1@example.test"), ("email", "p2@example.test")]
    with pytest.raises(IdentitiesDiffer, match="lead to 2 different subjects"):
        quay.act(lambda acts: acts.open_subject(both))


def test_an_identity_moves_only_by_being_unlinked_first(quay: Organisation) -> None:
    one, other = somebody(quay, 1), somebody(quay, 2)
    with pytest.raises(IdentityTaken):
        quay.act(lambda acts: acts.link(other, "email", "p1@example.test"))
    quay.act(lambda acts: acts.unlink(other, "email", "p1@example.test"))  # not theirs: nothing happens
    assert somebody(quay, 1) == one
    quay.act(lambda acts: acts.unlink(one, "email", "p1@example.test"))
    quay.act(lambda acts: acts.link(other, "email", "p1@example.test"))
    assert somebody(quay, 1) == other
    assert all(result.equal for result in quay.ledger.compare())


def test_an_identity_is_nowhere_in_clear(tmp_path: Path) -> None:
    with organisation(tmp_path) as quay:
        who = quay.act(
            lambda acts: acts.open_subject([("email", "kim.secret@example.test"), ("phone", "+6012777888")])
        )
        quay.act(lambda acts: acts.unlink(who.subject, "email", "kim.secret@example.test"))
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("troth.db*"))
    for trace in (b"kim.secret", b"6012777888"):
        assert trace not in stored


@pytest.mark.parametrize(("kind", "value"), [("email", "  "), ("phone", "none"), ("passport", "1")])
def test_an_identity_that_says_nothing_is_refused(
    quay_on_sqlite: Organisation, kind: str, value: str
) -> None:
    with pytest.raises(IdentityUnreadable):
        quay_on_sqlite.act(lambda acts: acts.open_subject([(kind, value)]))


def test_facts_are_set_cleared_and_doubted(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.set_facts(who, set=["registered", "on:beta", "is:minor"]))
    assert facts(quay, who) == {"registered", "on:beta", "is:minor"}
    quay.act(lambda acts: acts.set_facts(who, clear=["on:beta"], doubt=["is:minor"]))
    assert facts(quay, who) == {"registered"}
    assert doubts(quay, who) == {"is:minor"}
    assert all(result.equal for result in quay.ledger.compare())


@pytest.mark.parametrize(
    ("fact", "help"),
    [
        ("on:betta", "Did you mean 'on:beta'"),
        ("registred", "Did you mean 'registered'"),
        ("consent:newsletter", "not a kind of fact that is recorded here"),
        ("is:martian", "is:minor"),
    ],
)
def test_only_what_the_policy_declares_is_recorded(
    quay_on_sqlite: Organisation, fact: str, help: str
) -> None:
    who = somebody(quay_on_sqlite)
    with pytest.raises(NotDeclared, match=help):
        quay_on_sqlite.act(lambda acts: acts.set_facts(who, set=["registered", fact]))
    assert facts(quay_on_sqlite, who) == set()


def test_a_notice_counts_in_the_version_the_policy_has_of_it(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.set_facts(who, set=["shown:signup", "shown:terms"], language="en"))
    assert facts(quay, who) == {"shown:signup", "shown:terms"}
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    assert facts(quay, who) == {"shown:terms"}
    quay.act(lambda acts: acts.set_facts(who, set=["shown:signup"], language="en", rendered="sha256:ab"))
    assert facts(quay, who) == {"shown:signup", "shown:terms"}


def test_a_notice_is_shown_in_a_language_it_exists_in(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    for language in ("", "ms", "English"):
        with pytest.raises(NotDeclared, match="language"):
            quay_on_sqlite.act(
                lambda acts, said=language: acts.set_facts(who, set=["shown:signup"], language=said)  # type: ignore[misc]
            )


def test_nobody_can_be_spoken_of_who_was_never_opened(quay: Organisation) -> None:
    who = somebody(quay)
    with pytest.raises(SubjectUnknown):
        quay.act(lambda acts: acts.set_facts(NOBODY, set=["registered"]))
    with pytest.raises(SubjectUnknown):
        quay.gate.peek(MAIL, NOBODY)
    with pytest.raises(SubjectUnknown):
        quay.act(lambda acts: acts.merge(who, NOBODY))
    with pytest.raises(SubjectUnknown):
        quay.act(lambda acts: acts.consent(NOBODY, "newsletter", "withdrawn"))
    with pytest.raises(BadId):
        quay.act(lambda acts: acts.consent("kim@example.test", "newsletter", "withdrawn"))


def test_after_a_merge_the_stricter_state_holds_under_either_id(quay: Organisation) -> None:
    one, other = somebody(quay, 1), somebody(quay, 2)
    quay.act(lambda acts: acts.set_facts(one, set=["registered", "verified", "on:beta"]))
    quay.act(lambda acts: acts.set_facts(other, set=["registered", "restricted"], doubt=["on:beta"]))
    quay.act(lambda acts: acts.merge(one, other))
    for who in (one, other):
        assert facts(quay, who) == {"registered", "restricted"}
        assert doubts(quay, who) == {"on:beta"}
    assert somebody(quay, 2) == one
    assert all(result.equal for result in quay.ledger.compare())


def test_after_a_merge_both_ids_speak_of_one_person(quay: Organisation) -> None:
    one, other, third = somebody(quay, 1), somebody(quay, 2), somebody(quay, 3)
    quay.act(lambda acts: acts.merge(one, other))
    quay.act(lambda acts: acts.set_facts(other, set=["registered"]))
    assert facts(quay, one) == {"registered"}
    quay.act(lambda acts: acts.merge(third, other))
    assert facts(quay, one) == facts(quay, third) == set()
    quay.act(lambda acts: acts.merge(other, one))  # one already: harmless
    assert somebody(quay, 1) == somebody(quay, 2) == third
    assert all(result.equal for result in quay.ledger.compare())


def test_whoever_may_belong_to_a_class_is_in_doubt_after_a_merge(quay: Organisation) -> None:
    one, other = somebody(quay, 1), somebody(quay, 2)
    quay.act(lambda acts: acts.set_facts(one, set=["is:minor"]))
    quay.act(lambda acts: acts.merge(other, one))
    assert doubts(quay, other) == {"is:minor"}


def test_nobody_is_merged_with_themselves(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    with pytest.raises(MergeRefused):
        quay_on_sqlite.act(lambda acts: acts.merge(who, who))


def test_two_versions_bind_after_a_merge_and_the_stricter_answer_holds(quay: Organisation) -> None:
    one, other = somebody(quay, 1), somebody(quay, 2)
    for who in (one, other):
        quay.act(lambda acts, who=who: acts.set_facts(who, set=["shown:terms"], language="en"))  # type: ignore[misc]
    first = quay.policy().digest
    quay.act(lambda acts: acts.accept(one, "explicit"))
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    quay.act(lambda acts: acts.accept(other, "explicit"))
    assert quay.gate.peek(SERVE, one).answer.policy == first
    assert quay.gate.peek(SERVE, other).answer.policy == second().digest
    assert quay.gate.peek(SERVE, one).permitted
    assert quay.gate.peek(SERVE, other).permitted
    quay.act(lambda acts: acts.merge(one, other))
    assert set(quay.known(one)) == {first, second().digest}
    assert not quay.gate.peek(SERVE, one).permitted
    quay.act(lambda acts: acts.accept(one, "explicit"))
    assert set(quay.known(one)) == {second().digest}
    assert quay.gate.peek(SERVE, one).permitted


def test_what_a_payload_alone_knew_goes_with_it(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    who = somebody(quay)
    quay.act(lambda acts: acts.set_facts(who, set=["registered"]))
    with quay.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_payloads")
    changed = [result.projection for result in quay.ledger.replay() if not result.equal]
    assert changed == ["subjects"]
    assert facts(quay, who) == {"registered"}
    assert Fact("registered") in quay.known(who)[quay.policy().digest].holding
    assert somebody(quay) != who
    assert quay.clock.now() == NOON
