"""Stage 1, load: the files of a policy folder become typed statements; every problem is a finding with file and line.

The folder's files are handed in as text (`{"policy.yaml": …, "statements/sharing.yaml": …}`): this floor opens no file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.facts import Condition, Literal
from troth.policy.header import Header
from troth.policy.model import KINDS, Statement
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, parse, type_names
from troth.policy.terms import ID, Term

S = TypeVar("S")
HEADER_FILE = "policy.yaml"
OTHER_FILES = frozenset(
    {
        "clauses.yaml",
        "probes.yaml",
        "life.yaml",
        "app.yaml",
        "map.yaml",
        "company.yaml",
        "imports.yaml",
        "meets.yaml",
    }
)
"""What else may stand beside it, for other rooms to read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read: the header (None when it was unusable), the statements, and where each of them and of its terms stands."""

    header: Header | None
    statements: tuple[Statement, ...]
    places: dict[str, Place]
    """By `kind:id` and by `kind:id.term`."""


def load(files: Map[str, str], findings: Findings) -> Loaded:
    """Read every YAML file of a policy folder. Statements may stand in `policy.yaml` itself or in `statements/*.yaml`."""
    reader = _Reader(findings)
    header: Header | None = None
    if HEADER_FILE not in files:
        findings.error("no-policy-file", Place(HEADER_FILE), "This folder has no policy.yaml.",
                       "Start one with `troth new NAME`.")  # fmt: skip
    for name in sorted(files):
        if not name.endswith((".yaml", ".yml")):
            continue
        if name != HEADER_FILE and not name.startswith("statements/"):
            _warn_of_unread(name, findings)
            continue
        root = parse(files[name], name, findings)
        if root is None:
            continue
        if name == HEADER_FILE:
            header = reader.header(root)
        reader.statements(root, skip=_header_keys() if name == HEADER_FILE else frozenset())
    return Loaded(header, tuple(reader.found.values()), reader.places)


def _warn_of_unread(name: str, findings: Findings) -> None:
    """A file that looks as if it held statements must not be passed over in silence."""
    if "/" not in name and name not in OTHER_FILES:
        findings.warning("unread-file", Place(name), "This file is not read as part of the policy.",
                         "Statements stand in policy.yaml or in statements/*.yaml; move it there.")  # fmt: skip


def load_statements(
    root: Mapping, findings: Findings, *, prefix: str = "", skip: frozenset[str] = frozenset()
) -> Loaded:
    """Read statements from one mapping; `prefix` is put before their ids (regime packs keep a namespace of their own)."""
    reader = _Reader(findings, prefix)
    reader.statements(root, skip=skip)
    return Loaded(None, tuple(reader.found.values()), reader.places)


@cache
def _header_keys() -> frozenset[str]:
    return frozenset(field.metadata.get("key", field.name) for field in dataclasses.fields(Header))


_FIELDS: dict[type[Any], dict[str, dataclasses.Field[Any]]] = {}


def term_fields(of: type[Any]) -> dict[str, dataclasses.Field[Any]]:
    """The fields of a statement type that a policy file may write, by name."""
    if of not in _FIELDS:
        _FIELDS[of] = {f.name: f for f in dataclasses.fields(of) if "term" in f.metadata}
    return _FIELDS[of]


def literals_of(statement: Statement) -> Iterator[Literal]:
    """Every literal in the conditions of a statement, term by term."""
    for name in term_fields(type(statement)):
        value = getattr(statement, name)
        if isinstance(value, tuple) and value and isinstance(value[0], Condition):
            for condition in value:
                yield from condition.literals


class _Reader:
    """Reads header and statements, remembering where each stood."""

    def __init__(self, findings: Findings, prefix: str = "") -> None:
        self._findings = findings
        self._prefix = prefix
        self.found: dict[str, Statement] = {}
        self.places: dict[str, Place] = {}

    def header(self, root: Mapping) -> Header | None:
        known = Mapping(root.place, tuple((k, n) for k, n in root.entries if k.text in _header_keys()))
        return self._typed(Header, known, "the header of the policy", "policy")

    def statements(self, root: Mapping, skip: frozenset[str]) -> None:
        for key, node in root.entries:
            if key.text in skip:
                continue
            kind = KINDS.get(key.text)
            if kind is None:
                self._findings.error("unknown-kind", key.place, f"'{key.text}' is not a kind of statement.",
                                     did_you_mean(key.text, {*KINDS, *skip}))  # fmt: skip
            elif not isinstance(node, Mapping):
                self._findings.error("wrong-type", node.place, f"'{key.text}' takes a mapping of ids, found {type_names[type(node)]}.",
                                     "Write each statement under an id of its own.")  # fmt: skip
            else:
                for name, body in node.entries:
                    self._statement(kind, name, body)

    def _statement(self, kind: type[Statement], name: Scalar, body: Node) -> None:
        if not ID.match(name.text):
            self._findings.error(
                "bad-id",
                name.place,
                f"'{name.text}' is not an id.",
                "Ids are lower case words joined by '_'.",
            )
            return
        if isinstance(body, Scalar) and not body.text:
            body = Mapping(body.place, ())
        if not isinstance(body, Mapping):
            self._findings.error(
                "wrong-type", body.place, f"A {kind.kind} takes terms, found {type_names[type(body)]}.", ""
            )
            return
        key = f"{kind.kind}:{self._prefix}{name.text}"
        if key in self.places:
            self._findings.error("duplicate-statement", name.place, f"{key} stands in this policy twice (first at {self.places[key]}).",
                                 "Rename one of them.")  # fmt: skip
            return
        self.places[key] = name.place
        statement = self._typed(kind, body, f"a {kind.kind}", key, id=f"{self._prefix}{name.text}")
        if statement is not None:
            self.found[key] = statement

    def _typed(self, of: type[S], node: Mapping, called: str, key: str, **given: str) -> S | None:
        """Build a statement or header from its mapping; None only when a required term is missing or unreadable."""
        fields = term_fields(of)
        values: dict[str, Any] = dict(given)
        complete = True
        for name, value in node.entries:
            field = fields.get(name.text)
            if field is None:
                self._findings.error("unknown-key", name.place, f"'{name.text}' is not a term of {called}.",
                                     did_you_mean(name.text, fields))  # fmt: skip
                continue
            self.places[f"{key}.{name.text}"] = name.place
            kind: Term[Any] = field.metadata["term"]
            if isinstance(value, Scalar) and not value.text and not value.quoted:
                value = Sequence(value.place, ()) if isinstance(kind.absent, tuple) else value
            read = kind.read(value, self._findings)
            if read is not None:
                values[name.text] = read
            elif field.metadata["required"]:
                complete = False
        for name_, field in fields.items():
            if field.metadata["required"] and node.get(name_) is None:
                self._findings.error("missing-term", node.place, f"{key} lacks '{name_}': {field.metadata['doc']}.",
                                     f"Add '{name_}:'.")  # fmt: skip
                complete = False
        return of(**values) if complete else None
