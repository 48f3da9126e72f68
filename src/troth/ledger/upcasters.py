"""Reading old kinds: an entry stays as it was written, and is read as what its kind has become."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from troth.ledger.model import Event

Kind: TypeAlias = tuple[str, int]


def _unchanged(event: Event) -> Event:
    return event


@dataclass(frozen=True, slots=True)
class Upcaster:
    """How entries of one kind and schema are read as a later one; `change` mends what the header carries besides."""

    kind: str
    schema: int
    becomes: str
    schema_then: int
    change: Callable[[Event], Event] = _unchanged


class Upcasters:
    """All upcasters of a program; a chain of them is followed to its end."""

    def __init__(self, upcasters: Iterable[Upcaster] = ()) -> None:
        self._next: dict[Kind, Upcaster] = {}
        for one in upcasters:
            if (one.kind, one.schema) in self._next:
                raise ValueError(f"two upcasters read {one.kind} of schema {one.schema}")
            self._next[one.kind, one.schema] = one
        for kind in self._next:
            self._end(kind)

    def read(self, event: Event) -> Event:
        """The event as today's program means it."""
        while step := self._next.get((event.kind, event.schema)):
            event = replace(step.change(event), kind=step.becomes, schema=step.schema_then)
        return event

    def written_as(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """These kinds or prefixes, and every older kind that is read as one of them today."""
        wanted = tuple(kinds)
        older = (kind for kind, schema in self._next if matches(self._end((kind, schema))[0], wanted))
        return (*wanted, *sorted(set(older) - set(wanted))) if wanted else ()

    def _end(self, kind: Kind) -> Kind:
        seen = {kind}
        while step := self._next.get(kind):
            kind = (step.becomes, step.schema_then)
            if kind in seen:
                raise ValueError(f"the upcasters of {kind[0]} run in a ring")
            seen.add(kind)
        return kind


def matches(kind: str, wanted: Iterable[str]) -> bool:
    """Whether a kind is among these, where a name with a colon at its end stands for all that begin so."""
    return any(kind.startswith(one) if one.endswith(":") else kind == one for one in wanted)
