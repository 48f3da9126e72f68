"""What a policy makes of a set: its nature, what a join becomes, what its source asks for, which items are listed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troth.lineage.model import NON_PERSONAL, PERSONAL, STRICTNESS, Dataset, Misfit, Sheet
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Point, Purpose, Requirement, Source

SOURCE_DUTIES = ("keep_provenance",)
Columns = tuple[tuple[str, str], ...]


def strictest(natures: Iterable[str]) -> str:
    """The strictest of several natures; personal where there are none."""
    return max(natures, key=STRICTNESS.index, default=PERSONAL)


def nature_of(catalogue: Catalogue, columns: Columns) -> str:
    """What its columns make a set: the strictest of all. What a join did to them is in the columns already (`joined`)."""
    return strictest(catalogue.nature(category) for _, category in columns)


def joined(catalogue: Catalogue, inputs: Iterable[Dataset], columns: Columns = ()) -> Columns:
    """The columns of a set made of others. Where one of them is personal, what identifies nobody in the rest is treated as its category
    says that a join is (`joins_as`), or as itself where it says nothing: the set is personal either way."""
    sets = tuple(inputs)
    taken = columns or tuple(dict(pair for one in sets for pair in one.columns).items())
    natures = {catalogue.nature(category) for _, category in taken}
    mixed = any(one.nature != NON_PERSONAL for one in sets) and len(sets) > 1 and NON_PERSONAL in natures
    return tuple((name, _as_joined(catalogue, category)) for name, category in taken) if mixed else taken


def _as_joined(catalogue: Catalogue, category: str) -> str:
    found = catalogue.get(Category, category)
    return (found.joins_as if found is not None else "") or category


def asked_of_join(catalogue: Catalogue, columns: Columns) -> dict[str, frozenset[str]]:
    """Requirements about these categories and no side else, by id, with the papers that each asks for whatever else holds."""
    held = {category for _, category in columns}
    found: dict[str, frozenset[str]] = {}
    for one in catalogue.all(Requirement):
        narrow = any(
            (one.purposes, one.recipients, one.places, one.points, one.sources, one.messages, one.when)
        )
        about = any(within(catalogue, category, one.data) for category in held)
        if narrow or not about or (one.acts and "use" not in one.acts):
            continue
        papers = frozenset(
            way[0].fact.name for need in one.needs for way in need.ways
            if len(need.ways) == 1 and len(way) == 1 and way[0].fact.family == "paper" and not way[0].negated
        )  # fmt: skip
        if papers:
            found[one.id] = papers
    return found


def within(catalogue: Catalogue, category: str, refs: Iterable[str]) -> bool:
    """Whether a category is among those named, or part of one of them."""
    return not catalogue.wider(category).isdisjoint(catalogue.expand(Category.kind, refs))


def outside_purpose(catalogue: Catalogue, purpose: str, categories: Iterable[str]) -> tuple[str, ...]:
    """Categories that a purpose may not touch, and all of them where it is not declared."""
    found = catalogue.get(Purpose, purpose)
    if found is None:
        return tuple(categories)
    allowed = (*found.data, *found.optional)
    return tuple(one for one in categories if not within(catalogue, one, allowed))


def against_source(catalogue: Catalogue, sheet: Sheet) -> str:
    """Why a set may not come from its source; '' where it may."""
    source = catalogue.get(Source, sheet.source)
    if source is None:
        return "the policy declares no such source"
    beyond = [c for _, c in sheet.columns if source.data and not within(catalogue, c, source.data)]
    if beyond:
        return f"'{beyond[0]}' may not come from there"
    aims = [p for p in sheet.purposes if source.purposes and p not in source.purposes]
    if aims:
        return f"what comes from there does not serve '{aims[0]}'"
    if set(SOURCE_DUTIES) & set(source.duties) and not (sheet.supplier and sheet.lawful):
        return "say who supplied it, and give the digest of what shows that they might"
    return ""


def items_of(catalogue: Catalogue, point: Point) -> dict[str, str]:
    """The names of fields that a point may take, with the category of each: the fields its categories list, and their ids."""
    return {name: one for name, one in fields_of(catalogue).items() if within(catalogue, one, point.data)}


def fields_of(catalogue: Catalogue) -> dict[str, str]:
    """Every name by which a policy knows an item, with its category."""
    every = catalogue.all(Category)
    return {name: one.id for one in every for name in one.fields} | {one.id: one.id for one in every}


def misfits(
    known: Mapping[str, str], listed: Iterable[str], lines: Iterable[tuple[int, Iterable[str]]]
) -> Iterator[Misfit]:
    """Columns that are not listed, each where it stands first."""
    allowed, met = frozenset(listed), set[str]()
    for line, columns in lines:
        for column in columns:
            if column not in allowed and column not in met:
                met.add(column)
                yield Misfit(line, column, known.get(column, ""))
