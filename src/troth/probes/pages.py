"""A look at a site as anybody sees it: which cookies it sets on whoever comes for the first time, and whether the words of a page
are those that are in force. Nothing is sent but a plain request; nothing of a page is kept but names of cookies and digests.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Final

import httpx

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe

PATIENCE: Final = 10.0
MOST_BYTES: Final = 5_000_000
WORDS_IN: Final = "policy"
"""The id of the element that holds the words of a policy."""
_HEADING: Final = re.compile(r"(?m)^#{1,6} ")
_VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())


class CookiesEye:
    """Comes with no cookie at all, opens the pages one after the other, and looks at what it was given to keep."""

    def __init__(self, probe: Probe, site: str) -> None:
        self._probe = probe
        self._site = site

    def look(self, now: datetime) -> Look:
        """Passed when every cookie has a name that is declared, or begins as one that ends in `*`."""
        found: dict[str, str] = {}
        with _visit(self._site) as visit:
            for page in self._probe.pages:
                _open(visit, page)
                for cookie in visit.cookies.jar:
                    found.setdefault(cookie.name, page)
        strange = {name: page for name, page in found.items() if not self._declared(name)}
        seen = tuple({"cookie": name, "page": page} for name, page in strange.items())
        return Look(self._probe.id, not strange, now, seen[:MOST_SHOWN], len(strange), len(found))

    def _declared(self, name: str) -> bool:
        allowed = self._probe.allowed or frozenset()
        return name in allowed or any(
            one.endswith("*") and name.startswith(one.removesuffix("*")) for one in allowed
        )


class ServedEye:
    """Reads the words that a page really serves."""

    def __init__(self, probe: Probe, site: str) -> None:
        self._probe = probe
        self._site = site

    def look(self, now: datetime) -> Look:
        """Passed when the words of every page have a digest that is allowed."""
        allowed, seen = self._probe.allowed or frozenset(), list[dict[str, Any]]()
        with _visit(self._site) as visit:
            for page in self._probe.pages:
                served = digest_of("".join(_words_in(_open(visit, page))))
                if served not in allowed:
                    seen.append({"page": page, "served": served, "in_force": ", ".join(sorted(allowed))})
        return Look(
            self._probe.id, not seen, now, tuple(seen[:MOST_SHOWN]), len(seen), len(self._probe.pages)
        )


def digest_of(text: str) -> str:
    """The digest of words, whatever space lies between them and however they are laid out: headings lose their marks."""
    plain = "".join(unicodedata.normalize("NFC", _HEADING.sub("", text)).split())
    return f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}"


def _visit(site: str) -> httpx.Client:
    if not site.startswith(("http://", "https://")):
        raise CannotLook("There is no site to look at.", "Whoever runs the probes says where it is.")
    return httpx.Client(base_url=site, timeout=PATIENCE, follow_redirects=False, trust_env=False)


def _open(visit: httpx.Client, page: str) -> str:
    """What a page says. Raises CannotLook for whatever is no page."""
    try:
        with visit.stream("GET", page) as answer:
            if answer.status_code != httpx.codes.OK:
                raise CannotLook(f"The page {page} answers {answer.status_code}.", "It may come later.")
            data = b""
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    raise CannotLook(f"The page {page} is too long to look at.", "Name another.")
            return data.decode(answer.charset_encoding or "utf-8", "replace")
    except httpx.HTTPError as problem:
        raise CannotLook(
            f"The page {page} cannot be opened ({type(problem).__name__}).", "The site may be away."
        ) from problem


class _Inside(HTMLParser):
    """The text inside the element with the words."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID and (self._depth or dict(attrs).get("id") == WORDS_IN):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in _VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.text.append(data)


def _words_in(page: str) -> Iterator[str]:
    reader = _Inside()
    reader.feed(page)
    yield from reader.text
