"""Finding words: what a person's facts must be so that one rule permits and another does not.

A small satisfiability search over rows: a partial word is a `Row` (bits settled to 1, bits settled to 0), and rows that must
not match are falsified one literal at a time. Rules read few bits, so plain backtracking with forced moves is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troth.decide.masks import Row, bits_of
from troth.decide.residual import Rule


def solve(start: Row, avoid: Sequence[Row]) -> Row | None:
    """A partial word that agrees with `start` and matches none of `avoid`, whatever its other bits; None when there is none."""
    if not start.possible:
        return None
    forced = _forced(start, avoid)
    if forced is None:
        return None
    settled, still_open = forced
    if not still_open:
        return settled
    for move in _moves(settled, still_open[0]):
        found = solve(move, still_open)
        if found is not None:
            return found
    return None


def _forced(start: Row, avoid: Sequence[Row]) -> tuple[Row, list[Row]] | None:
    """Make every move that is the only one left; None when some row matches already."""
    settled = start
    while True:
        still_open = [row for row in avoid if not _falsified(settled, row)]
        moved = settled
        for row in still_open:
            moves = list(_moves(moved, row))
            if not moves and not _falsified(moved, row):
                return None
            if len(moves) == 1 and not _falsified(moved, row):
                moved = moves[0]
        if moved == settled:
            return settled, still_open
        settled = moved


def _falsified(settled: Row, row: Row) -> bool:
    return bool(settled.forbid & row.need or settled.need & row.forbid)


def _moves(settled: Row, row: Row) -> Iterator[Row]:
    """The ways to falsify a row that are still free; to let a bit be 0 comes first."""
    taken = settled.reads
    for bit in bits_of(row.need & ~taken):
        yield Row(settled.need, settled.forbid | bit)
    for bit in bits_of(row.forbid & ~taken):
        yield Row(settled.need | bit, settled.forbid)


def permitted(rule: Rule) -> Iterator[Row]:
    """For every way in which a ground can permit, a partial word for which it does, whichever ground decides."""
    for _, rows in rule.grounds:
        for row in rows:
            found = solve(row, rule.blocks)
            if found is not None:
                yield found


def decided_by(rule: Rule, code: int) -> Row | None:
    """A partial word for which this very ground decides."""
    earlier: list[Row] = list(rule.blocks)
    for other, rows in rule.grounds:
        if other == code:
            return next((found for row in rows if (found := solve(row, earlier)) is not None), None)
        earlier += rows
    return None


def permitted_by_one(one: Rule, other: Rule) -> Row | None:
    """A partial word that `one` permits and `other` denies; None when there is none."""
    barred = [row for row in other.blocks if row not in one.blocks]
    elsewhere = [row for _, rows in other.grounds for row in rows]
    for _, rows in one.grounds:
        for row in rows:
            found = solve(row, [*one.blocks, *elsewhere])
            if found is not None:
                return found
            for bar in barred:
                found = solve(row.also(bar), one.blocks)
                if found is not None:
                    return found
    return None
