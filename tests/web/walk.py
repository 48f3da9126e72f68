"""Every page there is, found from the routes and by following links: nobody keeps a list, and nothing is left out in silence.

A route with no parameter but the organisation is asked as it stands. Every other one has to be led to by a link of some page, or
by an address that a room's own life names: `tests/<room>/life.py` may hold `def live(at: Place) -> list[str]`, which makes what
its pages show and returns addresses that no page links to. A route that answers pages and was never reached is named by `missed`.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from starlette.routing import Match, Mount, Route

from tests.web.kit import Heard, Place
from troth.web.app import make_app

ORGANISATION = "harbour"
LOOKS_EXPECTED = frozenset({200, 401, 403, 404})


@dataclass(frozen=True)
class Shape:
    """What makes two addresses the same page: its route, and the names of what is asked of it."""

    route: str
    asked: frozenset[str] = frozenset()


@dataclass
class Found:
    """What a walk came by."""

    pages: dict[Shape, list[str]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    """Routes that answered something that is no page."""
    failed: list[str] = field(default_factory=list)
    """Addresses that pages led to and that did not answer."""

    @property
    def addresses(self) -> list[str]:
        return [address for addresses in self.pages.values() for address in addresses]

    @property
    def reached(self) -> set[str]:
        return {shape.route for shape in self.pages} | self.others


class _Links(HTMLParser):
    """The addresses that a page leads to by a link, or by a form that only asks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") is not None:
            self.found.append(given["href"] or "")
        if tag == "form" and (given.get("method") or "get").lower() == "get" and given.get("action"):
            self.found.append(given["action"] or "")


def routes_of(at: Place) -> list[Route]:
    """Every route that can be looked at, outside the API and the style sheets."""
    routes = [one for one in make_app(at.hosting).routes if not isinstance(one, Mount)]
    return [one for one in routes if isinstance(one, Route) and "GET" in (one.methods or ())]


def walk(
    at: Place, see: Callable[[str], Heard], seeds: Iterable[str], prefix: Callable[[str], bool]
) -> Found:
    """Follow every link from the seeds and from the routes, as one who is signed in; `prefix` says which paths are theirs."""
    routes, found, seen = [r for r in routes_of(at) if prefix(r.path)], Found(), set[Shape]()
    named = [*seeds, *plain(routes)]
    waiting, asked = list(named), set[str]()
    while waiting:
        address = waiting.pop(0)
        route = route_of(routes, address)
        if route is None:
            continue
        shape = Shape(route, frozenset(name for name, _ in parse_qsl(urlsplit(address).query)))
        if address in asked or (shape in seen and address not in named):
            continue
        seen.add(shape)
        asked.add(address)
        answer = see(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            found.others.add(route)
            continue
        if answer.status not in LOOKS_EXPECTED:
            found.failed.append(f"{answer.status} at {address}")
            continue
        if address not in found.pages.setdefault(shape, []):
            found.pages[shape].append(address)
        waiting += links_in(answer.text, address)
    return found


def missed(at: Place, *walks: Found) -> list[str]:
    """Routes that no walk reached."""
    reached = set().union(*(one.reached for one in walks))
    return sorted({one.path for one in routes_of(at)} - reached)


def plain(routes: Iterable[Route]) -> Iterator[str]:
    """The routes that say by themselves what to ask for."""
    for route in routes:
        address = route.path.replace("{org}", ORGANISATION)
        if "{" not in address:
            yield address


def route_of(routes: Iterable[Route], address: str) -> str | None:
    """The path, as it was declared, of the route that answers an address."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "headers": []}
    return next((one.path for one in routes if one.matches(scope)[0] is Match.FULL), None)


def links_in(text: str, here: str) -> Iterator[str]:
    """Addresses on this server that a page leads to."""
    links = _Links()
    links.feed(text)
    for link in links.found:
        address = urldefrag(urljoin(here, link)).url
        if address.startswith("/") and not re.match(r"/(static|api)/", address):
            yield address


def lives(at: Place) -> list[str]:
    """What the rooms' own lives made, and the addresses they name."""
    named: list[str] = []
    for file in sorted(Path(__file__).parents[1].glob("*/life.py")):
        spec = importlib.util.spec_from_file_location(f"lives.{file.parent.name}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        named += module.live(at)
    return named
