"""A bundle: one compiled version of a policy; canonical, immutable, named by the digest of its bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from troth.kernel.canonical import canonical
from troth.kernel.findings import Findings, Place
from troth.policy import vocabulary
from troth.policy.facts import Condition
from troth.policy.header import Header
from troth.policy.load import load_statements, term_fields
from troth.policy.model import KINDS, Statement
from troth.policy.nodes import Mapping, Node, Scalar, Sequence
from troth.policy.terms import EXCEPT, AllBut

FORMAT = "troth.bundle/1"


@dataclass(frozen=True, slots=True)
class ClauseRef:
    """Where a clause id stands: the address the cutter minted, which sentence of it, the offsets, and the digest when bound."""

    id: str
    address: str
    ordinal: int
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class TextRef:
    """A published text of the policy: its file, language and digest; exactly one is authoritative."""

    file: str
    language: str
    digest: str
    authoritative: bool


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one regime pack adds to a policy, for one class of persons or (empty) for all."""

    regime: str
    subject_class: str
    as_of: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Bundle:
    """One version of what is declared. `digest` covers header, statements, regime packs, clauses, texts and vocabularies."""

    header: Header
    statements: tuple[Statement, ...]
    overlays: tuple[Overlay, ...]
    clauses: tuple[ClauseRef, ...]
    texts: tuple[TextRef, ...]
    places: dict[str, Place] = dataclasses.field(default_factory=dict, compare=False)
    """Where each statement and term stands in the policy's files; for people, outside the digest."""

    @cached_property
    def encoded(self) -> bytes:
        """The canonical form (RFC 8785)."""
        return canonical(
            {
                "format": FORMAT,
                "header": statement_json(self.header),
                "statements": _grouped(self.statements),
                "regimes": [
                    {
                        "id": o.regime,
                        "class": o.subject_class,
                        "as_of": o.as_of,
                        "statements": _grouped(o.statements),
                    }
                    for o in self.overlays
                ],
                "clauses": [dataclasses.asdict(clause) for clause in self.clauses],
                "texts": [dataclasses.asdict(text) for text in self.texts],
                "vocabulary": vocabulary_digest(),
            }
        )

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of the canonical bytes: the name of this version."""
        return f"sha256:{hashlib.sha256(self.encoded).hexdigest()}"

    def in_force(self, reading: str = "") -> tuple[Statement, ...]:
        """The statements of a reading (default: the enforced one): the text's own, then what the regimes add."""
        chosen = reading or self.header.enforced or "as_written"
        added = (s for o in self.overlays for s in o.statements) if chosen == "with_regimes" else ()
        return (*self.statements, *added)

    @cached_property
    def by_clause(self) -> dict[str, tuple[Statement, ...]]:
        """The statements bound to each clause id, in the order of the policy."""
        found: dict[str, list[Statement]] = {clause.id: [] for clause in self.clauses}
        for statement in self.statements:
            for clause in statement.clauses:
                found.setdefault(clause, []).append(statement)
        return {clause: tuple(statements) for clause, statements in found.items()}

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Read a bundle back. Raises ValueError when the bytes are not a bundle of this format."""
        plain = json.loads(data)
        if plain.get("format") != FORMAT:
            raise ValueError(f"Not a bundle of format {FORMAT}.")
        bundle = cls(
            header=_header(plain["header"]),
            statements=_statements(plain["statements"]),
            overlays=tuple(
                Overlay(o["id"], o["class"], o["as_of"], _statements(o["statements"]))
                for o in plain["regimes"]
            ),
            clauses=tuple(ClauseRef(**clause) for clause in plain["clauses"]),
            texts=tuple(TextRef(**text) for text in plain["texts"]),
        )
        return bundle


def ordered(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Statements by kind, in the order of the language, then by id: the order of files never matters."""
    kinds = list(KINDS)
    return tuple(sorted(statements, key=lambda s: (kinds.index(s.plural), s.id)))


def vocabulary_digest() -> str:
    """The digest of all closed vocabularies: a bundle made with other words is another bundle."""
    words = {
        name: sorted((word, entry.dpv) for word, entry in value.items())
        for name, value in vars(vocabulary).items()
        if name.isupper() and isinstance(value, dict)
    }
    return f"sha256:{hashlib.sha256(canonical(words)).hexdigest()}"


def statement_json(statement: Statement | Header) -> dict[str, Any]:
    """The terms of a statement as plain JSON, those left at their default omitted."""
    found: dict[str, Any] = {}
    for name, field in term_fields(type(statement)).items():
        value = getattr(statement, name)
        if value != field.metadata["term"].absent:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, AllBut):
        return {EXCEPT: list(value)}
    if isinstance(value, tuple) and not isinstance(value, Condition):
        return [_plain(item) for item in value]
    return str(value)


def _grouped(statements: Iterable[Statement]) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for statement in statements:
        groups.setdefault(statement.plural, {})[statement.id] = statement_json(statement)
    return groups


_NOWHERE = Place("bundle")


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        return Mapping(_NOWHERE, tuple((Scalar(_NOWHERE, key), _node(item)) for key, item in value.items()))
    if isinstance(value, list):
        return Sequence(_NOWHERE, tuple(_node(item) for item in value))
    return Scalar(_NOWHERE, str(value), quoted=True)


def _statements(groups: dict[str, Any]) -> tuple[Statement, ...]:
    findings = Findings()
    node = _node(groups)
    assert isinstance(node, Mapping)
    loaded = load_statements(node, findings)
    if findings.refused:
        raise ValueError(f"A statement of this bundle cannot be read: {findings.sorted[0]}")
    return ordered(loaded.statements)


def _header(plain: dict[str, Any]) -> Header:
    findings = Findings()
    values = {}
    for name, field in term_fields(Header).items():
        if name in plain:
            values[name] = field.metadata["term"].read(_node(plain[name]), findings)
    if findings.refused:
        raise ValueError(f"The header of this bundle cannot be read: {findings.sorted[0]}")
    return Header(**values)
