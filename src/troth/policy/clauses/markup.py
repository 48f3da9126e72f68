"""Pasted HTML into blocks, with the standard library's tolerant parser; scripts, styles and hidden parts are not read."""

from __future__ import annotations

import html
from html.parser import HTMLParser

from troth.policy.clauses.blocks import Block, Readable
from troth.policy.clauses.markers import Form, Marker, marker_of
from troth.policy.clauses.model import Kind
from troth.policy.clauses.numerals import readings

_BLOCK = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody tfoot thead tr ul".split()
)
_HIDDEN = frozenset("script style template noscript title head svg math object".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_MASK = "\x01"
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def html_blocks(text: str) -> list[Block]:
    """The blocks of an HTML text; what the parser cannot read further is left to the block before it."""
    reader = _Reader(text)
    try:
        reader.feed(_closed(text))
        reader.close()
    except (
        AssertionError
    ):  # the parser's own complaint about a broken `<![` section: the rest stays unread markup
        pass
    reader.flush()
    return [b for b in reader.blocks if b.text]


def _closed(text: str) -> str:
    """The text up to a comment that never closes, as browsers read it, and without markup signs that nothing closes.

    Both cost the parser a search through all the rest, once for each; the signs stay in the source and are read there.
    """
    comment = text.find("<!--", text.rfind("-->") + 1)
    shown = text if comment < 0 else text[:comment]
    last = shown.rfind(">") + 1
    return shown[:last] + shown[last:].replace("<", _MASK)


class _List:
    """An open list: whether it is numbered, in which style, and the place of its next item."""

    def __init__(self, numbered: bool, style: str, start: int) -> None:
        self.numbered, self.style, self.next = numbered, style, start

    def marker(self) -> Marker:
        """The number or bullet a browser shows before the next item."""
        place, self.next = self.next, self.next + 1
        if not self.numbered:
            return Marker(Form.BULLET, "•", "•", 0, "•")
        shown = _shown(place, self.style)
        label = shown if shown.isdecimal() else f"({shown})"
        return Marker(Form.SIMPLE, f"{shown}.", label, 0, "#.", readings(shown))


def _shown(place: int, style: str) -> str:
    if style in "aA" and 1 <= place <= 26:
        small = chr(ord("a") + place - 1)
    elif style in "iI" and 1 <= place <= 39:
        small = "x" * (place // 10) + _ROMAN_ONES[place % 10]
    else:
        return str(place)
    return small.upper() if style.isupper() else small


class _Reader(HTMLParser):
    """Follows the parser through the source, keeping for every letter where it stands."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = text
        self.blocks: list[Block] = []
        self.gathered = Readable()
        self.start = 0
        self.heading = 0
        self.lists: list[_List] = []
        self.waiting: Marker | None = None
        self.item_open = False
        self.hidden: list[str] = []
        self.row = False
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def flush(self) -> None:
        """End the block being gathered."""
        if "".join(self.gathered.letters).strip():
            kind = Kind.ROW if self.row else Kind.HEADING if self.heading else Kind.PARAGRAPH
            block = self.gathered.block(self.start, kind, heading=self.heading, indent=2 * len(self.lists))
            own = marker_of(block.text)
            block.marker = None if own and self.waiting else self.waiting
            block.inside = self.item_open and self.waiting is None and own is None and not self.heading
            self.blocks.append(block)
            self.waiting = None
        self.gathered = Readable()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens: a block may end, a list may begin, something may be hidden."""
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID and (tag in _HIDDEN or _is_hidden(given)):
            self.hidden.append(tag)
            return
        if tag in ("td", "th"):
            self._cell()
        elif tag in _BLOCK and not (self.row and tag != "tr"):
            self.flush()
            self.start = self._here()
            self._open(tag, given)
        elif tag in _BLOCK:
            self.gathered.add(" ", self._here())

    def _cell(self) -> None:
        if self.gathered.letters and self.row:
            self.gathered.add(" | ", self._here(), fixed=True)

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            self.heading = int(tag[1])
        elif tag in ("ul", "ol"):
            start = given.get("start", "1")
            first = int(start) if start.isdecimal() and start.isascii() and len(start) < 5 else 1
            self.lists.append(_List(tag == "ol", given.get("type", "1")[:1] or "1", first))
        elif tag == "li":
            self.waiting = self.lists[-1].marker() if self.lists else Marker(Form.BULLET, "•", "•", 0, "•")
            self.item_open = True
        elif tag == "tr":
            self.row = True

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
            return
        if tag not in _BLOCK or (self.row and tag not in ("tr", "table")):
            return
        self.flush()
        self.start = self._here()
        self.heading = 0
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if tag in ("ul", "ol", "li"):
            self.item_open = bool(self.lists) and tag != "li"
        if tag in ("tr", "table"):
            self.row = False

    def handle_data(self, data: str) -> None:
        """Running text, read from the source."""
        here = self._here()
        self._add(self.source[here : here + len(data)], fixed=False)

    def handle_entityref(self, name: str) -> None:
        """A named character, `&nbsp;`."""
        self._add(html.unescape(f"&{name};"), fixed=True)

    def handle_charref(self, name: str) -> None:
        """A numbered character, `&#160;`."""
        self._add(html.unescape(f"&#{name};"), fixed=True)

    def _add(self, data: str, *, fixed: bool) -> None:
        if not self.hidden:
            self.gathered.add(data, self._here(), fixed=fixed)


def _is_hidden(given: dict[str, str]) -> bool:
    style = given.get("style", "").replace(" ", "").lower()
    return "hidden" in given or "display:none" in style
