"""The answer to a request for access: every row of a person, and what the law asks beside them (GDPR art. 15(1), PIPL art. 45).

Rows come out one after the other, so that a hundred thousand of them need no more room than one; what they are, why they
are held, who receives them, how long and from where is the same for all rows of a dataset, and comes from map and policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from troth.datamap.model import MANY, Dataset, Field
from troth.datamap.surveying import Looking, Survey
from troth.datamap.traversal import Found, Reached
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Purpose, Recipient, Retention, Source, Statement

MASKED: Final = "•••"
"""Stands where somebody else's data stand in a row that is shared."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Why:
    """A statement of the policy that bears on the data: its key, its words for people, and a figure where it has one."""

    key: str
    label: Mapping[str, str]
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"statement": self.key, "label": dict(self.label), "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Explained:
    """What a dataset holds about a person, and all that is said about it."""

    dataset: str
    about: str
    region: str
    run_by: str
    fields: Mapping[str, tuple[str, ...]]
    """The categories of each field that is shown."""
    purposes: tuple[Why, ...]
    recipients: tuple[Why, ...]
    retention: tuple[Why, ...]
    sources: tuple[Why, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "dataset": self.dataset,
            "about": self.about,
            "region": self.region,
            "run_by": self.run_by,
            "fields": {name: list(categories) for name, categories in self.fields.items()},
            "purposes": [one.as_json() for one in self.purposes],
            "recipients": [one.as_json() for one in self.recipients],
            "retention": [one.as_json() for one in self.retention],
            "sources": [one.as_json() for one in self.sources],
        }


def rows_of(survey: Survey, reached: Reached) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of a person with the dataset it lies in: mapped columns, others' data masked. Raises StoreRefused."""
    with Looking(survey) as looking:
        for name, found in reached.rows.items():
            dataset = survey.dataset(name)
            left = iter(found)
            while batch := list(islice(left, _AT_ONCE)):
                known = {_plain(one.key): one for one in batch}
                for row in looking.at(dataset.system).export(dataset, [one.key for one in batch]):
                    one = known[_plain(tuple(row[column] for column in dataset.key))]
                    yield name, masked(dataset, one, row)


def masked(dataset: Dataset, found: Found, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as its person may see it: in a shared one, what belongs to others and the links to them are covered."""
    shown = dict(row)
    if not found.others:
        return shown
    strange = {link.id: link for link in dataset.links if link.id in found.others}
    ends = {name for link in strange.values() for name in link.fields}
    for field in dataset.fields:
        if field.whose in strange or field.name in ends:
            shown[field.column] = _covered(shown[field.column], field.path[1:])
    return shown


def _covered(value: Any, path: tuple[str, ...]) -> Any:
    if value is None:
        return None
    if not path:
        return MASKED
    if path[0] == MANY:
        return [_covered(one, path[1:]) for one in value] if isinstance(value, list) else value
    if isinstance(value, dict) and path[0] in value:
        return {**value, path[0]: _covered(value[path[0]], path[1:])}
    return value


def explain(survey: Survey, catalogue: Catalogue, datasets: Iterable[str]) -> tuple[Explained, ...]:
    """What map and policy say about datasets, in the order they are given."""
    return tuple(_explained(survey, catalogue, survey.dataset(name)) for name in datasets)


def _explained(survey: Survey, catalogue: Catalogue, dataset: Dataset) -> Explained:
    system = survey.map.system(dataset.system)
    assert system is not None
    categories = tuple(dict.fromkeys(one for field in dataset.fields for one in field.categories))
    purposes = [one for one in catalogue.all(Purpose) if _serves(catalogue, one, dataset, categories)]
    serving = {one.id for one in purposes}
    processor = next((one for one in survey.map.processors if one.id == system.run_by), None)
    return Explained(
        dataset.name, dataset.about, system.region, system.run_by,
        {field.name: field.categories for field in dataset.fields if _shown(field)},
        tuple(_why(one) for one in purposes),
        tuple(_why(one, one.what) for one in catalogue.all(Recipient)
              if (processor and one.id == processor.recipient) or _touches(catalogue, one.data, one.purposes, categories, serving)),
        tuple(_why(one, _how_long(one)) for one in catalogue.all(Retention)
              if _touches(catalogue, one.data, one.purposes, categories, serving)),
        tuple(_why(one, one.what) for one in catalogue.all(Source)
              if one.id == dataset.source or (not dataset.source and _touches(catalogue, one.data, one.purposes, categories, serving))),
    )  # fmt: skip


def _shown(field: Field) -> bool:
    return field.personal


def _serves(catalogue: Catalogue, purpose: Purpose, dataset: Dataset, categories: tuple[str, ...]) -> bool:
    """Whether a purpose is among those the map names; where it names none, whether it may touch any of the data."""
    if dataset.purposes:
        return purpose.id in catalogue.expand("purpose", dataset.purposes)
    return any(catalogue.covers((*purpose.data, *purpose.optional), one) for one in categories)


def _touches(
    catalogue: Catalogue, data: tuple[str, ...], purposes: tuple[str, ...], categories: tuple[str, ...], serving: set[str]
) -> bool:  # fmt: skip
    """Whether a statement is about any of the data and any of the purposes; one that names none is about all."""
    about_data = not data or any(catalogue.covers(data, one) for one in categories)
    about_purpose = not purposes or bool(catalogue.expand("purpose", purposes) & serving)
    return bool(categories) and about_data and about_purpose


def _why(statement: Statement, detail: str = "") -> Why:
    return Why(statement.key, statement.label, detail)


def _how_long(retention: Retention) -> str:
    return str(retention.period or retention.criterion)


def labels(catalogue: Catalogue, category: str) -> Mapping[str, str]:
    """The words for a category, where the policy has any."""
    found = catalogue.get(Category, category)
    return found.label if found else {}


def _plain(key: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(str, key))
