"""Acts seen outside the gate: judged by what was known when they were done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.gate.kit import MAIL, NOON, TEXT, TO_COURT, TO_SISTER, agreed, second, somebody
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.gate import ActUnreadable, Found, ObservedAct, Seen
from troth.kernel.clock import SteppedClock
from troth.ledger import Event, Origin

HOUR = timedelta(hours=1)
ROW = Seen("table customers row 17", "probe")


def hours_later(quay: Organisation, hours: float) -> datetime:
    assert isinstance(quay.clock, SteppedClock)
    quay.clock.advance(hours * HOUR)
    return quay.clock.now()


def judged(quay: Organisation, question: Question, who: str | None, at: datetime, seen: Seen = ROW) -> Found:
    (found,) = quay.gate.observe([ObservedAct(question, who, at, seen)])
    return found


def last(quay: Organisation) -> Event:
    with quay.database.read() as connection:
        return next(quay.ledger.events(connection, newest_first=True))


def test_an_act_that_would_have_been_denied_is_a_breach(quay: Organisation) -> None:
    who = agreed(quay)
    hours_later(quay, 1)
    quay.act(lambda acts: acts.object(who, "no_mail"))
    at = hours_later(quay, 1)
    found = judged(quay, MAIL, who, at)
    assert found.breach
    event = last(quay)
    assert (event.kind, event.occurred_at) == ("gate:act:breach", at)
    assert event.codes == ("deny", "use", "newsletter", "objection:no_mail", "grade:probe")
    with quay.database.read() as connection:
        payload = quay.ledger.payload(connection, event.sequence)
    assert payload is not None
    assert payload["seen"] == {"where": "table customers row 17", "how": "probe", "more": {}}
    assert "customers" not in str(event)


def test_an_act_on_no_ground_breaks_the_grounds_it_came_near_to(quay: Organisation) -> None:
    """An exception that was not used is not broken by that, unless there is nothing else to break."""
    who = agreed(quay)
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    at = hours_later(quay, 1)
    assert judged(quay, MAIL, who, at).breach
    assert last(quay).codes == ("deny", "use", "newsletter", "ground:mail", "grade:probe")
    judged(quay, replace(TO_COURT, purpose="newsletter"), who, at)
    assert last(quay).codes == ("deny", "share", "newsletter", "ground:court", "grade:probe")


def test_acts_are_judged_by_what_was_known_when_they_were_done(quay: Organisation) -> None:
    who = agreed(quay)
    hours_later(quay, 2)
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    hours_later(quay, 2)
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    hours_later(quay, 2)
    breaches = [judged(quay, MAIL, who, NOON + hour * HOUR).breach for hour in range(6)]
    assert breaches == [False, False, True, True, False, False]


def test_before_any_policy_nothing_can_be_judged(quay_on_sqlite: Organisation) -> None:
    who = agreed(quay_on_sqlite)
    with pytest.raises(Exception, match="no policy in force"):
        judged(quay_on_sqlite, MAIL, who, NOON - HOUR)


def test_a_release_covers_the_act_it_permitted_for_a_day(quay: Organisation) -> None:
    who = agreed(quay)
    quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=Decimal(60)))
    released = quay.gate.release(TO_SISTER, who)
    hours_later(quay, 1)
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    hours_later(quay, 40)
    found = [judged(quay, TO_SISTER, who, NOON + hours * HOUR) for hours in (0.5, 2, 23, 25)]
    assert [one.breach for one in found] == [False, False, False, True]
    assert [one.released for one in found] == [None, released.sequence, released.sequence, None]
    assert judged(quay, MAIL, who, NOON + 2 * HOUR).breach
    assert judged(
        quay, Question("share", ("email", "face"), "newsletter", "sister"), who, NOON + 2 * HOUR
    ).breach


def test_a_release_about_somebody_else_covers_nothing(quay: Organisation) -> None:
    one, other = agreed(quay, 1), somebody(quay, 2)
    papers = {"order": "7"}
    assert quay.gate.release(TO_COURT, one, papers).permitted
    assert not judged(quay, TO_COURT, one, NOON).breach
    assert judged(quay, TO_COURT, other, NOON).breach
    assert judged(quay, TO_COURT, None, NOON).breach


def test_after_a_merge_releases_and_facts_of_both_are_found(quay: Organisation) -> None:
    one, other = agreed(quay, 1), somebody(quay, 2)
    quay.gate.release(TO_COURT, other, {"order": "7"})
    hours_later(quay, 1)
    quay.act(lambda acts: acts.merge(one, other))
    hours_later(quay, 1)
    assert not judged(quay, TO_COURT, one, NOON + HOUR).breach
    assert not judged(quay, MAIL, one, NOON).breach
    assert judged(quay, MAIL, other, NOON).breach
    assert judged(quay, MAIL, one, NOON + HOUR).breach


def test_the_version_of_then_judges(quay: Organisation) -> None:
    who = agreed(quay)
    quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=Decimal(60)))
    hours_later(quay, 1)
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    hours_later(quay, 1)
    then, now = (judged(quay, TO_SISTER, who, NOON + hours * HOUR) for hours in (0, 2))
    assert (then.breach, now.breach) == (False, True)
    assert now.reply.answer.policy == second().digest != then.reply.answer.policy


def test_an_act_says_how_it_was_seen(quay_on_sqlite: Organisation) -> None:
    who = agreed(quay_on_sqlite)
    with pytest.raises(ActUnreadable, match="Did you mean 'probe'"):
        judged(quay_on_sqlite, MAIL, who, NOON, Seen("row 1", "probed"))
    (found,) = quay_on_sqlite.gate.observe([ObservedAct(MAIL, who, NOON, ROW)], origin=Origin.EXAMPLE)
    assert not found.breach
    assert last(quay_on_sqlite).origin is Origin.EXAMPLE
    assert last(quay_on_sqlite).kind == "gate:act:permitted"
