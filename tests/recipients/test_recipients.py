"""What is on record about recipients: only what is declared, only with the stake promised, only while it lasts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.gate.kit import NOON, TEXT, TO_SISTER, agreed, second
from troth.app.organisation import Organisation
from troth.kernel.clock import SteppedClock
from troth.policies import NotDeclared
from troth.recipients import Entry, StakeTooSmall, WhenUnreadable, next_change

HOUR = timedelta(hours=1)


def controlled(quay: Organisation, stake: int | None = 60, **when: object) -> None:
    share = None if stake is None else Decimal(stake)
    quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=share, **when))  # type: ignore[arg-type]


def test_a_recipient_of_whom_nothing_is_on_record_gets_nothing(quay: Organisation) -> None:
    who = agreed(quay)
    assert quay.gate.peek(TO_SISTER, who).answer.missing == (("recipient:controlled",),)
    controlled(quay)
    assert quay.gate.peek(TO_SISTER, who).permitted
    quay.act(lambda acts: acts.end_recipient("sister", ["controlled"]))
    assert not quay.gate.peek(TO_SISTER, who).permitted
    assert all(result.equal for result in quay.ledger.compare())


@pytest.mark.parametrize(("stake", "said"), [(50, "50 % is not over that"), (None, "no stake was given")])
def test_control_is_recorded_over_the_promised_stake_alone(
    quay_on_sqlite: Organisation, stake: int | None, said: str
) -> None:
    with pytest.raises(StakeTooSmall, match=rf"over 50 % \(clause 3\), and {said}"):
        controlled(quay_on_sqlite, stake)
    controlled(quay_on_sqlite, 51)


def test_a_stake_is_held_against_the_version_that_decides(quay: Organisation) -> None:
    who = agreed(quay)
    controlled(quay, 60)
    assert quay.gate.peek(TO_SISTER, who).permitted
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))  # asks for more than 70 %
    assert not quay.gate.peek(TO_SISTER, who).permitted
    with pytest.raises(StakeTooSmall, match="over 70 %"):
        controlled(quay, 70)


def test_a_fact_holds_from_its_beginning_until_before_its_end(quay: Organisation) -> None:
    who = agreed(quay)
    controlled(quay, since=NOON + HOUR, until=NOON + 2 * HOUR)
    assert isinstance(quay.clock, SteppedClock)
    seen = []
    for step in (0 * HOUR, HOUR, HOUR - timedelta(microseconds=1), timedelta(microseconds=1)):
        quay.clock.advance(step)
        seen.append(quay.gate.peek(TO_SISTER, who).permitted)
    assert seen == [False, True, True, False]


def test_an_end_before_the_beginning_is_refused(quay_on_sqlite: Organisation) -> None:
    with pytest.raises(WhenUnreadable):
        controlled(quay_on_sqlite, until=NOON)


def test_only_declared_recipients_and_known_facts_are_recorded(quay_on_sqlite: Organisation) -> None:
    with pytest.raises(NotDeclared, match="Did you mean 'sister'"):
        quay_on_sqlite.act(lambda acts: acts.recipient("sisters", ["contract"]))
    with pytest.raises(NotDeclared, match="Did you mean 'recipient:confidentiality'"):
        quay_on_sqlite.act(lambda acts: acts.recipient("sister", ["confidential"]))


def test_the_next_change_is_the_next_edge() -> None:
    entries = (Entry("contract", NOON, NOON + 2 * HOUR), Entry("assessed", NOON + HOUR))
    assert next_change(entries, NOON) == NOON + HOUR
    assert next_change(entries, NOON + HOUR) == NOON + 2 * HOUR
    assert next_change(entries, NOON + 2 * HOUR) is None
