"""The law of reading: a value comes out if and only if the token is live, the role held and covering, the training current, and
the purpose alive; and each attempt leaves one entry. Held against a rule written anew here, over lives drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.kit import HOUR, at_work, clock_of, deed, hire, kinds, read, write
from tests.gate.kit import agreed
from troth.access import Asked, Outcome, TokenRefused
from troth.app.organisation import Organisation

STEPS = st.lists(
    st.sampled_from(
        [
            "teach",
            "forget",
            "grant",
            "revoke",
            "leave",
            "issue",
            "end",
            "withdraw",
            "agree",
            "wait",
            "read",
            "face",
        ]
    ),
    max_size=14,
)

LIFE = st.one_of(STEPS, STEPS.map(lambda steps: ["teach", "grant", "issue", *steps]))
"""Half of the lives begin with somebody who may read, so that losing it is met as often as never having had it."""


@dataclass
class World:
    """What a reader of the law book would know: nothing is looked up."""

    trained_until: float = -1.0
    held: bool = False
    here: bool = True
    agreed: bool = True
    now: float = 0.0
    token_until: float | None = None

    def may(self, field: str) -> bool:
        live = self.token_until is not None and self.now < self.token_until
        role = self.held and self.here and field == "people.email"
        return live and role and self.now < self.trained_until and self.agreed


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    with at_work(tmp_path_factory.mktemp("laws")) as opened:
        yield opened


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=LIFE, number=st.integers(0, 2**60))
def test_a_read_is_permitted_if_and_only_if_all_four_hold(
    quay: Organisation, life: list[str], number: int
) -> None:
    who, member, world = agreed(quay, number), hire(quay), World()
    write(quay, who, email="secret", face="picture")
    said = Said(quay, who, member, world)
    for step in (*life, "read"):
        said.do(step)


@dataclass
class Said:
    """One life: what is done to the organisation and noted in the world beside it."""

    quay: Organisation
    who: str
    member: str
    world: World
    token: str = ""

    def do(self, step: str) -> None:
        getattr(self, f"_{step}")()

    def _teach(self) -> None:
        self._train(timedelta(hours=2), 2.0)

    def _forget(self) -> None:
        """A course that runs out at once takes the place of the one before."""
        self._train(timedelta(microseconds=1), 0.0)
        clock_of(self.quay).advance(timedelta(microseconds=1))

    def _train(self, lasts: timedelta, hours: float) -> None:
        if not self.world.here:
            return
        quay, at, declared = self.quay, self.quay.clock.now(), self.quay.policy()
        quay.act(
            lambda acts: quay.staff.train(
                acts.work, deed(quay, self.member), declared, "Data protection", taken=at, expires=at + lasts
            )
        )
        self.world.trained_until = self.world.now + hours

    def _grant(self) -> None:
        if not self.world.here:
            return
        quay, declared = self.quay, self.quay.policy()
        found = quay.act(lambda acts: quay.staff.grant(acts.work, deed(quay, self.member), declared, "post"))
        assert found.granted is (self.world.now < self.world.trained_until), (
            "no role without current training"
        )
        self.world.held = self.world.held or found.granted

    def _revoke(self) -> None:
        self.quay.act(lambda acts: self.quay.staff.revoke(acts.work, deed(self.quay, self.member), "post"))
        self.world.held = False

    def _leave(self) -> None:
        if self.world.here:
            self.quay.act(lambda acts: self.quay.staff.leave(acts.work, deed(self.quay, self.member)))
            self.world.here = False

    def _issue(self) -> None:
        world = self.world
        fit = world.held and world.here and world.now < world.trained_until
        try:
            self.token = self.quay.access.issue(self.member, "post", "newsletter", HOUR).text
            assert fit
            world.token_until = world.now + 1.0
        except TokenRefused:
            assert not fit

    def _end(self) -> None:
        id = self.token.split("_")[1] if self.token else "0" * 16
        self.quay.act(lambda acts: self.quay.access.revoke(acts.work, id, at=acts.at))
        self.world.token_until = None

    def _withdraw(self) -> None:
        if self.world.agreed:
            self.quay.act(lambda acts: acts.consent(self.who, "newsletter", "withdrawn", language="en"))
            self.world.agreed = False

    def _agree(self) -> None:
        if not self.world.agreed:
            self.quay.act(lambda acts: acts.consent(self.who, "newsletter", "given", language="en"))
            self.world.agreed = True

    def _wait(self) -> None:
        clock_of(self.quay).advance(timedelta(minutes=40))
        self.world.now += 2 / 3

    def _read(self) -> None:
        self._asks("people.email", "secret")

    def _face(self) -> None:
        self._asks("people.face", "picture")

    def _asks(self, field: str, value: str) -> None:
        before = len(kinds(self.quay, "access:read:"))
        told = read(self.quay, self.token, self.who, field)
        assert (told.outcome is Outcome.READ) is self.world.may(field), (told, self.world)
        assert told.value == (value if self.world.may(field) else "")
        found = kinds(self.quay, "access:read:")[before:]
        assert found == [f"access:read:{'permitted' if self.world.may(field) else 'refused'}"]


def test_asking_for_many_at_once_is_asking_for_each(quay: Organisation) -> None:
    """A batch tells each what it would be told alone."""
    member, world = hire(quay), World()
    who = agreed(quay, -1)
    write(quay, who, email="secret", face="picture")
    said = Said(quay, who, member, world)
    for step in ("teach", "grant", "issue"):
        said.do(step)
    asked = [
        Asked(token, who, fields)
        for token in (said.token, "", said.token + "x")
        for fields in (("people.email",), ("people.face",), ("people.face", "people.email"))
    ]
    together = quay.access.read(asked)
    alone = [quay.access.read([one])[0] for one in asked]
    assert together == alone
