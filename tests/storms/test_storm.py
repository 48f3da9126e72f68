"""Writers are killed with kill -9: what was acknowledged is there once, and everything else is as if never begun.

ROUNDS says how many rounds, SEED repeats the draws of a storm.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.storms.nursery import Nursery
from tests.storms.planted import PLANTS
from tests.storms.storm import Storm
from tests.storms.trades import TRADES
from troth.app.config import Home

Places = Callable[[], AbstractContextManager[Home]]
pytestmark = [pytest.mark.storm, pytest.mark.slow]
LONG = {"sqlite": 1000, "postgresql": 100}
SHORT = {"sqlite": 12, "postgresql": 4}


@pytest.mark.parametrize("trade", TRADES)
def test_killed_writers_lose_nothing(
    request: pytest.FixtureRequest, places: Places, writers: Nursery, tmp_path: Path, trade: str
) -> None:
    dialect = request.node.callspec.params["places"]
    usual = (LONG if os.environ.get("TROTH_STORM") == "long" else SHORT)[dialect]
    rounds = int(os.environ.get("ROUNDS") or usual // TRADES[trade].fewer)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    tally = Storm(places, writers, tmp_path, trade, seed).rage(rounds)
    said = f"storm of {trade} on {dialect}: rounds {tally.rounds}, kills {tally.kills}, {tally.found()}; seed {seed}"
    request.node.user_properties.append(("storm", said))
    assert tally.clean, f"{said}; {tally.first}"


@pytest.mark.parametrize("bug", PLANTS)
@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_storm_finds_what_is_planted(places: Places, writers: Nursery, tmp_path: Path, bug: str) -> None:
    trade, _ = PLANTS[bug]
    tally = Storm(places, writers, tmp_path, trade, seed=7, plant=bug).rage(60)

    assert not tally.clean
