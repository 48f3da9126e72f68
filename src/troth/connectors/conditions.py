"""Conditions as SQL: equality of columns, of several at once, and of values inside documents, in each dialect's words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from troth.connectors.rows import is_nested
from troth.datamap.connector import Condition
from troth.datamap.errors import StoreRefused
from troth.datamap.model import MANY, path_of

_NO_FIT: Final = object()
"""Said of a value that a column of this type cannot hold: no row equals it."""


class Where:
    """Writes conditions for one dialect. Of documents it may say too much: whoever reads the rows looks again."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect

    def meets(self, table: sa.Table, condition: Condition) -> ColumnElement[bool]:
        """The rows whose fields equal one of the values, where `when` holds."""
        sides = [self._equal(table, name, [(value,)]) for name, value in condition.when]
        return sa.and_(self._any(table, condition), *(one for one in sides))

    def _any(self, table: sa.Table, condition: Condition) -> ColumnElement[bool]:
        fields = condition.fields
        if not fields:
            return sa.true()
        if len(fields) == 1:
            return self._equal(table, fields[0], condition.values, folded=condition.folded)
        if any(map(is_nested, fields)):
            return sa.or_(
                sa.false(),
                *(
                    sa.and_(
                        *(self._equal(table, name, [(v,)]) for name, v in zip(fields, values, strict=True))
                    )
                    for values in condition.values
                ),
            )
        columns = [_column(table, name) for name in fields]
        fitted = [
            tuple(fit(v, c.type) for v, c in zip(values, columns, strict=True)) for values in condition.values
        ]
        known = [values for values in fitted if all(v is not _NO_FIT and v is not None for v in values)]
        return sa.tuple_(*columns).in_(known) if known else sa.false()

    def _equal(
        self, table: sa.Table, field: str, values: Sequence[tuple[Any, ...]], *, folded: bool = False
    ) -> ColumnElement[bool]:
        column = _column(table, path_of(field)[0])
        if is_nested(field):
            return self._inside(
                column, path_of(field)[1:], [value for (value,) in values if value is not None]
            )
        fitted = (fit(value, column.type) for (value,) in values)
        known = [value for value in fitted if value is not None and value is not _NO_FIT]
        if not known:
            return sa.false()
        if folded:
            return sa.func.lower(column).in_([str(value).lower() for value in known])
        return column == known[0] if len(known) == 1 else column.in_(known)

    def _inside(
        self, column: sa.Column[Any], path: tuple[str, ...], values: list[Any]
    ) -> ColumnElement[bool]:
        if not values:
            return sa.false()
        if self._dialect == "postgresql":
            return self._postgres(column, path, values)
        if self._dialect == "sqlite":
            return self._sqlite(column, path, values)
        found = sa.func.json_extract(column, _json_path(path))
        either = [
            sa.func.json_contains(found, json.dumps(form)) == 1 for value in values for form in _forms(value)
        ]
        return sa.or_(*either)

    def _postgres(
        self, column: sa.Column[Any], path: tuple[str, ...], values: list[Any]
    ) -> ColumnElement[bool]:
        walked = sa.func.jsonb_path_query(sa.cast(column, JSONB), sa.cast(_json_path(path), JSONPATH))
        inside = walked.table_valued(sa.column("value", JSONB)).render_derived()
        text = inside.c.value.op("#>>")(sa.literal_column("'{}'::text[]"))
        return sa.exists(sa.select(1).select_from(inside).where(text.in_([_text(v) for v in values])))

    def _sqlite(
        self, column: sa.Column[Any], path: tuple[str, ...], values: list[Any]
    ) -> ColumnElement[bool]:
        forms = [form for value in values for form in _forms(value)]
        if MANY not in path:
            return sa.func.json_extract(column, _json_path(path)).in_(forms)
        tree = sa.func.json_tree(column).table_valued("atom")
        return sa.exists(sa.select(1).select_from(tree).where(tree.c.atom.in_(forms)))


def fit(value: Any, type: sa.types.TypeEngine[Any]) -> Any:
    """A value as a column of this type takes it, or a mark that no such column can hold it."""
    try:
        wanted = type.python_type
    except NotImplementedError:
        return value
    if value is None or (isinstance(value, wanted) and wanted is not int):
        return value
    try:
        return _converted(value, wanted)
    except (ValueError, TypeError, ArithmeticError):
        return _NO_FIT


def _converted(value: Any, wanted: Any) -> Any:
    if wanted is bool:
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            str(value).lower(), _NO_FIT
        )
    if wanted is int:
        number = int(str(value))
        return number if -(2**63) <= number < 2**63 else _NO_FIT
    if wanted is UUID:
        return UUID(str(value))
    if wanted in (date, datetime):
        return wanted.fromisoformat(str(value))
    if wanted is str:
        return str(value)
    return wanted(str(value)) if wanted is not dict else value


def _column(table: sa.Table, name: str) -> sa.Column[Any]:
    if name not in table.c:
        raise StoreRefused(f"'{table.name}' has no column '{name}'.", "Check the map against the store.")
    return table.c[name]


def _json_path(path: tuple[str, ...]) -> str:
    steps = ("[*]" if step == MANY else "." + json.dumps(step, ensure_ascii=False) for step in path)
    return "$" + "".join(steps)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _forms(value: Any) -> list[Any]:
    """A number may stand in a document as a number or as its digits."""
    if isinstance(value, bool):
        return [value]
    if isinstance(value, int | float):
        return [value, str(value)]
    text = str(value)
    return [text, int(text)] if text.isascii() and text.isdigit() and len(text) < 16 else [text]
