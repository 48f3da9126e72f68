"""After an acknowledged withdrawal nothing permits again, in whichever process it is asked and by whichever verb."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate import hammer
from tests.gate.kit import organisation, somebody
from troth.app.organisation import Organisation

KINDS = ("consent:item:", "gate:release:")


@pytest.mark.slow
def test_no_process_permits_after_a_withdrawal_was_acknowledged(tmp_path: Path, database_url: str) -> None:
    with organisation(tmp_path, database_url) as quay:
        people = [somebody(quay, number) for number in range(6)]
        board = hammer.run(str(tmp_path), database_url, people, rounds=12)
        assert board.counts[hammer.WRONG] == 0
        assert board.counts[hammer.WATCHED] > 0
        assert board.counts[hammer.PERMITS] > 0
        assert out_of_order(quay) == []
        assert all(result.equal for result in quay.ledger.compare())
        with quay.database.read() as connection:
            assert quay.ledger.verify(connection, segments=quay.segments).holds


def out_of_order(quay: Organisation) -> list[int]:
    """Permitted releases that stand in the ledger after a withdrawal, and refused ones that stand after a yes."""
    agreed: dict[str | None, bool] = {}
    wrong = []
    with quay.database.read() as connection:
        for event in quay.ledger.events(connection, kinds=KINDS):
            if event.kind.startswith("consent:"):
                agreed[event.subject] = event.kind == "consent:item:given"
            elif agreed.get(event.subject, False) != (event.kind == "gate:release:permitted"):
                wrong.append(event.sequence)
    return wrong
