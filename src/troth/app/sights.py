"""What a look found, opened again: where it lies, in words, and, where this machine can reach it, what its columns or headers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth.probes import NOWHERE, CannotLook, Held, Probe, open_mail, open_row, open_table, place_of


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing that was found. `held` is what it holds now; None where it is gone, or cannot be opened, which `trouble` says."""

    probe: Probe | None
    held: tuple[Held, ...] | None = None
    columns: tuple[str, ...] = ()
    """For a finding about a table itself: the names of its columns now."""
    trouble: str = ""
    gone: bool = False

    @property
    def opened(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.held or self.columns)


class Sights:
    """Opens what the probes of one company found; `data` is the folder its places are relative to, None where it is elsewhere."""

    def __init__(
        self, probes: Iterable[Probe], data: Path | None = None, places: Mapping[str, str] = NOWHERE
    ) -> None:
        self._probes = {probe.id: probe for probe in probes}
        self._data = data
        self._places = places

    def open(self, probe: str, seen: Mapping[str, Any]) -> Sight:
        """What a probe reported, looked at again."""
        known = self._probes.get(probe)
        if known is None or self._data is None:
            return Sight(known)
        try:
            return self._opened(known, seen, self._data)
        except CannotLook as problem:
            return Sight(known, trouble=problem.message)

    def _opened(self, probe: Probe, seen: Mapping[str, Any], data: Path) -> Sight:
        place = place_of(probe.store, data, self._places)
        if probe.what == "mail" and isinstance(seen.get("mail"), str):
            found = open_mail(place, seen["mail"])
            return Sight(probe, found, gone=found is None)
        if probe.what in ("sql", "egress") and "." in probe.row_of and "row" in seen:
            found = open_row(place, probe.row_of, seen["row"])
            return Sight(probe, found, gone=found is None)
        if probe.what == "sql" and probe.row_of:
            return Sight(probe, columns=open_table(place, probe.row_of.partition(".")[0]))
        return Sight(probe)
