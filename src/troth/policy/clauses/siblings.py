"""Which open clause a number goes on from: `2.` after `1.`, `(b)` after `(a)`, or none when it begins a list of its own."""

from __future__ import annotations

from dataclasses import dataclass

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.frames import Frame
from troth.policy.clauses.markers import Marker
from troth.policy.clauses.model import MAX_DEPTH
from troth.policy.clauses.shape import titled


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as it was read: the clause it goes on from, if any, its style and its place in the row."""

    sibling: Frame | None
    style: str
    place: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands right before a number: the innermost open clause, whether other text came since, and a colon."""

    top: Frame | None
    since: bool
    introduced: bool


def reading_of(marker: Marker, block: Block, now: Situation) -> Reading:
    """Read a number against the open clauses.

    The clause it follows exactly is taken first, innermost, of the same shape and indentation where several would do; then
    a first number begins a list; then the nearest clause of the same style that it exceeds, so that a gap in the
    numbering breaks nothing; then the outermost of the same style, whose number it repeats.
    """
    styles = {f"{marker.style}{family}{block.heading or ''}": place for family, place in marker.readings}
    same = [f for f in now.top.chain() if f.style in styles] if now.top else []
    shape = titled(block.text[marker.width :])
    exact = [f for f in same if styles[f.style] == f.place + 1]
    if exact:
        best = max(exact, key=lambda f: (f.indent == block.indent, f.titled == shape))
        return Reading(best, best.style, styles[best.style])
    style = next((s for s, place in styles.items() if place == 1), next(iter(styles)))
    if not same or (styles[style] == 1 and not _restarts(same[0], block, shape, now)):
        return Reading(None, style, styles[style])
    chosen = next((f for f in same if styles[f.style] > f.place or styles[f.style] == 1), same[-1])
    return Reading(chosen, chosen.style, styles[chosen.style])


def _restarts(nearest: Frame, block: Block, shape: bool, now: Situation) -> bool:
    """Whether a first number begins the list of `nearest` anew instead of a list beneath the innermost clause."""
    if now.top is None or now.top.level >= MAX_DEPTH:
        return True
    if nearest is not now.top or now.introduced or block.indent > nearest.indent:
        return False
    beneath_title = nearest.titled and (now.since or not shape)
    return not beneath_title
