"""`map.yaml` becomes a data map; every problem is a finding with file and line. The text is handed in: no file is opened.

systems:
  shop:
    at: sqlite:shop.db
    region: MY
    datasets:
      customers:
        people: yes
        purposes: [provide_service]
        fields:
          id: not_personal
          email: {is: email, identity: email}
          profile: {fields: {contacts: {many: yes, fields: {phone: phone}}}}
      orders:
        fields:
          id: not_personal
          customer_id: {is: not_personal, to: customers.id}
backups: {nightly: {kept: 7 days}}
processors: {house: {recipient: hosting, region: MY}}
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import replace
from typing import Any

from troth.datamap.fideslang import keys_of, load_fideslang
from troth.datamap.model import (
    MANY,
    NOT_PERSONAL,
    Backup,
    DataMap,
    Dataset,
    Erasure,
    Field,
    Follows,
    Link,
    Processor,
    System,
    path_text,
)
from troth.datamap.read import BACKUP, FIELD, LINK, PROCESSOR, ROW, SYSTEM, Reader
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy import terms as t
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, parse

MAP_FILE = "map.yaml"
Files = Map[str, str]
TOP = ("systems", "processors", "backups", "aliases")


def load_map(text: str, findings: Findings, file: str = MAP_FILE, beside: Files | None = None) -> DataMap:
    """Read a map. What is refused is left out of it, with a finding. `beside` holds the other files of its folder, by name:
    those that a system names under `fideslang:` are read as well.
    """
    root = parse(text, file, findings)
    if root is None:
        return DataMap()
    for key, _ in root.entries:
        if key.text not in TOP:
            findings.error("unknown-key", key.place, f"'{key.text}' is not a part of a map.",
                           did_you_mean(key.text, TOP))  # fmt: skip
    reader = _Maps(findings, beside or {})
    return reader.whole(root)


class _Maps(Reader):
    """Reads the parts of a map."""

    def __init__(self, findings: Findings, beside: Files) -> None:
        super().__init__(findings)
        self._beside = beside
        self._systems: dict[str, str] = {}
        """In which system each fides_key lies."""

    def whole(self, root: Mapping) -> DataMap:
        systems, datasets = [], []
        aliases = self.pairs(root.get("aliases"), "aliases")
        for name, body in self.ids(root.get("systems"), "systems"):
            for file in self._files(body):
                self._systems |= dict.fromkeys(keys_of(self._beside.get(file, "")), name.text)
        for name, body in self.ids(root.get("systems"), "systems"):
            systems.append(self._system(name, body))
            inner = self.ids(body.get("datasets"), "datasets")
            datasets += [self._dataset(name.text, n, b) for n, b in inner]
            datasets += self._fideslang(name.text, body, dict(aliases))
        if not systems:
            self.error("empty-map", root.place, "This map names no system.", "Write one under 'systems:'.")
        return DataMap(
            tuple(_named(one, datasets) for one in systems),
            tuple(datasets),
            tuple(
                Processor(id=n.text, place=n.place, **self.terms(b, PROCESSOR, "a processor"))
                for n, b in self.ids(root.get("processors"), "processors")
            ),
            tuple(
                Backup(id=n.text, place=n.place, **self.terms(b, BACKUP, "a backup"))
                for n, b in self.ids(root.get("backups"), "backups")
            ),
            aliases,
        )

    def _files(self, body: Mapping) -> tuple[str, ...]:
        node = body.get("fideslang")
        return (t.texts().read(node, Findings()) or ()) if node is not None else ()

    def _fideslang(self, system: str, body: Mapping, aliases: dict[str, str]) -> Iterator[Dataset]:
        for file in self._files(body):
            if file in self._beside:
                yield from load_fideslang(
                    self._beside[file], system, aliases, self.findings, file, self._systems
                )
            else:
                self.error("no-such-file", body.place, f"There is no file '{file}' beside the map.",
                           did_you_mean(file, self._beside))  # fmt: skip

    def _system(self, name: Scalar, body: Mapping) -> System:
        terms = self.terms(body, SYSTEM, "a system")
        if not terms.get("at"):
            self.error("missing-term", name.place, f"The system '{name.text}' lacks 'at': where it lies.",
                       "Write an address, such as sqlite:shop.db.")  # fmt: skip
        elif "@" in terms["at"].partition("://")[2].partition("/")[0]:
            self.error("credentials-in-map", name.place, f"The address of '{name.text}' carries credentials.",
                       "Name them with 'credentials:' and keep them in a file of mode 0600 or in the environment.")  # fmt: skip
            terms["at"] = ""
        terms.pop("fideslang", None)
        return System(**{"id": name.text, "at": "", "place": name.place, **terms},
                      left_out=self.pairs(body.get("left_out"), "left_out"))  # fmt: skip

    def _dataset(self, system: str, name: Scalar, body: Mapping) -> Dataset:
        terms = self.terms(body, ROW, "a dataset")
        terms["erasure"] = Erasure(terms.pop("on_erasure", Erasure.DELETE))
        terms["when_shared"] = Erasure(terms.get("when_shared", Erasure.NULL))
        fields: list[Field] = []
        links: list[Link] = []
        for column, node in self.named(body.get("fields"), "fields"):
            self._field(system, (column.text,), column.place, node, fields, links)
        links += [link for one in self.items(body.get("links"), "links") if (link := self._link(system, one))]
        if not fields:
            self.error("no-fields", name.place, f"The dataset '{name.text}' names no field.",
                       "Write each column under 'fields:' with its category.")  # fmt: skip
        return Dataset(
            **{"table": name.text, **terms, "id": name.text, "system": system},
            fields=tuple(fields), links=tuple(_told_apart(links)), place=name.place,
        )  # fmt: skip

    def _field(
        self,
        system: str,
        path: tuple[str, ...],
        place: Place,
        node: Node,
        fields: list[Field],
        links: list[Link],
    ) -> None:
        if isinstance(node, Scalar | Sequence):
            fields.append(self._typed(path, place, {"is": self._categories(node)}))
            return
        terms = self.terms(node, FIELD, "a field")
        inner = (*path, MANY) if terms.pop("many", False) else path
        if node.get("fields") is not None:
            for key, body in self.named(node.get("fields"), "fields"):
                self._field(system, (*inner, key.text), key.place, body, fields, links)
            return
        to, follows, when = terms.pop("to", ""), terms.pop("follows", None), node.get("when")
        fields.append(self._typed(inner, place, terms))
        if to:
            links.append(self._link_of(system, place, (path_text(inner),), to, (), follows, when))

    def _categories(self, node: Scalar | Sequence) -> tuple[str, ...]:
        return FIELD["is"].read(node, self.findings) or ()  # type: ignore[union-attr]

    def _typed(self, path: tuple[str, ...], place: Place, terms: dict[str, Any]) -> Field:
        said: tuple[str, ...] = tuple(word for word in terms.pop("is", ()) if word)
        if not said:
            self.error("unannotated", place, f"The field '{path_text(path)}' does not say what it is.",
                       f"Name its category, or write '{NOT_PERSONAL}'.")  # fmt: skip
        if NOT_PERSONAL in said and len(said) > 1:
            self.error(
                "both-ways",
                place,
                f"The field '{path_text(path)}' is called personal and '{NOT_PERSONAL}'.",
                "Choose one.",
            )
        erasure = terms.pop("on_erasure", None)
        return Field(
            path=path, place=place, categories=tuple(one for one in said if one != NOT_PERSONAL),
            erasure=None if erasure is None else Erasure(erasure), **terms,
        )  # fmt: skip

    def _link(self, system: str, node: Mapping) -> Link | None:
        terms = self.terms(node, LINK, "a link")
        missing = next((word for word in ("fields", "to", "on") if not terms.get(word)), None)
        if missing:
            self.error("missing-term", node.place, f"A link lacks '{missing}'.", "Write fields, to and on.")
            return None
        if len(terms["fields"]) != len(terms["on"]):
            self.error("uneven-link", node.place, "A link names more fields on one side than on the other.",
                       "Name as many under 'on' as under 'fields', in the same order.")  # fmt: skip
            return None
        return self._link_of(
            system,
            node.place,
            terms["fields"],
            terms["to"],
            terms["on"],
            terms.get("follows"),
            node.get("when"),
        )

    def _link_of(
        self, system: str, place: Place, fields: tuple[str, ...], to: str, on: tuple[str, ...],
        follows: str | None, when: Node | None,
    ) -> Link:  # fmt: skip
        elsewhere, slash, rest = to.partition("/")
        dataset, dot, field = (rest if slash else to).partition(".")
        if not on and not dot:
            self.error(
                "no-field", place, f"'{to}' names a dataset and no field of it.", "Write DATASET.FIELD."
            )
        return Link(
            id="+".join(fields), fields=fields, to=f"{elsewhere if slash else system}/{dataset}",
            on=on or (field,), when=self.pairs(when, "when"), place=place,
            follows=None if follows is None else Follows(follows),
        )  # fmt: skip


def _named(system: System, datasets: list[Dataset]) -> System:
    """A system with the names under which its datasets are kept."""
    mapped = (one.table for one in datasets if one.system == system.id)
    return replace(system, tables=tuple(dict.fromkeys((*mapped, *dict(system.left_out)))))


def _told_apart(links: list[Link]) -> Iterator[Link]:
    """Polymorphic references share their fields: each gets a name of its own, by what it leads to."""
    for link in links:
        twins = [one for one in links if one.id == link.id]
        if len(twins) == 1:
            yield link
        else:
            yield _renamed(link, f"{link.id}:{link.to.partition('/')[2]}")


def _renamed(link: Link, id: str) -> Link:
    return Link(
        id=id,
        fields=link.fields,
        to=link.to,
        on=link.on,
        when=link.when,
        follows=link.follows,
        place=link.place,
    )
