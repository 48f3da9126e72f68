"""The difference between two cuts of a text, by address and digest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from troth.policy.clauses.model import Clause, Cut


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two versions: addresses, in the order of the text.

    `reworded`: the address stayed and its text changed. `moved`: (old address, new address) of a text that stayed.
    `added`, `removed`: an address with a text the other version does not have.
    """

    reworded: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.reworded or self.added or self.removed or self.moved)


def compare(old: Cut, new: Cut) -> Difference:
    """What changed from `old` to `new`. A text found elsewhere under another address counts as moved, not as reworded."""
    before, after = old.by_address(), new.by_address()
    same = {a for a, c in before.items() if a in after and after[a].digest == c.digest}
    moved = _moved(
        [c for c in old.clauses if c.address not in same], [c for c in new.clauses if c.address not in same]
    )
    left, reached = {a for a, _ in moved}, {b for _, b in moved}
    open_before = [c.address for c in old.clauses if c.address not in same | left]
    open_after = [c.address for c in new.clauses if c.address not in same | reached]
    both = set(open_before) & set(open_after)
    return Difference(
        reworded=tuple(a for a in open_after if a in both),
        added=tuple(a for a in open_after if a not in both),
        removed=tuple(a for a in open_before if a not in both),
        moved=moved,
    )


def _moved(old: list[Clause], new: list[Clause]) -> tuple[tuple[str, str], ...]:
    """Pairs with the same words, in the order of the text; clauses without words never move."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for clause in reversed(new):
        if clause.text:
            waiting[clause.digest].append(clause.address)
    return tuple((c.address, waiting[c.digest].pop()) for c in old if waiting.get(c.digest))
