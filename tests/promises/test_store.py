"""What the ledger says about a statement, on both databases: counted, broken, mended, tested, and the same after a replay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.ledger.kit import ledger_on
from troth.db import Database, migrate, open_database
from troth.ledger import Draft, Ledger, Origin
from troth.promises.evidence import Looked, SelfTested
from troth.promises.model import Evidence, Grade
from troth.promises.projection import PromisesProjection
from troth.promises.store import evidence_of, probes_of

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
POLICY = "sha256:" + "0" * 64


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return ledger_on(database, projections=(PromisesProjection(),))


def record(ledger: Ledger, *drafts: Draft) -> None:
    with ledger.recording() as work:
        work.record(*drafts)


def evidence(ledger: Ledger) -> dict[str, Evidence]:
    with ledger.database.read() as connection:
        return evidence_of(connection, ledger.organisation)


def look(passed: bool, minutes: int = 0) -> Draft:
    at = NOW + timedelta(minutes=minutes)
    return Looked("pixels", passed, ("objection:mailing_list",), ({"mail": 7},), POLICY, at).draft()


def test_that_a_notice_was_shown_is_an_occasion_of_it(ledger: Ledger) -> None:
    codes = ("shown:use_notice", "notice:sha256:59388fd6e2a5346d", "language:en")
    record(ledger, Draft("subjects:fact:set", NOW, policy=POLICY, codes=codes, origin=Origin.IMPORTED))
    record(ledger, Draft("subjects:fact:cleared", NOW, policy=POLICY, codes=("shown:use_notice",)))
    assert set(evidence(ledger)) == {"notice:use_notice"}
    (tally,) = evidence(ledger)["notice:use_notice"].tallies
    assert (tally.origin, tally.permitted) == ("imported", 1)


def test_decisions_are_counted_by_statement_and_origin(ledger: Ledger) -> None:
    codes = ("permit", "share", "purpose:delivery", "recipient:registry")
    record(ledger, Draft("gate:release:permitted", NOW, policy=POLICY, codes=codes))
    record(ledger, Draft("gate:release:refused", NOW, policy=POLICY, codes=("deny", "purpose:delivery")))
    record(
        ledger, Draft("gate:release:refused", NOW, codes=("deny", "purpose:delivery"), origin=Origin.EXAMPLE)
    )
    tallies = evidence(ledger)["purpose:delivery"].tallies
    assert {(t.origin, t.permitted, t.refused) for t in tallies} == {("observed", 1, 1), ("example", 0, 1)}
    assert evidence(ledger)["recipient:registry"].tallies[0].permitted == 1


def test_a_segment_counts_what_it_sums_up(ledger: Ledger) -> None:
    record(ledger, Draft("gate:use:permitted", NOW, codes=("purpose:delivery=214", "ground:contract=214")))
    assert evidence(ledger)["purpose:delivery"].tallies[0].permitted == 214


def test_an_act_without_its_permit_is_a_breach_with_its_grade(ledger: Ledger) -> None:
    record(ledger, Draft("gate:act:breach", NOW, codes=("deny", "purpose:delivery", "grade:probe")))
    (breach,) = evidence(ledger)["purpose:delivery"].breaches
    assert (breach.grade, breach.mended_at) == (Grade.PROBE, None)


def test_a_probe_opens_one_breach_and_mends_it_when_it_passes(ledger: Ledger) -> None:
    record(ledger, look(False), look(False, 1))
    found = evidence(ledger)["objection:mailing_list"]
    assert (len(found.breaches), found.breaches[0].mended_at, found.looks[0].passed) == (1, None, False)
    record(ledger, look(True, 2))
    found = evidence(ledger)["objection:mailing_list"]
    assert found.breaches[0].mended_at == NOW + timedelta(minutes=2)
    record(ledger, look(False, 3))
    assert len(evidence(ledger)["objection:mailing_list"].breaches) == 2


def test_a_breach_of_one_probe_is_not_mended_by_another(ledger: Ledger) -> None:
    record(ledger, look(False))
    record(ledger, Looked("other", True, ("objection:mailing_list",), (), POLICY, NOW).draft())
    assert evidence(ledger)["objection:mailing_list"].breaches[0].mended_at is None
    with ledger.database.read() as connection:
        assert {p.probe: p.passed for p in probes_of(connection, ledger.organisation)} == {
            "pixels": False,
            "other": True,
        }


def test_self_tests_stand_by_statement(ledger: Ledger) -> None:
    keys = tuple(f"purpose:p{n}" for n in range(450))
    record(ledger, *SelfTested(True, keys, POLICY, NOW).drafts())
    record(ledger, *SelfTested(False, keys[:1], POLICY, NOW + timedelta(hours=1)).drafts())
    found = evidence(ledger)
    assert len(found) == 450
    tested = [found[key].selftest for key in keys[:2]]
    assert [t is not None and t.passed for t in tested] == [False, True]


def test_a_replay_gives_the_same(ledger: Ledger) -> None:
    record(ledger, look(False), look(True, 1), look(False, 2))
    record(ledger, Draft("gate:use:permitted", NOW, codes=("purpose:delivery=3",)))
    record(ledger, *SelfTested(True, ("purpose:delivery",), POLICY, NOW).drafts())
    before = evidence(ledger)
    assert all(replayed.equal for replayed in ledger.replay())
    assert evidence(ledger) == before
