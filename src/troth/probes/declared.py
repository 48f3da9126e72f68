"""Reading probes.yaml: each probe by its id. What it expects may be spoken of in the policy's own words.

filing_fields:
  title: Dossiers hold what the notice names
  what: sql
  store: harbour.db
  query: select id as row, field from …
  expects: fields_of point:filing_form      # or purposes_of recipient:ID, or none
  column: field
  show: [row, field]
  row_of: filings.id                         # so that a row can be opened; its values stay masked
  statements: [point:filing_form]
  clauses: ["1.3(c)/2"]
  every: 5
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from troth.probes.errors import ProbesUnreadable
from troth.probes.model import Probe

KINDS = ("sql", "mail", "files")
WORDS = {
    "title", "what", "store", "query", "column", "expects", "besides", "show", "statements", "clauses", "every",
    "people", "tracked", "pattern", "row_of",
}  # fmt: skip
_ROW_OF = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?\Z")
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
    missing = [word for word in ("what", "store", "statements") if not said.get(word)]
    if missing or said["what"] not in KINDS:
        raise ProbesUnreadable(
            f"{name}: '{id}' lacks {missing[0] if missing else 'a kind of look'}.",
            f"`what` is one of {', '.join(KINDS)}.",
        )
    try:
        every = float(said.get("every", 60))
        may = _allowed(str(said.get("expects", "none")), allowed)
    except (LookupError, ValueError) as problem:
        raise ProbesUnreadable(
            f"{name}: '{id}' expects what nobody declared ({problem}).", "Name a statement of the policy."
        ) from problem
    return Probe(
        id, str(said.get("title", id)), said["what"], str(said["store"]), _words(said, "statements"),
        _words(said, "clauses"), every, str(said.get("query", "")), str(said.get("column", "")),
        None if may is None else may | set(_words(said, "besides")), _words(said, "show"),
        str(said.get("people", "")), _words(said, "tracked"), str(said.get("pattern", "")),
        _row_of(str(said.get("row_of", "")), id, name),
    )  # fmt: skip


def _row_of(said: str, id: str, name: str) -> str:
    """A table, or a table and its key: names, and nothing that could be more than a name."""
    if said and not _ROW_OF.match(said):
        raise ProbesUnreadable(
            f"{name}: '{id}' names no table with `row_of`.",
            "Write a table, or a table and its key: filings.id.",
        )
    return said


def _allowed(expects: str, allowed: Allowed) -> frozenset[str] | None:
    if expects == "none":
        return None
    what, _, key = expects.partition(" ")
    return allowed(what, key.strip())


def _words(said: Mapping[str, Any], word: str) -> tuple[str, ...]:
    return tuple(map(str, said.get(word) or ()))
