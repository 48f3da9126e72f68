"""What a company has: its tables with their columns, its screens, its files and partners, as `meets.yaml` beside a policy names them.

    tables:
      harbour.db:                            # a place in the folder of the company's data, or `postgres`
        customers: [user_name, email]        # columns that are called as the policy calls its fields
        filings: [dossier.filing_company]    # a value inside a document that lies in a column
        list_members: {left_at: "objection:mailing_list"}    # a column under another name, or for a statement
    screens:
      /register: ["point:registration_form"]
    files:
      mail/: ["message:business_news"]       # fields or statements
    partners: [registry]                     # recipients that somebody stands for

Which clause meets which of them is worked out from the policy (`troth.app.meeting`); nobody writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.choices import read_yaml
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Recipient

FILE: Final = "meets.yaml"
SECTIONS: Final = ("tables", "screens", "files", "partners")
HELP: Final = (
    "Write what lies where under tables, screens, files and partners, as examples/harbour/meets.yaml does."
)


class MeetsUnreadable(OperatorError):
    """The file that names what a company has cannot be read, or names what is not there."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place in a company: a column, a screen or a file, and the field or statement that is found there."""

    what: str
    """`column`, `screen` or `file`."""
    where: str
    """For a column `STORE TABLE`; else the address of the screen or the path of the file."""
    holds: str
    """A field of the policy, or a statement as kind:id."""
    column: str = ""

    @property
    def table(self) -> tuple[str, str]:
        """Store and table of a column."""
        store, _, table = self.where.partition(" ")
        return store, table


@dataclass(frozen=True, slots=True)
class Premises:
    """All that a company has, as it was named."""

    spots: tuple[Spot, ...] = ()
    partners: tuple[str, ...] = ()


NOTHING: Final = Premises()


def read_premises(folder: Path) -> Premises:
    """What the company of a policy folder has; nothing where nobody named anything. Raises MeetsUnreadable."""
    path = folder / FILE
    if not path.is_file():
        return NOTHING
    plain = read_yaml(path, MeetsUnreadable, HELP) or {}
    if not isinstance(plain, dict) or set(plain) - set(SECTIONS):
        raise MeetsUnreadable(f"{path} says something else than {', '.join(SECTIONS)}.", HELP)
    try:
        return Premises(tuple(_spots(plain)), tuple(map(str, plain.get("partners") or ())))
    except (AttributeError, TypeError) as problem:
        raise MeetsUnreadable(f"{path} does not list what it names.", HELP) from problem


def _spots(plain: Mapping[str, Any]) -> Iterator[Spot]:
    for store, tables in (plain.get("tables") or {}).items():
        for table, columns in tables.items():
            for column, holds in _columns(columns):
                yield Spot("column", f"{store} {table}", holds, column)
    for section, what in (("screens", "screen"), ("files", "file")):
        for where, held in (plain.get(section) or {}).items():
            for holds in _listed(held):
                yield Spot(what, str(where), holds)


def _columns(said: Any) -> Iterator[tuple[str, str]]:
    """Each column with what it holds: its own name (of a path, the last step) where nothing else is said."""
    if isinstance(said, Mapping):
        for column, held in said.items():
            for holds in _listed(held) or (_last(str(column)),):
                yield str(column), holds
        return
    for one in said:
        if isinstance(one, Mapping):
            yield from _columns(one)
        else:
            yield str(one), _last(str(one))


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _listed(said: Any) -> tuple[str, ...]:
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(map(str, said))


def unknown(premises: Premises, catalogue: Catalogue) -> list[str]:
    """What is named and the policy does not know, one sentence each."""
    fields = {field for category in catalogue.all(Category) for field in category.fields}
    keys = {statement.key for statement in catalogue.statements}
    found = []
    for spot in premises.spots:
        known = keys if ":" in spot.holds else fields
        if spot.holds not in known:
            found.append(
                f"{_named(spot)}: the policy knows no {spot.holds}. {did_you_mean(spot.holds, known)}"
            )
    recipients = catalogue.ids(Recipient.kind)
    found += [
        f"partner {one}: the policy knows no such recipient. {did_you_mean(one, recipients)}"
        for one in premises.partners
        if one not in recipients
    ]
    return [one.strip() for one in dict.fromkeys(found)]


def absent(premises: Premises, columns: Callable[[str, str], Iterable[str] | None]) -> list[str]:
    """What is named and does not stand in a living store, one sentence each. `columns` gives those of a table, by store and name;
    None where the store is not within reach."""
    found, seen = [], dict[tuple[str, str], frozenset[str] | None]()
    for spot in premises.spots:
        if spot.what != "column":
            continue
        if spot.table not in seen:
            there = columns(*spot.table)
            seen[spot.table] = None if there is None else frozenset(there)
        held = seen[spot.table]
        if held is not None and spot.column.partition(".")[0] not in held:
            found.append(f"{_named(spot)}: no such column stands there.")
    return list(dict.fromkeys(found))


def _named(spot: Spot) -> str:
    return f"{spot.what} {spot.where}{'.' if spot.column else ''}{spot.column}"
