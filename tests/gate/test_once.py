"""A use under an idempotency key stands on record once, however many ask at the same moment, in whichever process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate import crowd
from tests.gate.kit import MAIL, TO_SISTER, agreed, organisation, somebody
from troth.app.organisation import Organisation
from troth.app.using import use_once
from troth.gate import KeyReused
from troth.ledger import Origin

ROUNDS = 12


def permitted(quay: Organisation) -> int:
    """How many permitted uses stand in segments."""
    quay.gate.flush()
    with quay.database.read() as connection:
        sealed = quay.ledger.events(connection, kinds=("gate:use:permitted",))
        counted = [code for event in sealed for code in event.codes if code.startswith("ground:mail=")]
    return sum(int(code.partition("=")[2]) for code in counted)


def refused(quay: Organisation) -> int:
    with quay.database.read() as connection:
        return sum(1 for _ in quay.ledger.events(connection, kinds=("gate:use:refused",)))


@pytest.mark.slow
def test_whoever_asks_at_the_same_moment_is_answered_alike_and_recorded_once(
    tmp_path: Path, database_url: str
) -> None:
    with organisation(tmp_path, database_url) as quay:
        yes, no = agreed(quay, 1), somebody(quay, 2)
        keys = [(f"{who} {number}", who) for number in range(ROUNDS) for who in (yes, no)]
        answers = crowd.run(str(tmp_path), database_url, keys)
        assert all(one == answers[0] for one in answers)
        assert [answer["outcome"] for answer in answers[0]] == ["permit", "deny"] * ROUNDS
        assert permitted(quay) == ROUNDS
        assert refused(quay) == ROUNDS


def test_a_use_that_comes_again_is_answered_as_before_and_done_once(quay: Organisation) -> None:
    for who, count in ((agreed(quay, 1), permitted), (somebody(quay, 2), refused)):
        first, second = (use_once(quay, f"k {who}", {}, MAIL, who, {}, Origin.OBSERVED) for _ in range(2))
        assert first == second
        assert count(quay) == 1


def test_a_key_belongs_to_one_request(quay_on_sqlite: Organisation) -> None:
    who = agreed(quay_on_sqlite)
    use_once(quay_on_sqlite, "k", {"a": 1}, MAIL, who, {}, Origin.OBSERVED)
    with pytest.raises(KeyReused):
        use_once(quay_on_sqlite, "k", {"a": 2}, MAIL, who, {}, Origin.OBSERVED)
    assert permitted(quay_on_sqlite) == 1


def test_a_use_in_a_work_that_fails_leaves_nothing(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, agreed(quay_on_sqlite)

    def do(acts: object) -> None:
        for question in (MAIL, TO_SISTER):
            acts.use(question, who)  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        quay.act(do)
    assert (permitted(quay), refused(quay)) == (0, 0)
