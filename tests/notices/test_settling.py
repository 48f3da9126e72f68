"""What time brings about is put on record by the chores of a running program, and only once."""

from __future__ import annotations

from datetime import timedelta

from tests.gate.kit import MAIL, agreed
from tests.messages.kit import clock_of, sender
from tests.notices.test_changes import (
    DAYS,
    NEW_AIM,
    SITE,
    bound,
    breaches,
    company,
    company_on_sqlite,
    missing,
    renewed,
)
from troth.app.change_acts import tell
from troth.app.chores import Chores
from troth.app.organisation import Organisation
from troth.app.posting import Posting

__all__ = ["company", "company_on_sqlite"]


def ran_out(quay: Organisation) -> int:
    with quay.database.read() as connection:
        return sum(
            ":expired" in event.kind for event in quay.ledger.events(connection, kinds=("consent:item:",))
        )


def test_a_consent_that_ran_out_is_put_on_record_by_the_schedule(company: Organisation) -> None:
    quay = company
    who = agreed(quay)
    said: list[str] = []
    chores = Chores(quay, Posting(), (), said.append)
    chores.turn()
    assert ran_out(quay) == 0
    clock_of(quay).advance(400 * DAYS)
    assert not quay.gate.peek(MAIL, who).permitted, "the gate waits for no chore"
    chores.turn()
    assert ran_out(quay) == 1
    clock_of(quay).advance(timedelta(hours=1))
    chores.turn()
    assert ran_out(quay) == 1, "once"
    assert said == []


def test_a_change_nobody_was_told_of_in_time_is_judged_when_its_day_comes(
    company_on_sqlite: Organisation,
) -> None:
    quay = company_on_sqlite
    bound(quay)
    renewed(quay, NEW_AIM, after=30 * DAYS)
    chores = Chores(quay, Posting(), (), print)
    chores.turn()
    clock_of(quay).advance(29 * DAYS)
    chores.turn()
    assert breaches(quay, "major") == 0
    clock_of(quay).advance(2 * DAYS)
    chores.turn()
    assert breaches(quay, "major") == 1
    clock_of(quay).advance(2 * DAYS)
    chores.turn()
    assert breaches(quay, "major") == 1


def test_whoever_was_told_by_mail_counts_as_told_without_anybody_looking(
    company_on_sqlite: Organisation,
) -> None:
    quay = company_on_sqlite
    who = bound(quay)
    made = renewed(quay, NEW_AIM, after=30 * DAYS)
    tell(quay, made.sequence, who, "p1@example.test", site=SITE)
    chores = Chores(quay, Posting(), (), print)
    chores.turn()
    assert "tell:email" in missing(quay, made)["major"]
    sender(quay).due()
    chores.turn()
    assert "tell:email" in missing(quay, made)["major"], "not at every turn: it has its pace"
    clock_of(quay).advance(timedelta(minutes=10))
    chores.turn()
    assert "tell:email" not in missing(quay, made)["major"]
