"""What a storm can rage over: how it is founded, what its writers do, and how they are held to account."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.storms import account, company, keys, requests, requests_account
from tests.storms.lives import Life, Speaks
from tests.storms.tally import Tally
from troth.app.config import Home


class Account(Protocol):
    """All that was said at one place."""

    def met(self, dice: random.Random) -> list[str]:
        """Some of whom and what there is, for all writers of a round to meet."""

    def hear(self, line: str) -> int:
        """Take a whole line; how many entries or acts it acknowledges."""

    def settle(self, home: Home, tally: Tally, where: str) -> None:
        """Hold all that stands against all that was said."""

    def close(self) -> None:
        """Give back what was held open."""


@dataclass(frozen=True)
class Trade:
    """One kind of work."""

    found: Callable[[Home], None]
    live: Callable[[Home, Life, Speaks], None]
    account: Callable[[], Account]
    steps: int
    """Within so many calls and returns a writer that kills itself does so."""
    fewer: int = 1
    """Of the usual rounds one in so many: each takes longer."""


TRADES = {
    "company": Trade(company.found, company.live, account.Account, 200_000),
    "keys": Trade(keys.found, keys.live, keys.Account, 60_000),
    "requests": Trade(requests.found, requests.live, requests_account.Account, 600_000, fewer=3),
}
