"""Fields of a form that is asked by its address: what can be chosen, what was, and which values nobody knows here."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

MOST_GIVEN: Final = 200
"""How many values of a field are read."""
LONGEST: Final = 80
"""How much of an unknown value is shown again."""
NEAR: Final = 0.55
"""How alike a value and what may have been meant must be."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: its id, its name, and whether it is chosen."""

    id: str
    name: str
    chosen: bool = False


@dataclass(frozen=True)
class Field:
    """One thing to choose: its name in the address, what it is called, and its options as pairs of id and name."""

    name: str
    label: str
    options: Mapping[str, str]
    many: bool = False
    also: frozenset[str] = field(default_factory=frozenset)
    """Values that count though the form does not offer them."""

    def chosen(self, given: QueryParams) -> tuple[str, ...]:
        """The known values that an address names, each once; of a field that takes one, the last."""
        known = tuple(dict.fromkeys(value for value in _values(self, given) if self.knows(value)))
        return known if self.many else known[-1:]

    def one(self, given: QueryParams) -> str:
        """The value chosen, '' for none."""
        return next(iter(self.chosen(given)), "")

    def knows(self, value: str) -> bool:
        """Whether a value can be chosen."""
        return value in self.options or value in self.also

    def shown(self, given: QueryParams) -> tuple[Option, ...]:
        """The options, with what is chosen."""
        picked = self.chosen(given)
        return tuple(Option(id, name, id in picked) for id, name in self.options.items())


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that nobody knows here: of which field ('' = there is no such field), the nearest known one, and the address
    with that in its place."""

    label: str
    value: str
    nearest: str
    address: str


def unknown(fields: Iterable[Field], given: QueryParams, path: str) -> tuple[Unknown, ...]:
    """What an address names that no field knows, in its order."""
    return tuple(_unknown({one.name: one for one in fields}, given, path))


def _unknown(fields: Mapping[str, Field], given: QueryParams, path: str) -> Iterator[Unknown]:
    for name, value in given.multi_items():
        asked = fields.get(name)
        if asked is None:
            near = _nearest(name, {one: one for one in fields})
            yield Unknown("", name[:LONGEST], near, _with(given, path, (name, value), near and (near, value)))
        elif value and not asked.knows(value):
            near = _nearest(value, asked.options)
            shown = asked.options.get(near, "")
            yield Unknown(
                asked.label, value[:LONGEST], shown, _with(given, path, (name, value), near and (name, near))
            )


def _nearest(value: str, options: Mapping[str, str]) -> str:
    """The id of the option whose id or name is most like a value; '' where none is."""
    names = {text.casefold(): id for id, name in options.items() for text in (name, id)}
    asked = value[:LONGEST].casefold()
    found = [name for name in names if len(asked) > 2 and asked in name]
    found += difflib.get_close_matches(asked, names, n=1, cutoff=NEAR)
    return names[found[0]] if found else ""


def _with(given: QueryParams, path: str, wrong: tuple[str, str], right: tuple[str, str] | str) -> str:
    """The address with one pair put right; without it, where nothing is near."""
    put = [right if pair == wrong else pair for pair in given.multi_items()]
    return f"{path}?{urlencode([pair for pair in put if isinstance(pair, tuple)])}"


def _values(asked: Field, given: QueryParams) -> list[str]:
    return given.getlist(asked.name)[:MOST_GIVEN]
