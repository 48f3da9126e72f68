"""The promise board: a policy laid out as its text, every passage with what can be said of it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.policy.clauses import Kind
from troth.promises.board import Board, ClauseVerdict
from troth.promises.model import State
from troth.web.bar import stripes
from troth.web.console.fields import Field, unknown
from troth.web.layout import Block, homeless, lay_out
from troth.web.pages import hosted_of, hosting_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.verdicts import clause_sentence, statement_sentence


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage with its verdict; `chosen` when the filter is about it."""

    words: str
    clause: ClauseVerdict | None
    chosen: bool
    said: str = ""
    """What can be said of it, as a sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """A block of the text, ready to be drawn."""

    block: Block
    tag: str
    passages: tuple[Shown, ...]
    beside: tuple[Shown, ...]
    skipped: int = 0
    """How many passages a filter left out right before it."""

    @property
    def shown(self) -> tuple[Shown, ...]:
        """All passages of the block that stand for a clause."""
        return tuple(one for one in (*self.passages, *self.beside) if one.clause is not None)


async def board(request: Request) -> Response:
    """The board of one organisation; `?state=` shows only what is in that state, `?words=own` leaves the original words."""
    hosted = await hosted_of(request)
    say, given = Plainly(hosted.catalogue, language_of(request)), request.query_params
    fields = _fields(say)
    found = await run_in_threadpool(hosting_of(request).changes.look, hosted)
    only = State(asked) if (asked := fields["state"].one(given)) else None
    original = hosted.original is not None and not fields["words"].one(given)
    rows = list(_rows(hosted, say, found, only, original))
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
        rows=rows if only is None else list(_filtered(rows)),
        original=original,
        say=say,
        added=[(s, v, statement_sentence(say, v)) for s, v in found.added],
        homeless=_homeless(hosted, say, found, only, original),
        site=hosting_of(request).sites.get(hosted.id),
        missing=len(hosting_of(request).unknown(hosted.id)),
        wrong=unknown(fields.values(), given, request.url.path),
    )


def _fields(say: Plainly) -> dict[str, Field]:
    states = {state.value: say.t(f"state.{state}") for state in State}
    found = (Field("state", say.t("board.show"), states), Field("words", say.t("board.own"), {"own": "own"}))
    return {field.name: field for field in found}


def _rows(hosted: Hosted, say: Plainly, board: Board, only: State | None, original: bool) -> Iterator[Row]:
    verdicts = {clause.clause.id: clause for clause in board.clauses}

    def shown(words: str, id: str) -> Shown:
        clause = verdicts.get(id)
        if clause is None:
            return Shown(words, None, False)
        chosen = only is None or clause.verdict.state is only
        return Shown(words, clause, chosen, clause_sentence(say, clause) if chosen else "")

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


def _filtered(rows: list[Row]) -> Iterator[Row]:
    """The rows with a chosen passage and the headings above them, each saying how much was left out before it."""
    above: list[Row] = []
    skipped = 0
    for row in rows:
        if row.block.kind is Kind.HEADING:
            above = [one for one in above if one.block.level < row.block.level]
        if any(one.chosen for one in row.shown):
            for heading in above:
                yield replace(heading, skipped=skipped)
                skipped = 0
            yield replace(row, skipped=skipped)
            above, skipped = [], 0
        elif row.block.kind is Kind.HEADING:
            above.append(row)
        else:
            skipped += len(row.shown)
    if skipped:
        yield Row(Block("", Kind.PARAGRAPH, 0, "", ()), "p", (), (), skipped)


def _homeless(hosted: Hosted, say: Plainly, board: Board, only: State | None, original: bool) -> list[Shown]:
    if not original or hosted.original is None:
        return []
    verdicts = {clause.clause.id: clause for clause in board.clauses}
    missing = homeless(hosted.original, hosted.bundle.clauses)
    chosen = (verdicts[id] for id in missing if only in (None, verdicts[id].verdict.state))
    return [Shown("", clause, True, clause_sentence(say, clause)) for clause in chosen]
