"""Regime packs: what a statute adds to a policy, as data. A pack adds bars, duties and shorter clocks; it never opens a ground.

A pack is one YAML file: `id`, `name`, `as_of`, `rows` (facts of the statute, each with source and confidence) and
`statements` in the policy language, each with `cite`, `src` and `conf`. Facts, not legal advice.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from troth.kernel.findings import Findings, Place
from troth.policy.facts import Condition, Fact, Literal
from troth.policy.load import load_statements
from troth.policy.model import Bar, Export, Ground, Incident, LawfulBasis, Statement
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, parse

NOT_LAW = ("draft", "proposed")
"""Rows and statements with this status are shown and never enforced."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a statute: its path, value as written, where it was read and how sure that is."""

    path: str
    value: str
    cite: str
    src: str
    conf: str
    status: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A regime pack as loaded."""

    id: str
    name: str
    as_of: str
    rows: tuple[Row, ...]
    statements: tuple[Statement, ...]
    places: dict[str, Place]


def load_pack(text: str, file: str, findings: Findings) -> Pack | None:
    """Read one pack; None when its head cannot be read."""
    root = parse(text, file, findings)
    if root is None:
        return None
    head = {key: _text(root.get(key)) for key in ("id", "name", "as_of")}
    if not all(head.values()):
        findings.error("bad-pack", root.place, "A regime pack needs 'id', 'name' and 'as_of'.", "")
        return None
    body = root.get("statements")
    prefix = f"{head['id'].lower().replace('-', '_')}."
    if isinstance(body, Mapping):
        loaded = load_statements(_prefixed(body, prefix), findings, prefix=prefix)
    else:
        loaded = load_statements(Mapping(root.place, ()), findings)
    _refuse_grounds(loaded.statements, loaded.places, findings)
    return Pack(
        head["id"], head["name"], head["as_of"], _rows(root.get("rows")), loaded.statements, loaded.places
    )


def applied(pack: Pack, subject_class: str) -> tuple[Statement, ...]:
    """The pack's statements, limited to one class of persons where the policy says `ID for CLASS`."""
    if not subject_class:
        return pack.statements
    only = Condition.any_of(Literal(Fact("is", subject_class)))
    return tuple(
        dataclasses.replace(s, when=(only, *s.when))
        if isinstance(s, (Bar, LawfulBasis))
        else dataclasses.replace(s, who=subject_class)
        if isinstance(s, Incident) and not s.who
        else s
        for s in pack.statements
    )


def _refuse_grounds(statements: tuple[Statement, ...], places: dict[str, Place], findings: Findings) -> None:
    for statement in statements:
        if isinstance(statement, (Ground, Export)):
            findings.error("pack-opens-ground", places[statement.key], f"A regime pack may not open a ground ({statement.key}).",
                           "Write it as a requirement or as lawful_bases.")  # fmt: skip


def _prefixed(body: Mapping, prefix: str) -> Mapping:
    """References between a pack's own statements: `~name` stands for the pack's own id."""

    def walk(node: Node) -> Node:
        if isinstance(node, Scalar):
            return (
                Scalar(node.place, node.text.replace("~", prefix), node.quoted) if "~" in node.text else node
            )
        if isinstance(node, Sequence):
            return Sequence(node.place, tuple(walk(item) for item in node.items))
        return Mapping(node.place, tuple((key, walk(value)) for key, value in node.entries))

    walked = walk(body)
    assert isinstance(walked, Mapping)
    return walked


def _rows(node: Node | None) -> tuple[Row, ...]:
    if not isinstance(node, Sequence):
        return ()
    return tuple(
        Row(*(_text(item.get(key)) for key in ("path", "value", "cite", "src", "conf", "status")))
        for item in node.items
        if isinstance(item, Mapping)
    )


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
