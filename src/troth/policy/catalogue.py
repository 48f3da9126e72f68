"""Stage 2, link: the statements of one reading, with ids resolved, selectors expanded and categories closed downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from troth.policy.bundle import Bundle
from troth.policy.model import Category, Statement
from troth.policy.terms import AllBut

S = TypeVar("S", bound=Statement)


class Catalogue:
    """What a reading of a bundle declares. Immutable; everything is looked up, nothing decided."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements: tuple[Statement, ...] = tuple(statements)
        self._by_kind: dict[str, dict[str, Statement]] = {}
        for statement in self.statements:
            self._by_kind.setdefault(statement.kind, {})[statement.id] = statement
        self._expanded: dict[tuple[str, bool, tuple[str, ...]], frozenset[str]] = {}
        """What was expanded before: statements name the same few lists over and over."""
        self._wider = {c.id: frozenset(self._widen(c.id)) for c in self.all(Category)}

    @classmethod
    def of(cls, bundle: Bundle, reading: str = "") -> Catalogue:
        """The catalogue of a bundle under a reading (default: the one enforced)."""
        return cls(bundle.in_force(reading))

    def all(self, kind: type[S]) -> tuple[S, ...]:
        """Every statement of a kind, in order."""
        return tuple(self._by_kind.get(kind.kind, {}).values())  # type: ignore[arg-type]

    def get(self, kind: type[S], id: str) -> S | None:
        """The statement of a kind with that id, or None."""
        return self._by_kind.get(kind.kind, {}).get(id)  # type: ignore[return-value]

    def by_key(self, key: str) -> Statement | None:
        """The statement named `kind:id`, or None."""
        kind, _, id = key.partition(":")
        return self._by_kind.get(kind, {}).get(id)

    def ids(self, kind: str) -> frozenset[str]:
        """The ids of all statements of a kind."""
        return frozenset(self._by_kind.get(kind, {}))

    def wider(self, category: str) -> frozenset[str]:
        """A category and all it is part of, directly or not."""
        return self._wider.get(category, frozenset({category}))

    def nature(self, category: str) -> str:
        """personal, special or non_personal: its own word, else the strictest of what it is part of, else personal."""
        found = self.get(Category, category)
        if found is None:
            return "personal"
        if found.nature:
            return found.nature
        above = [self.nature(parent) for parent in found.part_of if parent in self.ids("category")]
        return next((n for n in ("special", "personal", "non_personal") if n in above), "personal")

    def expand(self, kind: str, refs: Iterable[str]) -> frozenset[str]:
        """Ids named directly or by a selector (`class:`, `nature:`, `dpv:`, `what:`); unknown ids stay as they are.

        Of a list turned round, the declared ids that it leaves; for categories, those that are no part of what it excepts.
        """
        named = (kind, isinstance(refs, AllBut), tuple(refs))
        found = self._expanded.get(named)
        if found is None:
            found = self._expanded[named] = frozenset(self._expand(*named))
        return found

    def _expand(self, kind: str, all_but: bool, refs: tuple[str, ...]) -> Iterator[str]:
        if all_but:
            excepted = self.expand(kind, refs)
            yield from (id for id in self.ids(kind) if not self.wider(id) & excepted)
            return
        for ref in refs:
            selector, colon, value = ref.partition(":")
            yield from self._selected(kind, selector, value) if colon else (ref,)

    def covers(self, refs: Iterable[str], category: str) -> bool:
        """Whether a list of categories covers one: it or something wider is named (turned round: is not)."""
        if isinstance(refs, AllBut):
            return not self.covers(tuple(refs), category)
        return bool(self.expand("category", refs) & self.wider(category))

    def holds(self, category: str, refs: Iterable[str]) -> bool:
        """Whether anything that is part of a category, itself included, is covered by a list."""
        parts = {one for one in self.ids("category") if category in self.wider(one)} | {category}
        return any(self.covers(refs, one) for one in parts)

    def _selected(self, kind: str, selector: str, value: str) -> set[str]:
        statements = self._by_kind.get(kind, {}).values()
        if selector == "nature":
            return {s.id for s in statements if self.nature(s.id) == value}
        if selector == "dpv":
            return {s.id for s in statements if s.dpv in (value, f"dpv:{value}")}
        return {s.id for s in statements if getattr(s, "what", "") == value}

    def _widen(self, category: str) -> set[str]:
        seen: set[str] = set()
        todo = [category]
        while todo:
            one = todo.pop()
            found = self.get(Category, one)
            if one not in seen and found is not None:
                seen.add(one)
                todo.extend(found.part_of)
        return seen | {category}
