"""What could go wrong here: lapses of an office, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as an office would that was caught: a late line in the register, a recall, a lock that is tried.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from examples.counter.company import outgoing
from examples.counter.company.desk import Desk
from examples.counter.company.office import make_round
from examples.kit.time import now

SHEET = "for-the-station.csv"
NEW_AIM = "advertising"
CABINET = "C2"
TEAM = {"3": "privacy", "4": "privacy"}


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that goes wrong: what it is called, and what then happens."""

    name: str
    title: str
    what: str


ALL = (
    Lapse(
        "csv_without_register",
        "A sheet is mailed out, and the register has no line for it",
        "Somebody rings from a police station, and a customer's details go there by mail. Nobody writes it down.",
    ),
    Lapse(
        "opted_out_in_list",
        "Somebody who wants no marketing is in the month's list",
        "A name is pasted into the sheet for the marketing agency by hand; it had been taken off.",
    ),
    Lapse(
        "lock_overdue",
        "The lock of a cabinet is not tried any more",
        "The key turns hard, so the weekly round leaves cabinet C2 out.",
    ),
    Lapse(
        "recording_for_sales",
        "A recorded call is used for another aim",
        "A recording is copied into the folder of the sales course, as an example of how to sell.",
    ),
    Lapse(
        "empty_team",
        "Nobody is left in the privacy team",
        "Both who were in it do other work now; the list of staff shows nobody.",
    ),
    Lapse(
        "agency_new_aim",
        "The account agency advertises to those whose accounts it keeps",
        "It was handed names and numbers to keep accounts, and begins to write to them about its own offers.",
    ),
)
NAMES = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, in a file of the office's own."""

    def __init__(self, desk: Desk, file: Path) -> None:
        self._desk, self._file = desk, file
        self._do: dict[str, Callable[[bool], None]] = {
            "csv_without_register": self._sheet,
            "opted_out_in_list": self._list,
            "lock_overdue": self._lock,
            "recording_for_sales": self._recording,
            "empty_team": self._team,
            "agency_new_aim": self._agency,
        }
        self._apply()

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        return name in self._switched()

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch."""
        held = self._switched()
        self._file.write_text(json.dumps(sorted(held | {name} if on else held - {name})), encoding="utf-8")
        self._apply()
        self._do[name](on)

    def _switched(self) -> set[str]:
        return set(json.loads(self._file.read_text(encoding="utf-8"))) if self._file.exists() else set()

    def _apply(self) -> None:
        self._desk.skipped = frozenset({CABINET}) if self.on("lock_overdue") else frozenset()

    def _first(self) -> dict[str, object]:
        """Some customer; one walks in where there is none."""
        if not self._desk.crm.rows("SELECT 1 FROM customers"):
            said = {
                "name": "Somebody",
                "phone": "+60 3-5550 0000",
                "email": "somebody@people.example",
                "told_why": "yes",
            }
            self._desk.apply(said, "counter_talk")
        return self._desk.crm.rows("SELECT * FROM customers ORDER BY id LIMIT 1")[0]

    def _sheet(self, on: bool) -> None:
        customer = self._first()
        if on:
            self._desk.mail_out("police", customer, SHEET)
        else:
            self._desk.enter("police", customer, SHEET)

    def _list(self, on: bool) -> None:
        desk = self._desk
        if not on:
            for row in desk.lists.read("disclosures.xlsx")[-1:]:
                desk.recall(str(row["File"]))
            desk.mailing()
            return
        left = desk.crm.rows("SELECT id FROM customers WHERE no_marketing_since <> '' ORDER BY id LIMIT 1")
        if not left:
            said = (now() - timedelta(minutes=5)).isoformat(timespec="microseconds")
            desk.crm.change(
                "UPDATE customers SET no_marketing_since = ? WHERE id = ?", said, self._first()["id"]
            )
            left = desk.crm.rows("SELECT id FROM customers WHERE no_marketing_since <> ''")
        desk.mailing(also=(int(left[0]["id"]),))

    def _lock(self, on: bool) -> None:
        if on:
            before = (now() - timedelta(days=40)).date().isoformat()
            self._desk.lists.change("cabinets.xlsx", lambda row: row["Cabinet"] == CABINET, Checked_on=before)
        else:
            make_round(self._desk.lists)

    def _recording(self, on: bool) -> None:
        if on:
            if not self._desk.copy_recording():
                self._desk.ring(str(self._first()["id"]), "question")
                self._desk.copy_recording()
        else:
            shutil.rmtree(self._desk.data / "recordings" / "sales-course", ignore_errors=True)

    def _team(self, on: bool) -> None:
        rows = self._desk.lists.read("staff.csv")
        for row in rows:
            row["Team"] = "" if on else TEAM.get(str(row["No"]), row["Team"])
        self._desk.lists.write("staff.csv", rows)

    def _agency(self, on: bool) -> None:
        self._first()
        if on and not self._desk.crm.rows("SELECT 1 FROM handovers WHERE partner = 'account_agency'"):
            self._desk.order(str(self._first()["id"]), "kettle", "blue", "127.0.0.1")
        outgoing.tell(self._desk.partners, "account_agency", NEW_AIM if on else "")
