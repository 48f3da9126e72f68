"""What a site may load, in use: the plan of a version, its interface, choices, signals, and items nobody declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.cookies import evidence, rules, store
from troth.cookies.errors import ChoiceUnreadable, InterfaceUnknown
from troth.cookies.interface import LANGUAGES, Interface, interface
from troth.cookies.model import STORED, Day, Made, Plan, Said, Site, Stranger
from troth.cookies.wording import wording
from troth.ledger import Origin, Work
from troth.policies import Declared
from troth.subjects import Act, root_of

MOST_STRANGERS: Final = 50
"""Undeclared items that are recorded a day: whoever reports more is not a browser."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A choice on record: the number of its entry, and whether the same stood there before."""

    sequence: int
    again: bool


class Cookies:
    """The declared items of one organisation's sites, and its visitors' choices. Threads may share it."""

    def __init__(self, organisation: str, asking: Callable[[Declared], rules.Ask]) -> None:
        self._organisation = organisation
        self._asking = asking
        self._plans: dict[str, Plan] = {}

    def plan(self, declared: Declared) -> Plan:
        """The choices that a version of the policy leaves to visitors."""
        found = self._plans.get(declared.digest)
        if found is None:
            found = self._plans[declared.digest] = rules.plan(declared, self._asking(declared))
        return found

    def interface(self, declared: Declared, site: Site, language: str) -> Interface:
        """What visitors of a site are shown in a language; in English where it is none of ours."""
        spoken = language if language in LANGUAGES else LANGUAGES[0]
        plan = self.plan(declared)
        return interface(plan, declared.catalogue, self._organisation, site, wording(spoken), spoken)

    def checked(self, declared: Declared, site: Site, said: Said) -> Plan:
        """The plan that a choice is about. Raises InterfaceUnknown, ChoiceUnreadable for a choice that nobody was offered."""
        if said.language not in LANGUAGES:
            raise ChoiceUnreadable("A choice names no language it was shown in.", f"Known: {LANGUAGES}.")
        if self.interface(declared, site, said.language).digest != said.interface:
            raise InterfaceUnknown(
                "The choice was made before an interface that this policy does not lead to.",
                "Load the banner again and ask anew.",
            )
        plan = self.plan(declared)
        strange = said.on - plan.offered
        if strange:
            raise ChoiceUnreadable(
                f"{len(strange)} of the choices are not offered here.", "Load the banner again."
            )
        return plan

    def last(self, connection: Connection, root: str) -> Made | None:
        """What a visitor chose last."""
        return store.last_choice(connection, self._organisation, (root,))

    def last_of(self, work: Work, subject: str) -> Made | None:
        """As `last`, by the id of a subject. Raises SubjectUnknown."""
        return self.last(
            work.connection, root_of(work.connection, self._organisation, work.pseudonym(subject))
        )

    def record(self, work: Work, act: Act, declared: Declared, site: Site, said: Said) -> Recorded:
        """Put a choice on record, and the interface with it; the same choice again leaves no second entry."""
        work.lock()
        plan, before = self.checked(declared, site, said), self.last_of(work, act.subject)
        if before is not None and before.said == said and before.policy == declared.digest:
            return Recorded(before.sequence, again=True)
        self._keep(work, act, declared, site, said)
        preselected = plan.before(signal=said.signal)
        how = plan.how(said.on)
        work.record(evidence.made(act.subject, said, declared.digest, preselected, how, act.at, act.origin))
        work.settle()
        return Recorded(work.sequences[-1], again=False)

    def _keep(self, work: Work, act: Act, declared: Declared, site: Site, said: Said) -> None:
        """Every word that was shown, once for each interface."""
        if not store.has_interface(work.connection, self._organisation, said.interface):
            shown = self.interface(declared, site, said.language).shown
            work.record(
                evidence.interface(said.interface, said.language, declared.digest, shown, act.at, act.origin)
            )

    def signalled(self, connection: Connection, declared: Declared, at: datetime) -> bool:
        """Whether a signal is on record for the day of an instant."""
        return store.has_signal(connection, self._organisation, store.day(at), declared.digest)

    def signal(self, work: Work, declared: Declared, at: datetime, origin: Origin) -> bool:
        """Say that a signal came and was honoured, once a day; whether this was the first time."""
        work.lock()
        if store.has_signal(work.connection, self._organisation, store.day(at), declared.digest):
            return False
        work.record(evidence.signal(declared.digest, at, origin))
        return True

    def stranger(
        self,
        work: Work,
        declared: Declared,
        site: Site,
        what: str,
        name: str,
        refused: bool,
        at: datetime,
        origin: Origin,
    ) -> bool:
        """Say that a browser met an item nobody declared, once a day; False for one that is declared or known already.

        Raises ChoiceUnreadable for what is no kind of item that stores something.
        """
        if what not in STORED:
            raise ChoiceUnreadable("An item that stores something is a cookie or local storage.")
        work.lock()
        day = store.day(at)
        one = Stranger(what, evidence.safe_name(name), refused, 1, at, at)
        of, connection = self._organisation, work.connection
        if is_declared(site, name) or store.has_stranger(connection, of, day, one):
            return False
        if store.strangers_on(connection, of, day) >= MOST_STRANGERS:
            return False
        work.record(evidence.stranger(one.what, one.name, refused, declared.digest, at, origin))
        return True

    def by_day(self, connection: Connection, until: datetime, days: int = 30) -> tuple[Day, ...]:
        """The choices of each of the last days."""
        return store.by_day(connection, self._organisation, until, days)

    def signal_days(self, connection: Connection, most: int = 30) -> tuple[str, ...]:
        """The last days on which a signal came."""
        return store.signal_days(connection, self._organisation, most)

    def strangers(self, connection: Connection, most: int = 50) -> tuple[Stranger, ...]:
        """Undeclared items that browsers met."""
        return store.all_strangers(connection, self._organisation, most)


def is_declared(site: Site, name: str) -> bool:
    """Whether a site's items have this name; one that ends in `*` stands for all that begin so."""
    return any(
        name.startswith(one[:-1]) if one.endswith("*") else name == one
        for one in (*site.names, "troth_choice")
    )
