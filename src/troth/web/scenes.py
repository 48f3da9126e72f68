"""Lines of the two lists as pages say them: names in somebody's language, filters by the address, a page at a time, and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from troth.app.listings import as_csv
from troth.directories.listing import Listed, chosen
from troth.directories.model import LISTS, UNDECLARED
from troth.policy.vocabulary import POINTS
from troth.web.plainly import Plainly

AT_ONCE: Final = 40
"""Lines of a page."""
MOST_NAMED: Final = 8
"""Kinds of data that are named in a line of a page; a file names all."""
FORMS: Final = ("csv", "json")


@dataclass(frozen=True, slots=True)
class Scene:
    """A line in words: by what or to whom, of which kind, for what, with which data (and how many kinds more), in which functions."""

    by: str
    what: str
    purpose: str
    data: tuple[str, ...]
    more: int
    features: tuple[str, ...]
    link: str
    clauses: tuple[str, ...]
    count: int
    breaches: int
    last: datetime | None
    strange: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a list: its lines, how many there are in all, which page it is, and the addresses of the others."""

    list: str
    scenes: tuple[Scene, ...]
    whole: int
    number: int
    pages: int
    asked: Mapping[str, str]
    purposes: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]

    def address(self, number: int) -> str:
        """What the address of another page of it ends with."""
        asked = {name: value for name, value in self.asked.items() if value}
        return "?" + urlencode({"list": self.list, **asked, "page": str(number)})

    @property
    def query(self) -> str:
        """The filters, for a file."""
        asked = {name: value for name, value in self.asked.items() if value}
        return f"?{urlencode(asked)}" if asked else ""


def sheet(listing: tuple[Listed, ...], which: str, given: QueryParams, say: Plainly) -> Sheet:
    """The page of a list that an address asks for; what it asks for and nobody knows is left out."""
    asked = asked_of(listing, given)
    found = chosen(listing, purpose=asked["purpose"], what=asked["kind"])
    pages = max(-(-len(found) // AT_ONCE), 1)
    number = min(max(_number(given.get("page", "")), 1), pages)
    part = found[(number - 1) * AT_ONCE : number * AT_ONCE]
    purposes = {one.line.purpose: say.named("purpose", one.line.purpose) for one in listing}
    kinds = {one.line.what: kind_of(one.line.what, say) for one in listing if one.line.what}
    return Sheet(
        which, tuple(scene(one, say) for one in part), len(found), number, pages, asked, _sorted(purposes), _sorted(kinds)
    )  # fmt: skip


def asked_of(listing: Iterable[Listed], given: QueryParams) -> dict[str, str]:
    """The filters of an address, as far as they name something on the list."""
    purposes = {one.line.purpose for one in listing}
    kinds = {one.line.what for one in listing}
    purpose, kind = given.get("purpose", ""), given.get("kind", "")
    return {"purpose": purpose if purpose in purposes else "", "kind": kind if kind in kinds else ""}


def list_of(given: QueryParams) -> str:
    """The list that an address asks for; the first where it names none."""
    return given.get("list", "") if given.get("list", "") in LISTS else LISTS[0]


def scene(one: Listed, say: Plainly) -> Scene:
    """A line in words."""
    line = one.line
    kind, _, id = line.by.partition(":")
    data = tuple(say.named("category", category) for category in line.data)
    return Scene(
        say.named(kind, id) if id else "", kind_of(line.what, say), say.named("purpose", line.purpose), data[:MOST_NAMED],
        max(len(data) - MOST_NAMED, 0), tuple(say.named("feature", feature) for feature in line.features), line.link,
        line.clauses, one.count, one.breaches, one.last, one.strange,
    )  # fmt: skip


def kind_of(what: str, say: Plainly) -> str:
    """The kind of a point or recipient, in words."""
    if not what or what == UNDECLARED:
        return say.t(f"directories.kind.{what or 'none'}")
    return say.words.word("points" if what in POINTS else "recipient_classes", what)


def file_of(
    listing: tuple[Listed, ...], which: str, form: str, given: QueryParams, say: Plainly, *, counts: bool
) -> Response:
    """A list as a file, as it is filtered; every line, every category."""
    asked = asked_of(listing, given)
    found = chosen(listing, purpose=asked["purpose"], what=asked["kind"])
    headers = {
        "content-disposition": f'attachment; filename="{which}.{form}"',
        "cache-control": "private, no-store",
    }
    if form == "csv":
        return Response(
            as_csv(found, say.named, counts=counts), media_type="text/csv; charset=utf-8", headers=headers
        )
    hidden = set() if counts else {"count", "breaches", "last", "each", "declared"}
    plain = [{name: value for name, value in one.as_json().items() if name not in hidden} for one in found]
    return Response(
        json.dumps({"lines": plain}, ensure_ascii=False), media_type="application/json", headers=headers
    )


def _sorted(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
