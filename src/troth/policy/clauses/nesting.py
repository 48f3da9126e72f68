"""Nesting: every block gets its place among the clauses before it, and from that its address."""

from __future__ import annotations

from collections.abc import Callable

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.drafts import Bullets, Draft, Holder
from troth.policy.clauses.frames import LIST_RANK, Addresses, Frame, join
from troth.policy.clauses.inline import enumeration, glued
from troth.policy.clauses.markers import Form, Marker, marker_of
from troth.policy.clauses.model import MAX_LINE, Kind
from troth.policy.clauses.sentences import sentences
from troth.policy.clauses.shape import ended, introduces, slug, titled
from troth.policy.clauses.siblings import Situation, reading_of

_UNDIVIDED = (Kind.ROW, Kind.CODE)


class Nester:
    """Takes the blocks of a text in order and lays each against the clauses still open.

    `plain` says that headings were guessed, so that a number with a title ends what stands beneath them; `reserved` are
    the dotted numbers of the text, which no plain number beneath another may take.
    """

    def __init__(self, language: str | None, *, plain: bool, reserved: frozenset[str]) -> None:
        self.drafts: list[Draft] = []
        self._language = language
        self._plain = plain
        self._reserved = reserved
        self._addresses = Addresses()
        self._top: Frame | None = None
        self._by_path: dict[tuple[int, ...], Frame] = {}
        self._by_address: dict[str, Frame] = {}
        self._anchor = Holder()
        self._bullets = Bullets()

    @property
    def amid_numbers(self) -> bool:
        """Whether numbered clauses are open that no unnumbered heading holds."""
        chain = list(self._top.chain()) if self._top else []
        return any(f.numbered for f in chain) and all(f.numbered for f in chain)

    def title(self, block: Block) -> None:
        """The title of the whole text: it holds nothing."""
        self._draft(block, self._addresses.mint("Title"), Kind.TITLE, None, Holder())

    def contents(self, block: Block, marker: Marker) -> None:
        """An entry of the table of contents."""
        before = self.drafts[-1] if self.drafts else None
        if before is None or before.kind is not Kind.CONTENTS:
            self._anchor = before.itself if before and before.kind is not Kind.TITLE else Holder()
            self._top = None
        self._draft(block, self._addresses.mint(f"TOC.{marker.label}"), Kind.CONTENTS, marker, self._anchor)

    def take(self, block: Block, marker: Marker | None) -> None:
        """Any other block; numbers inside it become clauses of their own."""
        rest: Block | None = block
        while rest is not None:
            block = rest
            self._place(block, marker)
            if len(block.text) > MAX_LINE:
                return
            at = self._second_number(block, marker) or self._glued_in(block)
            rest = block.split(at) if at else None
            self._enumerate()
            marker = marker_of(rest.text) if rest else None

    # -- places ------------------------------------------------------------------------------------------------

    def _place(self, block: Block, marker: Marker | None) -> None:
        if marker and marker.form is Form.BARE and not self._due(marker, block):
            marker = None
        if block.heading:
            self._heading(block, marker if marker and marker.form is not Form.BULLET else None)
        elif block.kind in _UNDIVIDED or marker is None:
            self._unnumbered(block)
        elif marker.form is Form.BULLET:
            self._bullet(block, marker)
        else:
            self._numbered(block, marker)

    def _heading(self, block: Block, marker: Marker | None) -> None:
        self._pop(lambda f: f.heading == 0 or f.heading >= block.heading)
        if marker:
            self._numbered(block, marker)
            return
        name = slug(block.text)
        self._open(block, None, f"{self._top.address}§{name}" if self._top else name, self._top)

    def _numbered(self, block: Block, marker: Marker) -> None:
        if self._plain and (marker.form is not Form.SIMPLE or titled(block.text[marker.width :])):
            self._pop(lambda f: not f.numbered)
        if marker.form is Form.WORD:
            self._word(block, marker)
        elif marker.form is Form.DOTTED:
            self._dotted(block, marker)
        elif marker.form is Form.COMPOUND:
            self._compound(block, marker)
        else:
            self._simple(block, marker)

    def _word(self, block: Block, marker: Marker) -> None:
        if not block.heading:
            self._pop(lambda f: not f.heading and f.rank >= marker.rank)
        beneath = self._top if marker.joins and self._top and self._top.numbered else None
        address = join(beneath.address if beneath else None, marker.label)
        place = marker.readings[0][1]
        self._open(block, marker, address, self._top, style=marker.style, place=place, rank=marker.rank)

    def _dotted(self, block: Block, marker: Marker) -> None:
        stems = (self._by_path.get(marker.path[:i]) for i in range(len(marker.path) - 1, 0, -1))
        parent = next((f for f in stems if f), None) or self._container()
        before = (
            next((f for f in self._top.chain() if f.path and f.parent is parent), None) if self._top else None
        )
        listed = before.listed if before else self._introduced()
        self._open(block, marker, marker.label, parent, path=marker.path, listed=listed)

    def _compound(self, block: Block, marker: Marker) -> None:
        family, place = next((r for r in marker.readings if r[1] == 1), marker.readings[0])
        parent = self._stem_of(marker.label)
        self._open(block, marker, marker.label, parent, style=f"{marker.style}{family}", place=place)
        if self._top:
            self._top.stem = marker.label[: marker.label.rindex("(")]

    def _stem_of(self, label: str) -> Frame | None:
        while "(" in label:
            label = label[: label.rindex("(")]
            if frame := self._by_address.get(label):
                return frame
        return self._container()

    def _container(self) -> Frame | None:
        """The heading, part, chapter or article that is open, whatever lies beneath it."""
        return (
            next((f for f in self._top.chain() if f.heading or f.rank != LIST_RANK), None)
            if self._top
            else None
        )

    def _simple(self, block: Block, marker: Marker) -> None:
        since = bool(self.drafts and self._top and self.drafts[-1].address != self._top.address)
        read = reading_of(marker, block, Situation(self._top, since, self._introduced()))
        parent = read.sibling.parent if read.sibling else self._top
        listed = read.sibling.listed if read.sibling else self._introduced()
        stem = read.sibling.stem if read.sibling else None
        address = join(stem or _prefix(parent, block), marker.label)
        path = _path(parent, read.place) if marker.label.isdecimal() and address not in self._reserved else ()
        if address in self._reserved:
            address += "~2"
        self._open(
            block, marker, address, parent, style=read.style, place=read.place, path=path, listed=listed
        )

    def _due(self, marker: Marker, block: Block) -> bool:
        """Whether a number without any sign may be meant: in a heading, or with a title where it is the next one."""
        place = marker.readings[0][1]
        chain = self._top.chain() if self._top else ()
        follows = place == 1 or any(f.style == "baredigit" and f.place + 1 == place for f in chain)
        return bool(block.heading) or (follows and titled(block.text[marker.width :]))

    def _bullet(self, block: Block, marker: Marker) -> None:
        holder = self._bullets.holder_of(block.indent, marker.style, self._anchor)
        address = self._addresses.counted(holder.address or "Intro", "•")
        self._draft(block, address, Kind.ITEM, marker, holder)
        self._bullets.add(block.indent, marker.style, self.drafts[-1].itself)

    def _unnumbered(self, block: Block) -> None:
        if block.kind is Kind.ROW:
            self._draft(
                block,
                self._addresses.counted(self._anchor.address or "Intro", "|"),
                Kind.ROW,
                None,
                self._anchor,
            )
            return
        item = self._bullets.inside(block.indent) if block.inside else None
        if item is None:
            self._leave_list()
        holder = item or (Holder(self._top.address, self._top.level) if self._top else Holder())
        self._draft(block, self._addresses.counted(holder.address or "Intro", "¶"), block.kind, None, holder)
        if item is None:
            self._anchor, self._bullets = self.drafts[-1].itself, Bullets()

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

    def _second_number(self, block: Block, marker: Marker | None) -> int | None:
        """Where a second number follows the first at once: `1.3 (a) …` is a clause that begins with its first item."""
        if (
            marker is None
            or not marker.width
            or marker.form is Form.BULLET
            or self.drafts[-1].width != marker.width
        ):
            return None
        second = marker_of(block.text[marker.width :])
        inner = (
            second
            and second.style == "(#)"
            and second.form is Form.SIMPLE
            and any(p == 1 for _, p in second.readings)
        )
        return marker.width if inner else None

    def _glued_in(self, block: Block) -> int | None:
        if block.kind in _UNDIVIDED or self._top is None:
            return None
        path = next((f.path for f in self._top.chain() if f.path), ())
        article = next((f.place for f in self._top.chain() if f.style.startswith("word-条")), None)
        return glued(block.text, self.drafts[-1].width + 1, path, article)

    def _enumerate(self) -> None:
        """Cut an enumeration in running text into items beneath its clause, and the text after it into a paragraph."""
        draft, top = self.drafts[-1], self._top
        if draft.kind in _UNDIVIDED or (draft.kind is Kind.HEADING and not draft.number):
            return
        own = (top.style, top.place) if top and top.address == draft.address else None
        starts = enumeration(draft.block.text, draft.width + 1, own)
        if starts:
            self._items(draft, [draft.block.split(at) for at in reversed(starts)][::-1], own is not None)

    def _items(self, draft: Draft, parts: list[Block], numbered: bool) -> None:
        outer, anchor, bullets = self._top, self._anchor, self._bullets
        if not numbered:
            self._top = Frame(draft.address, outer, level=draft.itself.level)
        holder, tail = self._top, _tail(parts[-1], self._language)
        for part in parts:
            self._place(part, marker_of(part.text))
            self.drafts[-1].kind = Kind.ITEM
        if tail:
            self._draft(tail, self._addresses.counted(draft.address, "¶"), Kind.PARAGRAPH, None, draft.itself)
        if self._top and self._top.parent is holder:
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
        shape = titled(block.text[marker.width if marker else 0 :])
        minted = self._addresses.mint(address)
        frame = Frame(minted, parent, style, place, path, rank, block.heading, shape, block.indent, listed)
        frame.numbered = marker is not None
        self._draft(
            block,
            minted,
            self._kind(frame),
            marker,
            Holder(parent.address, parent.level) if parent else Holder(),
        )
        self._top, self._anchor, self._bullets = frame, self.drafts[-1].itself, Bullets()
        self._by_address[minted] = frame
        if path:
            self._by_path[path] = frame

    def _kind(self, frame: Frame) -> Kind:
        small = "lower" in frame.style
        guessed = self._plain and frame.titled and not small
        return Kind.HEADING if frame.heading or guessed or frame.rank < LIST_RANK - 6 else Kind.ITEM

    def _draft(self, block: Block, address: str, kind: Kind, marker: Marker | None, holder: Holder) -> None:
        number, width = (marker.found, marker.width) if marker else (None, 0)
        self.drafts.append(Draft(address, number, kind, holder, block, width))


def _prefix(parent: Frame | None, block: Block) -> str | None:
    """The address a number is joined to; in a heading right beneath an unnumbered heading it stands alone."""
    alone = parent is None or (not parent.numbered and block.heading)
    return None if alone or parent is None else parent.address


def _path(parent: Frame | None, place: int) -> tuple[int, ...]:
    """The path a plain number has: on from its parent's, or by itself where no numbered path is open."""
    if parent is None or not parent.numbered or parent.rank != LIST_RANK:
        return (place,)
    return (*parent.path, place) if parent.path else ()


def _tail(block: Block, language: str | None) -> Block | None:
    """What stands after the first sentence of the last item, cut off it."""
    spans = sentences(block.text, language)
    return block.split(spans[1][0]) if len(spans) > 1 else None
