"""Probes of a company: read from beside its policy, looked through on their schedule, reported through the public API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.app.expecting import allowed
from troth.kernel.clock import Clock
from troth.policy.catalogue import Catalogue
from troth.probes import NOWHERE, CannotLook, Eye, Look, Probe, open_eye, read_probes

FILE: Final = "probes.yaml"
Report = Callable[[Probe, Look], None]


@dataclass(slots=True)
class _Watched:
    probe: Probe
    eye: Eye
    due: float = float("-inf")
    """When it looks next, by a clock of this machine that no run lets jump: else looks would pile up where days pass in seconds."""


class Rounds:
    """All probes of one company. What could not be looked at is not reported; `blind` says why."""

    def __init__(
        self,
        probes: Iterable[Probe],
        data: Path,
        clock: Clock,
        report: Report,
        places: Mapping[str, str] = NOWHERE,
    ) -> None:
        self._clock = clock
        self._report = report
        self._watched = [_Watched(probe, open_eye(probe, data, places)) for probe in probes]
        self.blind: dict[str, str] = {}
        self.last: dict[str, Look] = {}

    def look(self, *, all: bool = False) -> list[Look]:
        """Look with every probe that is due (or with all of them), and report."""
        now, looks = time.monotonic(), []
        for watched in self._watched:
            if not all and watched.due > now:
                continue
            watched.due = now + watched.probe.every
            try:
                look = watched.eye.look(self._clock.now())
            except CannotLook as problem:
                self.blind[watched.probe.id] = problem.message
                continue
            self.blind.pop(watched.probe.id, None)
            self._report(watched.probe, look)
            self.last[watched.probe.id] = look
            looks.append(look)
        return looks


def probes_beside(folder: Path, catalogue: Catalogue) -> tuple[Probe, ...]:
    """The probes declared beside a policy; none where nobody declared any. Raises ProbesUnreadable."""
    file = folder / FILE
    if not file.is_file():
        return ()
    text = file.read_text(encoding="utf-8")
    return read_probes(text, lambda what, key: allowed(folder, catalogue, what, key), str(file))
