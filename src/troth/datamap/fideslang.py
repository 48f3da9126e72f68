"""fideslang dataset files, read as they are: collections become datasets, data categories by the map's aliases.

A category `user.contact.email` is the policy's category that `aliases:` names for it or for the nearest wider one
(`user.contact`, `user`), else the one whose id is its last word; `system.*` says nothing of anybody. `direction: from` means
that rows here are found from there (our `down`), `to` that rows there are found from here (`up`); without one, both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from troth.datamap.model import MANY, NOT_PERSONAL, Dataset, Erasure, Field, Follows, Link, path_text
from troth.datamap.read import Reader
from troth.kernel.findings import Findings
from troth.policy.nodes import Mapping as Node
from troth.policy.nodes import Scalar, Sequence, parse

_META: Final = ("fides_meta", "fidesops_meta", "fidesctl_meta")
_WAYS: Final = {"from": Follows.DOWN, "to": Follows.UP, "": Follows.BOTH}
_MASKS: Final = {"null_rewrite": Erasure.NULL, "string_rewrite": Erasure.ANONYMISE, "hash": Erasure.PSEUDONYM,
                 "hmac": Erasure.PSEUDONYM, "random_string_rewrite": Erasure.PSEUDONYM}  # fmt: skip


def load_fideslang(
    text: str,
    system: str,
    aliases: Mapping[str, str],
    findings: Findings,
    file: str,
    systems: Mapping[str, str] | None = None,
) -> tuple[Dataset, ...]:
    """The collections of a file as datasets of a system. `systems` says in which system each fides_key of another file lies."""
    root = parse(text, file, findings)
    if root is None:
        return ()
    reader = _Fideslang(findings, system, aliases, systems or {})
    found = [one for node in reader.items(root.get("dataset"), "dataset") for one in reader.dataset(node)]
    if not found:
        findings.error(
            "no-dataset", root.place, "This file holds no fideslang dataset.", "It starts with 'dataset:'."
        )
    return tuple(found)


def keys_of(text: str) -> tuple[str, ...]:
    """The fides_keys of the datasets of a file."""
    root = parse(text, "", Findings())
    reader = Reader(Findings())
    return (
        tuple(_word(one, "fides_key") for one in reader.items(root.get("dataset"), "dataset")) if root else ()
    )


class _Fideslang(Reader):
    """Reads one file."""

    def __init__(
        self, findings: Findings, system: str, aliases: Mapping[str, str], systems: Mapping[str, str]
    ) -> None:
        super().__init__(findings)
        self._system = system
        self._aliases = aliases
        self._systems = systems

    def dataset(self, node: Node) -> Iterator[Dataset]:
        """The collections of one fideslang dataset."""
        schema = _word(_inner(_meta(node), "namespace"), "schema")
        for one in self.items(node.get("collections"), "collections"):
            name = _word(one, "name")
            if not name:
                self.error("missing-term", one.place, "A collection has no name.", "Add 'name:'.")
                continue
            fields: list[Field] = []
            links: list[Link] = []
            keys: list[str] = []
            usual = _categories(one) or _categories(node)
            for field in self.items(one.get("fields"), "fields"):
                self._field(field, (), usual, fields, links, keys)
            yield Dataset(
                id=name, system=self._system, table=f"{schema}.{name}" if schema else name, fields=tuple(fields),
                links=tuple(links), key=tuple(keys), about=_word(one, "description"), place=one.place,
            )  # fmt: skip

    def _field(
        self, node: Node, above: tuple[str, ...], usual: tuple[str, ...],
        fields: list[Field], links: list[Link], keys: list[str],
    ) -> None:  # fmt: skip
        meta = _meta(node)
        path = (*above, _word(node, "name"))
        if _word(meta, "data_type").endswith("[]"):
            path = (*path, MANY)
        said = _categories(node) or usual
        if node.get("fields") is not None:
            for inner in self.items(node.get("fields"), "fields"):
                self._field(inner, path, said, fields, links, keys)
            return
        if not said:
            self.error("unannotated", node.place, f"The field '{path_text(path)}' does not say what it is.",
                       "Give it data_categories.")  # fmt: skip
        mask = _word(_inner(meta, "masking_strategy_override"), "strategy")
        fields.append(
            Field(path=path, categories=self._named(said),
                  identity=_word(meta, "identity"), erasure=_MASKS.get(mask), place=node.place)
        )  # fmt: skip
        if _word(meta, "primary_key").lower() == "true":
            keys.append(path_text(path))
        links += self._links(meta, path)

    def _named(self, said: Iterable[str]) -> tuple[str, ...]:
        """The policy's categories for those of fideslang; what says nothing of anybody has none."""
        named = (self._category(one) for one in said if not one.startswith("system"))
        return tuple(dict.fromkeys(one for one in named if one != NOT_PERSONAL))

    def _category(self, said: str) -> str:
        steps = said.split(".")
        for end in range(len(steps), 0, -1):
            found = self._aliases.get(".".join(steps[:end]))
            if found:
                return found
        return steps[-1]

    def _links(self, meta: Node | None, path: tuple[str, ...]) -> Iterator[Link]:
        for one in self.items(meta.get("references") if meta else None, "references"):
            collection, _, field = _word(one, "field").partition(".")
            other, way = _word(one, "dataset"), _word(one, "direction")
            if way not in _WAYS:
                self.error("unknown-word", one.place, f"'{way}' is no direction.", "Write from or to.")
                continue
            system = self._systems.get(other, self._system)
            yield Link(id=path_text(path), fields=(path_text(path),), to=f"{system}/{collection}", on=(field,),
                       follows=_WAYS[way], place=one.place)  # fmt: skip


def _meta(node: Node) -> Node | None:
    found = (node.get(name) for name in _META)
    return next((one for one in found if isinstance(one, Node)), None)


def _inner(node: Node | None, key: str) -> Node | None:
    found = node.get(key) if node else None
    return found if isinstance(found, Node) else None


def _word(node: Node | None, key: str) -> str:
    found = node.get(key) if node else None
    return found.text if isinstance(found, Scalar) and found.text not in ("null", "~") else ""


def _categories(node: Node) -> tuple[str, ...]:
    found = node.get("data_categories")
    nodes: Iterable[object] = found.items if isinstance(found, Sequence) else ()
    return tuple(one.text for one in nodes if isinstance(one, Scalar))
