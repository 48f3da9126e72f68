"""Delta tables beyond the exam: nothing of an erased person is left in files, logs and statistics, and nobody can look back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from tests.connectors.test_files import MARK, mapped
from troth.connectors import Secrets, open_connector
from troth.connectors.delta import DeltaConnector
from troth.connectors.files import FilesConnector
from troth.datamap import Proven, erase, plan_erasure, reach, survey
from troth.datamap.errors import StoreRefused, StoreUnreachable

MAP = """
systems:
  lake:
    at: delta:lake
    datasets:
      people:
        people: yes
        key: [id]
        on_erasure: {way}
        fields: {{id: not_personal, email: {{is: email, identity: email}}, "born on": birthday, who: {{fields: {{name: name}}}}}}
"""


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    def rows(*emails: str) -> pa.Table:
        made: list[dict[str, Any]] = [
            {"id": at, "email": one, "born on": f"born-{one}", "who": {"name": one}}
            for at, one in enumerate(emails, len(emails) * 10)
        ]
        return pa.Table.from_pylist(made)

    folder = tmp_path / "lake"
    write_deltalake(
        folder / "people", rows(MARK, "bob"), configuration={"delta.logRetentionDuration": "interval 9 days"}
    )
    write_deltalake(folder / "people", rows("cy", "di", "ed"), mode="append")
    return folder


def holding(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file() and MARK.encode() in one.read_bytes()]


@pytest.mark.parametrize(("way", "left"), [("delete", 4), ("null", 5)])
def test_nothing_of_a_person_is_left_in_files_and_log(lake: Path, way: str, left: int) -> None:
    assert len(holding(lake)) >= 2, "in a file, and in the statistics of the log"
    map = mapped(MAP.format(way=way))
    connector = open_connector(map.systems[0], lake.parent, Secrets(None, {}), writable=True)
    found, proven = survey(map, {"lake": connector}), [Proven("email", MARK)]
    done = erase(found, plan_erasure(found, reach(found, proven)), proven, lambda: "0" * 24)
    assert done.complete, done
    assert holding(lake) == []
    table = DeltaTable(lake / "people")
    rows = table.to_pyarrow_table().to_pylist()
    assert len(rows) == left
    assert sorted(row["email"] for row in rows if row["email"]) == ["bob", "cy", "di", "ed"]
    assert table.metadata().configuration["delta.logRetentionDuration"] == "interval 9 days"


def test_the_files_of_a_delta_table_are_not_written_singly(lake: Path) -> None:
    with pytest.raises(StoreRefused, match="keeps a log of its files"):
        FilesConnector("lake", lake).describe()


def test_trouble_is_one_sentence(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="no folder nowhere"):
        DeltaConnector("lake", tmp_path / "nowhere").describe()
    for one in (lake / "people" / "_delta_log").iterdir():
        one.write_text(f"{MARK} is no log")
    with pytest.raises(StoreRefused, match="could not do what was asked") as told:
        DeltaConnector("lake", lake).describe()
    assert MARK not in str(told.value)
