"""Any history: the tables equal what replay rebuilds, and both equal a model that reads the whole history each time.

The model knows nothing of tables, keys or codes. A person is a list of what was said, and after a merge also the two persons
there were before; whether something holds is asked of both and then of what was said since.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Pool
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, multiple, rule

from tests.gate.kit import NOON, TEXT, bundle
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.organisation import Organisation
from troth.consent import MoveRefused
from troth.db import Database, migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.kernel.entropy import SeededEntropy
from troth.ledger import PseudonymKey, Segments

ITEMS = {"newsletter": "explicit", "banner": "deemed"}
ENOUGH = {
    "deemed": {"deemed", "explicit", "separate", "guardian"},
    "explicit": {"explicit", "separate"},
    "separate": {"separate"},
    "guardian": {"guardian"},
}
FACTS = ("closed", "is:minor", "on:beta", "shown:terms")
RESTRICT = {"closed"}
NEVER = datetime.max.replace(tzinfo=NOON.tzinfo)
FOLDER = TemporaryDirectory()
numbers = itertools.count()


@dataclass(eq=False)
class Somebody:
    """A person of the model: what they were before a merge, and what was said since, in order."""

    before: tuple[Somebody, Somebody] | None = None
    said: list[tuple[str, ...]] = field(default_factory=list)
    when: list[datetime] = field(default_factory=list)

    def say(self, at: datetime, *words: str) -> None:
        self.said.append(words)
        self.when.append(at)

    def agreed_until(self, item: str, asked: str) -> datetime | None:
        both = [one.agreed_until(item, asked) for one in self.before or ()]
        until = min((u for u in both if u), default=None) if both and all(both) else None
        for words, at in zip(self.said, self.when, strict=True):
            if words[:2] == ("no", item):
                until = None
            elif words[:2] == ("yes", item) and words[2] in ENOUGH[asked]:
                until = end_of(item, at)
        return until

    def said_no(self, item: str) -> bool:
        no = any(one.said_no(item) for one in self.before or ())
        for words in self.said:
            if words[:2] in (("no", item), ("yes", item)):
                no = words[0] == "no"
        return no

    def objects(self) -> bool:
        stands = any(one.objects() for one in self.before or ())
        return last(self.said, "object", stands) in (True, "raised")

    def accepted(self, kinds: set[str]) -> bool:
        did = bool(self.before) and all(one.accepted(kinds) for one in self.before or ())
        return did or any(words[0] == "accept" and words[1] in kinds for words in self.said)

    def declined(self) -> bool:
        did = any(one.declined() for one in self.before or ())
        for words in self.said:
            if words[0] == "accept":
                did = words[1] == "declined"
        return did

    def fact(self, name: str) -> str:
        """holds, doubted, or no."""
        for words in reversed(self.said):
            if words[:2] == ("fact", name):
                return words[2]
        both = {one.fact(name) for one in self.before or ()}
        if len(both) < 2:
            return both.pop() if both else "no"
        if name in RESTRICT:
            return "holds" if "holds" in both else "doubted"
        return "doubted" if name.startswith("is:") or "doubted" in both else "no"


def last(said: list[tuple[str, ...]], word: str, otherwise: object) -> object:
    return next((words[1] for words in reversed(said) if words[0] == word), otherwise)


def end_of(item: str, at: datetime) -> datetime:
    """Twelve months, to the last instant of the day, for the newsletter alone."""
    if item != "newsletter":
        return NEVER
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(year=day.year + 1) + timedelta(days=1) - timedelta(microseconds=1)


@cache
def database() -> Database:
    """One for all histories, each of which has an organisation of its own."""
    opened = open_database(Home.at(Path(FOLDER.name)).database)
    migrate(opened)
    return opened


class Histories(RuleBasedStateMachine):
    """An organisation and its model, told the same."""

    people = Pool("people")

    @initialize(target=people)
    def begin(self) -> Any:
        self.clock = SteppedClock(NOON)
        id = f"quay{next(numbers)}"
        self.quay = Organisation(
            id,
            database(),
            PseudonymKey(b"k" * 32),
            Segments(Path(FOLDER.name) / "segments"),
            vault=vault_of(Home.at(Path(FOLDER.name)), id),
            clock=self.clock,
            entropy=SeededEntropy(7),
        )
        self.quay.act(lambda acts: acts.activate(bundle(), {"text.md": TEXT}))
        self.model: dict[str, Somebody] = {}
        return multiple(self.come(), self.come(), self.come())

    def come(self) -> str:
        who = self.quay.act(lambda acts: acts.open_subject([])).subject
        self.model[who] = Somebody()
        return who

    @rule(who=people, fact=st.sampled_from(FACTS), how=st.sampled_from(["set", "clear", "doubt"]))
    def know(self, who: str, fact: str, how: str) -> None:
        facts: dict[str, Any] = {how: [fact]}
        self.quay.act(lambda acts: acts.set_facts(who, language="en", **facts))
        standing = {"set": "holds", "clear": "no", "doubt": "doubted"}[how]
        self.model[who].say(self.clock.now(), "fact", fact, standing)

    @rule(who=people, item=st.sampled_from(sorted(ITEMS)), kind=st.sampled_from(sorted(ENOUGH)))
    def agree(self, who: str, item: str, kind: str) -> None:
        refused = kind == "deemed" and self.model[who].said_no(item)
        try:
            self.quay.act(lambda acts: acts.consent(who, item, "given", kind=kind, language="en"))
        except MoveRefused:
            assert refused
        else:
            assert not refused
            self.model[who].say(self.clock.now(), "yes", item, kind)

    @rule(who=people, item=st.sampled_from(sorted(ITEMS)), act=st.sampled_from(["refused", "withdrawn"]))
    def deny(self, who: str, item: str, act: str) -> None:
        self.quay.act(lambda acts: acts.consent(who, item, act))
        self.model[who].say(self.clock.now(), "no", item)

    @rule(who=people, raised=st.booleans())
    def object(self, who: str, raised: bool) -> None:
        self.quay.act(lambda acts: acts.object(who, "no_mail", raised=raised))
        self.model[who].say(self.clock.now(), "object", "raised" if raised else "lifted")

    @rule(who=people, kind=st.sampled_from(["deemed", "explicit", "declined"]))
    def accept(self, who: str, kind: str) -> None:
        refused = kind == "deemed" and self.model[who].declined()
        try:
            self.quay.act(lambda acts: acts.accept(who, kind))
        except MoveRefused:
            assert refused
        else:
            assert not refused
            self.model[who].say(self.clock.now(), "accept", kind)

    @rule(kept=people, absorbed=people)
    def merge(self, kept: str, absorbed: str) -> None:
        if self.model[kept] is not self.model[absorbed]:
            self.quay.act(lambda acts: acts.merge(kept, absorbed))
            one, other = self.model[kept], self.model[absorbed]
            both = Somebody((one, other))
            self.model = {who: both if of in (one, other) else of for who, of in self.model.items()}

    @rule(days=st.sampled_from([1, 366]))
    def wait(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    @rule()
    def sweep(self) -> None:
        self.quay.act(lambda acts: acts.expire())

    @rule()
    def rebuild(self) -> None:
        assert all(result.equal for result in self.quay.ledger.replay())

    @invariant()
    def all_say_the_same(self) -> None:
        for who, somebody in self.model.items():
            (known,) = self.quay.known(who).values()
            assert {str(fact) for fact in known.holding} == self._holding(somebody), who
            doubted = {name for name in FACTS if somebody.fact(name) == "doubted"}
            assert {str(fact) for fact in known.unknown} == doubted

    def _holding(self, somebody: Somebody) -> set[str]:
        found = {name for name in FACTS if somebody.fact(name) == "holds"}
        for item, asked in ITEMS.items():
            until = somebody.agreed_until(item, asked)
            found |= {f"consent:{item}"} if until and until > self.clock.now() else set()
        found |= {"objects:no_mail"} if somebody.objects() else set()
        found |= {"accepted"} if somebody.accepted({"deemed", "explicit"}) else set()
        found |= {"accepted:explicit"} if somebody.accepted({"explicit"}) else set()
        return found | ({"declined"} if somebody.declined() else set())

    def teardown(self) -> None:
        if hasattr(self, "quay"):
            assert all(result.equal for result in self.quay.ledger.compare())


TestHistories = pytest.mark.slow(Histories.TestCase)
TestHistories.settings = settings(max_examples=40, stateful_step_count=40)
