"""An organisation with apps in people's hands, and small words for what such an app reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from troth.app.config import Home
from troth.app.device_acts import Now, now, report, start
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.directories import Entry, Outcome

EXAMPLES = Path(__file__).parents[2] / "examples"
PHONE, OTHER = "a" * 31 + "1", "a" * 31 + "2"
BEGIN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes on a second with each look, and by leaps when told to."""

    def __init__(self, at: datetime = BEGIN) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant, one second later than the last."""
        self.at += timedelta(seconds=1)
        return self.at

    def leap(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


@contextmanager
def opened(home: Home, example: str, clock: Ticking | None = None) -> Iterator[Organisation]:
    """An example with a clock of its own."""
    with open_organisation(home, example, EXAMPLES / example, clock=clock or Ticking()) as found:
        yield found


class App:
    """An app that reports everything at once, and remembers its numbers."""

    def __init__(self, organisation: Organisation, installation: str = PHONE) -> None:
        self.organisation = organisation
        self.installation = installation
        self.number = 0

    def start(self, how: str = "person", version: str = "5.2", built_for: str = "") -> Now:
        """Begin to run."""
        return start(self.organisation, self.installation, "qingtable", version, how, built_for)

    def now(self) -> Now:
        """What may be done now."""
        return now(self.organisation, self.installation)

    def entry(self, kind: str, point: str = "", *data: str, **said: Any) -> Entry:
        """An entry with the next number."""
        self.number += 1
        at = said.pop("at", None) or self.organisation.clock.now()
        return Entry(kind, self.number, at, point, data=data, **said)

    def send(self, *entries: Entry, sent_at: datetime | None = None) -> list[Outcome]:
        """A batch."""
        sent = sent_at or self.organisation.clock.now()
        return self.organisation.act(
            lambda acts: report(acts, self.organisation, self.installation, sent, entries)
        )

    def tell(self, kind: str, point: str = "", *data: str, **said: Any) -> Outcome:
        """A batch of one entry."""
        return self.send(self.entry(kind, point, *data, **said))[0]

    def agree(self) -> None:
        """The text was shown, and confirmed by a clear act."""
        self.tell("shown", "policy", language="en")
        self.tell("confirm", said="explicit", language="en")


def kinds(organisation: Organisation, prefix: str = "") -> list[str]:
    """The kinds of what is on record, in order."""
    with organisation.database.read() as connection:
        return [e.kind for e in organisation.ledger.events(connection) if e.kind.startswith(prefix)]
