"""What was shown to whom, word for word, once for each digest; and that nothing goes ahead before it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.gate.kit import NOON, TEXT
from tests.notices.kit import FILE, FORMS, HERE, displays, formed, kinds, replays, showing, shown, somebody
from troth.app.organisation import Organisation
from troth.kernel.findings import Findings
from troth.notices import Interface, NoticeMismatch, NoticeTooLong, Shown, TextUnknown, digest_of
from troth.notices.errors import DisplayUnreadable
from troth.notices.model import LONGEST
from troth.policies import Declared, NotDeclared
from troth.policy.compile import compile_policy
from troth.subjects import SubjectErased

OTHER = "sha256:" + "0" * 64


def test_a_use_is_refused_until_the_version_in_force_was_shown(quay: Organisation) -> None:
    who = somebody(quay)
    before = quay.gate.peek(FILE, who)
    assert not before.permitted
    assert ("shown:filing",) in before.answer.missing
    display = shown(quay, who)
    assert quay.gate.peek(FILE, who).permitted
    reworded = FORMS.replace("contents: [company, contact]", "contents: [company, contact, passport]")
    quay.act(lambda acts: acts.activate(formed(reworded), {"text.md": TEXT}))
    assert not quay.gate.peek(FILE, who).permitted
    assert shown(quay, who).version != display.version
    assert quay.gate.peek(FILE, who).permitted
    assert replays(quay)


def test_a_general_notice_is_another_one_with_every_change_of_the_text() -> None:
    text = TEXT.replace("Affiliates over 50 %.", "Affiliates over 60 %.")
    compiled = compile_policy({"policy.yaml": FORMS, "text.md": text}, {}, Findings())
    assert compiled is not None
    first, second = Declared(formed()).notice_versions, Declared(compiled.bundle).notice_versions
    assert {id for id in first if first[id] != second[id]} == {"terms"}


def test_words_are_kept_once_by_their_digest_and_read_back(quay: Organisation) -> None:
    one, other = somebody(quay, 1), somebody(quay, 2)
    first, second = shown(quay, one), shown(quay, other)
    assert first.rendered == second.rendered
    assert kinds(quay) == ["notices:text:kept", "notices:display:shown", "notices:display:shown"]
    with quay.database.read() as connection:
        kept = quay.notices.text(connection, first.rendered)
        ours = quay.notices.rendered(connection, quay.policy(), "filing", "en")
    assert digest_of(kept.text) == first.rendered
    assert (kept.text, kept.notice, kept.language) == (ours.text, "filing", "en")
    assert "Company" in kept.text
    assert "We write to you when you agreed." in kept.text


def test_each_language_has_words_and_a_digest_of_its_own(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    english = shown(quay, who)
    chinese = shown(quay, who, how=replace(HERE, language="zh"))
    assert english.rendered != chinese.rendered
    with quay.database.read() as connection:
        assert "公司" in quay.notices.text(connection, chinese.rendered).text
    with pytest.raises(NotDeclared):
        shown(quay, who, how=replace(HERE, language="ms"))


def test_the_words_of_a_company_s_own_page_are_kept_as_they_were(quay: Organisation) -> None:
    who, words = somebody(quay), "Filing\nWe take your company's name. 我们\n"
    display = shown(quay, who, how=replace(HERE, text=words, interface=Interface.APP))
    assert display.own
    assert display.rendered == digest_of(words)
    again = shown(quay, somebody(quay, 2), how=replace(HERE, rendered=digest_of(words)))
    assert again.rendered == display.rendered
    with quay.database.read() as connection:
        assert quay.notices.text(connection, display.rendered).text == words


@pytest.mark.parametrize("digest", [OTHER, "sha256:", "nothing"])
def test_a_forged_digest_is_no_display(quay_on_sqlite: Organisation, digest: str) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    with pytest.raises(NoticeMismatch):
        shown(quay, who, how=replace(HERE, rendered=digest))
    with pytest.raises(NoticeMismatch):
        shown(quay, who, how=replace(HERE, rendered=digest, text="other words"))
    assert displays(quay, who) == []
    assert not quay.gate.peek(FILE, who).permitted


def test_the_digest_of_another_notice_or_an_older_version_is_no_display(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    leaving = shown(quay, who, "leaving", Shown("en")).rendered
    own = shown(quay, who, how=replace(HERE, text="the filing, once")).rendered
    with pytest.raises(NoticeMismatch):
        shown(quay, who, how=replace(HERE, rendered=leaving))
    reworded = FORMS.replace("contents: [company, contact]", "contents: [company, contact, passport]")
    quay.act(lambda acts: acts.activate(formed(reworded), {"text.md": TEXT}))
    with pytest.raises(NoticeMismatch):
        shown(quay, who, how=replace(HERE, rendered=own))


def test_a_notice_of_another_organisation_is_unknown_here(tmp_path: Path) -> None:
    with showing(tmp_path / "one") as one, showing(tmp_path / "two") as two:
        words = shown(one, somebody(one), how=replace(HERE, text="only there")).rendered
        who = somebody(two)
        with pytest.raises(NoticeMismatch):
            shown(two, who, how=replace(HERE, rendered=words))
        with pytest.raises(TextUnknown), two.database.read() as connection:
            two.notices.text(connection, words)
        with pytest.raises(NotDeclared):
            shown(two, who, "nowhere_declared")


def test_a_text_of_ten_megabytes_is_refused_and_nothing_is_kept(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    with pytest.raises(NoticeTooLong):
        shown(quay, who, how=replace(HERE, text="x" * 10_000_000))
    with pytest.raises(NoticeTooLong):
        shown(quay, who, how=replace(HERE, text="字" * (LONGEST // 3 + 1)))
    assert shown(quay, who, how=replace(HERE, text="x" * LONGEST)).own
    for broken in ("half \ud800", "zero \x00"):
        with pytest.raises(DisplayUnreadable):
            shown(quay, who, how=replace(HERE, text=broken))


def test_the_same_display_again_is_one_but_each_moment_of_an_instant_notice_counts(
    quay: Organisation,
) -> None:
    who = somebody(quay)
    terms = Shown("en", Interface.WEB)
    first, again = shown(quay, who, "terms", terms), shown(quay, who, "terms", terms)
    assert (first.again, again.again, first.sequence) == (False, True, again.sequence)
    assert not shown(quay, who, "terms", replace(terms, interface=Interface.MAIL)).again
    moments = [shown(quay, who).sequence, shown(quay, who).sequence]
    assert len(set(moments)) == 2
    assert len(displays(quay, who)) == 4
    quay.act(lambda acts: acts.set_facts(who, clear=["shown:terms"]))
    assert not shown(quay, who, "terms", replace(terms, interface=Interface.MAIL)).again
    assert replays(quay)


class JumpingClock:
    """A clock that somebody sets, forward and back."""

    at = NOON

    def now(self) -> datetime:
        return self.at


def test_a_clock_that_jumps_changes_no_order(tmp_path: Path, database_url: str) -> None:
    clock = JumpingClock()
    with showing(tmp_path, database_url, clock=clock) as quay:
        who = somebody(quay)
        first = shown(quay, who)
        for days, language in ((400, "zh"), (1, "en")):
            clock.at = NOON + timedelta(days=days)
            second = shown(quay, who, how=replace(HERE, language=language))
            assert second.sequence > first.sequence
            assert displays(quay, who)[0].language == language
        clock.at = NOON + timedelta(seconds=1)
        assert quay.gate.peek(FILE, who).permitted
        assert replays(quay)


def test_what_was_shown_moves_with_a_merge_and_goes_with_an_erasure(quay: Organisation) -> None:
    kept, absorbed = somebody(quay, 1), somebody(quay, 2)
    shown(quay, absorbed)
    quay.act(lambda acts: acts.merge(kept, absorbed))
    assert [one.notice for one in displays(quay, kept)] == ["filing"]
    assert replays(quay)
    quay.erase_keys(kept)
    with pytest.raises(SubjectErased):
        shown(quay, kept)
    with quay.database.read() as connection:
        assert quay.notices.counts(connection) == []
    assert replays(quay)


def test_a_display_counts_for_the_promise_that_it_is_shown(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    shown(quay, somebody(quay))
    with quay.database.read() as connection:
        (tally,) = quay.promises.evidence(connection)["notice:filing"].tallies
    assert (tally.permitted, tally.refused) == (1, 0)
