"""Drafts: clauses whose end and digest are not known yet, and the bullets still open."""

from __future__ import annotations

from dataclasses import dataclass, field

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.model import MAX_DEPTH, Kind


@dataclass(frozen=True, slots=True)
class Holder:
    """What a clause lies beneath: an address and its level, or nothing (level 0)."""

    address: str | None = None
    level: int = 0


@dataclass(slots=True)
class Draft:
    """A clause before its end and digest are known."""

    address: str
    number: str | None
    kind: Kind
    holder: Holder
    block: Block
    width: int

    @property
    def text(self) -> str:
        """What a reader reads after the number."""
        return self.block.text[self.width :]

    @property
    def itself(self) -> Holder:
        """This clause as the holder of others."""
        return Holder(self.address, self.holder.level + 1)


@dataclass(slots=True)
class _Bullet:
    indent: int
    glyph: str
    holder: Holder


@dataclass(slots=True)
class Bullets:
    """The bullets still open, outermost first: a deeper one, or one with a new sign, lies beneath the last."""

    open: list[_Bullet] = field(default_factory=list)

    def holder_of(self, indent: int, glyph: str, otherwise: Holder) -> Holder:
        """Close the bullets this one does not lie beneath and say what it lies beneath."""
        known = any(b.glyph == glyph and b.indent >= indent for b in self.open)
        while self.open and self._closes(self.open[-1], indent, known):
            last = self.open.pop()
            if last.glyph == glyph and last.indent == indent:
                break
        return self.open[-1].holder if self.open else otherwise

    def _closes(self, last: _Bullet, indent: int, known: bool) -> bool:
        return last.indent > indent or (last.indent == indent and known) or len(self.open) >= MAX_DEPTH

    def inside(self, indent: int) -> Holder | None:
        """The bullet that an indented paragraph belongs to."""
        return next((b.holder for b in reversed(self.open) if b.indent < indent), None)

    def add(self, indent: int, glyph: str, holder: Holder) -> None:
        """Open a bullet."""
        self.open.append(_Bullet(indent, glyph, holder))
