"""What the ledger keeps of an import: which row of which import said which of its steps, by keyed digests; never a value.

From these events alone it is known what was brought in already, whoever asks and however often the program was started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from troth.imports.model import Deed, Line
from troth.kernel.canonical import canonical
from troth.ledger import Draft, Event, Origin

BROUGHT: Final = "imports:row:brought"
ABSENT: Final = "none"
_LENGTH: Final = 32
Keyed = Callable[[str], str]
"""A digest under the key of the organisation: nobody without it can try values."""


class Memory:
    """What was brought in, as the events say that it is fed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], str] = {}
        self.upto = 0

    def feed(self, events: Iterable[Event]) -> None:
        """Learn from events, in their order."""
        for event in events:
            which, row, *steps = event.codes
            for said in steps:
                step, _, state = said.rpartition("=")
                self._known[which, row, step] = state
            self.upto = event.sequence

    def fresh(self, which: str, row: str, states: Mapping[str, str]) -> frozenset[str]:
        """The steps of a row that say something else than when they were last brought in."""
        return frozenset(
            step for step, state in states.items() if self._known.get((which, row, step), ABSENT) != state
        )


def row_of(which: str, line: Line, keyed: Keyed) -> str:
    """Under which name the record knows a row."""
    return keyed(f"imports:{which}:{line.key}")[:_LENGTH]


def states_of(line: Line, keyed: Keyed) -> dict[str, str]:
    """By step, a digest of what it says and of whom; `none` where the row does not say it."""
    return {deed.step: _state(line, deed, keyed) for deed in line.deeds}


def _state(line: Line, deed: Deed, keyed: Keyed) -> str:
    if deed.says is None:
        return ABSENT
    said = canonical([list(map(list, line.identities)), line.at, _plain(deed.says)]).decode()
    return keyed(f"imports:says:{said}")[:_LENGTH]


def _plain(says: Mapping[str, object]) -> dict[str, object]:
    """Figures as text: a sheet and a database write them differently."""
    return {word: str(value) if isinstance(value, float) else value for word, value in says.items()}


def brought(
    which: str, row: str, states: Mapping[str, str], subject: str | None, policy: str, at: datetime
) -> Draft:
    """That these steps of a row were brought in."""
    codes = (which, row, *(f"{step}={state}" for step, state in sorted(states.items())))
    return Draft(BROUGHT, at, subject=subject, policy=policy, codes=codes, origin=Origin.IMPORTED)
