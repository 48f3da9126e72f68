"""What is foretold of a press knows what was said of one recipient or one case alone, and is what the gate then says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.gate.kit import MAIL, TO_SISTER, agreed, somebody
from troth.app.foresight import Foresight
from troth.app.organisation import Organisation
from troth.decide.counterfactual import Change, Counterfactual, declared_acts
from troth.decide.model import Question
from troth.kernel.clock import SteppedClock
from troth.policy.facts import Fact

ITEM = frozenset({Fact("consent", "newsletter")})
GIVE, TAKE = Change(ITEM), Change(clear=ITEM)
CASE = "A-17"


def step(quay: Organisation) -> None:
    assert isinstance(quay.clock, SteppedClock)
    quay.clock.advance(timedelta(seconds=1))


def say(quay: Organisation, who: str, said: str, **only: str) -> None:
    step(quay)
    kind = {"language": "en"} if said == "given" else {}
    quay.act(lambda acts: acts.consent(who, "newsletter", said, **kind, **only))


def foretold(quay: Organisation, who: str, change: Change, only: str = "") -> Counterfactual:
    views = [(quay.policy(), next(iter(quay.known(who).values())))]
    with quay.database.read() as connection:
        root = quay.rooms.subjects.root(connection, quay.ledger.pseudonym(who))
        said = quay.rooms.consents.state(connection, root)
    return Foresight(quay).outlook(views, change, said=said, only=only)


def stops(found: Counterfactual) -> set[Question]:
    return {one.question for one in found.stops}


def begins(found: Counterfactual) -> set[Question]:
    return {one.question for one in found.begins}


def ready(quay: Organisation) -> None:
    quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=Decimal(60)))


def _case(quay: Organisation, case: str) -> str:
    return "case/" + quay.ledger.pseudonym(f"case:{case}")[:32]


def test_a_yes_for_one_recipient_is_what_taking_all_back_would_stop(quay: Organisation) -> None:
    ready(quay)
    who = somebody(quay)
    say(quay, who, "given", recipient="sister")
    found = stops(foretold(quay, who, TAKE))
    assert TO_SISTER in found
    assert MAIL not in found, "what was never permitted does not stop"
    say(quay, who, "withdrawn")
    assert not quay.gate.peek(TO_SISTER, who).permitted, "a later no to all is a no to each"
    assert TO_SISTER in begins(foretold(quay, who, GIVE))


def test_taking_back_for_one_recipient_stops_what_goes_there_alone(quay: Organisation) -> None:
    ready(quay)
    who = agreed(quay)
    found = stops(foretold(quay, who, TAKE, "recipient/sister"))
    assert TO_SISTER in found
    assert all(one.recipient == "sister" for one in found)
    say(quay, who, "withdrawn", recipient="sister")
    assert TO_SISTER not in stops(foretold(quay, who, TAKE)), "it stopped before"
    assert TO_SISTER in begins(foretold(quay, who, GIVE)), "a yes to all is a yes there too"


def test_a_yes_for_one_case_is_what_taking_all_back_would_stop(quay: Organisation) -> None:
    who = somebody(quay)
    say(quay, who, "given", case=CASE)
    assert MAIL in stops(foretold(quay, who, TAKE))
    assert MAIL in stops(foretold(quay, who, TAKE, _case(quay, CASE)))
    assert MAIL not in stops(foretold(quay, who, TAKE, _case(quay, "A-18")))
    assert quay.gate.peek(MAIL, who, {"case": CASE}).permitted
    say(quay, who, "withdrawn")
    assert not quay.gate.peek(MAIL, who, {"case": CASE}).permitted


@pytest.mark.parametrize("seed", range(12))
def test_what_is_foretold_is_what_the_gate_then_says(quay_on_sqlite: Organisation, seed: int) -> None:
    """Histories of narrow and wide answers; before each further one it is foretold, and every declared act is asked."""
    quay, chance = quay_on_sqlite, Random(seed)
    ready(quay)
    who = somebody(quay)
    acts = declared_acts(quay.policy().catalogue)
    for _ in range(6):
        narrow = chance.choice([{}, {"recipient": "sister"}, {"case": CASE}])
        said = chance.choice(["given", "withdrawn", "refused"])
        papers = {"case": CASE} if "case" in narrow else {}
        only = _case(quay, CASE) if papers else f"recipient/{narrow['recipient']}" if narrow else ""
        found = foretold(quay, who, GIVE if said == "given" else TAKE, only)
        before = {act: quay.gate.peek(act, who, papers).permitted for act in acts}
        in_case = {act: quay.gate.peek(act, who, {"case": CASE}).permitted for act in acts}
        say(quay, who, said, **narrow)
        for act in acts:
            now = quay.gate.peek(act, who, papers).permitted
            stopped = before[act] and not now
            if not narrow and said != "given":
                stopped |= in_case[act] and not quay.gate.peek(act, who, {"case": CASE}).permitted and not now
            assert (act in stops(found)) == stopped, (narrow, said, act)
            assert (act in begins(found)) == (not before[act] and now), (narrow, said, act)
