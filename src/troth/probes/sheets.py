"""A look over the files of an office together: spreadsheets, mails with what hangs on them, recordings, small databases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import masked
from troth.sheets import Sheets, SheetUnreadable, place_of


class SheetsEye:
    """Looks with one query over what lies at several places. What has not changed since its last look it does not read again."""

    def __init__(self, probe: Probe, data: Path) -> None:
        self._probe = probe
        self._data = data
        self._sheets: Sheets | None = None

    def look(self, now: datetime) -> Look:
        """Every row is looked at; one with a value that is not allowed (or any row, where none may be) is a finding. The query
        may speak of the instant of the look as `:now`, and of its day as `:today`."""
        given = {"now": now.isoformat(), "today": now.date().isoformat()}
        found, looked, seen = 0, 0, list[dict[str, Any]]()
        for row in self._rows(given):
            looked += 1
            if self._probe.allowed is not None and str(row.get(self._probe.column)) in self._probe.allowed:
                continue
            found += 1
            if len(seen) < MOST_SHOWN:
                seen.append(masked(row, self._probe.show))
        return Look(self._probe.id, not found, now, tuple(seen), found, looked)

    def _rows(self, given: dict[str, str]) -> list[dict[str, Any]]:
        try:
            if self._sheets is None:
                places = {name: place_of(said) for name, said in self._probe.tables.items()}
                self._sheets = Sheets(places, self._data)
            return self._sheets.ask(self._probe.query, given)
        except SheetUnreadable as problem:
            raise CannotLook(problem.message, problem.help) from problem
