"""Folders of files: many files of one table, what is left in a file's bytes, files of offices, and writers that meet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from troth.connectors.files import FilesConnector
from troth.connectors.files.disk import BESIDE
from troth.connectors.patterns import general, values_in
from troth.datamap import Proven, check_live, erase, load_map, plan_erasure, reach, survey
from troth.datamap.connector import Change, Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.model import DataMap, Dataset
from troth.kernel.findings import Findings

MARK = "zqx-marker-ann"
VISITS = """
systems:
  lake:
    at: files:.
    datasets:
      visits:
        table: visits-*
        key: [id]
        fields: {id: not_personal, email: {is: email, identity: email}, page: page, at: page}
"""


def mapped(text: str) -> DataMap:
    findings = Findings()
    found = load_map(text, findings)
    assert not findings.errors
    return found


def opened(map: DataMap, folder: Path) -> FilesConnector:
    return FilesConnector(map.systems[0].id, folder, tables=map.systems[0].tables)


def dataset(map: DataMap) -> Dataset:
    return map.datasets[0]


def visit(id: int, email: str, page: str = "/") -> dict[str, Any]:
    return {"id": id, "email": email, "page": page, "at": datetime(2026, 11, 22, tzinfo=UTC)}


def poured(folder: Path, name: str, rows: list[dict[str, Any]], **ways: Any) -> Path:
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata({"nature": "personal"}), path, **ways)
    return path


def erased(map: DataMap, connector: FilesConnector, email: str) -> Any:
    found = survey(map, {map.systems[0].id: connector})
    proven = [Proven("email", email)]
    plan = plan_erasure(found, reach(found, proven))
    return erase(found, plan, proven, lambda: "0123456789abcdef01234567")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("visits-2026-11-22", "visits-*"),
        ("contacts2", "contacts2"),
        ("day=2026-11-22/part-00000", "day=*/part-*"),
        ("part-00000-3f2504e0-4f89-11d3-9a0c-0305e82c3301-c000.snappy", "part-*-c000.snappy"),
        ("export_1", "export_*"),
    ],
)
def test_dated_and_numbered_files_are_one_table(name: str, seen: str) -> None:
    assert general(name) == seen


def test_braces_take_a_value_out_of_a_name() -> None:
    assert values_in("{customer}/*.pdf", "ann@a.test/cv.pdf") == {"customer": "ann@a.test"}
    assert values_in("{customer}/*.pdf", "ann/more/cv.pdf") is None
    assert values_in("a+b-{x}", "aab-1") is None, "only stars and braces mean something"


def test_the_files_of_a_lake_are_one_table_and_only_those_with_the_person_are_written(tmp_path: Path) -> None:
    poured(tmp_path, "visits-2026-11-21", [visit(1, MARK), visit(2, "bob@b.test")])
    other = poured(tmp_path, "visits-2026-11-22", [visit(3, "bob@b.test")])
    before = other.stat()
    map = mapped(VISITS)
    outcome = erased(map, opened(map, tmp_path), MARK)
    assert outcome.complete
    assert pq.read_table(tmp_path / "visits-2026-11-21.parquet")["id"].to_pylist() == [2]
    assert (other.stat().st_ino, other.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_of_an_erased_person_is_left_in_the_bytes_of_a_lake(tmp_path: Path) -> None:
    """Neither in pages, nor in statistics, dictionaries, indexes or the summary that a cluster writes beside."""
    rows = [visit(1, "aaa@a.test"), visit(2, MARK, f"/account/{MARK}"), visit(3, "zzz@z.test")]
    path = poured(
        tmp_path,
        "visits-1",
        rows,
        compression="none",
        use_dictionary=["email"],
        write_page_index=True,
        row_group_size=2,
    )
    as_dictionary = pa.Table.from_pylist(rows)
    as_dictionary = as_dictionary.set_column(1, "email", as_dictionary["email"].dictionary_encode())
    pq.write_table(as_dictionary, tmp_path / "visits-2.parquet", compression="none")
    pq.write_metadata(pq.read_schema(path), tmp_path / "_metadata", [pq.read_metadata(path)])
    (tmp_path / ".visits-1.parquet.crc").write_bytes(b"sum")
    held = [one for one in tmp_path.iterdir() if MARK.encode() in one.read_bytes()]
    assert len(held) == 3
    map = mapped(VISITS)
    assert erased(map, opened(map, tmp_path), MARK).complete
    assert [one.name for one in tmp_path.iterdir() if MARK.encode() in one.read_bytes()] == []
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        ".troth.lock",
        "visits-1.parquet",
        "visits-2.parquet",
    ]
    left = pq.ParquetFile(path)
    assert left.schema_arrow.metadata[b"nature"] == b"personal"
    assert left.metadata.row_group(0).column(0).compression == "UNCOMPRESSED"
    assert pq.read_table(path)["id"].to_pylist() == [1, 3]
    assert (
        pq.read_table(tmp_path / "visits-2.parquet").schema.field("email").type
        == as_dictionary.schema.field("email").type
    )


def test_columns_of_every_type_take_what_an_erasure_writes(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "email": MARK, "born": date(1990, 1, 2), "at": datetime(2026, 1, 1, tzinfo=UTC), "paid": 1.5, "tags": [MARK],
         "who": {"name": MARK}},
        {"id": 2, "email": "bob@b.test", "born": None, "at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "paid": 2.5, "tags": [],
         "who": {"name": "Bob"}},
    ]  # fmt: skip
    path = poured(tmp_path, "people", rows)
    map = mapped("""
systems:
  lake:
    at: files:.
    datasets:
      people:
        people: yes
        key: [id]
        on_erasure: anonymise
        fields:
          id: not_personal
          email: {is: email, identity: email, on_erasure: pseudonym}
          born: birthday
          at: page
          paid: order
          tags: {is: page, on_erasure: null}
          who: {fields: {name: name}}
""")
    outcome = erased(map, opened(map, tmp_path), MARK)
    assert [one.problem for one in outcome.outcomes] == [""]
    ann, bob = pq.read_table(path).to_pylist()
    assert ann["email"].startswith("p-0123")
    assert (ann["born"], ann["paid"], ann["tags"], ann["who"]) == (
        date(1900, 1, 1),
        0.0,
        None,
        {"name": "erased"},
    )
    assert bob == {**rows[1]}


def test_a_pattern_that_nothing_fits_yet_holds_nothing(tmp_path: Path) -> None:
    map, findings = mapped(VISITS), Findings()
    connector = opened(map, tmp_path)
    check_live(map, map.systems[0], connector.describe(), findings)
    assert not findings.errors
    assert not reach(survey(map, {"lake": connector}), [Proven("email", MARK)]).count
    poured(tmp_path, "orders", [visit(1, MARK)])
    check_live(map, map.systems[0], connector.describe(), findings)
    assert [one.code for one in findings.errors] == ["unmapped-table"], (
        "what no pattern claims is never passed over"
    )


def test_what_stands_in_a_folders_name_is_a_column(tmp_path: Path) -> None:
    for customer in ("ann", "bob"):
        (tmp_path / f"customer={customer}").mkdir()
        poured(tmp_path / f"customer={customer}", "part-0", [{"id": 1, "page": f"/{customer}"}])
    map = mapped("""
systems:
  lake:
    at: files:.
    datasets:
      visits:
        table: customer={customer}/*
        key: [customer, id]
        fields: {customer: {is: account, identity: email}, id: not_personal, page: page}
""")
    connector = opened(map, tmp_path)
    with connector.reading() as session:
        assert [row["page"] for row in session.export(dataset(map), [("ann", 1)])] == ["/ann"]
    with pytest.raises(StoreRefused, match="in the name of a file"), connector.writing() as writing:
        writing.change(dataset(map), [Change(("ann", 1), (("customer", "x"),))])
    assert erased(map, connector, "ann").complete
    assert pq.read_table(tmp_path / "customer=ann" / "part-0.parquet", partitioning=None).num_rows == 0
    assert pq.read_table(tmp_path / "customer=bob" / "part-0.parquet", partitioning=None).num_rows == 1


def test_csv_is_written_as_the_office_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "visits-1.csv"
    path.write_bytes(
        b"\xef\xbb\xbfid;email;page;at\r\n1;" + MARK.encode() + b";/;x\r\n2;bob@b.test;/a,b;y\r\n"
    )
    map = mapped(VISITS)
    assert erased(map, opened(map, tmp_path), MARK).complete
    assert path.read_bytes() == b"\xef\xbb\xbfid;email;page;at\r\n2;bob@b.test;/a,b;y\r\n"


def test_a_sheet_of_a_workbook_loses_a_row_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "visits-1.xlsx"
    book = Workbook()
    book.worksheets[0].title = "Visits"
    for cells in (
        ["id", "email", "page", "at"],
        [1, MARK, "/", "x"],
        [None] * 4,
        [2, "bob@b.test", "/", "=1+1"],
    ):
        book.worksheets[0].append(cells)
    book.create_sheet("Notes").append(["what"])
    book["Notes"].append(["stays"])
    book.save(path)
    map = mapped(VISITS.replace("datasets:", "left_out: {visits-1#Notes: of nobody}\n    datasets:", 1))
    assert erased(map, opened(map, tmp_path), MARK).complete
    left = load_workbook(path)
    assert [row for row in left["Visits"].iter_rows(min_row=2, values_only=True) if any(row)] == [
        (2, "bob@b.test", "/", "=1+1")
    ]
    assert left["Notes"]["A2"].value == "stays"


def test_one_object_in_a_file_goes_with_its_file(tmp_path: Path) -> None:
    for number, email in ((1, MARK), (2, "bob@b.test")):
        (tmp_path / f"visits-{number}.json").write_text(f'{{"id": {number}, "email": "{email}"}}')
    map = mapped(VISITS)
    assert erased(map, opened(map, tmp_path), MARK).complete
    assert sorted(one.name for one in tmp_path.glob("*.json")) == ["visits-2.json"]


def test_a_file_that_somebody_else_writes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "visits-1.csv"
    path.write_text("id,email,page,at\n1,a@a.test,/,x\n")
    map = mapped(VISITS)

    def meet() -> None:
        with opened(map, tmp_path).writing() as session:
            session.remove(dataset(map), [(1,)])
            path.write_text("id,email,page,at\n1,a@a.test,/,x\n2,b@b.test,/,y\n")

    with pytest.raises(StoreRefused, match="by somebody else meanwhile"):
        meet()
    assert path.read_text().count("\n") == 3
    assert sorted(one.name for one in tmp_path.iterdir()) == [".troth.lock", "visits-1.csv"]


def test_what_a_killed_session_left_beside_is_swept(tmp_path: Path) -> None:
    (tmp_path / "visits-1.csv").write_text("id,email,page,at\n")
    (tmp_path / f".visits-1.csv{BESIDE}").write_text(MARK)
    map = mapped(VISITS)
    with opened(map, tmp_path).writing():
        pass
    assert not list(tmp_path.glob(f".*{BESIDE}"))


def test_rows_without_a_key_are_not_taken_for_one_another(tmp_path: Path) -> None:
    (tmp_path / "visits-1.csv").write_text("id,email,page,at\n,a@a.test,/,x\n,b@b.test,/,y\n")
    map = mapped(VISITS)
    with pytest.raises(StoreRefused, match="has no key"), opened(map, tmp_path).writing() as session:
        session.remove(dataset(map), [(None,)])


def test_a_link_out_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "visits-1.csv").write_text("id\n")
    (tmp_path / "lake" / "visits-1.csv").symlink_to(tmp_path / "visits-1.csv")
    with pytest.raises(StoreRefused, match="leads out of the folder"):
        FilesConnector("lake", tmp_path / "lake").describe()


def test_two_kinds_of_file_of_one_name_are_told_apart_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id\n")
    (tmp_path / "people.jsonl").write_text("")
    with pytest.raises(StoreRefused, match="2 files called 'people'"):
        FilesConnector("lake", tmp_path).describe()


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.json"])
def test_a_file_that_is_not_what_its_name_says_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"{MARK} is none")
    with pytest.raises(StoreRefused, match="not what its name says") as told:
        FilesConnector("lake", tmp_path).describe()
    assert MARK not in str(told.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="no folder lake"):
        FilesConnector("lake", tmp_path / "lake").describe()


def test_reading_a_lake_takes_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    poured(tmp_path, "visits-1", [visit(1, MARK)])
    map = mapped(VISITS)
    with opened(map, tmp_path).reading() as session:
        assert list(session.find(dataset(map), Condition(("email",), ((MARK,),)), ("id",))) == [{"id": 1}]
        with pytest.raises(StoreRefused, match="no column 'colour'"):
            session.count("visits-*", Condition(("colour",), (("red",),)))
