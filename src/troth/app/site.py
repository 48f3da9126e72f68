"""Where a company's site lives: the file site.toml beside its policy, or in the home for this installation alone.

origins = ["https://www.harbour.example"]   # whose pages may ask from a browser
domain = "harbour.example"                  # sub-domains that share a choice; left out, the host alone remembers it
policy = "/privacy"                         # where the published text stands
[items]
harbour_basket = "basket_cookie"            # what a cookie or storage item is called, and the point that declares it
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from troth.app.config import Home
from troth.cookies import Site, SiteUnreadable
from troth.kernel.findings import did_you_mean
from troth.policy.catalogue import Catalogue
from troth.policy.model import Point

FILE: Final = "site.toml"
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.\-]+(:\d+)?")
_DOMAIN: Final = re.compile(r"([a-z0-9\-]+\.)+[a-z]{2,}|localhost|")
_POLICY: Final = re.compile(r"(https?://|/)[^\s\"<>]*|")
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-]{1,63}\*?")


def site_of(home: Home, folder: Path, id: str, catalogue: Catalogue) -> Site:
    """The site of an organisation; without a file, one that only this server's own pages may ask for.

    Raises SiteUnreadable for what is not as it has to be, and for an item that the policy does not declare.
    """
    own = home.folder / "sites" / f"{id}.toml"
    file = own if own.is_file() else folder / FILE
    if not file.is_file():
        return Site()
    try:
        return read_site(file.read_text(encoding="utf-8"), catalogue)
    except (OSError, UnicodeDecodeError) as problem:
        raise SiteUnreadable(f"{FILE} of {id} cannot be read.", "Give a text file in UTF-8.") from problem


def read_site(text: str, catalogue: Catalogue) -> Site:
    """A site from the text of its file. Raises SiteUnreadable."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SiteUnreadable(f"{FILE} is not TOML: {problem}.") from None
    known = ("origins", "domain", "policy", "items", "leaving")
    for name in said:
        if name not in known:
            raise SiteUnreadable(f"{FILE} says something unknown.", did_you_mean(name, known))
    items = said.get("items", {})
    if not isinstance(items, dict):
        raise SiteUnreadable(
            "`items` is no table.", 'Write: [items] and lines such as basket = "basket_cookie".'
        )
    declared = [point.id for point in catalogue.all(Point)]
    for name, id in items.items():
        _check(_NAME, name, "the name of an item")
        if id not in declared:
            raise SiteUnreadable(f"The policy declares no point '{id}'.", did_you_mean(str(id), declared))
    origins = said.get("origins", [])
    return Site(
        tuple(
            _check(_ORIGIN, one, "an origin") for one in (origins if isinstance(origins, list) else [origins])
        ),
        _check(_DOMAIN, said.get("domain", ""), "a domain"),
        _check(_POLICY, said.get("policy", ""), "an address of the policy"),
        MappingProxyType(dict(items)),
    )


def _check(form: re.Pattern[str], value: Any, noun: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise SiteUnreadable(
            f"{FILE} holds {noun} that is none.", "See the head of the page on sites for the form."
        )
    return value
