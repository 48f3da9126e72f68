"""One search over everything that is named: files, folders, databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from troth.leftovers.databases import search_database
from troth.leftovers.files import search_file, search_folder
from troth.leftovers.markers import Hit, Markers


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, and what could not be looked into, so that nobody takes it for clean."""

    hits: tuple[Hit, ...]
    unread: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether everything was looked into, and nothing found."""
        return not self.hits and not self.unread


def search(places: Iterable[str], markers: Markers) -> Searched:
    """Look through each place: an address with `://` is a database, a folder is walked, a file is read."""
    hits, unread = [], []
    for place in places:
        path = Path(place)
        if "://" in place:
            found = search_database(place, markers)
        elif path.is_dir():
            found = search_folder(path, markers)
        else:
            found = search_file(path, markers)
        for one in found:
            if isinstance(one, Hit):
                hits.append(one)
            else:
                unread.append(f"{one.filename or place}: {one.strerror}")
    return Searched(tuple(hits), tuple(unread))
