"""In which order what rows say is brought in: an act is judged by what was said before it, so everything goes by its instant.

A cell may bear a day alone, or a minute. Then what opens something counts from the beginning of it, an act is done at its end, and
what closes something closes it after that: nothing is called a breach that need not be one. Rows that bear no instant keep the place
of their import: before all that is dated where it stands before the first dated import, after all of it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from troth.imports.errors import RowRefused
from troth.imports.model import Deed, Import, Line

_MINUTE: Final = re.compile(r".*[T ]\d\d:\d\d(Z|[+-]\d\d:?\d\d)?\Z")
_FRACTION: Final = re.compile(r".*[T ].*\.\d")
_LITTLE: Final = timedelta(microseconds=1)


class Phase(IntEnum):
    """What a step does to acts of the same instant."""

    OPENS = 0
    ACTS = 1
    CLOSES = 2


@dataclass(frozen=True, slots=True)
class Part:
    """The steps of one row that belong to one phase, with the state under which the record will know each."""

    one: Import
    row: Mapping[str, Any]
    line: Line
    name: str
    states: Mapping[str, str]
    phase: Phase


def parts_of(
    one: Import, row: Mapping[str, Any], line: Line, name: str, states: Mapping[str, str]
) -> list[Part]:
    """A row apart by phases, of what it says newly."""
    phases = {deed.step: phase_of(deed) for deed in line.deeds}
    return [
        Part(one, row, line, name, mine, phase)
        for phase in Phase
        if (mine := {step: state for step, state in states.items() if phases[step] is phase})
    ]


def phase_of(deed: Deed) -> Phase:
    """Whether a step opens something, is an act, or closes something."""
    if deed.what == "act":
        return Phase.ACTS
    said = str((deed.says or {}).get("say", ""))
    closes = (
        deed.what == "opt_out"
        or (deed.what == "objection" and said != "lifted")
        or said in ("withdrawn", "refused", "clear")
    )
    return Phase.CLOSES if closes else Phase.OPENS


def in_order(parts: Iterable[Part], imports: Sequence[Import]) -> list[Part]:
    """All parts, as they are to be brought in. Raises RowRefused for a cell that bears no instant."""
    places = {one.id: place for place, one in enumerate(imports)}
    first = min((place for place, one in enumerate(imports) if one.at), default=len(places))

    def key(part: Part) -> tuple[int, datetime, int, int]:
        place = places[part.one.id]
        if not part.line.at:
            return (0 if place < first else 2), datetime.min.replace(tzinfo=UTC), place, part.phase
        begins = instant(part.line.at)
        at = begins if part.phase is Phase.OPENS else begins + unit(part.line.at) - _LITTLE
        return 1, at, part.phase, place

    return sorted(parts, key=key)


def instant(said: Any) -> datetime:
    """A day or an instant as a cell says it, at its beginning; without a zone it is UTC. Raises RowRefused."""
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        raise RowRefused(
            "A cell holds no day.", "Write it as 2026-05-31, or let the cell be a date."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def unit(said: str) -> timedelta:
    """How long that lasts which a cell says: a day, a minute, a second, or no time at all."""
    if not re.search(r"[T ]", said):
        return timedelta(days=1)
    if _MINUTE.match(said):
        return timedelta(minutes=1)
    return _LITTLE if _FRACTION.match(said) else timedelta(seconds=1)
