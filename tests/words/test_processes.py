"""After an acknowledged withdrawal no process of the host permits again, whoever is killed in the middle of whatever."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.gate.kit import MAIL, NOON, somebody
from tests.words import hammer
from tests.words.kit import sharing, words_of


def settle(place: Path, url: str, people: list[str]) -> None:
    """Whoever comes anew finds in the words what the database holds, and the ledger in one piece."""
    with sharing(place, url) as quay:
        for who in people:
            agreed = any(hammer.AGREED in facts.holding for facts in quay.known(who).values())
            assert quay.gate.peek(MAIL, who).permitted is agreed
            assert words_of(quay).lookup(quay.ledger.pseudonym(who), NOON) == quay.known(who)
        with quay.database.read() as connection:
            assert quay.ledger.verify(connection).holds
        assert all(result.equal for result in quay.ledger.compare())


def test_no_process_permits_after_an_acknowledged_withdrawal(tmp_path: Path, database_url: str) -> None:
    with sharing(tmp_path, database_url) as quay:
        people = [somebody(quay, number) for number in range(4)]
    board = hammer.storm(tmp_path, database_url, people, rounds=15, lots=(3, 4))
    assert board.total(hammer.WRONG) == 0
    assert board.total(hammer.DENIED) > 0
    assert board.total(hammer.HITS) > 0
    settle(tmp_path, database_url, people)


@pytest.mark.storm
@pytest.mark.slow
def test_killed_changers_leave_nothing_too_lax_and_nothing_stuck(tmp_path: Path, database_url: str) -> None:
    lives = int(os.environ.get("ROUNDS", "60" if os.environ.get("TROTH_STORM") == "long" else "3"))
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
    dice = random.Random(seed)
    with sharing(tmp_path, database_url) as quay:
        people = [somebody(quay, number) for number in range(3)]
    lots = [dice.randrange(1, 10**6) for _ in range(lives)]
    board = hammer.storm(tmp_path, database_url, people, rounds=10, lots=lots)
    sys.stderr.write(
        f"\nwords storm: seed {seed}, killed {lives}, asked {board.total(hammer.CALLS)}, "
        f"told by words {board.total(hammer.HITS)}, wrong {board.total(hammer.WRONG)}\n"
    )
    assert board.total(hammer.WRONG) == 0
    settle(tmp_path, database_url, people)
