"""With words the gate says what it says without: after every change, for every example, in every process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.gate.kit import FACE, MAIL, NOON, SERVE, TO_COURT, TO_SISTER, bundle, second, somebody
from tests.words.kit import sharing, words_of
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.decide.layout import Layout
from troth.decide.model import Facts, Request
from troth.gate.situation import Unshared
from troth.kernel.clock import SteppedClock
from troth.words import WordsUnusable

QUESTIONS = (MAIL, SERVE, FACE, TO_SISTER, TO_COURT)


def told_by_words(quay: Organisation, who: str) -> bool:
    """Whether the words answer; the gate says the same, to the last obstacle, with and without them."""
    found = words_of(quay).lookup(quay.ledger.pseudonym(who), quay.clock.now())
    if found is not None:
        assert found == {digest: as_far_as_read(digest, facts) for digest, facts in quay.known(who).items()}
    with_words = [quay.gate.peek(question, who) for question in QUESTIONS]
    words, quay.gate._words = quay.gate._words, Unshared()
    assert with_words == [quay.gate.peek(question, who) for question in QUESTIONS]
    quay.gate._words = words
    return found is not None


def as_far_as_read(digest: str, facts: Facts) -> Facts:
    """The facts that some statement about acts reads: only these are in the words."""
    read = Layout.of(next(one for one in (bundle(), second()) if one.digest == digest)).subject_facts
    return Facts(facts.holding & frozenset(read), facts.unknown)


def agree(quay: Organisation, who: str) -> None:
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))


def test_each_change_is_in_the_words_of_another_process_at_once(tmp_path: Path, database_url: str) -> None:
    with sharing(tmp_path, database_url) as quay, sharing(tmp_path, database_url) as other:
        who = somebody(quay)
        assert told_by_words(other, who)
        for change, permits in (
            (lambda acts: acts.consent(who, "newsletter", "given", language="en"), True),
            (lambda acts: acts.object(who, "no_mail"), False),
            (lambda acts: acts.object(who, "no_mail", raised=False), True),
            (lambda acts: acts.set_facts(who, set=["is:minor"]), False),
            (lambda acts: acts.set_facts(who, clear=["is:minor"]), True),
            (lambda acts: acts.consent(who, "newsletter", "withdrawn"), False),
        ):
            quay.act(change)
            assert told_by_words(other, who)
            assert other.gate.peek(MAIL, who).permitted is permits


def test_an_acceptance_binds_and_is_told(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        who = somebody(quay)
        assert not quay.gate.peek(SERVE, who).permitted
        quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
        quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
        assert told_by_words(quay, who)
        quay.act(lambda acts: acts.accept(who, "declined"))
        assert told_by_words(quay, who)


def test_what_is_in_doubt_or_merged_is_read_from_the_database(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        kept, absorbed = somebody(quay, 1), somebody(quay, 2)
        agree(quay, kept)
        assert told_by_words(quay, kept)
        assert told_by_words(quay, absorbed)
        quay.act(lambda acts: acts.merge(kept, absorbed))
        assert told_by_words(quay, kept)
        assert not told_by_words(quay, absorbed)
        assert not quay.gate.peek(MAIL, absorbed).permitted
        quay.act(lambda acts: acts.set_facts(kept, doubt=["is:minor"]))
        assert not told_by_words(quay, kept)
        quay.act(lambda acts: acts.set_facts(kept, clear=["is:minor"]))
        assert told_by_words(quay, kept)


def test_a_consent_that_runs_out_is_not_told_any_more(tmp_path: Path) -> None:
    clock = SteppedClock(NOON)
    with sharing(tmp_path, "", clock=clock) as quay:
        who = somebody(quay)
        agree(quay, who)
        assert quay.gate.peek(MAIL, who).permitted
        assert told_by_words(quay, who)
        clock.advance(timedelta(days=366))
        assert not quay.gate.peek(MAIL, who).permitted
        assert told_by_words(quay, who), "packed again, without the consent"


def test_another_policy_is_another_epoch(tmp_path: Path, database_url: str) -> None:
    texts = {"text.md": (Path(tmp_path / "policy") / "text.md")}
    with sharing(tmp_path, database_url) as quay, sharing(tmp_path, database_url) as other:
        who = somebody(quay)
        agree(quay, who)
        assert told_by_words(other, who)
        content = {name: path.read_text() for name, path in texts.items()}
        quay.act(lambda acts: acts.activate(second(), content))
        assert told_by_words(other, who)
        assert set(other.known(who)) == {second().digest}
        assert words_of(quay).repack()
        assert told_by_words(other, who)


def test_a_policy_that_comes_into_force_by_itself_ends_the_epoch(tmp_path: Path) -> None:
    clock = SteppedClock(NOON)
    with sharing(tmp_path, "", clock=clock) as quay:
        who = somebody(quay)
        content = {"text.md": (tmp_path / "policy" / "text.md").read_text()}
        quay.act(lambda acts: acts.activate(second(), content, since=NOON + timedelta(days=2)))
        assert told_by_words(quay, who)
        assert set(quay.known(who)) == {bundle().digest}
        clock.advance(timedelta(days=2))
        assert told_by_words(quay, who)
        assert set(quay.known(who)) == {second().digest}


def test_a_change_that_fails_leaves_the_words_as_the_database_is(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        who = somebody(quay)
        agree(quay, who)
        assert told_by_words(quay, who)

        def half(acts: object) -> None:
            acts.consent(who, "newsletter", "withdrawn")  # type: ignore[attr-defined]
            raise ValueError("thought better of it")

        with pytest.raises(ValueError, match="thought better"):
            quay.act(half)
        assert quay.gate.peek(MAIL, who).permitted
        assert told_by_words(quay, who)


def test_a_replay_throws_the_words_away(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        who = somebody(quay)
        agree(quay, who)
        assert all(result.equal for result in quay.replay())
        assert told_by_words(quay, who)


def test_requests_are_answered_from_the_database(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        who = somebody(quay)
        told_by_words(quay, who)
        assert quay.gate.ask(Request("access"), who).outcome


def test_where_words_cannot_be_kept_people_are_asked_about_and_not_changed(tmp_path: Path) -> None:
    with sharing(tmp_path, "") as quay:
        who = somebody(quay)
    (tmp_path / "shared" / "quay").rename(tmp_path / "aside")
    (tmp_path / "shared" / "quay").write_text("")
    home = Home(tmp_path, f"sqlite:///{tmp_path / 'troth.db'}", tmp_path / "shared")
    with open_organisation(home, "quay", clock=SteppedClock(NOON)) as quay:
        assert not quay.gate.peek(FACE, who).permitted
        with pytest.raises(WordsUnusable, match="cannot be used"):
            agree(quay, who)
