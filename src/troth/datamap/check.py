"""A map held against itself, the policy and the live stores: what does not fit is an error, never passed over."""

from __future__ import annotations

from collections.abc import Iterator

from troth.datamap.model import NOT_PERSONAL, Backup, DataMap, Dataset, Erasure, Field, Link, System
from troth.datamap.schema import Schema, Table
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.catalogue import Catalogue

_WORDS = {"purpose": "purposes", "source": "source", "retention": "retention"}


def check_links(map: DataMap, findings: Findings) -> None:
    """What the map says about itself: every link leads to a field, every name that is used is declared."""
    names = {one.name for one in map.datasets}
    for dataset, link in map.links():
        to = map.dataset(link.to)
        if to is None:
            findings.error("unknown-dataset", link.place, f"'{link.to}' is not a dataset of this map.",
                           did_you_mean(link.to, names))  # fmt: skip
            continue
        _check_link(dataset, link, to, findings)
    for dataset in map.datasets:
        _check_whose(dataset, findings)
    _check_copies(map, findings)
    _check_ways(map, findings)


def _check_ways(map: DataMap, findings: Findings) -> None:
    """Personal data that no identity leads to would never be found again."""
    found = {one.name for one in map.datasets if any(field.identity for field in one.fields)}
    while True:
        more = {child.name for child, link in map.links() if link.direction.leads_down and link.to in found}
        more |= {link.to for child, link in map.links() if link.direction.leads_up and child.name in found}
        if more <= found:
            break
        found |= more
    for dataset in map.datasets:
        if dataset.name not in found and any(field.personal for field in dataset.fields):
            findings.error("nobody-found", dataset.place, f"Nothing leads to {dataset.name}: people in it would never be found.",
                           "Give a field an 'identity:', or link it to a dataset where people are found.")  # fmt: skip


def _check_link(dataset: Dataset, link: Link, to: Dataset, findings: Findings) -> None:
    sides = ((dataset, (*link.fields, *(name for name, _ in link.when))), (to, link.on))
    for side, fields in sides:
        for name in fields:
            if side.field(name) is None:
                findings.error("unknown-field", link.place, f"'{name}' is not a field of {side.name}.",
                               did_you_mean(name, [one.name for one in side.fields]))  # fmt: skip
    if link.follows is None and to.people and dataset.people:
        findings.error("whose-row", link.place, f"{dataset.name} refers to {to.name}, and in both a row is a person.",
                       "Say 'follows: none' where it is somebody else, 'down', 'up' or 'both' where it is the same person.")  # fmt: skip


def _check_whose(dataset: Dataset, findings: Findings) -> None:
    ids = {link.id for link in dataset.links}
    for field in dataset.fields:
        if field.whose and field.whose not in ids:
            findings.error("unknown-link", field.place, f"'{field.whose}' is not a link of {dataset.name}.",
                           did_you_mean(field.whose, ids))  # fmt: skip
    if dataset.erasure is Erasure.KEEP and not (dataset.because or dataset.retention):
        findings.error("kept-without-reason", dataset.place, f"{dataset.name} stays when its person is erased, and nothing says why.",
                       "Add 'because:', or name the retention statement with 'retention:'.")  # fmt: skip
    for field in dataset.fields:
        if field.personal and field.erasure is Erasure.KEEP and not field.because and not dataset.because:
            findings.error("kept-without-reason", field.place, f"{dataset.name}.{field.name} outlives its person, and nothing says why.",
                           "Add 'because:'.")  # fmt: skip
        if field.erasure is Erasure.DELETE:
            findings.error("field-deleted", field.place, "A field cannot be deleted, only its row.",
                           "Write null, anonymise, pseudonym or keep.")  # fmt: skip


def _check_copies(map: DataMap, findings: Findings) -> None:
    processors, backups = {one.id for one in map.processors}, {one.id for one in map.backups}
    runners: tuple[System | Backup, ...] = (*map.systems, *map.backups)
    for runner in runners:
        if runner.run_by and runner.run_by not in processors:
            findings.error("unknown-processor", runner.place, f"'{runner.run_by}' is not a processor of this map.",
                           did_you_mean(runner.run_by, processors))  # fmt: skip
    for system in map.systems:
        for name in system.backups:
            if name not in backups:
                findings.error("unknown-backup", system.place, f"'{name}' is not a backup of this map.",
                               did_you_mean(name, backups))  # fmt: skip
    for backup in map.backups:
        if backup.kept is None:
            findings.warning("backup-without-end", backup.place, f"Nothing says how long copies of '{backup.id}' are kept.",
                             "Add 'kept:', such as '7 calendar days': until then an erased person can come back.")  # fmt: skip


def check_policy(map: DataMap, catalogue: Catalogue, findings: Findings) -> None:
    """What the map takes from the policy: categories, purposes, sources, retentions, recipients."""
    categories = catalogue.ids("category")
    for dataset in map.datasets:
        for field in dataset.fields:
            for one in field.categories:
                _known("category", one, {*categories, NOT_PERSONAL}, field.place, findings)
        for kind, word in _WORDS.items():
            said = getattr(dataset, word)
            for one in (said,) if isinstance(said, str) else said:
                _known(kind, one, catalogue.ids(kind), dataset.place, findings)
    for processor in map.processors:
        _known("recipient", processor.recipient, catalogue.ids("recipient"), processor.place, findings)
    for name, category in map.aliases:
        _known(
            "category",
            category,
            {*categories, NOT_PERSONAL},
            Place("map.yaml"),
            findings,
            f" (alias of {name})",
        )


def _known(
    kind: str, id: str, ids: frozenset[str] | set[str], place: Place, findings: Findings, said: str = ""
) -> None:
    if id and id not in ids:
        findings.error(f"unknown-{kind}", place, f"'{id}' is not a {kind} of the policy{said}.",
                       did_you_mean(id, ids) or "Declare it there, or use one that stands there.")  # fmt: skip


def check_live(map: DataMap, system: System, schema: Schema, findings: Findings) -> None:
    """A system of the map held against its live shape, both ways."""
    mapped = {dataset.table: dataset for dataset in map.of_system(system.id)}
    left_out = dict(system.left_out)
    for table in schema.tables:
        if table.name not in mapped and table.name not in left_out:
            findings.error("unmapped-table", system.place, f"{system.id} has a table '{table.name}' that this map does not know.",
                           "Map it as a dataset, or name it under 'left_out:' with the reason.")  # fmt: skip
    for name in left_out:
        if schema.table(name) is None:
            findings.warning(
                "table-gone", system.place, f"{system.id} has no table '{name}' to leave out.", "Remove it."
            )
    for name, dataset in mapped.items():
        found = schema.table(name)
        if found is None:
            findings.error("table-gone", dataset.place, f"{system.id} has no table '{name}'.",
                           did_you_mean(name, [one.name for one in schema.tables]))  # fmt: skip
        else:
            check_table(dataset, found, findings)


def check_table(dataset: Dataset, table: Table, findings: Findings) -> None:
    """A dataset held against its live table: columns on both sides, a key, and what erasing would do to it."""
    columns = {column.name for column in table.columns}
    for column in table.columns:
        if column.name not in dataset.columns:
            findings.error("unmapped-field", dataset.place, f"{dataset.name}: the column '{column.name}' is not mapped.",
                           f"Name its category under 'fields:', or write '{NOT_PERSONAL}'.")  # fmt: skip
    for field in dataset.fields:
        if field.column not in columns and table.sampled:
            continue
        if field.column not in columns:
            findings.error("column-gone", field.place, f"{dataset.name}: there is no column '{field.column}' any more.",
                           did_you_mean(field.column, columns - set(dataset.columns)))  # fmt: skip
    for name in dataset.key:
        if name not in columns and not table.sampled:
            findings.error("column-gone", dataset.place, f"{dataset.name}: the key names no column '{name}'.",
                           did_you_mean(name, columns))  # fmt: skip
    if not dataset.key and not table.key:
        findings.error("no-key", dataset.place, f"{dataset.name}: nothing names a single row of '{table.name}'.",
                       "Name the columns that do under 'key:'.")  # fmt: skip
    for message, help in _unwritable(dataset, table):
        findings.error("cannot-erase", dataset.place, message, help)
    _check_indexes(dataset, table, findings)


def _unwritable(dataset: Dataset, table: Table) -> Iterator[tuple[str, str]]:
    """What the map wants written on an erasure and the store would refuse."""
    for field in dataset.fields:
        column = table.column(field.column)
        if column is None or len(field.path) > 1:
            continue
        if field.erasure is Erasure.NULL and not column.nullable:
            yield (f"{dataset.name}.{field.name} is to become null, and its column may not be empty.",
                   "Write anonymise or pseudonym.")  # fmt: skip
        if field.erasure is Erasure.ANONYMISE and table.is_unique(field.column):
            yield (f"{dataset.name}.{field.name} is to become the same for everybody, and its column must be unique.",
                   "Write pseudonym.")  # fmt: skip


def _check_indexes(dataset: Dataset, table: Table, findings: Findings) -> None:
    """Looking somebody up without an index reads the whole table."""
    looked_up: list[tuple[Field, str]] = [(f, f.column) for f in dataset.fields if f.identity]
    looked_up += [
        (found, link.fields[0]) for link in dataset.links
        if link.direction.leads_down and (found := dataset.field(link.fields[0])) is not None
    ]  # fmt: skip
    for field, name in looked_up:
        if (
            table.indexed
            and len(field.path) == 1
            and not any(group[0] == field.column for group in table.indexed)
        ):
            findings.warning("no-index", field.place, f"{dataset.name}: people are looked up by '{name}', which has no index.",
                             "Make one, or looking somebody up reads the whole table.")  # fmt: skip
