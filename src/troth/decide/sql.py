"""The same decision as an SQL expression over columns of words, for lists made where the people are stored.

The flat rules that answer one question are written out for a database: whole numbers, parentheses and comparisons alone, no
text, so that no engine's optimiser has room to differ (one that was met returned every row for a CASE over text compared
with LIKE). What a row does not say restricts: a lane that is NULL, or a copy of another epoch, permits nobody.

A list is a cache: whoever sends asks again for each person at the moment of sending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from troth.decide.compiled import Engine
from troth.decide.layout import LANE, LANE_BITS
from troth.decide.masks import Row
from troth.decide.model import Question
from troth.kernel.errors import CallerError
from troth.kernel.findings import did_you_mean

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")


class SqlRefused(CallerError):
    """A decision cannot be written out like that."""


def _sign(column: str, mask: int) -> str:
    return f"({column} & {mask})"


def _called(function: str) -> Callable[[str, int], str]:
    return lambda column, mask: f"{function}({column}, {mask})"


DIALECTS: Final[Mapping[str, Callable[[str, int], str]]] = MappingProxyType(
    {
        "bigquery": _sign,
        "clickhouse": _called("bitAnd"),
        "duckdb": _sign,
        "mariadb": _sign,
        "mysql": _sign,
        "oracle": _called("BITAND"),
        "postgresql": _sign,
        "snowflake": _called("BITAND"),
        "spark": _sign,
        "sqlite": _sign,
        "trino": _called("bitwise_and"),
    }
)
"""How each database writes the bits that two whole numbers share: its operators are written by us, not translated, for a
translator was met that left `&` as it is where the database has none."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a copy of people's words stands: a column a lane, and a column with the epoch it was made in.

    Words of another epoch were packed by another layout, so they permit nobody. Raises SqlRefused for what is no column name.
    """

    lanes: tuple[str, ...]
    epoch_column: str
    epoch: int

    def __post_init__(self) -> None:
        for name in (*self.lanes, self.epoch_column):
            if not _NAME.fullmatch(name):
                raise SqlRefused(
                    "A column is named by letters, digits and _, after a table's name and a dot if need be.",
                    "Give the copy plain column names.",
                )

    @property
    def readable(self) -> str:
        """The condition under which a row can be read at all."""
        known = (f"({lane} IS NOT NULL)" for lane in self.lanes)
        return " AND ".join(
            (*known, f"({self.epoch_column} IS NOT NULL)", f"({self.epoch_column} = {self.epoch})")
        )


def permits(engine: Engine, question: Question, copy: Copy, dialect: str, request_word: int = 0) -> str:
    """A condition that is true for exactly those rows whose person the question is permitted for; never NULL.

    Raises SqlRefused for an unknown dialect or a copy whose columns do not fit the layout.
    """
    shared = _bits(dialect)
    _fit(engine, copy)
    parts = [copy.readable]
    for rule in engine.fold.rules_of_person(question, request_word):
        parts.append(_any([row for _, rows in rule.grounds for row in rows], copy, shared))
        parts.append(f"(NOT {_any(rule.blocks, copy, shared)})")
    return f"({' AND '.join(parts)})"


def code(engine: Engine, question: Question, copy: Copy, dialect: str, request_word: int = 0) -> str:
    """A whole number for each row: of the ground that decides (for several categories: of the first), 0 for a denial.

    `engine.codes` says which ground a number means. Raises SqlRefused as `permits` does.
    """
    shared = _bits(dialect)
    _fit(engine, copy)
    rules = engine.fold.rules_of_person(question, request_word)
    lines = [f"WHEN (NOT ({copy.readable})) THEN 0"]
    for rule in rules:
        allowed = _any([row for _, rows in rule.grounds for row in rows], copy, shared)
        lines.append(f"WHEN (NOT {allowed}) THEN 0")
        lines.append(f"WHEN {_any(rule.blocks, copy, shared)} THEN 0")
    lines += [f"WHEN {_any(rows, copy, shared)} THEN {number}" for number, rows in rules[0].grounds]
    return f"CASE {' '.join(lines)} ELSE 0 END"


def _any(rows: Iterable[Row], copy: Copy, shared: Callable[[str, int], str]) -> str:
    written = [_row(row, copy, shared) for row in rows]
    return f"({' OR '.join(written)})" if written else "(1 = 0)"


def _row(row: Row, copy: Copy, shared: Callable[[str, int], str]) -> str:
    """`(w & (need | forbid)) = need` for each lane that is read."""
    tests = []
    for lane, column in enumerate(copy.lanes):
        reads, need = (mask >> LANE_BITS * lane & LANE for mask in (row.reads, row.need))
        if reads:
            tests.append(f"({shared(column, reads)} = {need})")
    return f"({' AND '.join(tests)})" if tests else "(1 = 1)"


def _bits(dialect: str) -> Callable[[str, int], str]:
    if dialect not in DIALECTS:
        raise SqlRefused(
            f"Decisions cannot be written for '{dialect}'.",
            did_you_mean(dialect, DIALECTS) or f"Known here: {', '.join(DIALECTS)}.",
        )
    return DIALECTS[dialect]


def _fit(engine: Engine, copy: Copy) -> None:
    if len(copy.lanes) != engine.layout.lanes:
        raise SqlRefused(
            f"This policy packs a person into {engine.layout.lanes} columns; {len(copy.lanes)} were named.",
            "Pack the copy with the layout of the same bundle.",
        )
