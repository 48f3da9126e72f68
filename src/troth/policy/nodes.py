"""YAML as a tree that keeps its places: scalars stay strings until the schema types them (`3.1`, `no`, `2023-04-07`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from troth.kernel.findings import Findings, Place

_MAX_DEPTH = 40
"""No policy needs deeper nesting; beyond it a file is refused instead of exhausting the stack."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written, without quotes."""

    place: Place
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and nodes in the order of the file."""

    place: Place
    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """The node under a key, or None."""
        return next((node for name, node in self.entries if name.text == key), None)


type_names = {Scalar: "a value", Sequence: "a list", Mapping: "a mapping"}
Node = Scalar | Sequence | Mapping


def parse(text: str, file: str, findings: Findings) -> Mapping | None:
    """Read one YAML document that must be a mapping; every problem becomes a finding and gives None.

    An empty file gives an empty mapping. Aliases are refused: a statement is read where it stands.
    """
    try:
        root = yaml.compose(text, Loader=_loader())
    except yaml.YAMLError as problem:
        findings.error("yaml-broken", _place_of(problem, file), f"This is not YAML: {_sentence(problem)}.",
                       "Check indentation, quotes and colons at this line.")  # fmt: skip
        return None
    except RecursionError:
        root = None
        findings.error(
            "yaml-deep", Place(file), "The file nests too deeply.", f"At most {_MAX_DEPTH} levels are read."
        )
        return None
    if root is None:
        return Mapping(Place(file, 1, 1), ())
    node = _Builder(file, findings).build(root, 0)
    if node is None or isinstance(node, Mapping):
        return node
    findings.error("not-a-mapping", node.place, f"A policy file is a mapping, this one is {type_names[type(node)]}.",
                   "Start with a key such as 'purposes:'.")  # fmt: skip
    return None


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _place_of(problem: yaml.YAMLError, file: str) -> Place:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


def _sentence(problem: yaml.YAMLError) -> str:
    said = getattr(problem, "problem", None) or getattr(problem, "reason", None) or str(problem)
    return " ".join(str(said).split()).rstrip(".")


class _Builder:
    """Turns PyYAML nodes into ours, refusing aliases, duplicate keys and keys that are not plain words."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._seen: set[int] = set()

    def build(self, node: Any, depth: int) -> Node | None:
        place = Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)
        if depth > _MAX_DEPTH:
            self._findings.error("yaml-deep", place, "The file nests too deeply here.",
                                 f"At most {_MAX_DEPTH} levels are read.")  # fmt: skip
            return None
        if id(node) in self._seen:
            self._findings.error("yaml-alias", place, "Anchors and aliases (& and *) are not read.",
                                 "Write the value out where it is meant.")  # fmt: skip
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return Scalar(place, node.value, node.style in ("'", '"', "|", ">"))
        if isinstance(node, yaml.SequenceNode):
            built = (self.build(item, depth + 1) for item in node.value)
            return Sequence(place, tuple(item for item in built if item is not None))
        return Mapping(place, tuple(self._entries(node, depth)))

    def _entries(self, node: Any, depth: int) -> list[tuple[Scalar, Node]]:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key_node, value_node in node.value:
            key = self.build(key_node, depth + 1)
            value = self.build(value_node, depth + 1)
            if key is None or value is None:
                continue
            if not isinstance(key, Scalar):
                self._findings.error("yaml-key", key.place, "A key must be a single word.", "")
            elif key.text in entries:
                first = entries[key.text][0].place
                self._findings.error("duplicate-key", key.place, f"'{key.text}' stands here twice (first at line {first.line}).",
                                     "Merge the two or rename one; the second would silently win.")  # fmt: skip
            else:
                entries[key.text] = (key, value)
        return list(entries.values())
