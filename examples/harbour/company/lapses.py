"""What could go wrong here: lapses that bypass the gate, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as a company would that was caught: only then can the next look be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from examples.harbour.company.store import OLD, Store, now

FIELD_WITHOUT_NOTICE = "field_without_notice"
PIXEL_AFTER_LEAVING = "pixel_after_leaving"
AFFILIATE_NEW_AIM = "affiliate_new_aim"
TABLE_OUTSIDE = "table_outside"
STRANGE_COOKIE = "strange_cookie"
OTHER_WORDS = "other_words"
AFFILIATE_KEEPS = "affiliate_keeps"
UNDECLARED = "date_of_birth"
NEW_AIM = "credit_scoring"
COOKIE = "harbour_follows"
"""A cookie that no register has."""


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
        "A field for the date of birth stands on the form, and whoever filed last is rung up for it; no notice says so.",
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
    Lapse(
        TABLE_OUTSIDE,
        "A copy of the customers lies where no list has it",
        "Before a repair somebody copies the customers into a second table and leaves it there; nothing erases it, ever.",
    ),
    Lapse(
        STRANGE_COOKIE,
        "The site hands out a cookie that nobody registered",
        "Everybody who opens the first page is given a number that lasts for a year, whatever they said in the banner.",
    ),
    Lapse(
        OTHER_WORDS,
        "The public page shows other words than those in force",
        "Somebody corrects the privacy policy on the page itself, and no version says so.",
    ),
    Lapse(
        AFFILIATE_KEEPS,
        "An affiliate says that it erased, and keeps it",
        "Harbour Cloud answers an order to erase with a yes, and holds on to what it was sent.",
    ),
)
NAMES = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, kept in the database so that every process of the company sees them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after: dict[str, Callable[[bool], None]] = {
            FIELD_WITHOUT_NOTICE: self._undeclared_field,
            TABLE_OUTSIDE: self._copy_customers,
        }

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        return self._store.row("SELECT 1 AS one FROM switches WHERE name = ?", name) is not None

    def then(self, name: str, act: Callable[[bool], None]) -> None:
        """What follows when that switch is turned."""
        self._after[name] = act

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch."""
        if on:
            self._store.put("switches", name=name, since=now())
        else:
            self._store.change("DELETE FROM switches WHERE name = ?", name)
        if name in self._after:
            self._after[name](on)

    def _undeclared_field(self, on: bool) -> None:
        """Whoever filed last is rung up for what the form asks for now; once it is off, what was gathered without a notice goes."""
        path = f"$.{UNDECLARED}"
        if on and (last := self._store.row("SELECT max(id) AS id FROM filings")):
            typed = "UPDATE filings SET dossier = json_set(dossier, ?, ?) WHERE id = ?"
            self._store.change(typed, path, "1970-05-17", last["id"])
        elif not on:
            self._store.change("UPDATE filings SET dossier = json_remove(dossier, ?)", path)

    def _copy_customers(self, on: bool) -> None:
        """The copy, and once it is off, no copy."""
        self._store.change(f"DROP TABLE IF EXISTS {OLD}")
        if on:
            self._store.change(f"CREATE TABLE {OLD} AS SELECT * FROM customers")  # noqa: S608 - names from this code
