"""Words as rows of a table, and a decision asked of a database: what `troth.decide.sql` writes, carried out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from troth.decide import sql
from troth.decide.compiled import Engine
from troth.decide.model import Question
from troth.decide.sql import Copy

EPOCH = 7


def copy_of(engine: Engine) -> Copy:
    """The columns of the table `people` that a policy's words take."""
    return Copy(tuple(f"w{lane}" for lane in range(engine.layout.lanes)), "epoch", EPOCH)


def definition(copy: Copy) -> str:
    """The columns of that table."""
    return ", ".join(("id INTEGER", *(f"{lane} BIGINT" for lane in copy.lanes), "epoch INTEGER"))


def rows(engine: Engine, words: Sequence[int]) -> list[tuple[int | None, ...]]:
    """A row for each person."""
    return [(at, *engine.layout.split(word), EPOCH) for at, word in enumerate(words)]


def codes_query(engine: Engine, question: Question, request_word: int = 0, dialect: str = "sqlite") -> str:
    """Everybody with the number of the ground that decides, in order."""
    written = sql.code(engine, question, copy_of(engine), dialect, request_word)
    return f"SELECT id, {written} FROM people ORDER BY id"


def ids_query(engine: Engine, question: Question, request_word: int = 0, dialect: str = "sqlite") -> str:
    """Those who are permitted, in order."""
    written = sql.permits(engine, question, copy_of(engine), dialect, request_word)
    return f"SELECT id FROM people WHERE {written} ORDER BY id"


def filtered_query(engine: Engine, question: Question, request_word: int = 0, dialect: str = "sqlite") -> str:
    """As `ids_query`, by a filter over the codes: where an optimiser may look into the CASE."""
    written = sql.code(engine, question, copy_of(engine), dialect, request_word)
    return f"SELECT id FROM (SELECT id, {written} AS code FROM people) AS asked WHERE code <> 0 ORDER BY id"


def filled(connection: Any, engine: Engine, people: list[tuple[int | None, ...]]) -> Any:
    """A connection whose table `people` holds these rows, and no others."""
    connection.execute("DROP TABLE IF EXISTS people")
    connection.execute(f"CREATE TABLE people ({definition(copy_of(engine))})")
    if people:
        places = ", ".join("?" * len(people[0]))
        connection.executemany(f"INSERT INTO people VALUES ({places})", people)
    return connection


def in_sqlite(engine: Engine, words: Sequence[int]) -> sqlite3.Connection:
    """These people in a SQLite of their own."""
    connection: sqlite3.Connection = filled(sqlite3.connect(":memory:"), engine, rows(engine, words))
    return connection
