"""Directories in use: runs and batches of apps, prompts, switches, and what is counted. One transaction for each, handed in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from troth.directories import evidence, rules, store
from troth.directories.counting import Counter, Gathered
from troth.directories.evidence import Told
from troth.directories.model import Allowed, Deed, Entry, Installed, Prompt, Start, Trouble
from troth.ledger import Ledger, Segments, Work
from troth.policies import Declared, Policies
from troth.policy.model import Point

SKEW: Final = timedelta(minutes=2)
"""How far the clock of a device may be off before it is set right, and that is noticed. Chosen, not promised by any text."""


class Directories:
    """The directories of one organisation. Threads may share it."""

    def __init__(
        self,
        organisation: str,
        ledger: Ledger,
        segments: Segments,
        policies: Policies,
        asking: Callable[[Declared], rules.Ask],
        erased: Callable[[Connection], Collection[str]],
    ) -> None:
        self._organisation = organisation
        self._asking = asking
        self._erased = erased
        self._counter = Counter(organisation, ledger, segments, policies.declared)
        self._answers: dict[tuple[str, rules.Situation], Allowed] = {}

    # --- what an app may do ------------------------------------------------------------------------------------------

    def allowed(self, declared: Declared, at: rules.Situation) -> Allowed:
        """All that an app may do with these facts under a version. The same facts are asked about once."""
        key = (declared.digest, at)
        found = self._answers.get(key)
        if found is None:
            ask = self._asking(declared)
            found = rules.allowed(declared.catalogue, declared.digest, ask, at)
            if len(self._answers) >= 200:
                self._answers = {}
            self._answers[key] = found
        return found

    def out_of_time(self, declared: Declared, at: rules.Situation, point: Point, entry: Entry) -> str:
        """Why a prompt does not come at its moment; '' where it does. See `rules.out_of_time`."""
        return rules.out_of_time(
            declared.catalogue, self._asking(declared), at, point, entry.moment, entry.feature, entry.papers
        )

    def stopped(self, declared: Declared, before: rules.Situation, after: rules.Situation) -> tuple[str, ...]:
        """What could take something before, and can take nothing any more."""
        return rules.stopped_by(declared.catalogue, self._asking(declared), before.facts, after.facts)

    # --- installations -----------------------------------------------------------------------------------------------

    def installed(self, connection: Connection, install: str) -> Installed | None:
        """What is known of an installation."""
        return store.installed(connection, self._organisation, install)

    def asked(self, connection: Connection, install: str) -> tuple[Prompt, ...]:
        """What the person of an installation was asked for."""
        return store.asked(connection, self._organisation, install)

    def started(self, work: Work, told: Told, app: str, version: str, start: Start, built_for: str) -> bool:
        """An app began to run; whether for the first time. A version built for another policy than the one in force is noticed."""
        work.lock()
        first = self.installed(work.connection, told.install) is None
        work.record(evidence.session(told, app, version, start.value, first))
        if built_for and built_for != told.policy:
            work.record(evidence.odd(told, "outdated", f"{app} {version}"))
        work.settle()
        return first

    def clock(self, sent: datetime, at: datetime) -> timedelta:
        """What is added to the instants of a device whose clock is off; nothing where it is nearly right."""
        off = at - sent
        return off if abs(off) > SKEW else timedelta()

    def taken(
        self, work: Work, told: Told, upto: int, until: datetime, *, odd: str = "", app: str = ""
    ) -> None:
        """A batch was taken."""
        work.record(evidence.batch(told, upto, until))
        if odd:
            work.record(evidence.odd(told, odd, app))

    # --- prompts, switches, strangers --------------------------------------------------------------------------------

    def prompted(self, work: Work, told: Told, entry: Entry, reason: str) -> int:
        """A prompt was shown at its moment, kept back, or shown out of it; the number of its entry in the record."""
        shown = evidence.BREACH if reason else evidence.SHOWN
        kind = shown if entry.done else evidence.REFUSED
        work.record(evidence.prompt(told, kind, entry.point, entry.moment, entry.said, reason, entry.at))
        return _number(work)

    def switched(
        self, work: Work, told: Told, statement: str, on: bool, stopped: tuple[str, ...], at: datetime
    ) -> int:
        """A person moved a switch."""
        work.record(evidence.switch(told, statement, on, stopped, at))
        return _number(work)

    def strange(self, work: Work, told: Told, what: str, entry: Entry, point: str = "") -> int:
        """An app met, kept out or did what nobody declared."""
        kind = evidence.FOUND if entry.done else evidence.KEPT_OUT
        name = " ".join(entry.data) if point else entry.point
        work.record(evidence.item(told, kind, what, name or "_", point, entry.at))
        return _number(work)

    # --- looking -----------------------------------------------------------------------------------------------------

    def troubles(self, connection: Connection, most: int = 50) -> tuple[Trouble, ...]:
        """What was met and should not have been."""
        return store.all_troubles(connection, self._organisation, most)

    def apps(self, connection: Connection) -> tuple[tuple[str, str, int, datetime], ...]:
        """Every app and version that runs, on how many devices, and when one last told anything."""
        return store.apps(connection, self._organisation)

    def answers(self, connection: Connection) -> dict[str, dict[str, tuple[int, datetime]]]:
        """By permission, how often people said what, and when last."""
        return store.answers(connection, self._organisation)

    # --- counts ------------------------------------------------------------------------------------------------------

    def gather(self, connection: Connection, *, anew: bool = False) -> Gathered:
        """Read what was done since deeds were last counted (or ever: `anew`), as far as one go reads; nobody waits for it."""
        return self._counter.gather(connection, anew=anew)

    def count(self, work: Work, gathered: Gathered) -> bool:
        """Keep what was gathered; False where somebody else counted meanwhile, and it is of no use.

        What was gathered anew from the first entry takes the place of all that was counted before. The erased are not counted.
        """
        work.lock()
        connection, of = work.connection, self._organisation
        if not gathered.after:
            store.forget_deeds(connection, of, None)
        elif store.counted_to(connection, of) != gathered.after:
            return False
        gone = self._erased(connection)
        store.add_deeds(
            connection, of, {key: one for key, one in gathered.sums.items() if key[0] not in gone}
        )
        store.count_to(connection, of, gathered.upto)
        return True

    def deeds(self, connection: Connection, subjects: Collection[str] | None = None) -> tuple[Deed, ...]:
        """What was done with the data of people (their pseudonyms), or of everybody, as far as it is counted."""
        return store.deeds_of(connection, self._organisation, subjects)

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of what was counted of people: part of erasing them."""
        store.forget_deeds(connection, self._organisation, pseudonyms)


def _number(work: Work) -> int:
    work.settle()
    return work.sequences[-1]
