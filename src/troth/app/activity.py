"""What was done with the data of people: how often, for what, with whom, and when last, counted from the record alone.

Counts are kept beside the record and follow it: before they are shown they are brought up to its last entry, and a restart goes on
where counting ended. Counted anew from the first entry they come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from troth.directories.model import Deed

if TYPE_CHECKING:
    from troth.app.organisation import Organisation

__all__ = ["Activity", "Deed", "bring_up", "count_anew"]
_MOST_GOES: Final = 1000
"""Goes of two thousand entries that are counted before a page is shown; the rest is counted by the next."""


class Activity:
    """Counts for the people of one organisation. Threads may share it."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def of(self, pseudonyms: Iterable[str]) -> tuple[Deed, ...]:
        """Everything that was done for a person, whatever it came by, the most recent first."""
        found: dict[tuple[str, str, str], Deed] = {}
        for deed in self.by_point(pseudonyms):
            key = (deed.action, deed.purpose, deed.recipient)
            held = found.get(key)
            found[key] = _both(held, deed) if held else replace(deed, point="")
        return tuple(sorted(found.values(), key=lambda deed: (_last(deed), deed.purpose), reverse=True))

    def by_point(self, pseudonyms: Iterable[str] | None = None) -> tuple[Deed, ...]:
        """Everything that was done for a person, or (None) for all together, apart for each point it came by."""
        bring_up(self._organisation)
        with self._organisation.database.read() as connection:
            named = None if pseudonyms is None else tuple(pseudonyms)
            return self._organisation.directories.deeds(connection, named)


def bring_up(organisation: Organisation) -> None:
    """Count what was recorded since the last look."""
    for _ in range(_MOST_GOES):
        with organisation.database.read() as connection:
            gathered = organisation.directories.gather(connection)
        if gathered.upto == gathered.after:
            return
        organisation.recorder.run(lambda work, one=gathered: organisation.directories.count(work, one))  # type: ignore[misc]
        if not gathered.more:
            return


def count_anew(organisation: Organisation) -> None:
    """Forget what was counted, and count the whole record."""
    with organisation.database.read() as connection:
        gathered = organisation.directories.gather(connection, anew=True)
    organisation.recorder.run(lambda work: organisation.directories.count(work, gathered))
    if gathered.more:
        bring_up(organisation)


def _both(one: Deed, other: Deed) -> Deed:
    names = {*one.data, *other.data}
    data = {name: one.data.get(name, 0) + other.data.get(name, 0) for name in names}
    count, breaches = one.count + other.count, one.breaches + other.breaches
    return replace(one, count=count, breaches=breaches, last=max(_last(one), _last(other)), data=data)


def _last(deed: Deed) -> datetime:
    assert deed.last is not None
    return deed.last
