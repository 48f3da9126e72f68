"""The long form: writers killed round after round. ROUNDS says how many, SEED repeats a storm."""

from __future__ import annotations

import os
import random
import sys

import pytest

from tests.storms.ledger_storm import Account, prepare, settle, storm_round

pytestmark = [pytest.mark.storm, pytest.mark.slow]


def test_killed_writers_lose_nothing(database_url: str) -> None:
    rounds = int(os.environ.get("ROUNDS", "100" if os.environ.get("TROTH_STORM") == "long" else "3"))
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
    prepare(database_url)
    account, dice = Account(), random.Random(seed)
    for number in range(rounds):
        storm_round(database_url, account, number, dice)
        settle(database_url, account)
    dialect = database_url.partition(":")[0].partition("+")[0]
    sys.stderr.write(
        f"\nledger storm on {dialect}: seed {seed}, rounds {rounds}, kills {account.kills}, "
        f"acknowledged {len(account.acknowledged)}, lost {account.lost}, doubled {account.doubled}\n"
    )
