"""Reading probes.yaml: each probe by its id. What it expects may be spoken of in the policy's own words.

filing_fields:
  title: Dossiers hold what the notice names
  what: sql
  store: harbour.db
  query: select id as row, field from …
  # expects is: fields_of point:ID, purposes_of recipient:ID, regions_of residency:ID, items_of site, words_of en, listed, or none
  expects: fields_of point:filing_form
  column: field
  show: [row, field]
  row_of: filings.id                         # so that a row can be opened; its values stay masked
  statements: [point:filing_form]
  clauses: ["1.3(c)/2"]
  every: 5

Besides sql there are: mail; files (by `pattern`, with `{key}` in it for the keys that `query` names in the database under `people`);
lines (a log whose lines are objects of JSON: which words may stand there); egress (a log of what left, `hosts` with the recipient
each belongs to); cookies and served (the `pages` of a site as a newcomer sees them); markers (a list, looked for in the store of
whoever said that nothing is left); sheets (`tables` by name: spreadsheets, mail folders, recordings and small databases, all asked
in one query); parquet (the columns of files in a lake, unless a file calls itself personal). Of mail, `unwanted` names pieces of
addresses to which none may lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from troth.probes.errors import ProbesUnreadable
from troth.probes.model import Probe

KINDS = ("sql", "mail", "files", "egress", "cookies", "served", "markers", "sheets", "lines", "parquet")
NEEDED = {
    "sql": ("query",),
    "mail": ("people", "query"),
    "cookies": ("pages",),
    "served": ("pages",),
    "markers": ("markers",),
    "sheets": ("tables", "query"),
}
"""What a kind of look cannot do without, besides its store."""
LOG = "passed.id"
"""Where the rows of an egress log stand."""
WORDS = {
    "title", "what", "store", "query", "column", "expects", "besides", "show", "statements", "clauses", "every",
    "people", "tracked", "pattern", "row_of", "tables", "hosts", "pages", "markers", "unwanted",
}  # fmt: skip
_ROW_OF = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}\Z")
Allowed = Callable[[str, str], frozenset[str]]
"""Given `fields_of` or `purposes_of` and a statement key: what may be found. Raises LookupError for an unknown key."""


def read_probes(text: str, allowed: Allowed, name: str = "probes.yaml") -> tuple[Probe, ...]:
    """Every probe of a file. Raises ProbesUnreadable, naming the probe and what is wrong with it."""
    try:
        plain = yaml.safe_load(text) or {}
    except yaml.YAMLError as problem:
        raise ProbesUnreadable(f"{name} is not YAML.", str(problem).split("\n")[0]) from problem
    if not isinstance(plain, Mapping):
        raise ProbesUnreadable(f"{name} does not map ids to probes.", "Write one probe under each id.")
    return tuple(_probe(str(id), said, allowed, name) for id, said in plain.items())


def _probe(id: str, said: Any, allowed: Allowed, name: str) -> Probe:
    if not isinstance(said, Mapping):
        raise ProbesUnreadable(f"{name}: '{id}' says nothing.", "Name what, store and statements.")
    unknown = sorted(set(map(str, said)) - WORDS)
    if unknown:
        raise ProbesUnreadable(
            f"{name}: '{id}' has an unknown word '{unknown[0]}'.", f"Known: {', '.join(sorted(WORDS))}."
        )
    needed = NEEDED.get(str(said.get("what")), ())
    store = (
        () if said.get("what") == "sheets" else ("store",)
    )  # sheets lie at several places, each with its name
    missing = [word for word in ("what", *store, "statements", *needed) if not said.get(word)]
    if missing or said["what"] not in KINDS:
        raise ProbesUnreadable(
            f"{name}: '{id}' lacks {missing[0] if missing else 'a kind of look'}.",
            f"`what` is one of {', '.join(KINDS)}.",
        )
    try:
        every = float(said.get("every", 60))
        may = _allowed(str(said.get("expects", "none")), allowed, _hosts(said, allowed))
    except (LookupError, ValueError) as problem:
        raise ProbesUnreadable(
            f"{name}: '{id}' expects what nobody declared ({problem}).", "Name a statement of the policy."
        ) from problem
    return Probe(
        id, str(said.get("title", id)), said["what"], str(said.get("store", "")), _words(said, "statements"),
        _words(said, "clauses"), every, str(said.get("query", "")), str(said.get("column", "")),
        None if may is None else may | set(_words(said, "besides")), _words(said, "show"),
        str(said.get("people") or said.get("markers") or ""), _words(said, "tracked"), str(said.get("pattern", "")),
        LOG if said["what"] == "egress" else _row_of(str(said.get("row_of", "")), id, name), _words(said, "pages"),
        _tables(said.get("tables"), id, name), _words(said, "unwanted"),
    )  # fmt: skip


def _row_of(said: str, id: str, name: str) -> str:
    """A table, or a table (in a schema) and its key: names, and nothing that could be more than a name."""
    if said and not _ROW_OF.match(said):
        raise ProbesUnreadable(
            f"{name}: '{id}' names no table with `row_of`.",
            "Write a table, or a table and its key: filings.id.",
        )
    return said


def _hosts(said: Mapping[str, Any], allowed: Allowed) -> frozenset[str] | None:
    """The hosts of declared recipients, for a look at what left. Raises LookupError for a recipient that nobody declared."""
    if said["what"] != "egress":
        return None
    for recipient in (hosts := dict(said.get("hosts") or {})).values():
        allowed("purposes_of", str(recipient))
    return frozenset(map(str, hosts))


def _tables(said: Any, id: str, name: str) -> dict[str, str]:
    """By name, where each table lies."""
    if said is not None and not isinstance(said, Mapping):
        raise ProbesUnreadable(
            f"{name}: '{id}' does not map names to places under `tables`.",
            "Write `tables: {staff: lists/staff.csv}`.",
        )
    return {str(table): str(place) for table, place in (said or {}).items()}


def _allowed(expects: str, allowed: Allowed, hosts: frozenset[str] | None) -> frozenset[str] | None:
    if expects == "none":
        return hosts
    if expects == "listed":
        return frozenset()
    what, _, key = expects.partition(" ")
    return allowed(what, key.strip())


def _words(said: Mapping[str, Any], word: str) -> tuple[str, ...]:
    return tuple(map(str, said.get(word) or ()))
