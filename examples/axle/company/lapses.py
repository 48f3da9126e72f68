"""What could go wrong here: lapses that bypass the gate, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as a company would that was caught: only then can the next look be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from examples.axle.company.store import Store
from examples.kit.time import now

APPLICANTS = "applicants_in_campaign"
JOINED = "visits_joined"
SURVEY = "survey_after_opting_out"
LATE = "answer_on_day_31"
MINOR = "minor_without_guardian"
EXPORT = "export_without_mechanism"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that goes wrong: what it is called, and what then happens."""

    name: str
    title: str
    what: str


ALL = (
    Lapse(
        APPLICANTS,
        "Applicants are picked into a campaign",
        "Somebody with the administrator's password copies the addresses of applicants into a campaign of the marketing unit.",
    ),
    Lapse(
        JOINED,
        "Visits are joined on a cookie and still called non-personal",
        "A job writes a file into the lake that has a line for each cookie, with the account it belongs to, under the old label.",
    ),
    Lapse(
        SURVEY,
        "A survey goes to people who opted out",
        "The survey desk writes to everybody from a list of its own, past the list of those who said no.",
    ),
    Lapse(
        LATE,
        "A request is answered on day 31",
        "A request lay in a drawer of the marketing unit; it is answered a day after the period that the policy promises.",
    ),
    Lapse(
        MINOR,
        "A minor is let in without a guardian",
        "A sign-up sheet from an open day at a school is typed in as it is, and nobody asks a parent.",
    ),
    Lapse(
        EXPORT,
        "Data go abroad without any mechanism",
        "A clerk mails a customer's question to the support desk in India, and asks neither the customer nor the lawyers.",
    ),
)
NAMES = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, kept in the database so that every process of the company sees them."""

    def __init__(self, site: Store) -> None:
        self._site = site
        self._after: dict[str, Callable[[bool], None]] = {}

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        return self._site.row("SELECT 1 FROM switches WHERE name = %s", name) is not None

    def then(self, acts: dict[str, Callable[[bool], None]]) -> None:
        """What follows when each switch is turned."""
        self._after |= acts

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch; one that stands that way already stays as it is."""
        if on == self.on(name):
            return
        if on:
            self._site.put("switches", name=name, since=now())
        else:
            self._site.change("DELETE FROM switches WHERE name = %s", name)
        self._after[name](on)
