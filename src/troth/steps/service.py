"""Steps in use. Every verb takes the transaction it is part of, so that an effect of ours, its evidence and the step's new standing
are one: durable together, or none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from troth.steps import store
from troth.steps.errors import LeaseLost, StepUnknown
from troth.steps.model import ENDED, Run, Standing, Step, Taken, Wanted

LEASE: Final = timedelta(seconds=8)
"""How long a worker has before others may take its step over. Chosen: a dead worker's step is free again in less than ten seconds."""
Said = Mapping[str, Any]


class Steps:
    """The runs of one organisation."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    # --- runs -------------------------------------------------------------------------------------------------------------

    def open(
        self, connection: Connection, run: str, kind: str, wanted: Iterable[Wanted], *, at: datetime,
        due: datetime | None = None,
    ) -> bool:  # fmt: skip
        """Begin a run, once: whether it was not there yet."""
        if store.find(connection, self._organisation, run) is not None:
            return False
        store.open_run(connection, self._organisation, run, kind, at, due)
        store.add(connection, self._organisation, run, wanted)
        return True

    def add(self, connection: Connection, run: str, wanted: Iterable[Wanted]) -> None:
        """More steps of a run."""
        store.add(connection, self._organisation, run, wanted)

    def end(self, connection: Connection, run: str, at: datetime) -> None:
        """End a run; whoever holds a step of it has lost it."""
        store.end(connection, self._organisation, run, at)

    def run(self, connection: Connection, run: str) -> Run:
        """A run. Raises StepUnknown."""
        found = store.find(connection, self._organisation, run)
        if found is None:
            raise StepUnknown("There is no such run.", "See the list of those there are.")
        return found

    def listed(self, connection: Connection, kind: str, *, live: bool = True, limit: int = 200) -> list[Run]:
        """Runs, the most urgent first."""
        return store.listed(connection, self._organisation, kind, live=live, limit=limit)

    def steps(self, connection: Connection, run: str) -> list[Step]:
        """The steps of a run, in order."""
        return store.of_run(connection, self._organisation, run)

    # --- workers ----------------------------------------------------------------------------------------------------------

    def take(
        self, connection: Connection, worker: str, kinds: Iterable[str], *, at: datetime, lease: timedelta = LEASE,
        run: str = "",
    ) -> Taken | None:  # fmt: skip
        """The most urgent step that can be done now, of one run or of all, held for this worker; None where there is none."""
        row = store.next_step(connection, self._organisation, at, tuple(sorted(kinds)), run)
        if row is None:
            return None
        fence, until = row.fence + 1, at + lease
        values = {
            "standing": Standing.DOING.value, "fence": fence, "worker": worker, "lease_until": until,
            "attempts": row.attempts + 1,
        }  # fmt: skip
        store.write(connection, self._organisation, row.run, row.number, values)
        return Taken(store.step_of(row), row.kind, worker, fence, until)

    def renew(self, connection: Connection, taken: Taken, *, at: datetime, lease: timedelta = LEASE) -> None:
        """Hold a step for longer. Raises LeaseLost."""
        self._write(connection, taken, {"lease_until": at + lease})

    def intend(self, connection: Connection, taken: Taken, *, at: datetime) -> None:
        """Say, before acting outside, that it will be done. Raises LeaseLost."""
        self._write(connection, taken, {"intended_at": at})

    def done(self, connection: Connection, taken: Taken, said: Said) -> None:
        """It is done; the run ends with its last step. Raises LeaseLost."""
        self._settle(connection, taken, Standing.DONE, said)

    def again(self, connection: Connection, taken: Taken, said: Said, *, at: datetime) -> None:
        """It could not be done; it is tried again at an instant. Raises LeaseLost."""
        self._settle(connection, taken, Standing.READY, said, at)

    def wait(self, connection: Connection, taken: Taken, said: Said) -> None:
        """It waits for somebody, or for something outside, until it is woken. Raises LeaseLost."""
        self._settle(connection, taken, Standing.OPEN, said)

    def wake(
        self, connection: Connection, run: str, name: str, about: str = "", said: Said | None = None
    ) -> int:
        """What was waited for came: the steps of that name can be done. How many."""
        found = [
            one
            for one in self.steps(connection, run)
            if one.standing is Standing.OPEN and one.name == name and about in ("", one.about)
        ]
        for one in found:
            values: dict[str, Any] = {"standing": Standing.READY.value, "not_before": None}
            values |= {"said": {**one.said, **said}} if said else {}
            store.write(connection, self._organisation, run, one.number, values)
        return len(found)

    def finish(self, connection: Connection, run: str, at: datetime) -> bool:
        """End a run whose every step has ended; whether it had."""
        over = all(one.standing in ENDED for one in self.steps(connection, run))
        if over:
            store.end(connection, self._organisation, run, at)
        return over

    def _settle(
        self, connection: Connection, taken: Taken, standing: Standing, said: Said, not_before: datetime | None = None
    ) -> None:  # fmt: skip
        values = {
            "standing": standing.value,
            "said": dict(said),
            "not_before": not_before,
            "lease_until": None,
        }
        self._write(connection, taken, values)

    def _write(self, connection: Connection, taken: Taken, values: Mapping[str, Any]) -> None:
        step = taken.step
        if not store.write(connection, self._organisation, step.run, step.number, values, taken.fence):
            raise LeaseLost("This step is in other hands by now.", "Nothing was written.")
