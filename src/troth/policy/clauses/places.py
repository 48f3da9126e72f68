"""Places: where a block lies among the clauses still open, and what address that makes."""

from __future__ import annotations

from collections.abc import Callable

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.drafts import Bullets, Draft, Holder
from troth.policy.clauses.frames import ARTICLE_RANK, LIST_RANK, Addresses, Frame, join
from troth.policy.clauses.markers import Form, Marker
from troth.policy.clauses.model import Kind
from troth.policy.clauses.shape import ended, introduces, slug, titled
from troth.policy.clauses.siblings import Situation, reading_of

UNDIVIDED = (Kind.ROW, Kind.CODE)


class Placer:
    """Lays each block of a text, taken in order, against the clauses still open.

    `plain` says that headings were guessed, so that a number with a title ends what stands beneath them; `reserved` are
    the dotted numbers of the text, which no plain number beneath another may take.
    """

    def __init__(self, language: str | None, *, plain: bool, reserved: frozenset[str]) -> None:
        self.drafts: list[Draft] = []
        self.language = language
        self._plain = plain
        self._reserved = reserved
        self.addresses = Addresses()
        self.top: Frame | None = None
        self._by_path: dict[tuple[int, ...], Frame] = {}
        self._by_address: dict[str, Frame] = {}
        self.anchor = Holder()
        self.bullets = Bullets()

    @property
    def amid_numbers(self) -> bool:
        """Whether numbered clauses are open that no unnumbered heading holds."""
        chain = self.chain
        return bool(chain) and all(f.numbered for f in chain)

    @property
    def chain(self) -> list[Frame]:
        """The open clauses, innermost first."""
        return list(self.top.chain()) if self.top else []

    def place(self, block: Block, marker: Marker | None) -> None:
        """Give a block its place and its address, with the number found at its start."""
        if marker and marker.form is Form.BARE and not self._due(marker, block):
            marker = None
        if block.heading:
            self._heading(block, marker if marker and marker.form is not Form.BULLET else None)
        elif block.kind in UNDIVIDED or marker is None:
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
        self._open(block, None, f"{self.top.address}§{name}" if self.top else name, self.top)

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
        beneath = self.top if marker.joins and self.top and self.top.numbered else None
        address = join(beneath.address if beneath else None, marker.label)
        place = marker.readings[0][1]
        self._open(block, marker, address, self.top, style=marker.style, place=place, rank=marker.rank)

    def _dotted(self, block: Block, marker: Marker) -> None:
        stems = (self._by_path.get(marker.path[:i]) for i in range(len(marker.path) - 1, 0, -1))
        parent = next((f for f in stems if f), None) or self._container()
        before = next((f for f in self.chain if f.path and f.parent is parent), None)
        listed = before.listed if before else self._introduced()
        self._open(block, marker, marker.label, parent, path=marker.path, listed=listed)

    def _compound(self, block: Block, marker: Marker) -> None:
        family, place = next((r for r in marker.readings if r[1] == 1), marker.readings[0])
        parent = self._stem_of(marker.label)
        self._open(block, marker, marker.label, parent, style=f"{marker.style}{family}", place=place)
        if self.top:
            self.top.stem = marker.label[: marker.label.rindex("(")]

    def _stem_of(self, label: str) -> Frame | None:
        while "(" in label:
            label = label[: label.rindex("(")]
            if frame := self._by_address.get(label):
                return frame
        return self._container()

    def _container(self) -> Frame | None:
        """The heading, part, chapter, article or section in Chinese numerals that is open, whatever lies beneath it."""
        return next((f for f in self.chain if f.heading or f.rank != LIST_RANK or f.sections), None)

    def _simple(self, block: Block, marker: Marker) -> None:
        since = bool(self.drafts and self.top and self.drafts[-1].address != self.top.address)
        read = reading_of(marker, block, Situation(self.top, since, self._introduced()))
        parent = read.sibling.parent if read.sibling else self._section(marker, read.place)
        listed = read.sibling.listed if read.sibling else self._introduced()
        stem = read.sibling.stem if read.sibling else None
        address = join(stem or _prefix(parent, block), marker.label)
        path = _path(parent, read.place) if marker.label.isdecimal() and address not in self._reserved else ()
        if address in self._reserved:
            address += "~2"
        self._open(
            block, marker, address, parent, style=read.style, place=read.place, path=path, listed=listed
        )
        if self.top:
            self.top.stem = stem

    def _section(self, marker: Marker, place: int) -> Frame | None:
        """What a number lies beneath that goes on from none: `2.` after `1.5` is the next section, else it nests."""
        root = next((f.path[0] for f in self.chain if f.path), 0)
        return self._container() if root and place == root + 1 and marker.label.isdecimal() else self.top

    def _due(self, marker: Marker, block: Block) -> bool:
        """Whether a number without any sign may be meant: in a heading, or with a title where it is the next one."""
        place = marker.readings[0][1]
        follows = place == 1 or any(f.style == "baredigit" and f.place + 1 == place for f in self.chain)
        return bool(block.heading) or (follows and titled(block.text[marker.width :]))

    def _bullet(self, block: Block, marker: Marker) -> None:
        holder = self.bullets.holder_of(block.indent, marker.style, self.anchor)
        address = self.addresses.counted(holder.address or "Intro", "•")
        self.draft(block, address, Kind.ITEM, marker, holder)
        self.bullets.add(block.indent, marker.style, self.drafts[-1].itself)

    def _unnumbered(self, block: Block) -> None:
        if block.kind is Kind.ROW:
            address = self.addresses.counted(self.anchor.address or "Intro", "|")
            self.draft(block, address, Kind.ROW, None, self.anchor)
            return
        item = self.bullets.inside(block.indent) if block.inside else None
        if item is None:
            self._leave_list()
        holder = item or _holder(self.top)
        self.draft(block, self.addresses.counted(holder.address or "Intro", "¶"), block.kind, None, holder)
        if item is None:
            self.anchor, self.bullets = self.drafts[-1].itself, Bullets()

    def _leave_list(self) -> None:
        """A paragraph after the last sentence-like item of a list that a colon introduced is no part of that item."""
        top = self.top
        if top and top.listed and self.drafts[-1].address == top.address:
            text = self.drafts[-1].text
            if ended(text) and not introduces(text):
                self.top = top.parent

    def _introduced(self) -> bool:
        return bool(self.drafts) and introduces(self.drafts[-1].text)

    def _pop(self, closes: Callable[[Frame], bool]) -> None:
        while self.top is not None and closes(self.top):
            self.top = self.top.parent

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
        minted = self.addresses.mint(address)
        frame = Frame(minted, parent, style, place, path, rank, block.heading, shape, block.indent, listed)
        frame.numbered = marker is not None
        self.draft(block, minted, self._kind(frame), marker, _holder(parent))
        self.top, self.anchor, self.bullets = frame, self.drafts[-1].itself, Bullets()
        self._by_address[minted] = frame
        if path:
            self._by_path[path] = frame

    def _kind(self, frame: Frame) -> Kind:
        guessed = self._plain and frame.titled and "lower" not in frame.style
        return Kind.HEADING if frame.heading or guessed or frame.rank < ARTICLE_RANK else Kind.ITEM

    def draft(self, block: Block, address: str, kind: Kind, marker: Marker | None, holder: Holder) -> None:
        """Write a clause down."""
        number, width = (marker.found, marker.width) if marker else (None, 0)
        self.drafts.append(Draft(address, number, kind, holder, block, width))


def _holder(frame: Frame | None) -> Holder:
    return Holder(frame.address, frame.level) if frame else Holder()


def _prefix(parent: Frame | None, block: Block) -> str | None:
    """The address a number is joined to; in a heading right beneath an unnumbered heading it stands alone."""
    alone = parent is None or (not parent.numbered and block.heading)
    return None if alone or parent is None else parent.address


def _path(parent: Frame | None, place: int) -> tuple[int, ...]:
    """The path a plain number has: on from its parent's, or by itself where no numbered path is open."""
    if parent is None or not parent.numbered or parent.rank != LIST_RANK:
        return (place,)
    return (*parent.path, place) if parent.path else ()
