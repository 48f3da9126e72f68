"""The role x action table with the routes it decides about, derived from the routes themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from troth.app.hosting import Hosting
from troth.operators import role_table
from troth.web.console import ROUTES
from troth.web.rights import OWN, Route, declared

_API: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Way:
    """A route: how it is asked, its address, the action it is, and by what one enters (`session` or `key`)."""

    methods: tuple[str, ...]
    path: str
    action: str
    by: str = "session"
    personal: bool = False


def pages() -> list[Way]:
    """Every page of the console with its action."""
    found = [declared(route) for route in ROUTES]
    return [
        Way(tuple(sorted((one.methods or {"GET"}) - {"HEAD"})), one.path, one.action, personal=one.personal)
        for one in found
        if isinstance(one, Route)
    ]


def calls() -> list[Way]:
    """Every route of the API with the scope that its key needs: the action it is, as keys know it."""
    from troth.web.api import hot_routes
    from troth.web.api.app import make_api

    api: Any = make_api(cast(Hosting, None))  # its routes are read, and nothing is asked of it
    found = [
        Way(("POST",), f"{_API}/{{org}}/{name}", hot.scope, by="key") for name, hot in hot_routes().items()
    ]
    for route in api.routes:
        for one in getattr(getattr(route, "original_router", None), "routes", [route]):
            scope = _scope(one)
            if scope:
                found.append(Way(tuple(sorted(one.methods)), f"{_API}{one.path_format}", scope, by="key"))
    return found


@cache
def pages_by_action() -> dict[str, tuple[str, ...]]:
    """The addresses of the console, by action."""
    found: dict[str, list[str]] = defaultdict(list)
    for way in pages():
        found[way.action].append(f"{' '.join(way.methods)} {way.path}")
    return {action: tuple(listed) for action, listed in found.items()}


def rolebook() -> dict[str, Any]:
    """The whole table as plain values: actions, roles, what takes two persons, and every route."""
    table = role_table()
    return {
        "actions": dict(table.actions),
        "roles": {role: sorted(actions) for role, actions in table.roles.items()},
        "second_person": sorted(table.second),
        "everybody": OWN,
        "routes": [_plain(way) for way in (*pages(), *calls())],
    }


def _plain(way: Way) -> dict[str, Any]:
    return {
        "methods": list(way.methods), "path": way.path, "action": way.action, "by": way.by, "personal": way.personal,
    }  # fmt: skip


def _scope(route: Any) -> str:
    """The scope that some dependency of a route asks for."""
    return next(_scopes(getattr(route, "dependant", None)), "")


def _scopes(dependant: Any) -> Iterator[str]:
    if dependant is None:
        return
    scope = getattr(dependant.call, "scope", "")
    if isinstance(scope, str) and scope:
        yield scope
    for below in dependant.dependencies:
        yield from _scopes(below)
