"""What could go wrong here: lapses that bypass the gate, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as a company would that was caught: only then can the next look be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from examples.desk.company.store import EVERY, Store
from examples.kit.time import now

APP_LIST, TEXT_IN_B, RESTART = "app_list_in_a_push", "chat_text_in_store_b", "restart_after_force_stop"
UNASKED_FUNCTION, CALL_ON_THREE = "function_never_turned_on", "call_on_three_conditions"
ACROSS_TENANTS, BUCKET_ABROAD, BACKUP_AIM = "across_tenants", "bucket_abroad", "backup_with_a_new_aim"
ABROAD: Final = "SG"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that goes wrong: what it is called, and what then happens."""

    name: str
    title: str
    what: str


ALL: Final = (
    Lapse(
        APP_LIST,
        "A push takes the list of apps along",
        "The push kit sends its vendor which apps are installed, whatever the switch for that says.",
    ),
    Lapse(
        TEXT_IN_B,
        "Texts of chats go to the second store",
        "Store B may hold files and pictures of chats; now texts are copied there as well.",
    ),
    Lapse(
        RESTART,
        "The app starts again after it was stopped by force",
        "A push wakes apps that their owners stopped, although nothing is on that would need them.",
    ),
    Lapse(
        UNASKED_FUNCTION,
        "Records of a function nobody turned on",
        "With each record of work a track of movement is kept, in enterprises that never turned tracks on.",
    ),
    Lapse(
        CALL_ON_THREE,
        "Calls are recorded on three of four conditions",
        "A call is recorded although one of its four conditions is not met.",
    ),
    Lapse(
        ACROSS_TENANTS,
        "An administrator sees another enterprise's people",
        "The list of members opens for an administrator without the limit of their own enterprise.",
    ),
    Lapse(
        BUCKET_ABROAD,
        "Files lie in a bucket abroad",
        "A copy of the cloud disk is kept in Singapore.",
    ),
    Lapse(
        BACKUP_AIM,
        "The backup is put to a new use",
        "The affiliate that keeps the backup starts to draw profiles of people from its files.",
    ),
)
NAMES: Final = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, kept in the database so that every process of the company sees them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after: dict[str, Callable[[bool], None]] = {}

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        with self._store.within(EVERY) as rows:
            return rows.row("SELECT 1 FROM switches WHERE name = %s", name) is not None

    def then(self, acts: dict[str, Callable[[bool], None]]) -> None:
        """What follows when a switch is turned."""
        self._after |= acts

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch."""
        with self._store.within(EVERY) as rows:
            rows.change("DELETE FROM switches WHERE name = %s", name)
            if on:
                rows.change("INSERT INTO switches VALUES (%s, %s)", name, now())
        self._after[name](on)
