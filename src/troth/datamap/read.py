"""Reading mappings of a map by tables of terms: each unknown, missing or unreadable word is a finding with its place."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import Any

from troth.datamap.model import Erasure, Follows
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy import terms as t
from troth.policy import vocabulary as v
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, type_names
from troth.policy.terms import ID, Term

Terms = Map[str, Term[Any] | None]
"""What may stand in a mapping; None for what its reader takes apart by itself."""


def _words(words: Iterable[str]) -> v.Vocabulary:
    return {word: v.Word(word) for word in words}


ERASURE = t.word(_words(Erasure))
FOLLOWS = t.word(_words(Follows))
ROW: Terms = {
    "table": t.text(), "key": t.texts(), "people": t.flag(), "on_erasure": ERASURE, "when_shared": ERASURE,
    "purposes": t.refs("purpose"), "source": t.ref("source"), "retention": t.ref("retention"), "triggers": t.texts(),
    "history": t.flag(), "about": t.text(), "because": t.text(), "cite": t.text(), "fields": None, "links": None,
}  # fmt: skip
FIELD: Terms = {
    "is": t.texts(), "identity": t.text(), "folded": t.flag(), "on_erasure": ERASURE, "value": t.text(),
    "because": t.text(), "cite": t.text(), "whose": t.text(), "marks": t.text(), "many": t.flag(),
    "to": t.text(), "follows": FOLLOWS, "when": None, "fields": None,
}  # fmt: skip
LINK: Terms = {"fields": t.texts(), "to": t.text(), "on": t.texts(), "when": None, "follows": FOLLOWS}
SYSTEM: Terms = {
    "at": t.text(), "credentials": t.text(), "region": t.word(v.REGIONS), "run_by": t.ref("processor"),
    "backups": t.refs("backup"), "about": t.text(), "fideslang": t.texts(), "left_out": None, "datasets": None,
}  # fmt: skip
PROCESSOR: Terms = {
    "recipient": t.ref("recipient"),
    "region": t.word(v.REGIONS),
    "told_by": t.text(),
    "about": t.text(),
}
BACKUP: Terms = {
    "kept": t.period(),
    "region": t.word(v.REGIONS),
    "run_by": t.ref("processor"),
    "about": t.text(),
}


class Reader:
    """Takes mappings apart."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def terms(self, node: Mapping, table: Terms, called: str) -> dict[str, Any]:
        """The values of the terms that a mapping holds; what it holds besides is a finding."""
        found: dict[str, Any] = {}
        for key, value in node.entries:
            term = table.get(key.text)
            if key.text not in table:
                self.error("unknown-key", key.place, f"'{key.text}' is not a term of {called}.",
                           did_you_mean(key.text, table))  # fmt: skip
            elif term is not None and (read := term.read(value, self.findings)) is not None:
                found[key.text] = read
        return found

    def named(self, node: Node | None, what: str) -> Iterable[tuple[Scalar, Node]]:
        """The entries of a mapping of ids; nothing where there is none."""
        if node is None or (isinstance(node, Scalar) and not node.text):
            return
        if not isinstance(node, Mapping):
            self.error(
                "wrong-type",
                node.place,
                f"'{what}' takes a mapping of names, found {type_names[type(node)]}.",
                "",
            )
            return
        yield from node.entries

    def ids(self, node: Node | None, what: str) -> Iterable[tuple[Scalar, Mapping]]:
        """The entries of a mapping of ids to mappings."""
        for name, body in self.named(node, what):
            if not ID.match(name.text):
                self.error(
                    "bad-id",
                    name.place,
                    f"'{name.text}' is not an id.",
                    "Ids are lower case words joined by '_'.",
                )
            elif isinstance(body, Scalar) and not body.text:
                yield name, Mapping(body.place, ())
            elif not isinstance(body, Mapping):
                self.error(
                    "wrong-type",
                    body.place,
                    f"'{name.text}' takes terms, found {type_names[type(body)]}.",
                    "",
                )
            else:
                yield name, body

    def pairs(self, node: Node | None, what: str) -> tuple[tuple[str, str], ...]:
        """A mapping of names to words, such as the condition of a polymorphic reference."""
        found = []
        for name, body in self.named(node, what):
            if isinstance(body, Scalar):
                found.append((name.text, body.text))
            else:
                self.error(
                    "wrong-type",
                    body.place,
                    f"'{name.text}' takes one word, found {type_names[type(body)]}.",
                    "",
                )
        return tuple(found)

    def items(self, node: Node | None, what: str) -> Iterable[Mapping]:
        """The mappings of a list."""
        if node is None:
            return
        nodes = node.items if isinstance(node, Sequence) else (node,)
        for one in nodes:
            if isinstance(one, Mapping):
                yield one
            else:
                self.error(
                    "wrong-type",
                    one.place,
                    f"'{what}' takes a list of mappings, found {type_names[type(one)]}.",
                    "",
                )

    def error(self, code: str, place: Place, message: str, help: str) -> None:
        """Add a finding that refuses the map."""
        self.findings.error(code, place, message, help)
