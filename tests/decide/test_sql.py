"""A list made in a database is the list made person by person, on every database there is here; traps of others included."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from sqlalchemy import create_engine, text
from sqlglot import expressions

from tests.decide import checks, generators, listing
from tests.decide.generators import Case
from tests.decide.test_traps import MAIL, POLICY
from troth.decide import sql
from troth.decide.batch import Batch, lanes_of
from troth.decide.compiled import Engine
from troth.decide.model import Facts
from troth.decide.sql import DIALECTS, Copy, SqlRefused

FEW = settings(max_examples=settings.default.max_examples // 8)
READ_AS = {"postgresql": "postgres", "mariadb": "mysql"}


def _people(engine: Engine, case: Case) -> list[int]:
    return [engine.layout.pack(facts).subject for facts in case.facts] * 3


def _each(case: Case, connection: Any, dialect: str) -> None:
    engine = Engine(case.catalogue)
    people = _people(engine, case)
    held = listing.filled(connection, engine, listing.rows(engine, people))
    for question in case.questions:
        for request in {engine.layout.pack(facts).request for facts in case.facts}:
            checks.same_rows(
                lambda query: held.execute(query).fetchall(), engine, question, people, request, dialect
            )


@FEW
@given(case=generators.cases())
def test_sqlite_lists_whom_the_engine_permits(case: Case) -> None:
    checks.same_in_database(case)


@FEW
@given(case=generators.cases())
def test_duckdb_lists_whom_the_engine_permits(case: Case) -> None:
    with duckdb.connect() as connection:
        _each(case, connection, "duckdb")


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"duckdb", "sqlite", "postgresql"}))
def test_other_databases_are_told_the_same(dialect: str) -> None:
    """What is written for databases that do not run here is read as theirs, and carried out by one that does."""
    engine = Engine(POLICY)
    people = list(range(1 << len(engine.layout.subject_facts)))

    def run(query: str) -> Any:
        [read] = sqlglot.transpile(query, read=READ_AS.get(dialect, dialect), write="duckdb")
        return held.execute(read).fetchall()

    with duckdb.connect() as connection:
        held = listing.filled(connection, engine, listing.rows(engine, people))
        held.execute(
            "CREATE MACRO bitAnd(a, b) AS (a & b)"
        )  # ClickHouse's, which the translator does not know
        checks.same_rows(run, engine, MAIL, people, 0, dialect)


@pytest.mark.postgres
def test_postgresql_lists_whom_the_engine_permits(postgres_url: str) -> None:
    server = create_engine(postgres_url)

    @FEW
    @given(case=generators.cases())
    def look(case: Case) -> None:
        engine = Engine(case.catalogue)
        people = _people(engine, case)
        copy = listing.copy_of(engine)
        names = [part.split()[0] for part in listing.definition(copy).split(", ")]
        with server.begin() as connection:
            connection.execute(
                text(f"CREATE TEMPORARY TABLE people ({listing.definition(copy)}) ON COMMIT DROP")
            )
            places = ", ".join(f":{name}" for name in names)
            rows = [dict(zip(names, row, strict=True)) for row in listing.rows(engine, people)]
            connection.execute(text(f"INSERT INTO people VALUES ({places})"), rows)
            for question in case.questions:
                for request in {engine.layout.pack(facts).request for facts in case.facts}:
                    checks.same_rows(
                        lambda query: connection.exec_driver_sql(query).all(),
                        engine, question, people, request, "postgresql",
                    )  # fmt: skip

    try:
        look()
    finally:
        server.dispose()


# --- traps -----------------------------------------------------------------------------------------------------------------


def test_a_decision_is_written_in_numbers_alone() -> None:
    """DuckDB 2.0.0 returns wrong rows, fail-open, where a CASE over text is filtered: nothing written here has text in it."""
    engine = Engine(POLICY)
    copy = listing.copy_of(engine)
    for dialect in DIALECTS:
        for written in (sql.code(engine, MAIL, copy, dialect), sql.permits(engine, MAIL, copy, dialect)):
            assert "'" not in written
            assert "LIKE" not in written.upper()
        assert sql.code(engine, MAIL, copy, dialect).endswith("ELSE 0 END")


@pytest.mark.parametrize("wanted", [0, 1])
def test_a_filter_over_codes_finds_each_person_once(wanted: int) -> None:
    """The filter that went wrong there, over the numbers of 0..99: everybody is listed under one code, and under one only."""
    engine = Engine(POLICY)
    people = list(range(100))
    codes = Batch(engine, lanes_of(engine.layout, people)).codes(MAIL).tolist()
    with duckdb.connect() as connection:
        held = listing.filled(connection, engine, listing.rows(engine, people))
        written = sql.code(engine, MAIL, listing.copy_of(engine), "duckdb")
        query = f"SELECT id FROM people WHERE ({written}) = {wanted} ORDER BY id"
        found = [id for (id,) in held.execute(query).fetchall()]
    assert found == [id for id, code in enumerate(codes) if code == wanted]


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_bits_are_shared_before_they_are_compared(dialect: str) -> None:
    """`w & m = n` is read as `w & (m = n)` by some, and `&` is no operator at all for others: each is told in its own words."""
    engine = Engine(POLICY)
    written = sql.permits(engine, MAIL, listing.copy_of(engine), dialect)
    read = sqlglot.parse_one(written, read=READ_AS.get(dialect, dialect))
    compared = [found for found in read.find_all(expressions.EQ) if "epoch" not in found.sql()]
    assert compared
    for found in compared:
        shared = found.this.unnest()
        assert isinstance(shared, expressions.BitwiseAnd) or str(shared.this).upper() == "BITAND"
        assert isinstance(found.expression, expressions.Literal)
    has_sign = dialect not in ("clickhouse", "oracle", "snowflake", "trino")
    assert bool(re.search(r"w0 & \d", written)) == has_sign


def test_what_a_row_does_not_say_permits_nobody() -> None:
    """A lane that is missing, no epoch, another epoch: denied by the list and by the codes, however the bars read."""
    engine = Engine(POLICY)
    yes = engine.layout.pack(Facts.of(["consent:news"])).subject
    people: list[tuple[int | None, ...]] = [
        (0, yes, listing.EPOCH),
        (1, None, listing.EPOCH),
        (2, yes, None),
        (3, yes, listing.EPOCH - 1),
    ]
    with sqlite3.connect(":memory:") as connection:
        held = listing.filled(connection, engine, people)
        assert held.execute(listing.ids_query(engine, MAIL)).fetchall() == [(0,)]
        assert [code > 0 for _, code in held.execute(listing.codes_query(engine, MAIL))] == [
            True,
            False,
            False,
            False,
        ]


def test_a_missing_lane_denies_though_the_other_would_permit() -> None:
    """A bar whose lane is NULL is not silent: with two lanes, one of them missing, nobody is permitted."""
    needs = [f"consent:c{number:02}" for number in range(62)]
    statements = (
        *generators.categories(),
        *(s for s in POLICY.statements if s.id in ("mail", "mailing")),
        *(
            generators.Ground(id=f"g{number:02}", basis="consent", needs=generators.needs(fact))
            for number, fact in enumerate(needs)
        ),
    )
    engine = Engine(type(POLICY)(statements))
    assert engine.layout.lanes == 2
    first, second = engine.layout.split(engine.layout.pack(Facts.of(needs)).subject)
    assert first
    with sqlite3.connect(":memory:") as connection:
        held = listing.filled(
            connection, engine, [(0, first, second, 7), (1, first, None, 7), (2, None, second, 7)]
        )
        assert held.execute(listing.ids_query(engine, MAIL)).fetchall() == [(0,)]
        assert [code > 0 for _, code in held.execute(listing.codes_query(engine, MAIL))] == [
            True,
            False,
            False,
        ]


def test_what_cannot_be_written_is_refused() -> None:
    engine = Engine(POLICY)
    with pytest.raises(SqlRefused, match="'sqlit'") as refused:
        sql.code(engine, MAIL, listing.copy_of(engine), "sqlit")
    assert "sqlite" in str(refused.value.help)
    with pytest.raises(SqlRefused, match="1 columns; 2 were named"):
        sql.permits(engine, MAIL, Copy(("a", "b"), "epoch", 1), "sqlite")
    with pytest.raises(SqlRefused, match="column"):
        Copy(("w; DROP TABLE people",), "epoch", 1)
