"""A lake is looked into by the feet of its files: what calls itself non-personal may hold what is listed, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from troth.probes import CannotLook, Eye, open_eye, read_probes
from troth.probes.parquet import read_foot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECLARED = """
columns:
  what: parquet
  store: lake
  expects: fields_of purpose:statistics
  besides: [page]
  statements: [purpose:statistics]
"""


def eye(folder: Path) -> Eye:
    (probe,) = read_probes(DECLARED, lambda what, key: frozenset({"visits"}))
    return open_eye(probe, folder)


def put(path: Path, nature: str = "non_personal", **columns: list[Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns).replace_schema_metadata({"nature": nature} if nature else {}), path)


def test_a_column_beyond_the_list_is_found_by_its_name_and_no_value_is_read(tmp_path: Path) -> None:
    put(tmp_path / "lake" / "a.parquet", page=["/"], visits=[21])
    put(tmp_path / "lake" / "b.parquet", cookie_id=["secret-word"], visits=[1])
    look = eye(tmp_path).look(NOON)
    assert (look.passed, look.found, look.looked_at) == (False, 1, 2)
    assert look.seen == ({"file": "b.parquet", "column": "cookie_id", "called": "non_personal", "rows": 1},)
    (tmp_path / "lake" / "b.parquet").unlink()
    assert eye(tmp_path).look(NOON).passed


def test_what_calls_itself_personal_is_another_matter_and_what_says_nothing_is_not(tmp_path: Path) -> None:
    put(tmp_path / "lake" / "a.parquet", nature="personal", cookie_id=["x"])
    assert eye(tmp_path).look(NOON).passed
    put(tmp_path / "lake" / "b.parquet", nature="", cookie_id=["x"])
    assert [one["called"] for one in eye(tmp_path).look(NOON).seen] == ["nothing"]


def test_the_foot_is_read_as_the_library_reads_it(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["a", None],
            "number": [1.5, -2.0],
            "inside": [{"x": 1, "y": [2]}, {"x": 3, "y": []}],
            **{f"c{n}": [True, False] for n in range(30)},
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(
        table.replace_schema_metadata({"nature": "personal", "说明": "统计"}), path, row_group_size=1
    )
    foot, known = read_foot(path), pq.ParquetFile(path)
    assert foot.rows == known.metadata.num_rows
    leaves = [known.schema.column(n).name for n in range(len(known.schema.names))]
    assert list(foot.columns) == leaves
    assert foot.labels["说明"] == "统计"


@pytest.mark.parametrize("cut", [0, 4, 20, -9])
def test_a_file_that_is_cut_off_or_none_was_not_seen(tmp_path: Path, cut: int) -> None:
    put(tmp_path / "lake" / "a.parquet", page=["/"], visits=[21])
    path = tmp_path / "lake" / "a.parquet"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(CannotLook, match=r"a\.parquet"):
        eye(tmp_path).look(NOON)


def test_a_foot_of_noise_ends_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "noise.parquet"
    for noise in (b"\xff" * 300, b"\x1c" * 300, b"\x19\xfc" + b"\xff" * 8 + b"\x7f", bytes(range(256))):
        path.write_bytes(b"PAR1" + noise + len(noise).to_bytes(4, "little") + b"PAR1")
        with pytest.raises(CannotLook):
            read_foot(path)


def test_without_a_lake_nothing_was_seen(tmp_path: Path) -> None:
    with pytest.raises(CannotLook):
        eye(tmp_path).look(NOON)
