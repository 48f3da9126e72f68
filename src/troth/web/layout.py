"""A published text as it is laid out on a page: blocks in order, each with its passages, each passage with its clause.

The text is the authoritative one the policy ships, or another with the same addresses (the original words). There the
passages of one address are told apart by sentence where the count agrees; where it does not, the whole address carries
every clause bound to it, so that nothing is shown against words it may not stand for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from troth.policy.bundle import ClauseRef
from troth.policy.clauses import Clause, Cut, Kind, sentences
from troth.policy.clauses.blocks import Readable
from troth.policy.clauses.inline_markdown import add_inline


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of words and the clause id it stands for ('' = none)."""

    words: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One clause of the text: what it is, how deep, its number as found, its passages, and clause ids that share it all."""

    address: str
    kind: Kind
    level: int
    number: str
    passages: tuple[Passage, ...]
    beside: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every clause id shown in this block."""
        return (*(p.id for p in self.passages if p.id), *self.beside)


def lay_out(cut: Cut, refs: Iterable[ClauseRef], *, own: bool = True) -> tuple[Block, ...]:
    """The blocks of a text; `own` when the offsets of the clauses are those of this very text."""
    held: dict[str, list[ClauseRef]] = defaultdict(list)
    for ref in refs:
        held[ref.address].append(ref)
    blocks = []
    for clause in cut.clauses:
        here = sorted(held.get(clause.address, ()), key=lambda ref: ref.ordinal)
        blocks.append(_exact(cut, clause, here) if own else _matched(clause, here))
    return tuple(block for block in blocks if block.passages or block.number)


def homeless(cut: Cut, refs: Iterable[ClauseRef]) -> tuple[str, ...]:
    """Clause ids whose address this text does not have."""
    addresses = cut.by_address()
    return tuple(ref.id for ref in refs if ref.address not in addresses)


def _exact(cut: Cut, clause: Clause, refs: list[ClauseRef]) -> Block:
    passages = tuple(_passages(cut, clause, refs))
    return Block(clause.address, clause.kind, clause.level, _shown_number(clause), passages)


def _passages(cut: Cut, clause: Clause, refs: list[ClauseRef]) -> Iterator[Passage]:
    """The passages of a clause by their offsets; words between them belong to no clause id."""
    if not refs:
        if clause.text:
            yield Passage(clause.text)
        return
    at = clause.start + _head(cut, clause)
    for ref in sorted(refs, key=lambda ref: ref.start):
        start, end = max(clause.start + ref.start, at), min(clause.start + ref.end, clause.end)
        if between := plain(cut.source[at:start]):
            yield Passage(between)
        if words := plain(cut.source[start:end]):
            yield Passage(words, ref.id)
        at = max(at, end)
    if after := plain(cut.source[at : clause.end]):
        yield Passage(after)


def _head(cut: Cut, clause: Clause) -> int:
    """How many characters of a clause are its marks and number, which are shown apart."""
    piece = cut.source[clause.start : clause.end]
    at = len(piece) - len(piece.lstrip("#>*+- \t\r\n"))
    if clause.number and clause.number not in "-*+" and piece.startswith(clause.number, at):
        at += len(clause.number)
    return at


def _matched(clause: Clause, refs: list[ClauseRef]) -> Block:
    ids = tuple(ref.id for ref in refs)
    number = _shown_number(clause)
    if len(ids) < 2:
        passages = (Passage(clause.text, *ids),) if clause.text else ()
        return Block(clause.address, clause.kind, clause.level, number, passages)
    pieces = [clause.text[start:end] for start, end in sentences(clause.text)]
    if len(pieces) == len(ids):
        told = tuple(Passage(words, id) for words, id in zip(pieces, ids, strict=True))
        return Block(clause.address, clause.kind, clause.level, number, told)
    return Block(clause.address, clause.kind, clause.level, number, (Passage(clause.text),), ids)


def _shown_number(clause: Clause) -> str:
    return "•" if clause.number in ("-", "*", "+") else clause.number or ""


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """What a reader reads of a stretch of Markdown: emphasis and link targets left out, white space folded."""
    gathered = Readable()
    add_inline(gathered, source, 0, len(source))
    return "".join(gathered.letters).strip()
