"""A draft of a map out of a live schema: categories proposed, keys followed, and a gap wherever nobody can know.

What the draft does not know it leaves empty, so that `troth map check` refuses the map until somebody has said it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from troth.datamap.lexicon import Proposal, propose, words_of
from troth.datamap.model import NOT_PERSONAL
from troth.datamap.schema import Column, Kind, Reference, Schema, Table
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category

Sample = Callable[[Table, str], Sequence[object]]
"""Some values of a column, where somebody lets them be looked at; else none."""
_PEOPLE = frozenset(
    "customer user member person people account applicant employee staff contact patient student subscriber client guest".split()
)
_IDENTITIES = {"email": "email", "phone": "phone", "username": "account"}


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is proposed for one column."""

    column: str
    category: str
    """Empty where nothing is known; `not_personal` where it says nothing of anybody."""
    sure: str
    why: str
    identity: str = ""
    to: str = ""
    follows: str = ""


@dataclass(frozen=True, slots=True)
class DraftedTable:
    """What is proposed for one table."""

    table: str
    people: bool
    columns: tuple[Drafted, ...]
    key: tuple[str, ...]
    links: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str], ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def open(self) -> int:
        """How many columns somebody has to say something about."""
        return sum(not one.category for one in self.columns)


def draft(
    schema: Schema, catalogue: Catalogue | None = None, sample: Sample | None = None
) -> tuple[DraftedTable, ...]:
    """A proposal for every table of a schema."""
    proposals = {
        table.name: {c.name: propose(c.name, sample(table, c.name) if sample else ()) for c in table.columns}
        for table in schema.tables
    }
    people = {table.name for table in schema.tables if _is_people(table, proposals[table.name])}
    rich = {
        name for name, found in proposals.items() if sum(bool(p and p.category) for p in found.values()) > 1
    }
    view = _View(people, _below(schema, people), rich, _Categories(catalogue))
    return tuple(_table(table, proposals[table.name], view) for table in schema.tables)


@dataclass(frozen=True, slots=True)
class _View:
    """What the whole schema says of each table."""

    people: set[str]
    owned: set[str]
    """Tables of people, and those whose rows point at them."""
    rich: set[str]
    """Tables with more than one personal column."""
    chosen: _Categories

    def follows(self, table: str, to: str) -> str:
        """Which way a reference leads: down to whoever points at a person's row, up to data that people point at, or not."""
        if to in self.owned:
            return "none" if table in self.people else ""
        return "up" if table in self.owned and to in self.rich else "none"

    def finds(self, table: str) -> bool:
        """Whether people are looked up in a table: in their own, and where nothing else leads."""
        return table in self.people or table not in self.owned


def _is_people(table: Table, proposals: dict[str, Proposal | None]) -> bool:
    """Whether a row is one person: by the name of the table, or by an identity that is unique and a name beside it."""
    last = words_of(table.name.rpartition(".")[2]).split("_")[-1]
    categories = {p.category for p in proposals.values() if p}
    if (last in _PEOPLE or last.removesuffix("s") in _PEOPLE) and categories & {*_IDENTITIES, "name"}:
        return True
    unique = {c for group in table.unique if len(group) == 1 for c in group}
    identified = any(p and p.category in _IDENTITIES and c in unique for c, p in proposals.items())
    return identified and "name" in categories


def _below(schema: Schema, people: set[str]) -> set[str]:
    """The tables of people, and all whose rows point at them, directly or through others."""
    owned = set(people)
    while True:
        more = {t.name for t in schema.tables for r in t.references if r.to in owned} - owned
        if not more:
            return owned
        owned |= more


def _table(table: Table, proposals: dict[str, Proposal | None], view: _View) -> DraftedTable:
    single = {r.columns[0]: r for r in table.references if len(r.columns) == 1}
    columns = tuple(
        _referring(one.name, single[one.name], table, view)
        if one.name in single
        else Drafted(one.name, NOT_PERSONAL, "high", "part of a reference")
        if any(one.name in reference.columns for reference in table.references)
        else _column(table, one, proposals[one.name], view)
        for one in table.columns
    )
    links = tuple(
        (r.columns, r.to, r.on, view.follows(table.name, r.to))
        for r in table.references
        if len(r.columns) > 1
    )
    kinds = {c.name: stem for c in table.columns if (stem := re.sub("_(type|kind)$", "", c.name)) != c.name}
    names = {column.name for column in table.columns} - single.keys()
    hints = tuple(
        f"{kind} and {stem}_id look like a reference of several kinds: write a link for each, with 'when:'"
        for kind, stem in kinds.items()
        if f"{stem}_id" in names
    )
    return DraftedTable(table.name, table.name in view.people, columns, table.key, links, hints)


def _referring(name: str, reference: Reference, table: Table, view: _View) -> Drafted:
    to, follows = f"{reference.to}.{reference.on[0]}", view.follows(table.name, reference.to)
    return Drafted(name, NOT_PERSONAL, "high", "a reference", to=to, follows=follows)


def _column(table: Table, column: Column, proposal: Proposal | None, view: _View) -> Drafted:
    kind = _IDENTITIES.get(proposal.category, "") if proposal else ""
    identity = kind if view.finds(table.name) else ""
    declared = view.chosen.declared(column.name)
    if declared:
        return Drafted(column.name, declared, "high", "the policy names this field", identity)
    if proposal is None:
        plain = (column.name in table.key and column.kind is Kind.NUMBER) or column.kind is Kind.FLAG
        if plain:
            return Drafted(column.name, NOT_PERSONAL, "medium", "by its kind")
        return Drafted(column.name, "", "", "nobody can tell")
    if not proposal.category:
        return Drafted(column.name, NOT_PERSONAL, proposal.sure, proposal.why)
    return Drafted(column.name, view.chosen.nearest(proposal.category), proposal.sure, proposal.why, identity)


class _Categories:
    """The policy's categories, by the fields they name and by the words of their ids."""

    def __init__(self, catalogue: Catalogue | None) -> None:
        categories = catalogue.all(Category) if catalogue else ()
        self._fields = {field: one.id for one in categories for field in one.fields}
        self._ids = [one.id for one in categories]

    def declared(self, column: str) -> str:
        """The category whose `fields:` name this column."""
        return self._fields.get(column, "")

    def nearest(self, proposed: str) -> str:
        """The category of that name, the one that has it among its words, or the proposal as it is."""
        if proposed in self._ids or not self._ids:
            return proposed
        words = set(proposed.split("_"))
        near = [one for one in self._ids if words <= set(one.split("_"))]
        return min(near, key=len) if near else proposed


def as_yaml(system: str, at: str, tables: Sequence[DraftedTable], credentials: str = "") -> str:
    """The draft as a map: what is not sure carries a remark, what is not known is left empty."""
    return "\n".join(_lines(system, at, tables, credentials)) + "\n"


def _lines(system: str, at: str, tables: Sequence[DraftedTable], credentials: str) -> Iterator[str]:
    yield "# A draft: proposals by name. Confirm each, fill the gaps, then run `troth map check`."
    yield "systems:"
    yield f"  {system}:"
    yield f"    at: {_quoted(at)}"
    if credentials:
        yield f"    credentials: {credentials}"
    yield "    datasets:"
    for table in tables:
        yield f"      {_id(table.table)}:"
        if _id(table.table) != table.table:
            yield f"        table: {_quoted(table.table)}"
        if table.people:
            yield "        people: yes  # a row is one person: is that so?"
        if not table.key:
            yield "        key: []  # no primary key: name the columns that tell rows apart"
        yield from (f"        # {hint}" for hint in table.hints)
        yield "        fields:"
        yield from (f"          {_field(one)}" for one in table.columns)
        if table.links:
            yield "        links:"
            for columns, to, on, follows in table.links:
                more = f", follows: {follows}" if follows else ""
                yield f"          - {{fields: [{', '.join(columns)}], to: {_id(to)}, on: [{', '.join(on)}]{more}}}"


def _field(one: Drafted) -> str:
    name = _quoted(one.column)
    if not one.category:
        return f"{name}:  # what is it?"
    remark = f"  # {one.why}" if one.sure in ("medium", "low") and one.category != NOT_PERSONAL else ""
    if not one.identity and not one.to:
        return f"{name}: {one.category}{remark}"
    table, _, column = one.to.rpartition(".")
    terms: dict[str, Any] = {"is": one.category, "identity": one.identity, "to": f"{_id(table)}.{column}" if one.to else "",
                             "follows": one.follows}  # fmt: skip
    return f"{name}: {{{', '.join(f'{word}: {said}' for word, said in terms.items() if said)}}}{remark}"


def _id(table: str) -> str:
    """A name for a dataset: its table in lower case words."""
    found = "_".join(part for part in words_of(table).split("_") if part)
    return found if found[:1].isalpha() and found.isascii() else f"t_{table.encode().hex()[:12]}"


def _quoted(text: str) -> str:
    plain = text.replace("_", "").replace("-", "").replace("/", "").replace(".", "")
    return (
        text
        if plain.isalnum() and not plain.isdigit() and text[:1].isalpha()
        else '"' + text.replace('"', '\\"') + '"'
    )
