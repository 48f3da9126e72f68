"""The promise board: a policy laid out as its text, every passage with what can be said of it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.policy.clauses import Kind
from troth.promises.board import Board, ClauseVerdict
from troth.promises.model import State
from troth.web.bar import stripes
from troth.web.layout import Block, homeless, lay_out
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage with its verdict; `chosen` when the filter is about it."""

    words: str
    clause: ClauseVerdict | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A block of the text, ready to be drawn."""

    block: Block
    tag: str
    passages: tuple[Shown, ...]
    beside: tuple[Shown, ...]


async def board(request: Request) -> Response:
    """The board of one organisation; `?state=` shows only what is in that state, `?words=own` leaves the original words."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(hosted.board)
    asked = request.query_params.get("state", "")
    only = State(asked) if asked in tuple(State) else None
    original = hosted.original is not None and request.query_params.get("words") != "own"
    rows = [row for row in _rows(hosted, found, only, original) if only is None or _matches(row)]
    return page(
        request,
        "board.html",
        hosted=hosted,
        here="board",
        board=found,
        counts=found.counts,
        total=len(found.clauses),
        stripes=stripes(found.counts),
        only=only,
        rows=_with_headings(rows, hosted, original, only),
        original=original,
        say=Plainly(hosted.catalogue, language_of(request)),
        homeless=_homeless(hosted, found, only, original),
    )


def _rows(hosted: Hosted, board: Board, only: State | None, original: bool) -> Iterator[Row]:
    verdicts = {clause.clause.id: clause for clause in board.clauses}

    def shown(words: str, id: str) -> Shown:
        clause = verdicts.get(id)
        return Shown(words, clause, clause is not None and (only is None or clause.verdict.state is only))

    for block in _blocks(hosted, original):
        passages = tuple(shown(passage.words, passage.id) for passage in block.passages)
        yield Row(block, _tag(block), passages, tuple(shown("", id) for id in block.beside))


def _blocks(hosted: Hosted, original: bool) -> tuple[Block, ...]:
    return _laid_out(_Text(hosted, original))


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    hosted: Hosted
    original: bool

    def __hash__(self) -> int:
        return hash((self.hosted.bundle.digest, self.original, self.hosted.id))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Text) and (self.hosted is other.hosted) and self.original == other.original


@lru_cache(maxsize=64)
def _laid_out(text: _Text) -> tuple[Block, ...]:
    """The blocks of a text: they change only with the policy, so they are made once."""
    hosted = text.hosted
    if text.original and hosted.original is not None:
        return lay_out(hosted.original, hosted.bundle.clauses, own=False)
    return lay_out(hosted.cut, hosted.bundle.clauses)


def _tag(block: Block) -> str:
    if block.kind is Kind.TITLE:
        return "h2"
    if block.kind is Kind.HEADING:
        return f"h{min(block.level + 1, 6) if block.level > 1 else 2}"
    return "p"


def _matches(row: Row) -> bool:
    return any(shown.chosen for shown in (*row.passages, *row.beside))


def _with_headings(rows: list[Row], hosted: Hosted, original: bool, only: State | None) -> list[Row]:
    """With a filter, each passage keeps the headings above it, so that one sees where it stands."""
    if only is None:
        return rows
    kept = {id(row.block) for row in rows}
    found: list[Row] = []
    above: list[Block] = []
    by_block = {id(row.block): row for row in rows}
    for block in _blocks(hosted, original):
        if block.kind is Kind.HEADING:
            above = [heading for heading in above if heading.level < block.level] + [block]
        if id(block) in kept:
            shown = {id(row.block) for row in found}
            for heading in above:
                if id(heading) not in shown and heading is not block:
                    words = tuple(Shown(p.words, None, False) for p in heading.passages)
                    found.append(Row(heading, _tag(heading), words, ()))
            found.append(by_block[id(block)])
    return found


def _homeless(hosted: Hosted, board: Board, only: State | None, original: bool) -> list[Shown]:
    if not original or hosted.original is None:
        return []
    verdicts = {clause.clause.id: clause for clause in board.clauses}
    missing = homeless(hosted.original, hosted.bundle.clauses)
    shown = [Shown("", verdicts[id], only in (None, verdicts[id].verdict.state)) for id in missing]
    return [one for one in shown if one.chosen]
