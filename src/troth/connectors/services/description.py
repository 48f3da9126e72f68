"""What a file of YAML says of a service: how it is called, and which calls find, change and remove the rows of each table.

base: https://api.partner.example/v1
auth: bearer                                  # the password of the credentials; or basic, or {header: X-Api-Key}
rate: 5                                       # calls in a second, at the most
tables:
  contacts:
    key: [id]
    columns: [id, email, name]
    find:
      - {by: [email], post: /contacts/search, rows: data}      # the values go in the body, and so into no log of addresses
      - {by: [id], get: "/contacts/{id}"}
    all: {get: /contacts, rows: data, next: paging.next}
    change: {patch: "/contacts/{id}"}
    remove: {delete: "/contacts/{id}"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import yaml

from troth.datamap.errors import StoreUnreachable

METHODS: Final = ("get", "post", "put", "patch", "delete")
_BRACES: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its method and path, where rows lie in the answer, and how its further pages are asked for."""

    method: str
    path: str
    by: tuple[str, ...] = ()
    """The columns whose values it takes, where it looks rows up."""
    rows: str = ""
    """Where in the answer rows lie: names parted by dots; empty: the answer itself is the row, or the list of them."""
    next: str = ""
    """Where in the answer the next page is named; `link` for the header of that name."""
    cursor: str = ""
    """The parameter in which `next` goes; empty where it is a whole address."""
    page: str = ""
    """The parameter that counts pages from 1, up to one without rows."""

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that stand in the path."""
        return tuple(_BRACES.findall(self.path))


@dataclass(frozen=True, slots=True)
class Resource:
    """A table of a service."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    find: tuple[Call, ...] = ()
    all: Call | None = None
    change: Call | None = None
    remove: Call | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a file says."""

    base: str
    tables: Mapping[str, Resource]
    auth: str = ""
    """`bearer`, `basic`, or the name of a header."""
    inside: bool = False
    """Whether it lies in our own network, where it may be spoken to without encryption."""
    rate: float = 0
    """Calls in a second at the most; 0: as many as come."""


def described(text: str, system: str) -> Service:
    """Read a file. Raises StoreUnreachable with one sentence that says what is wrong in it."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError:
        raise _wrong(system, "it is no YAML") from None
    return _Reading(system).service(said)


def _wrong(system: str, what: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"{system}: the description of this service cannot be used: {what}.", "See docs/map.md."
    )


class _Reading:
    """Takes a description apart."""

    def __init__(self, system: str) -> None:
        self._system = system

    def service(self, said: Any) -> Service:
        body = self._mapping(said, "it", ("base", "tables", "auth", "inside", "rate"))
        base, rate, tables = body.get("base"), body.get("rate", 0), body.get("tables")
        if not isinstance(base, str) or not isinstance(tables, dict) or not tables:
            raise _wrong(self._system, "it lacks 'base' or 'tables'")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 0:
            raise _wrong(self._system, "'rate' is a number of calls in a second")
        found = {str(name): self._resource(str(name), one) for name, one in tables.items()}
        return Service(
            base.rstrip("/"), found, self._auth(body.get("auth", "")), body.get("inside") is True, rate
        )

    def _auth(self, said: Any) -> str:
        if isinstance(said, dict) and list(said) == ["header"]:
            return str(said["header"])
        if said in ("", "bearer", "basic"):
            return str(said)
        raise _wrong(self._system, "'auth' is bearer, basic or {header: NAME}")

    def _resource(self, name: str, said: Any) -> Resource:
        body = self._mapping(said, name, tuple(one.name for one in fields(Resource))[1:])
        key, columns = self._names(body.get("key")), self._names(body.get("columns"))
        if not key or not set(key) <= set(columns):
            raise _wrong(self._system, f"{name} needs 'columns', and a 'key' among them")
        find = tuple(self._call(one, f"{name}.find") for one in self._list(body.get("find")))
        rest = {
            one: self._call(body[one], f"{name}.{one}") for one in ("all", "change", "remove") if one in body
        }
        resource = Resource(name, key, columns, find, **rest)
        self._check(resource)
        return resource

    def _check(self, one: Resource) -> None:
        """Whatever a path takes is known when it is called, and whoever looks up says by what."""
        for call in one.find:
            if not call.by or not set(call.named) <= set(call.by):
                raise _wrong(
                    self._system,
                    f"{one.name}.find says 'by' which columns it looks up, those of its path among them",
                )
        others = (("all", one.all, ()), ("change", one.change, one.key), ("remove", one.remove, one.key))
        for word, other, known in others:
            if other is not None and not set(other.named) <= set(known):
                raise _wrong(self._system, f"the path of {one.name}.{word} holds what is not of its key")
        if not one.find and one.all is None:
            raise _wrong(self._system, f"{one.name} says neither 'find' nor 'all'")

    def _call(self, said: Any, what: str) -> Call:
        options = tuple(one.name for one in fields(Call))[2:]
        body = self._mapping(said, what, (*METHODS, *options))
        methods = [one for one in METHODS if one in body]
        if len(methods) != 1 or not str(body[methods[0]]).startswith("/"):
            raise _wrong(
                self._system, f"{what} names one of {', '.join(METHODS)} with a path that begins with /"
            )
        words = {name: str(body[name]) for name in options if name in body and name != "by"}
        return Call(methods[0].upper(), str(body[methods[0]]), by=self._names(body.get("by")), **words)

    def _mapping(self, said: Any, what: str, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(said, dict):
            raise _wrong(self._system, f"{what} is no mapping")
        strange = next((str(name) for name in said if name not in known), None)
        if strange is not None:
            raise _wrong(self._system, f"'{strange}' is not a term of {what}")
        return {str(name): value for name, value in said.items()}

    def _names(self, said: Any) -> tuple[str, ...]:
        return tuple(map(str, self._list(said)))

    @staticmethod
    def _list(said: Any) -> list[Any]:
        return said if isinstance(said, list) else [] if said is None else [said]
