"""Nesting: every block gets its place among the clauses before it, and from that its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.frames import LIST_RANK, Addresses, Frame, join
from troth.policy.clauses.inline import enumeration, glued
from troth.policy.clauses.markers import Form, Marker, marker_of
from troth.policy.clauses.model import MAX_DEPTH, Kind
from troth.policy.clauses.sentences import sentences
from troth.policy.clauses.shape import ended, introduces, slug, titled


@dataclass(slots=True)
class Draft:
    """A clause before its end and digest are known."""

    address: str
    number: str | None
    kind: Kind
    level: int
    parent: str | None
    block: Block
    width: int

    @property
    def text(self) -> str:
        """What a reader reads after the number."""
        return self.block.text[self.width :]


@dataclass(slots=True)
class _Bullet:
    indent: int
    glyph: str
    address: str
    level: int


class Nester:
    """Takes the blocks of a text in order and lays each against the clauses still open."""

    def __init__(self, language: str | None, *, plain: bool = False) -> None:
        self.drafts: list[Draft] = []
        self._plain = plain
        self._language = language
        self._addresses = Addresses()
        self._top: Frame | None = None
        self._by_path: dict[tuple[int, ...], Frame] = {}
        self._by_address: dict[str, Frame] = {}
        self._anchor: tuple[str | None, int] = (None, 0)
        self._bullets: list[_Bullet] = []

    # -- entries -------------------------------------------------------------------------------------------------

    @property
    def numbered(self) -> bool:
        """Whether a numbered clause is open."""
        return self._top is not None and any(f.numbered for f in self._top.chain())

    @property
    def beneath_heading(self) -> bool:
        """Whether an unnumbered heading is open that holds what comes."""
        return self._top is not None and any(not f.numbered for f in self._top.chain())

    def title(self, block: Block) -> None:
        """The title of the whole text: it holds nothing."""
        self._draft(block, self._addresses.mint("Title"), Kind.TITLE, None, 0)

    def contents(self, block: Block, marker: Marker) -> None:
        """An entry of the table of contents."""
        before = self.drafts[-1] if self.drafts else None
        if before is None or before.kind is not Kind.CONTENTS:
            parent = before.address if before and before.kind is not Kind.TITLE else None
            self._anchor = (parent, before.level if parent and before else 0)
            self._top = None
        address = self._addresses.mint(f"TOC.{marker.label}")
        self._draft(block, address, Kind.CONTENTS, marker, marker.width, self._anchor)

    def take(self, block: Block, marker: Marker | None) -> None:
        """Any other block; numbers inside it become clauses of their own."""
        while True:
            self._place(block, marker)
            at = self._glued_in(block)
            rest = block.split(at) if at else None
            self._enumerate()
            if rest is None:
                return
            block, marker = rest, marker_of(rest.text)

    # -- places --------------------------------------------------------------------------------------------------

    def _place(self, block: Block, marker: Marker | None) -> None:
        if marker and marker.form is Form.BARE and not self._follows(marker, block):
            marker = None
        if block.heading:
            self._heading(block, marker if marker and marker.form is not Form.BULLET else None)
        elif block.kind in (Kind.ROW, Kind.CODE) or marker is None:
            self._unnumbered(block)
        elif marker.form is Form.BULLET:
            self._bullet(block, marker)
        else:
            self._numbered(block, marker)

    def _heading(self, block: Block, marker: Marker | None) -> None:
        if block.heading < MAX_DEPTH:
            self._pop(lambda f: f.heading == 0 or f.heading >= block.heading)
        if marker is None:
            parent = self._top
            name = slug(block.text)
            self._open(block, None, f"{parent.address}§{name}" if parent else name, parent)
        else:
            self._numbered(block, marker)

    def _numbered(self, block: Block, marker: Marker) -> None:
        if marker.form is Form.WORD:
            self._word(block, marker)
        elif marker.form is Form.DOTTED:
            self._dotted(block, marker)
        elif marker.form is Form.COMPOUND:
            self._open(block, marker, marker.label, self._named_parent(marker.label))
        else:
            self._simple(block, marker)

    def _word(self, block: Block, marker: Marker) -> None:
        if not block.heading:
            self._pop(lambda f: not f.heading and f.rank >= marker.rank)
        joined = marker.found[-1] in "节節款项項" and self._top is not None and self._top.numbered
        label = join(self._top.address, marker.label) if joined and self._top else marker.label
        self._open(block, marker, label, self._top, rank=marker.rank)

    def _dotted(self, block: Block, marker: Marker) -> None:
        parent = next(
            (f for i in range(len(marker.path) - 1, 0, -1) if (f := self._by_path.get(marker.path[:i]))), None
        )
        if parent is None:
            self._pop(lambda f: not f.heading and f.rank == LIST_RANK)
            parent = self._top
        before = (
            next((f for f in self._top.chain() if f.path and f.parent is parent), None) if self._top else None
        )
        listed = before.listed if before else self._introduced()
        self._open(block, marker, marker.label, parent, path=marker.path, listed=listed)

    def _named_parent(self, label: str) -> Frame | None:
        stem = label
        while "(" in stem:
            stem = stem[: stem.rindex("(")]
            if frame := self._by_address.get(stem):
                return frame
        self._pop(lambda f: not f.heading and f.rank == LIST_RANK)
        return self._top

    def _simple(self, block: Block, marker: Marker) -> None:
        if self._plain and self._top and not self._top.numbered and titled(block.text[marker.width :]):
            self._top = None
        sibling, family, place = self._sibling(block, marker)
        style = f"{marker.style}{family}{block.heading or ''}"
        parent = sibling.parent if sibling else self._top
        listed = sibling.listed if sibling else self._introduced()
        address = join(self._prefix(parent, block), marker.label)
        plain = marker.label.isdecimal()
        path = _path(parent, place) if plain else ()
        self._open(block, marker, address, parent, style=style, place=place, path=path, listed=listed)

    @staticmethod
    def _prefix(parent: Frame | None, block: Block) -> str | None:
        """The address a number is joined to; a number right beneath an unnumbered heading stands alone if it is a title."""
        if parent is None or parent.numbered:
            return parent.address if parent else None
        return None if block.heading or not parent.heading else parent.address

    def _sibling(self, block: Block, marker: Marker) -> tuple[Frame | None, str, int]:
        """The open clause this number goes on from, and the reading taken; None when it begins a list of its own."""
        chain = list(self._top.chain()) if self._top else []
        styles = {
            f"{marker.style}{family}{block.heading or ''}": (family, n) for family, n in marker.readings
        }
        same = [f for f in chain if f.style in styles]
        exact = [f for f in same if styles[f.style][1] == f.place + 1]
        if exact:
            shape = titled(block.text[marker.width :])
            best = max(exact, key=lambda f: (f.indent == block.indent, f.titled == shape))
            return best, *styles[best.style]
        family, place = next((r for r in marker.readings if r[1] == 1), marker.readings[0])
        if place == 1 and not self._restarts(same, block, marker):
            return None, family, place
        for frame in same:
            if styles[frame.style][1] > frame.place or frame is same[-1] or place == 1:
                return frame, *styles[frame.style]
        return None, family, place

    def _restarts(self, same: list[Frame], block: Block, marker: Marker) -> bool:
        """Whether a first number begins the innermost list anew instead of a list beneath its last item."""
        if not same or same[0] is not self._top:
            return bool(same) and self._top is not None and self._top.level >= MAX_DEPTH
        if self._introduced() or same[0].level >= MAX_DEPTH or block.indent > same[0].indent:
            return same[0].level >= MAX_DEPTH
        beneath = same[0].titled and not titled(block.text[marker.width :])
        return not (beneath or (same[0].titled and self.drafts[-1].address != same[0].address))

    def _follows(self, marker: Marker, block: Block) -> bool:
        """Whether a number without any sign may be meant: in a heading, or a title with the number that is due."""
        if block.heading:
            return True
        place = marker.readings[0][1]
        chain = self._top.chain() if self._top else ()
        due = place == 1 or any(f.style == "baredigit" and f.place + 1 == place for f in chain)
        return due and titled(block.text[marker.width :])

    def _bullet(self, block: Block, marker: Marker) -> None:
        self._fold_bullets(block.indent, marker.style)
        if self._bullets:
            parent: tuple[str | None, int] = (self._bullets[-1].address, self._bullets[-1].level)
        else:
            parent = self._anchor
        address = self._addresses.counted(parent[0] or "Intro", "•")
        self._draft(block, address, Kind.ITEM, marker, marker.width, parent)
        self._bullets.append(_Bullet(block.indent, marker.style, address, parent[1] + 1))

    def _fold_bullets(self, indent: int, glyph: str) -> None:
        """Close the bullets this one does not stand beneath: those as deep or deeper, unless only its sign is new."""
        open_ = self._bullets
        known = any(b.glyph == glyph and b.indent >= indent for b in open_)
        while open_ and (
            open_[-1].indent > indent or (open_[-1].indent == indent and known) or len(open_) >= MAX_DEPTH
        ):
            last = open_.pop()
            if last.glyph == glyph and last.indent == indent:
                return

    def _unnumbered(self, block: Block) -> None:
        self._leave_list()
        holder: tuple[str | None, int] = (self._top.address, self._top.level) if self._top else (None, 0)
        if block.inside and self._bullets:
            holder = (self._bullets[-1].address, self._bullets[-1].level)
        row = block.kind is Kind.ROW
        if row:
            holder = self._anchor
        address = self._addresses.counted(holder[0] or "Intro", "|" if row else "¶")
        self._draft(block, address, block.kind, None, 0, holder)
        if not row and not (block.inside and self._bullets):
            self._anchor = (address, holder[1] + 1)
            self._bullets = []

    def _leave_list(self) -> None:
        """A paragraph after the last sentence-like item of a list that a colon introduced is no part of that item."""
        top = self._top
        if top and top.listed and self.drafts[-1].address == top.address:
            text = self.drafts[-1].text
            if ended(text) and not introduces(text):
                self._top = top.parent

    def _introduced(self) -> bool:
        return bool(self.drafts) and introduces(self.drafts[-1].text)

    # -- numbers inside a line -----------------------------------------------------------------------------------

    def _glued_in(self, block: Block) -> int | None:
        if block.kind in (Kind.ROW, Kind.CODE):
            return None
        path = next((f.path for f in self._top.chain() if f.path), ()) if self._top else ()
        article = (
            next((f.place for f in self._top.chain() if f.style.startswith("word-条")), None)
            if self._top
            else None
        )
        return glued(block.text, self.drafts[-1].width + 1, path, article)

    def _enumerate(self) -> None:
        """Cut an enumeration in running text into items beneath its clause, and the text after it into a paragraph."""
        draft = self.drafts[-1]
        if draft.kind in (Kind.ROW, Kind.CODE, Kind.HEADING) and not draft.number:
            return
        top = self._top
        own = (top.style, top.place) if top and top.address == draft.address else None
        starts = enumeration(draft.block.text, draft.width + 1, own)
        if starts:
            parts = [draft.block.split(at) for at in reversed(starts)][::-1]
            self._items(draft, parts, own is not None)

    def _items(self, draft: Draft, parts: list[Block], numbered: bool) -> None:
        outer, anchor, bullets = self._top, self._anchor, self._bullets
        if not numbered:
            self._top = Frame(draft.address, self._top, level=draft.level)
        tail = _tail(parts[-1], self._language)
        for part in parts:
            self._place(part, marker_of(part.text))
        if tail:
            address = self._addresses.counted(draft.address, "¶")
            self._draft(tail, address, Kind.PARAGRAPH, None, 0, (draft.address, draft.level))
        if not numbered:
            self._top, self._anchor, self._bullets = outer, anchor, bullets

    # -- bookkeeping ---------------------------------------------------------------------------------------------

    def _pop(self, closes: Callable[[Frame], bool]) -> None:
        while self._top is not None and closes(self._top):
            self._top = self._top.parent

    def _open(
        self,
        block: Block,
        marker: Marker | None,
        address: str,
        parent: Frame | None,
        *,
        style: str = "",
        place: int = 0,
        path: tuple[int, ...] = (),
        rank: int = LIST_RANK,
        listed: bool = False,
    ) -> None:
        """Open a clause that may hold others, and write it down."""
        width = marker.width if marker else 0
        shape = titled(block.text[width:])
        minted = self._addresses.mint(address)
        if marker and marker.form is Form.WORD:
            style, place = marker.style, marker.readings[0][1]
        frame = Frame(
            minted,
            parent,
            style,
            place,
            path,
            rank,
            block.heading,
            shape,
            block.indent,
            listed,
            marker is not None,
        )
        kind = Kind.HEADING if block.heading or shape else Kind.ITEM
        self._draft(
            block, minted, kind, marker, width, (parent.address, parent.level) if parent else (None, 0)
        )
        self._top, self._anchor, self._bullets = frame, (minted, frame.level), []
        self._by_address[minted] = frame
        if path:
            self._by_path[path] = frame

    def _draft(
        self,
        block: Block,
        address: str,
        kind: Kind,
        marker: Marker | None,
        width: int,
        parent: tuple[str | None, int] = (None, 0),
    ) -> None:
        number = marker.found if marker else None
        self.drafts.append(Draft(address, number, kind, parent[1] + 1, parent[0], block, width))


def _path(parent: Frame | None, place: int) -> tuple[int, ...]:
    """The path a plain number has: on from its parent's, or by itself where no numbered path is open."""
    if parent is None or not parent.numbered or parent.rank != LIST_RANK:
        return (place,)
    return (*parent.path, place) if parent.path else ()


def _tail(block: Block, language: str | None) -> Block | None:
    """What stands after the first sentence of the last item, cut off it."""
    spans = sentences(block.text, language)
    return block.split(spans[1][0]) if len(spans) > 1 else None
