"""Another version comes: what kind of change it is, whom it touches, what is owed, and what of that was done in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gate.kit import TEXT, bundle
from tests.messages.kit import WRITING, clock_of, mailed, sender, writing
from tests.notices.kit import kinds, replays
from troth.app.change_acts import clause_changes, settle_told, tell
from troth.app.organisation import Organisation
from troth.decide.changes import differences
from troth.decide.model import Question
from troth.kernel.findings import Findings
from troth.messages import State
from troth.notices import ChangeUnknown, Revision
from troth.notices.errors import DisplayUnreadable
from troth.policy.compile import compile_policy

RULES = """
changes:
  any: {kinds: [ordinary], channels: [page], publish: yes, archive: yes, clauses: ["1"]}
  major: {kinds: [service_model, recipients, rights, contact, high_risk], major: yes, channels: [email, home_page],
          before_effect: yes, summary: yes, clauses: ["2"]}
  cut: {kinds: [rights_cut], consent_anew: yes, who: cut_back, clauses: ["3"]}
"""
CHANGING = (
    WRITING.replace("classes:\n", "classes:\n  cut_back: {who: those whose rights a version cuts}\n")
    + RULES
    + "rights:\n  see: {what: access, within: 10 working_days, free: yes, routes: [email, site]}\n"
)
NEW_AIM = CHANGING.replace("  polling: {data: [email]}\n", "  polling: {data: [email, face]}\n")
SLOWER = CHANGING.replace("within: 10 working_days", "within: 30 working_days")
DAYS = timedelta(days=1)
SITE = "https://privacy.quay.example"


@contextmanager
def changing(place: Path, url: str = "", policy: str = CHANGING) -> Iterator[Organisation]:
    with writing(place, url, policy) as quay:
        yield quay


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    with changing(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def company_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with changing(tmp_path / "home") as opened:
        yield opened


def bound(quay: Organisation, number: int = 1) -> str:
    who = somebody_of(quay, number)
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    return who


def somebody_of(quay: Organisation, number: int) -> str:
    return quay.act(lambda acts: acts.open_subject([("email", f"p{number}@example.test")])).subject


def renewed(quay: Organisation, text: str, *, after: timedelta = timedelta(0)) -> Revision:
    since = quay.clock.now() + after
    quay.act(lambda acts: acts.activate(bundle(text), {"text.md": TEXT}, since=since))
    return last(quay)


def last(quay: Organisation) -> Revision:
    with quay.database.read() as connection:
        return quay.revisions.all(connection)[-1]


def missing(quay: Organisation, made: Revision) -> dict[str, tuple[str, ...]]:
    with quay.database.read() as connection:
        return {one.rule.id: one.missing for one in quay.revisions.standing(connection, made)}


def judged(quay: Organisation) -> None:
    quay.act(lambda acts: quay.revisions.judge(acts.work, acts.at, acts.origin))


def breaches(quay: Organisation, rule: str) -> int:
    with quay.database.read() as connection:
        found = quay.promises.evidence(connection).get(f"change:{rule}")
    return len(found.breaches) if found is not None else 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NEW_AIM, {"service_model", "material", "ordinary"}),
        (SLOWER, {"rights", "rights_cut", "material", "ordinary"}),
        (CHANGING.replace("over: 50", "over: 40"), {"recipients", "material", "ordinary"}),
        (CHANGING.replace("name: Quay,", "name: Quay Two,"), {"ownership", "material", "ordinary"}),
        (CHANGING.replace("routes: [email, site]", "routes: [email]"), {"rights", "rights_cut", "material", "ordinary"}),
        (CHANGING.replace("within: 10 working_days", "within: 5 working_days"), {"rights", "material", "ordinary"}),
        (CHANGING.replace("  no_polls: {purposes: [polling], channels: [manager]}\n", ""),
         {"rights", "rights_cut", "material", "ordinary"}),
        (CHANGING.replace("those whose rights a version cuts", "whoever loses a right"), {"ordinary"}),
        (CHANGING, set()),
    ],
)  # fmt: skip
def test_a_change_is_told_by_what_differs(text: str, found: set[str]) -> None:
    assert set(differences(bundle(CHANGING), bundle(text)).kinds) == found


def test_a_word_of_the_text_alone_is_an_ordinary_change(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    relabelled = CHANGING.replace('version: "1"', 'version: "2"')
    quay.act(lambda acts: acts.activate(bundle(relabelled), {"text.md": TEXT}))
    assert kinds(quay, "notices:change:") == [], "a number on the cover changes nothing for anybody"


def test_what_is_done_by_itself_is_settled_at_once_and_counts(company: Organisation) -> None:
    quay = company
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    assert missing(quay, made) == {"any": (), "major": ("tell:home_page", "before_effect")}, (
        "nobody is bound yet"
    )
    with quay.database.read() as connection:
        (tally,) = quay.promises.evidence(connection)["change:any"].tallies
    assert (tally.permitted, tally.refused) == (1, 0)
    assert replays(quay)


def test_whom_a_change_touches_is_told_by_mail_before_it_takes_effect(company: Organisation) -> None:
    quay = company
    who, other = bound(quay, 1), bound(quay, 2)
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    with quay.database.read() as connection:
        assert len(quay.revisions.owed(connection, made, "email")) == 2
    for number, person in ((1, who), (2, other)):
        assert tell(quay, made.sequence, person, f"p{number}@example.test", site=SITE).state is State.QUEUED
    assert settle_told(quay) == 0, "queued is not told"
    hands = sender(quay)
    assert hands.due()[State.ACCEPTED] == 2
    assert settle_told(quay) == 2
    parcel = mailed(hands)[0]
    assert f"{SITE}/my/quay/notice/versions/2" in parcel.text
    assert "in force from 2026-04-01" in parcel.text
    assert missing(quay, made)["major"] == ("tell:home_page", "before_effect")
    quay.act(lambda acts: quay.revisions.posted(acts.work, made.sequence, "home_page", acts.at, acts.origin))
    assert missing(quay, made)["major"] == ()
    clock_of(quay).advance(31 * DAYS)
    judged(quay)
    assert breaches(quay, "major") == 0
    assert kinds(quay, "notices:change:told") == ["notices:change:told"] * 2
    assert replays(quay)


def test_who_was_not_told_in_time_is_a_breach_once(company: Organisation) -> None:
    quay = company
    who = bound(quay)
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    quay.act(lambda acts: quay.revisions.posted(acts.work, made.sequence, "home_page", acts.at, acts.origin))
    judged(quay)
    assert breaches(quay, "major") == 0, "there is time yet"
    clock_of(quay).advance(31 * DAYS)
    judged(quay)
    judged(quay)
    assert breaches(quay, "major") == 1
    tell(quay, made.sequence, who, "p1@example.test", site=SITE)
    sender(quay).due()
    assert settle_told(quay) == 1
    assert missing(quay, made)["major"] == ("before_effect",), "told, and too late"
    assert replays(quay)


def test_a_major_change_in_force_at_once_was_told_to_nobody_before(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    bound(quay)
    renewed(quay, NEW_AIM)
    assert breaches(quay, "major") == 1


def test_a_mail_that_comes_back_leaves_the_person_owed(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    who = bound(quay)
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    found = tell(quay, made.sequence, who, "p1@example.test", site=SITE)
    quay.act(lambda acts: quay.messages.move(acts.work, found.id, State.STOPPED, at=acts.at))
    assert settle_told(quay) == 0
    with quay.database.read() as connection:
        assert len(quay.revisions.owed(connection, made, "email")) == 1
    assert replays(quay)


def test_a_cut_of_rights_binds_nobody_who_merely_goes_on(company: Organisation) -> None:
    quay, serve = company, Question("use", ("email",), "service")
    who, fresh = bound(quay, 1), somebody_of(quay, 2)
    first = quay.policy().digest
    made = renewed(quay, SLOWER)
    assert "rights_cut" in made.kinds
    assert quay.act(lambda acts: acts.accept(who, "deemed", language="en")) == ""
    assert set(quay.known(who)) == {first}, "the version that was agreed to binds on"
    with quay.database.read() as connection:
        tally = quay.promises.evidence(connection)["change:cut"].tallies
    assert sum(one.refused for one in tally) == 1
    assert quay.act(lambda acts: acts.accept(fresh, "deemed", language="en")), "who came later lost nothing"
    assert quay.gate.peek(serve, who).permitted
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    assert set(quay.known(who)) == {quay.policy().digest}
    assert replays(quay)


def test_whom_a_cut_touches_belongs_to_a_class_until_they_accept(company: Organisation) -> None:
    quay = company
    who, stranger = bound(quay, 1), somebody_of(quay, 2)
    renewed(quay, SLOWER)
    assert "is:cut_back" in facts(quay, who)
    assert "is:cut_back" not in facts(quay, stranger)
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    assert "is:cut_back" not in facts(quay, who)
    assert replays(quay)


def facts(quay: Organisation, who: str) -> set[str]:
    return {str(fact) for known in quay.known(who).values() for fact in known.holding}


def test_somebody_judges_a_change_to_be_more_than_a_machine_finds(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    bound(quay)
    kept = CHANGING + "safeguards:\n  locks: {evidence: [keys]}\n"
    made = renewed(quay, kept, after=10 * DAYS)
    assert "major" not in missing(quay, made)
    quay.act(
        lambda acts: quay.revisions.escalate(acts.work, made.sequence, "high_risk", acts.at, acts.origin)
    )
    assert missing(quay, last(quay))["major"] == ("tell:email", "tell:home_page", "before_effect")
    with pytest.raises(DisplayUnreadable):
        quay.act(
            lambda acts: quay.revisions.escalate(acts.work, made.sequence, "contact", acts.at, acts.origin)
        )
    with pytest.raises(DisplayUnreadable):
        quay.act(lambda acts: quay.revisions.posted(acts.work, made.sequence, "email", acts.at, acts.origin))
    with pytest.raises(ChangeUnknown):
        quay.act(lambda acts: quay.revisions.posted(acts.work, 1, "home_page", acts.at, acts.origin))
    assert replays(quay)


def test_the_period_of_notice_counts_from_when_the_last_was_told(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    patient = CHANGING.replace("channels: [email, home_page],", "channels: [home_page],").replace(
        "summary: yes,", "summary: yes, lead: 14 calendar_days,"
    )
    renewed(quay, patient)
    for wait, found in ((10, ("lead",)), (20, ())):
        told = f"  polling: {{data: [email, face], owner: quay, refusing: '{wait}'}}\n"
        aim = patient.replace("  polling: {data: [email]}\n", told)
        made = renewed(quay, aim, after=wait * DAYS)
        quay.act(
            lambda acts, n=made.sequence: quay.revisions.posted(
                acts.work, n, "home_page", acts.at, acts.origin
            )
        )  # type: ignore[misc]
        assert missing(quay, made)["major"] == found


def test_who_was_told_goes_with_an_erasure_and_moves_with_a_merge(company: Organisation) -> None:
    quay = company
    kept, absorbed = bound(quay, 1), bound(quay, 2)
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    tell(quay, made.sequence, absorbed, "p2@example.test", site=SITE)
    quay.act(lambda acts: acts.merge(kept, absorbed))
    with quay.database.read() as connection:
        assert quay.revisions.owed(connection, made, "email") == []
    quay.erase_keys(kept)
    with quay.database.read() as connection:
        assert quay.revisions.waiting(connection) == []
    assert settle_told(quay) == 0
    assert replays(quay)


def test_what_changed_is_told_clause_by_clause(company_on_sqlite: Organisation) -> None:
    quay = company_on_sqlite
    first = quay.policy().digest
    text = TEXT.replace("We write to you when you agreed.", "We write to you.") + "\n4. Anything else.\n"
    compiled = compile_policy({"policy.yaml": CHANGING, "text.md": text}, {}, Findings())
    assert compiled is not None
    second = quay.act(lambda acts: acts.activate(compiled.bundle, {"text.md": text}))
    with quay.database.read() as connection:
        found = {one.how: one for one in clause_changes(quay, connection, first, second)}
    assert found["reworded"].before == "We write to you when you agreed."
    assert found["reworded"].after == "We write to you."
    assert found["added"].after == "Anything else."
    assert found["reworded"].digest_before != found["reworded"].digest_after
