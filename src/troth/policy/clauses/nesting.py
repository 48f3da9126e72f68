"""Nesting: the blocks of a text taken in order, and the numbers inside their lines cut out as clauses of their own."""

from __future__ import annotations

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.drafts import Draft, Holder
from troth.policy.clauses.frames import Frame
from troth.policy.clauses.inline import enumeration, glued
from troth.policy.clauses.markers import Form, Marker, marker_of
from troth.policy.clauses.model import MAX_LINE, Kind
from troth.policy.clauses.places import UNDIVIDED, Placer
from troth.policy.clauses.sentences import sentences


class Nester(Placer):
    """Takes the blocks of a text in order; numbers inside a line become clauses beneath or beside its own."""

    def title(self, block: Block) -> None:
        """The title of the whole text: it holds nothing."""
        self.draft(block, self.addresses.mint("Title"), Kind.TITLE, None, Holder())

    def contents(self, block: Block, marker: Marker) -> None:
        """An entry of the table of contents."""
        before = self.drafts[-1] if self.drafts else None
        if before is None or before.kind is not Kind.CONTENTS:
            self.anchor = before.itself if before and before.kind is not Kind.TITLE else Holder()
            self.top = None
        self.draft(block, self.addresses.mint(f"TOC.{marker.label}"), Kind.CONTENTS, marker, self.anchor)

    def take(self, block: Block, marker: Marker | None) -> None:
        """Any other block; numbers inside it become clauses of their own."""
        rest: Block | None = block
        while rest is not None:
            block = rest
            self.place(block, marker)
            if len(block.text) > MAX_LINE:
                return
            at = self._second_number(block, marker) or self._glued_in(block)
            rest = block.split(at) if at else None
            self._enumerate()
            marker = marker_of(rest.text) if rest else None

    def _second_number(self, block: Block, marker: Marker | None) -> int | None:
        """Where a second number follows the first at once: `1.3 (a) …` is a clause that begins with its first item."""
        if marker is None or marker.form is Form.BULLET or not 0 < self.drafts[-1].width == marker.width:
            return None
        second = marker_of(block.text[marker.width :])
        first_item = second is not None and second.form is Form.SIMPLE and second.style == "(#)"
        return marker.width if first_item and second and 1 in dict(second.readings).values() else None

    def _glued_in(self, block: Block) -> int | None:
        if block.kind in UNDIVIDED or self.top is None:
            return None
        path = next((f.path for f in self.chain if f.path), ())
        article = next((f.place for f in self.chain if f.style.startswith("word-条")), None)
        return glued(block.text, self.drafts[-1].width + 1, path, article)

    def _enumerate(self) -> None:
        """Cut an enumeration in running text into items beneath its clause, and the text after it into a paragraph."""
        draft, top = self.drafts[-1], self.top
        if draft.kind in UNDIVIDED or (draft.kind is Kind.HEADING and not draft.number):
            return
        own = (top.style, top.place) if top and top.address == draft.address else None
        starts = enumeration(draft.block.text, draft.width + 1, own)
        if starts:
            self._items(draft, [draft.block.split(at) for at in reversed(starts)][::-1], own is not None)

    def _items(self, draft: Draft, parts: list[Block], numbered: bool) -> None:
        outer, anchor, bullets = self.top, self.anchor, self.bullets
        if not numbered:
            self.top = Frame(draft.address, outer, level=draft.itself.level)
        holder, tail = self.top, _tail(parts[-1], self.language)
        for part in parts:
            self.place(part, marker_of(part.text))
            self.drafts[-1].kind = Kind.ITEM
        beneath = self.top is not None and self.top.parent is holder
        if tail:
            owner = draft.itself if beneath else self.drafts[-1].itself
            address = self.addresses.counted(owner.address or draft.address, "¶")
            self.draft(tail, address, Kind.PARAGRAPH, None, owner)
        if beneath:
            self.top, self.anchor, self.bullets = outer, anchor, bullets


def _tail(block: Block, language: str | None) -> Block | None:
    """What stands after the first sentence of the last item, cut off it."""
    spans = sentences(block.text, language)
    return block.split(spans[1][0]) if len(spans) > 1 else None
