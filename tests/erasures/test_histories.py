"""Random acts with erasures among them: what was erased stays so, the others stay readable, and replay comes out as it stands."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Pool
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, multiple, rule

from tests.erasures.kit import TO_COURT, readable
from tests.gate.kit import NOON, TEXT, bundle
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.organisation import Organisation
from troth.consent import MoveRefused
from troth.db import Database, migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.kernel.entropy import SeededEntropy
from troth.ledger import PseudonymKey, Segments
from troth.subjects import IdentityTaken, SubjectErased
from troth.subjects.errors import MergeRefused

FOLDER = TemporaryDirectory()
numbers = itertools.count()
EMAILS = [f"p{number}@example.test" for number in range(4)]


@cache
def database() -> Database:
    """One for all histories, each of which has an organisation of its own."""
    opened = open_database(Home.at(Path(FOLDER.name)).database)
    migrate(opened)
    return opened


class Erasing(RuleBasedStateMachine):
    """An organisation, and who was erased."""

    people = Pool("people")

    @initialize(target=people)
    def begin(self) -> Any:
        id = f"quay{next(numbers)}"
        self.quay = Organisation(
            id,
            database(),
            PseudonymKey(b"k" * 32),
            Segments(Path(FOLDER.name) / "segments"),
            vault=vault_of(Home.at(Path(FOLDER.name)), id),
            clock=SteppedClock(NOON),
            entropy=SeededEntropy(7),
        )
        self.quay.mend()
        self.quay.act(lambda acts: acts.activate(bundle(), {"text.md": TEXT}))
        self.one: dict[str, set[str]] = {}
        self.erased: set[str] = set()
        return multiple(self.come(), self.come(), self.come())

    def come(self) -> str:
        who = self.quay.act(lambda acts: acts.open_subject([])).subject
        self.one[who] = {who}
        return who

    def tried(self, who: str, act: Any) -> None:
        """Do it; whoever was erased is refused."""
        try:
            self.quay.act(act)
        except SubjectErased:
            assert who in self.erased
        except (IdentityTaken, MoveRefused):
            assert who not in self.erased
        else:
            assert who not in self.erased

    @rule(target=people)
    def arrive(self) -> str:
        return self.come()

    @rule(who=people, email=st.sampled_from(EMAILS), on=st.booleans())
    def identity(self, who: str, email: str, on: bool) -> None:
        self.tried(who, lambda acts: (acts.link if on else acts.unlink)(who, "email", email))

    @rule(who=people, said=st.sampled_from(["given", "withdrawn"]))
    def consent(self, who: str, said: str) -> None:
        self.tried(who, lambda acts: acts.consent(who, "newsletter", said, language="en"))

    @rule(who=people, fact=st.sampled_from(["registered", "is:minor", "on:beta"]))
    def fact(self, who: str, fact: str) -> None:
        self.tried(who, lambda acts: acts.set_facts(who, set=[fact]))

    @rule(who=people)
    def release(self, who: str) -> None:
        self.tried(who, lambda acts: acts.release(TO_COURT, who, {"order": "number 5"}))

    @rule(one=people, other=people)
    def merge(self, one: str, other: str) -> None:
        try:
            self.quay.act(lambda acts: acts.merge(one, other))
        except MergeRefused:
            assert one == other
        except SubjectErased:
            assert {one, other} & self.erased
        else:
            assert not {one, other} & self.erased
            together = self.one[one] | self.one[other]
            for who in together:
                self.one[who] = together

    @rule(who=people)
    def erase(self, who: str) -> None:
        found = self.quay.erase_keys(who)
        assert found.pseudonyms == len(self.one[who])
        assert found.again is (who in self.erased)
        self.erased |= self.one[who]

    @rule()
    def epoch(self) -> None:
        self.quay.end_epoch()

    @rule()
    def replay(self) -> None:
        assert all(result.equal for result in self.quay.replay())

    @invariant()
    def the_erased_are_unreadable_and_the_others_are_not(self) -> None:
        if not hasattr(self, "quay"):
            return
        for who in self.one:
            assert (readable(self.quay, who) == 0) is (who in self.erased)
        names = {self.quay.ledger.pseudonym(who): who for who in self.one}
        assert {names[alive] for alive in self.quay.vault.alive(names)} == set(self.one) - self.erased
        with self.quay.database.read() as connection:
            everybody = self.quay.rooms.subjects.everybody(connection)
        assert not {names[name] for name in everybody} & self.erased

    def teardown(self) -> None:
        if hasattr(self, "quay"):
            assert all(result.equal for result in self.quay.ledger.compare())
            with self.quay.database.read() as connection:
                assert self.quay.ledger.verify(connection).holds
            self.quay.vault.close()


TestErasing = pytest.mark.slow(Erasing.TestCase)
TestErasing.settings = settings(max_examples=25, stateful_step_count=14)
