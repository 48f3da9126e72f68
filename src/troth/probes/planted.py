"""A look for markers of people who were told that nothing of them is left: in the store of whoever said so.

The list of markers, one a line, is written by whoever planted them; a finding names the line, never the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from troth.kernel.errors import CallerError
from troth.leftovers import Hit, Markers, read_markers, search, search_database
from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe

_SQLITE: Final = b"SQLite format 3\0"


class MarkersEye:
    """Reads a store to its last row. An empty list means that nobody was told anything yet."""

    def __init__(self, probe: Probe, place: str, markers: str) -> None:
        self._probe = probe
        self._place = place
        self._markers = Path(markers)

    def look(self, now: datetime) -> Look:
        """Passed when no marker of the list is there; `looked_at` counts markers."""
        markers = self._listed()
        if markers is None:
            return Look(self._probe.id, True, now, (), 0, 0)
        hits = list(self._hits(markers))
        seen = tuple(hit.as_json() for hit in hits[:MOST_SHOWN])
        return Look(self._probe.id, not hits, now, seen, len(hits), markers.count)

    def _listed(self) -> Markers | None:
        try:
            text = self._markers.read_text(encoding="utf-8")
            return read_markers(text) if text.strip() else None
        except (OSError, ValueError, CallerError) as problem:
            raise CannotLook(
                f"The list of markers {self._markers.name} cannot be used ({type(problem).__name__}).",
                "It may not be there yet.",
            ) from problem

    def _hits(self, markers: Markers) -> Iterator[Hit]:
        place, name = self._place, Path(self._place).name
        for one in _found(place, name, markers):
            if not isinstance(one, Hit):
                raise CannotLook(
                    f"{name} cannot be looked through ({one.strerror}).", "It may not be there yet."
                )
            yield one


def _found(place: str, name: str, markers: Markers) -> Iterator[Hit | OSError]:
    """Databases by their tables: what was deleted there and lies in pages that were not written over yet is a matter of its own."""
    if "://" in place:
        yield from search_database(place, markers)
        return
    path = Path(place)
    try:
        with path.open("rb") as file:
            database = file.read(len(_SQLITE)) == _SQLITE
    except IsADirectoryError:
        database = False
    except OSError as problem:
        yield problem
        return
    if database:
        url = f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&uri=true"
        yield from search_database(url, markers, name)
        return
    found = search([place], markers)
    yield from (Hit(Path(hit.place).name, hit.marker, hit.form, hit.at) for hit in found.hits)
    yield from (OSError(0, one) for one in found.unread)
