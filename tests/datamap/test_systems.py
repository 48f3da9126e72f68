"""A person in a database and in files at once: reached across both, erased in each, and what failed is told and can go on."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from troth.connectors.files import FilesConnector
from troth.connectors.sql import SqlConnector
from troth.datamap.access import rows_of
from troth.datamap.connector import Connector
from troth.datamap.erasing import erase, plan_erasure
from troth.datamap.errors import PlanRefused, StoreUnreachable
from troth.datamap.load import load_map
from troth.datamap.surveying import Survey, reach, survey
from troth.datamap.traversal import Proven
from troth.kernel.findings import Findings
from troth.leftovers import read_markers, search

MAP = """
systems:
  crm:
    at: sqlite:crm.db
    datasets:
      contacts: {people: yes, fields: {id: not_personal, mail: {is: email, identity: email, folded: yes}, name: name}}
      calls:
        fields: {id: not_personal, contact: {is: not_personal, to: contacts.id}, words: notes}
  lake:
    at: files:lake
    datasets:
      visits:
        key: [n]
        fields: {n: not_personal, contact: {is: not_personal, to: crm/contacts.id}, page: usage, who: {fields: {ip: usage, name: name}}}
      guests:
        key: [no]
        on_erasure: keep
        because: the book is kept
        fields: {no: not_personal, mail: {is: email, identity: email, on_erasure: pseudonym}, words: {is: notes, on_erasure: null}}
"""
WORDS = [
    "ann-marker-mail@a.test",
    "Ann Marker O'Name",
    "ann-marker-call",
    "ann-marker-ip",
    "ann-marker-page",
    "ann-marker-guest",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'crm.db'}")
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE contacts (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, name TEXT)")
        )
        connection.execute(
            sa.text("CREATE TABLE calls (id INTEGER PRIMARY KEY, contact INTEGER, words TEXT)")
        )
        rows = [{"i": 1, "m": WORDS[0].title(), "n": WORDS[1]}, {"i": 2, "m": "bob@b.test", "n": "Bob"}]
        connection.execute(sa.text("INSERT INTO contacts VALUES (:i, :m, :n)"), rows)
        connection.execute(sa.text("INSERT INTO calls VALUES (1, 1, 'ann-marker-call'), (2, 2, 'of bob')"))
    engine.dispose()
    lake = tmp_path / "lake"
    lake.mkdir()
    visits = [
        {
            "n": n,
            "contact": 1 + n % 2,
            "page": WORDS[4] if n % 2 == 0 else "/",
            "who": {"ip": WORDS[3] if n % 2 == 0 else "::1", "name": None},
        }
        for n in range(40)
    ]
    (lake / "visits.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in visits))
    (lake / "guests.csv").write_text(f'no,mail,words\n1,{WORDS[0]},"hi, {WORDS[5]}"\n2,bob@b.test,hello\n')
    return tmp_path


@pytest.fixture
def found(folder: Path) -> Iterator[Survey]:
    connectors: dict[str, Connector] = {
        "crm": SqlConnector("crm", f"sqlite:///{folder / 'crm.db'}"),
        "lake": FilesConnector("lake", folder / "lake"),
    }
    findings = Findings()
    map = load_map(MAP, findings)
    assert not findings.errors
    yield survey(map, connectors)
    for connector in connectors.values():
        connector.close()


ANN = [Proven("email", WORDS[0])]


def tokens() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):020x}"


def left(folder: Path) -> set[int]:
    return {hit.marker for hit in search([str(folder)], read_markers("\n".join(WORDS))).hits}


def test_rows_are_reached_across_systems(found: Survey) -> None:
    rows = reach(found, ANN).rows
    assert {name: len(one) for name, one in rows.items()} == {
        "crm/contacts": 1, "crm/calls": 1, "lake/visits": 20, "lake/guests": 1,
    }  # fmt: skip
    shown = str(list(rows_of(found, reach(found, ANN))))
    assert all(word in shown or repr(word)[1:-1] in shown for word in WORDS[1:])
    assert "bob" not in shown.lower()


def test_an_erasure_reaches_files_and_databases_and_starts_where_others_lead(
    found: Survey, folder: Path
) -> None:
    assert left(folder) == {1, 2, 3, 4, 5, 6}
    plan = plan_erasure(found, reach(found, ANN))
    assert plan.systems == ("lake", "crm")
    done = erase(found, plan, ANN, tokens())
    assert done.complete, done
    assert [(one.system, one.scrubbed) for one in done.outcomes] == [("lake", False), ("crm", True)]
    assert left(folder) == set()
    assert (
        folder / "lake/guests.csv"
    ).read_text() == "no,mail,words\n1,p-00000000000000000001,\n2,bob@b.test,hello\n"
    assert len((folder / "lake/visits.jsonl").read_text().splitlines()) == 20
    assert sorted(path.name for path in (folder / "lake").iterdir()) == [
        ".troth.lock",
        "guests.csv",
        "visits.jsonl",
    ]


class _Failing:
    """A connector whose store goes away when it is written to, as often as it is told."""

    def __init__(self, inner: Connector, times: int) -> None:
        self._inner = inner
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def writing(self) -> object:
        self._times -= 1
        if self._times >= 0:
            raise StoreUnreachable("lake cannot be reached (a test).")
        return self._inner.writing()


def test_what_failed_is_told_and_the_same_plan_ends_it(found: Survey, folder: Path) -> None:
    broken = Survey(
        found.map, found.schemas, {**found.connectors, "lake": _Failing(found.connectors["lake"], 1)}
    )  # type: ignore[dict-item]
    plan = plan_erasure(broken, reach(broken, ANN))
    done = erase(broken, plan, ANN, tokens())
    assert not done.complete
    assert [(one.system, one.erased) for one in done.outcomes] == [("lake", False), ("crm", True)]
    assert {one.dataset: one.rows for one in done.leftovers if not one.planned} == {
        "lake/visits": 20,
        "lake/guests": 1,
    }
    assert left(folder) == {1, 4, 5, 6}
    again = erase(broken, plan, ANN, tokens())
    assert again.complete, again
    assert left(folder) == set()


def test_a_system_that_is_open_for_reading_alone_refuses_before_anything_is_touched(
    found: Survey, folder: Path
) -> None:
    closed = FilesConnector("lake", folder / "lake", writable=False)
    reading = Survey(found.map, found.schemas, {**found.connectors, "lake": closed})
    plan = plan_erasure(reading, reach(reading, ANN))
    with pytest.raises(PlanRefused, match="lake is open for reading alone"):
        erase(reading, plan, ANN, tokens())
    assert left(folder) == {1, 2, 3, 4, 5, 6}
