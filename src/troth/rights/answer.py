"""What a person gets: everything that is held, for people (one HTML page that can be printed) and for machines (JSON, CSV); or the
certificate of an erasure, with what is left and why.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from typing import Any, Final

from troth.datamap import Explained

SCHEMA: Final = "troth.access/1"
"""The name of the form of the JSON: a list of datasets, each with why it is held and its rows."""
LISTING: Final = "troth.disclosures/1"
"""The name of the form of a list of disclosures."""
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}h2{margin-top:2rem}dt{font-weight:600}@media print{body{margin:0}}"
)


@dataclass(frozen=True, slots=True)
class Package:
    """The files of an answer, by name; and how many rows they hold."""

    files: Mapping[str, bytes] = field(repr=False)
    rows: int


def package(
    title: str, at: datetime, explained: Sequence[Explained], rows: Iterable[tuple[str, Mapping[str, Any]]],
    words: Mapping[str, str], given: Sequence[Mapping[str, Any]] = (),
) -> Package:  # fmt: skip
    """Everything that is held, in three forms. `words` are the headings of the page, in the person's language; `given` is each time
    something was given to somebody."""
    held: dict[str, list[Mapping[str, Any]]] = {one.dataset: [] for one in explained}
    for name, row in rows:
        held[name].append(row)
    found = [one.as_json() | {"rows": [_plain(row) for row in held[one.dataset]]} for one in explained]
    files = {
        "answer.html": _page(title, at, explained, held, words, given).encode(),
        "data.json": json.dumps(
            {"schema": SCHEMA, "at": at.isoformat(), "title": title, "datasets": found, "disclosures": [*given]},
            ensure_ascii=False, indent=1,
        ).encode(),
    }  # fmt: skip
    files |= {
        f"{one.dataset.replace('/', '_')}.csv": _table(held[one.dataset])
        for one in explained
        if held[one.dataset]
    }
    return Package(files, sum(map(len, held.values())))


def listing(at: datetime, given: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> Package:
    """The list of whom somebody's data were given to, as a page and as JSON."""
    body = f"<h1>{escape(words['given'])}</h1><p>{at:%Y-%m-%d %H:%M} UTC</p>{_rows(given, words)}"
    told = json.dumps(
        {"schema": LISTING, "at": at.isoformat(), "disclosures": [*given]}, ensure_ascii=False, indent=1
    )
    files = {"answer.html": _html(words, words["given"], body).encode(), "data.json": told.encode()}
    return Package(files, len(given))


def certificate(number: str, at: datetime, said: Mapping[str, Any]) -> bytes:
    """The certificate of an erasure, as JSON: what went where, what is left and why, whom else it concerns."""
    return json.dumps(
        {"request": number, "at": at.isoformat(), **said}, ensure_ascii=False, indent=1
    ).encode()


def _page(
    title: str, at: datetime, explained: Sequence[Explained], held: Mapping[str, Sequence[Mapping[str, Any]]],
    words: Mapping[str, str], given: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    body = [f"<h1>{escape(title)}</h1><p>{at:%Y-%m-%d %H:%M} UTC</p>"]
    for one in explained:
        body.append(f"<h2>{escape(one.about or one.dataset)}</h2><dl>")
        for heading, whys in (
            ("purposes", one.purposes),
            ("recipients", one.recipients),
            ("retention", one.retention),
            ("sources", one.sources),
        ):
            said = "; ".join(
                escape(_word(why.label, words["language"]) or why.key)
                + (f" ({escape(why.detail)})" if why.detail else "")
                for why in whys
            )
            body.append(f"<dt>{escape(words[heading])}</dt><dd>{said or '–'}</dd>")
        body.append("</dl>" + _rows(held[one.dataset], words))
    if given:
        body.append(f"<h2>{escape(words['given'])}</h2>{_rows(given, words)}")
    return _html(words, title, "".join(body))


def _html(words: Mapping[str, str], title: str, body: str) -> str:
    language = escape(words["language"])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def _rows(rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    if not rows:
        return f"<p>{escape(words['nothing'])}</p>"
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _word(label: Mapping[str, str], language: str) -> str:
    return label.get(language) or label.get("en") or next(iter(label.values()), "")


def _table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as CSV (RFC 4180); a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_harmless(_text(value)) for value in row.values()])
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(text) else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    if value is None:
        return ""
    plain = _value(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    """A value as JSON can carry it; bytes as hex."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case dict():
            return {str(name): _value(one) for name, one in value.items()}
        case list() | tuple() | set():
            return [_value(one) for one in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
