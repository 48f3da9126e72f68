"""A small real run of one company, from its company.yaml: server, mail room, partners, a database where it needs one, its own process.
Nobody comes to it by themselves; a test is its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from examples.kit.mailbox import Mailbox
from examples.kit.time import jump
from examples.kit.waiting import until
from tests.tidy.source import ROOT
from troth.app.companies import Company
from troth.app.organisation import Organisation
from troth.app.pace import FILE as TIME
from troth.app.running import enliven, flush, running
from troth.app.town import Settings, Town
from troth.client import Client, KeyFile
from troth.probes import Look

SEED = 11


@dataclass
class Stood:
    """A company that stands. `board` reads its promises over HTTP with the company's own key."""

    id: str
    town: Town
    board: Client

    @property
    def site(self) -> str:
        """Where its pages are."""
        return self.town.sites[self.id]

    @property
    def company(self) -> Company:
        """What its company.yaml says."""
        return self.town.companies[self.id]

    @property
    def organisation(self) -> Organisation:
        """It, as the product holds it: for tests that look behind the doors."""
        return self.town.hosting.organisations[self.id].organisation

    @property
    def data(self) -> Path:
        """The folder of its own data."""
        return self.town.data_of(self.id)

    @property
    def keys(self) -> Path:
        """The file with the key that it was handed."""
        return self.town.keys_of(self.id)

    @property
    def mail(self) -> Path:
        """The mail room of the run."""
        return self.town.mail

    @property
    def post(self) -> tuple[str, int]:
        """The server that takes mails."""
        return "127.0.0.1", self.town.around.mail

    @property
    def trays(self) -> str:
        """Where text messages, push notifications and letters lie, for a company that needs trays."""
        return self.town.around.trays

    @property
    def postgres(self) -> dict[str, str]:
        """The addresses of its database: as its owner, and for reading alone."""
        return self.town.around.databases[self.id]

    def box(self, address: str) -> Mailbox:
        """Somebody's mailbox."""
        return Mailbox(self.mail, address)

    def jump(self, **by: float) -> None:
        """Let time jump ahead: `jump(days=3)`."""
        jump(timedelta(**by), self.town.settings.data.resolve() / TIME)

    def look(self) -> dict[str, Look]:
        """Look with every probe, now; what each saw. Nothing may stay unseen."""
        flush(self.town)
        rounds = self.town.rounds[self.id]
        rounds.look(all=True)
        assert not rounds.blind, rounds.blind
        return rounds.last

    def clauses(self, state: str) -> set[str]:
        """The clauses in a state, such as `broken`."""
        return {one["clause"] for one in self.board.promises()["clauses"] if one["state"] == state}

    def turn(self, lapse: str, on: bool) -> None:
        """Turn the switch of a lapse on the company's own page."""
        address = f"{self.site}{self.company.switches}/{lapse}"
        answer = httpx.post(
            address, data={"on": "yes" if on else "no"}, follow_redirects=True, timeout=60,
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text[:500]

    def until_broken(self, clauses: set[str], seconds: float = 30) -> None:
        """Look until exactly these clauses are broken. Raises TimeoutError."""

        def so() -> bool:
            self.look()
            return self.clauses("broken") == clauses

        until(so, seconds)


@contextmanager
def standing(
    name: str,
    folder: Path,
    *,
    people: int = 0,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Stood]:
    """The company of that name, up, with its data in a folder; with `people`, after so many have lived their whole story."""
    settings = Settings(ROOT / "examples", folder, seed=seed, people=people, only=(name,))
    with running(settings, tell) as town:
        enliven(town, once=True, people=bool(people))
        if people:
            town.nursery.children[f"{name} people"].wait(300)
        client = Client(KeyFile.read(town.keys_of(name)))
        town.ends.callback(client.close)
        yield Stood(name, town, client)
