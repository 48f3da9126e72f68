"""What a data map says: systems, datasets, fields with categories, references, sub-processors, backups; frozen and pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from troth.kernel.findings import Place
from troth.policy.terms import PeriodTerm

NOT_PERSONAL = "not_personal"
"""What a field is called that says nothing about anybody."""
NOWHERE = Place("")
MANY = "[]"
"""A step of a path that stands for every element of a list."""


class Erasure(StrEnum):
    """What becomes of a row or a field when its person is erased."""

    DELETE = "delete"
    NULL = "null"
    ANONYMISE = "anonymise"
    PSEUDONYM = "pseudonym"
    KEEP = "keep"


class Follows(StrEnum):
    """Which way a link leads from one row of a person to another: `down` to rows that point here, `up` to the row pointed at."""

    DOWN = "down"
    UP = "up"
    BOTH = "both"
    NONE = "none"

    @property
    def leads_down(self) -> bool:
        """Whether rows that point at a person's row are that person's."""
        return self in (Follows.DOWN, Follows.BOTH)

    @property
    def leads_up(self) -> bool:
        """Whether the row that a person's row points at is that person's."""
        return self in (Follows.UP, Follows.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, or a value at a path inside a document that lies in a column."""

    path: tuple[str, ...]
    categories: tuple[str, ...] = ()
    """Of the policy; empty when the field is not personal."""
    identity: str = ""
    """The kind of identity by which a person is found here (`email`, `phone`, `account` …)."""
    folded: bool = False
    """Whether identities are compared without regard to case."""
    erasure: Erasure | None = None
    value: str = ""
    """What `anonymise` writes instead."""
    because: str = ""
    cite: str = ""
    whose: str = ""
    """The link through which a value in a shared row belongs to somebody."""
    marks: str = ""
    """The fact that it says of its row (`restricted`, `objects:ID`): written when that fact comes to hold of the person."""
    place: Place = NOWHERE

    @property
    def column(self) -> str:
        """The column it lies in."""
        return self.path[0]

    @property
    def name(self) -> str:
        """Its path as written: `profile.contacts[].email`."""
        return path_text(self.path)

    @property
    def personal(self) -> bool:
        """Whether it holds data about somebody."""
        return bool(self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference: values of `fields` here stand in `on` of the dataset `to`, where `when` holds (polymorphic references)."""

    id: str
    fields: tuple[str, ...]
    to: str
    on: tuple[str, ...]
    when: tuple[tuple[str, str], ...] = ()
    follows: Follows | None = None
    place: Place = NOWHERE

    @property
    def direction(self) -> Follows:
        """Which way it leads; where nothing is said, down."""
        return self.follows or Follows.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A table, a file or a collection, with what each of its fields is."""

    id: str
    system: str
    table: str
    """Its name in the store, with its schema before a dot where it has one."""
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    """Columns that name a row; empty: the primary key of the live table."""
    people: bool = False
    """Whether a row is one person."""
    links: tuple[Link, ...] = ()
    erasure: Erasure = Erasure.DELETE
    """`delete` the row; `keep` it whole; any other: the row stays and its personal fields are treated so."""
    when_shared: Erasure = Erasure.NULL
    """What becomes of a row that belongs to others too: `delete` it all the same, or (any other) treat one's own fields in it."""
    purposes: tuple[str, ...] = ()
    source: str = ""
    retention: str = ""
    """The retention statement of the policy that keeps what stays."""
    triggers: tuple[str, ...] = ()
    """Triggers of the table whose effects are known and mapped."""
    history: bool = False
    """Whether its rows are what somebody did with the organisation: deals, orders, payments."""
    about: str = ""
    because: str = ""
    cite: str = ""
    place: Place = NOWHERE

    @property
    def name(self) -> str:
        """`system/dataset`, unique in a map."""
        return f"{self.system}/{self.id}"

    def field(self, name: str) -> Field | None:
        """The field of that path, or None."""
        return next((one for one in self.fields if one.name == name), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of, in order."""
        return tuple(dict.fromkeys(one.column for one in self.fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where data lie: an address without credentials, who runs it, where, and which backups copy it."""

    id: str
    at: str
    """`postgresql://host/name`, `sqlite:FILE`, `files:FOLDER`, relative to the folder of the map."""
    credentials: str = ""
    """The name under which a keeper of secrets knows the user and password; never the secret itself."""
    region: str = ""
    run_by: str = ""
    """The sub-processor that runs it; empty: the organisation itself."""
    backups: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """Tables that hold nothing of anybody, each with its reason."""
    tables: tuple[str, ...] = ()
    """What its datasets and `left_out` name: stores without tables of their own read there what is kept under which name."""
    about: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A sub-processor: the recipient of the policy it is, where it works, how an erasure is told to it."""

    id: str
    recipient: str = ""
    region: str = ""
    told_by: str = ""
    about: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Copies of a system: how long each is kept, where, by whom."""

    id: str
    kept: PeriodTerm | None = None
    region: str = ""
    run_by: str = ""
    about: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class DataMap:
    """Everything a map says."""

    systems: tuple[System, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    processors: tuple[Processor, ...] = ()
    backups: tuple[Backup, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Names of categories elsewhere (`user.contact.email`) and the category of the policy each of them is."""

    def system(self, id: str) -> System | None:
        """The system of that id, or None."""
        return next((one for one in self.systems if one.id == id), None)

    def dataset(self, name: str) -> Dataset | None:
        """The dataset called `system/dataset`, or None."""
        return next((one for one in self.datasets if one.name == name), None)

    def of_system(self, id: str) -> tuple[Dataset, ...]:
        """The datasets of a system, in order."""
        return tuple(one for one in self.datasets if one.system == id)

    def links(self) -> Iterator[tuple[Dataset, Link]]:
        """Every link with the dataset it stands in."""
        for dataset in self.datasets:
            for link in dataset.links:
                yield dataset, link


def path_text(path: tuple[str, ...]) -> str:
    """A path as people write it."""
    return ".".join(path).replace(f".{MANY}", MANY)


@lru_cache(maxsize=10_000)
def path_of(text: str) -> tuple[str, ...]:
    """A path from its text: `profile.contacts[].email`."""
    return tuple(step for step in text.replace(MANY, f".{MANY}").split(".") if step)
