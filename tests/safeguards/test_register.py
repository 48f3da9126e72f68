"""The register: every proof that a policy names must be shown and fresh; a look that finds nothing, or too many, breaks it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.access.kit import clock_of, give, hire, kinds
from tests.safeguards.kit import DAY, attested, show, state, verdict
from troth.app.organisation import Organisation
from troth.app.safeguarding import count, show_map, threats
from troth.ledger import Origin
from troth.policies import NotDeclared
from troth.safeguards import ItemRefused, ItemUnknown
from troth.staff import StaffUnknown


def test_it_is_kept_once_every_proof_is_shown(quay: Organisation) -> None:
    assert state(quay, "locks") == "unproven"
    show(quay, "locks", 1)
    half = verdict(quay, "locks")
    assert half.sentence == "Unproven: 1 of 2 proofs are shown and fresh; missing: check of each."
    show(quay, "locks", 2)
    assert state(quay, "locks") == "kept"
    assert kinds(quay, "safeguards:") == ["safeguards:evidence:shown"] * 2


def test_it_ages_and_is_unproven_when_it_is_old(quay: Organisation) -> None:
    show(quay, "locks", 1)
    clock_of(quay).advance(5 * DAY)
    show(quay, "locks", 2)
    assert state(quay, "locks") == "kept"
    clock_of(quay).advance(4 * DAY)
    assert state(quay, "locks") == "at_risk"
    clock_of(quay).advance(2 * DAY)
    assert state(quay, "locks") == "unproven"
    assert "missing: list of doors" in verdict(quay, "locks").sentence
    show(quay, "locks", 1)
    assert state(quay, "locks") == "kept"


def test_evidence_that_runs_out_earlier_counts_no_longer(quay: Organisation) -> None:
    show(quay, "locks", 1, until=quay.clock.now() + DAY)
    show(quay, "locks", 2)
    clock_of(quay).advance(DAY - timedelta(microseconds=1))
    assert state(quay, "locks") == "at_risk"
    clock_of(quay).advance(timedelta(microseconds=1))
    assert state(quay, "locks") == "unproven"


def test_what_was_not_found_breaks_it_until_it_is_shown(quay: Organisation) -> None:
    show(quay, "locks", 1)
    show(quay, "locks", 2, passed=False)
    assert state(quay, "locks") == "broken"
    show(quay, "locks", 2, passed=False)
    assert verdict(quay, "locks").breaches == 1
    show(quay, "locks", 2)
    assert (state(quay, "locks"), verdict(quay, "locks").mended) == ("kept", 1)


def test_the_weakest_proof_says_how_strong_it_is_and_where_it_comes_from(quay: Organisation) -> None:
    show(quay, "locks", 1)
    attested(quay, "locks", 2, document="sha256:" + "0" * 64)
    found = verdict(quay, "locks")
    assert (found.grade, found.origins) == ("attestation", ("attested", "observed"))
    with quay.database.read() as connection:
        last = list(quay.ledger.events(connection, kinds=("safeguards:",)))[-1]
    assert last.origin is Origin.ATTESTED
    assert f"document=sha256:{'0' * 64}" in last.codes


def test_heads_are_counted_from_our_own_record_of_staff(quay: Organisation) -> None:
    first = hire(quay)
    give(quay, first, "few")
    (found,) = count(quay)
    assert (found.safeguard, found.heads, found.passed) == ("few_people", 1, True)
    assert state(quay, "few_people") == "kept"
    assert verdict(quay, "few_people").grade == "log"


def test_more_heads_than_allowed_are_no_proof(quay: Organisation) -> None:
    assert attested(quay, "few_people", 1, heads=1).passed
    assert state(quay, "few_people") == "kept"
    assert not attested(quay, "few_people", 1, heads=2).passed
    assert state(quay, "few_people") == "broken"
    with pytest.raises(ItemRefused, match="capped at 1"):
        show(quay, "few_people", 1)
    attested(quay, "few_people", 1, heads=0)
    assert state(quay, "few_people") == "kept"


def test_the_map_of_threats_has_gaps_until_each_is_answered(quay: Organisation) -> None:
    assert threats(quay) == {"copy": (), "leak": (), "theft": ()}
    assert not show_map(quay, "all_threats", 1).passed
    assert state(quay, "all_threats") == "broken"
    show(quay, "locks", 1)
    show(quay, "locks", 2)
    count(quay)
    assert show_map(quay, "all_threats", 1).passed
    assert state(quay, "all_threats") == "kept"
    assert threats(quay) == {
        "copy": ("all_threats", "locks"),
        "leak": ("all_threats", "few_people"),
        "theft": ("all_threats", "locks"),
    }
    clock_of(quay).advance(11 * DAY)
    assert not show_map(quay, "all_threats", 1).passed, (
        "a map that is live is no answer to a threat of its own"
    )


@pytest.mark.parametrize(
    ("item", "more", "error"),
    [
        (0, {}, ItemUnknown),
        (3, {}, ItemUnknown),
        (1, {"grade": "rumour"}, ItemRefused),
        (1, {"document": "the blue folder"}, ItemRefused),
        (1, {"by": "Ada"}, StaffUnknown),
        (1, {"by": "stf_00000000000000000000000000"}, StaffUnknown),
    ],
)
def test_a_proof_says_what_it_must(
    quay_on_sqlite: Organisation, item: int, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        show(quay_on_sqlite, "locks", item, **more)
    assert kinds(quay_on_sqlite, "safeguards:") == []


def test_a_proof_is_of_the_past_and_runs_out_later(quay_on_sqlite: Organisation) -> None:
    now = quay_on_sqlite.clock.now()
    with pytest.raises(ItemRefused):
        show(quay_on_sqlite, "locks", 1, at=now + DAY)
    with pytest.raises(ItemRefused):
        show(quay_on_sqlite, "locks", 1, until=now)
    with pytest.raises(NotDeclared):
        show(quay_on_sqlite, "keys", 1)


def test_all_of_it_comes_out_of_the_ledger_again(quay: Organisation) -> None:
    show(quay, "locks", 1, until=quay.clock.now() + DAY)
    show(quay, "locks", 2, passed=False)
    attested(quay, "few_people", 1, heads=2)
    count(quay)
    assert all(one.equal for one in quay.replay())
    assert (state(quay, "locks"), state(quay, "few_people")) == ("broken", "kept")
