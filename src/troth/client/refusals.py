"""The page, or the problem (RFC 9457), that stands in the place of a view: what is not permitted and why, or that nobody could be asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from troth.client.model import Answer

PROBLEM: Final = "application/problem+json"
HTML: Final = "text/html; charset=utf-8"
AGAIN: Final = "30"
"""Seconds after which it is worth asking again."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language."""

    refused: str
    why: str
    clauses: str
    missing: str
    both: str
    away: str
    later: str


WORDS: Final[Mapping[str, Words]] = {
    "en": Words(
        "This is not permitted", "Our privacy policy does not let us do this, so nothing was done.",
        "Clauses that decided:", "What would change that:", " and ",
        "Not now", "We could not ask whether we may, so nothing was done. Please try again later.",
    ),
    "zh": Words(
        "不允许这样做", "我们的隐私政策不允许这样做，因此未进行任何操作。", "作出决定的条款：", "满足以下条件即可：", " 且 ",
        "暂时无法进行", "我们无法确认是否可以这样做，因此未进行任何操作。请稍后再试。",
    ),
    "ms": Words(
        "Ini tidak dibenarkan", "Dasar privasi kami tidak membenarkan perkara ini, jadi tiada apa-apa dilakukan.",
        "Klausa yang menentukan:", "Yang boleh mengubahnya:", " dan ",
        "Bukan sekarang", "Kami tidak dapat bertanya sama ada kami boleh, jadi tiada apa-apa dilakukan. Sila cuba lagi kemudian.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of a web server that knows no framework."""

    status: int
    media: str
    body: str
    headers: Mapping[str, str]


def refusal_page(headers: Mapping[str, str], answer: Answer) -> Page:
    """403: which clauses decided, and what is missing."""
    said = _words(headers)
    if not _wants_page(headers):
        more = {"clauses": answer.clauses, "missing": answer.missing, "policy": answer.policy}
        return _problem(403, "refused", said.refused, said.why, more, {})
    ways = [said.both.join(way) for way in answer.missing]
    body = _listed(said.clauses, answer.clauses) + _listed(said.missing, ways)
    return _page(headers, 403, said.refused, said.why, body, {})


def away_page(headers: Mapping[str, str]) -> Page:
    """503: nobody could be asked."""
    said, again = _words(headers), {"Retry-After": AGAIN}
    if not _wants_page(headers):
        return _problem(503, "away", said.away, said.later, {}, again)
    return _page(headers, 503, said.away, said.later, "", again)


def _wants_page(headers: Mapping[str, str]) -> bool:
    return "text/html" in headers.get("accept", "")


def _language(headers: Mapping[str, str]) -> str:
    """The first language named that there are words in."""
    named = (one.strip()[:2].lower() for one in headers.get("accept-language", "").split(","))
    return next((one for one in named if one in WORDS), "en")


def _words(headers: Mapping[str, str]) -> Words:
    return WORDS[_language(headers)]


def _listed(title: str, items: Any) -> str:
    rows = "".join(f"<li>{escape(str(one))}</li>" for one in items)
    return f"<p>{escape(title)}</p><ul>{rows}</ul>" if rows else ""


def _page(
    headers: Mapping[str, str], status: int, title: str, why: str, body: str, more: Mapping[str, str]
) -> Page:
    text = (
        f'<!doctype html><html lang="{_language(headers)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1><p>{escape(why)}</p>{body}</main></body></html>"
    )
    return Page(status, HTML, text, {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **more})


def _problem(
    status: int, kind: str, title: str, detail: str, said: Mapping[str, Any], more: Mapping[str, str]
) -> Page:
    body = {"type": f"urn:troth:problem:{kind}", "title": title, "status": status, "detail": detail, **said}
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **more}
    return Page(status, PROBLEM, json.dumps(body, ensure_ascii=False), headers)
