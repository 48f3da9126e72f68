"""A consent for one recipient, or one case, covers no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.gate.kit import MAIL, TO_SISTER, agreed, somebody
from troth.app.organisation import Organisation
from troth.kernel.clock import SteppedClock
from troth.policies import NotDeclared

FIRST, SECOND = {"case": "A-17"}, {"case": "A-18"}


def ready(quay: Organisation) -> None:
    quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=Decimal(60)))


def test_a_yes_for_one_case_is_none_for_another_nor_for_all(quay: Organisation) -> None:
    who = somebody(quay)
    standing = quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en", case="A-17"))
    assert standing.holds
    assert quay.gate.peek(MAIL, who, FIRST).permitted
    assert quay.gate.use(MAIL, who, FIRST).permitted
    assert not quay.gate.peek(MAIL, who, SECOND).permitted
    assert not quay.gate.peek(MAIL, who).permitted
    assert not quay.gate.use(MAIL, who, SECOND).permitted
    assert not quay.gate.release(MAIL, who, SECOND).permitted
    assert quay.gate.release(MAIL, who, FIRST).permitted
    assert all(result.equal for result in quay.ledger.compare())


def test_a_no_for_one_case_leaves_the_others(quay: Organisation) -> None:
    who = agreed(quay)
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn", case="A-17"))
    assert not quay.gate.peek(MAIL, who, FIRST).permitted
    assert quay.gate.peek(MAIL, who, SECOND).permitted
    assert quay.gate.peek(MAIL, who).permitted
    assert isinstance(quay.clock, SteppedClock)
    quay.clock.advance(timedelta(seconds=1))
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    assert quay.gate.peek(MAIL, who, FIRST).permitted, "a later yes to all is a yes to each"


def test_a_yes_for_one_recipient_is_none_for_another(quay: Organisation) -> None:
    who = somebody(quay)
    ready(quay)
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en", recipient="sister"))
    assert quay.gate.peek(TO_SISTER, who).permitted
    assert not quay.gate.peek(MAIL, who).permitted
    assert not quay.gate.peek(replace(TO_SISTER, recipient="court"), who).permitted
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn", recipient="sister"))
    assert not quay.gate.peek(TO_SISTER, who).permitted
    assert all(result.equal for result in quay.ledger.compare())


def test_what_is_narrowed_runs_out_and_goes_as_all_else_does(quay: Organisation) -> None:
    who = somebody(quay)
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en", case="A-17"))
    assert isinstance(quay.clock, SteppedClock)
    quay.clock.advance(timedelta(days=400))
    assert not quay.gate.peek(MAIL, who, FIRST).permitted
    assert quay.act(lambda acts: acts.expire()) == 1
    assert quay.act(lambda acts: acts.expire()) == 0
    with quay.database.read() as connection:
        codes = [
            code for event in quay.ledger.events(connection, kinds=("consent:item:",)) for code in event.codes
        ]
    assert not any("A-17" in code for code in codes), "a case may name somebody: it is kept as a keyed digest"
    assert codes.count("consent:newsletter") == 2
    quay.erase_keys(who)
    assert all(result.equal for result in quay.ledger.compare())


def test_nobody_is_told_of_a_recipient_that_the_consent_is_not_about(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    for narrowed in ({"recipient": "nobody"}, {"recipient": "sister", "case": "A-17"}):
        with pytest.raises(NotDeclared):
            quay.act(
                lambda acts, more=narrowed: acts.consent(who, "newsletter", "given", language="en", **more)
            )  # type: ignore[misc]
