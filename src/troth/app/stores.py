"""The stores of a map, held open between turns, and their live shapes, looked at anew only where they changed.

A store that can say a fingerprint of its shape is kept and asked for that alone; one that cannot is opened and looked at each time.
Only servers keep a connection meanwhile: a file is closed after each turn, so that whoever moves it away is noticed.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from troth.app.mapping import found_at
from troth.connectors import Secrets, open_connector
from troth.datamap import Connector, DataMap, StoreUnreachable, Survey, survey
from troth.datamap.connector import Fingerprinted
from troth.datamap.model import System

Kept = dict[tuple[str, bool], Connector]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a survey was made of."""

    shapes: dict[str, str]
    survey: Survey


class Stores:
    """The stores of one map. Threads may share them."""

    def __init__(self, map: DataMap, folder: Path, secrets: Secrets) -> None:
        self._map, self._folder, self._secrets = map, folder, secrets
        self._lock = threading.Lock()
        self._kept: Kept = {}
        self._seen: dict[bool, _Seen] = {}
        """By whether it is for writing: those are connections of their own, each with what it knows of the shapes."""
        self.looked = 0
        """How often the shapes were read in full."""
        weakref.finalize(self, _close, self._kept)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            _close(self._kept)
            self._seen.clear()

    @contextmanager
    def surveyed(self, *, writable: bool = False) -> Iterator[Survey]:
        """The map over its stores, checked against their shapes as they are now. Raises StoreUnreachable, StoreRefused, MapRefused."""
        with ExitStack() as closing:
            connectors = {one.id: self._open(one, writable, closing) for one in self._map.systems}
            try:
                yield self._survey(connectors, writable)
            except StoreUnreachable:
                self.close()
                raise

    def _open(self, system: System, writable: bool, closing: ExitStack) -> Connector:
        """One store, kept from before or opened; what is not kept is closed at the end."""
        with self._lock:
            kept = self._kept.get((system.id, writable))
            if kept is None:
                lies = found_at(system, self._folder)
                kept = open_connector(lies, self._folder, self._secrets, writable=writable)
                if isinstance(kept, Fingerprinted):
                    self._kept[system.id, writable] = kept
        if not isinstance(kept, Fingerprinted) or not kept.lasting:
            closing.callback(kept.close)
        return kept

    def _survey(self, connectors: dict[str, Connector], writable: bool) -> Survey:
        """The survey from before, where every shape is the same; else one that looks at those stores alone whose shape is not."""
        shapes = {
            name: one.fingerprint() if isinstance(one, Fingerprinted) else ""
            for name, one in connectors.items()
        }
        seen = self._seen.pop(writable, None)
        same = {
            name
            for name, shape in shapes.items()
            if seen is not None and shape and seen.shapes[name] == shape
        }
        if seen is not None and len(same) == len(shapes):
            self._seen[writable] = seen
            return Survey(seen.survey.map, seen.survey.schemas, connectors)
        self.looked += 1
        known = {name: seen.survey.schemas[name] for name in same} if seen is not None else {}
        made = survey(self._map, connectors, known)
        self._seen[writable] = _Seen(shapes, made)
        return made


def _close(kept: Kept) -> None:
    for one in kept.values():
        one.close()
    kept.clear()
