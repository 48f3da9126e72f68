"""What could go wrong here: lapses that bypass the gate, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as a company would that was caught: only then can the next look be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from examples.harbour.company.store import Store, now

FIELD_WITHOUT_NOTICE = "field_without_notice"
PIXEL_AFTER_LEAVING = "pixel_after_leaving"
AFFILIATE_NEW_AIM = "affiliate_new_aim"
UNDECLARED = "date_of_birth"
NEW_AIM = "credit_scoring"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that goes wrong: what it is called, and what then happens."""

    name: str
    title: str
    what: str


ALL = (
    Lapse(
        FIELD_WITHOUT_NOTICE,
        "The filing form asks for more than its notice says",
        "A field for the date of birth stands on the form; what is typed there goes into the dossier, and nobody is asked.",
    ),
    Lapse(
        PIXEL_AFTER_LEAVING,
        "Mails watch people who left the list",
        "Service notices to people who left the mailing list carry a pixel that tells when they are opened.",
    ),
    Lapse(
        AFFILIATE_NEW_AIM,
        "An affiliate puts the data to a new use",
        "Harbour Cloud starts to rate the credit of those whose orders it was sent, without asking them.",
    ),
)
NAMES = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, kept in the database so that every process of the company sees them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after: dict[str, Callable[[bool], None]] = {}

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        return self._store.row("SELECT 1 FROM switches WHERE name = ?", name) is not None

    def then(self, name: str, act: Callable[[bool], None]) -> None:
        """What follows when that switch is turned."""
        self._after[name] = act

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch."""
        if on:
            self._store.put("switches", name=name, since=now())
        else:
            self._store.change("DELETE FROM switches WHERE name = ?", name)
        self._after[name](on)

    def drop_undeclared_field(self, on: bool) -> None:
        """Once it is off, what was gathered without a notice goes."""
        if not on:
            path = f"$.{UNDECLARED}"
            self._store.change("UPDATE filings SET dossier = json_remove(dossier, ?)", path)
