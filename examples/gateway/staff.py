"""Those who work at gateway, at their desk: dumps by night, restoring, what is to be shown, and requests that somebody decides."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Self

import httpx

from examples.kit.browser import trust

GOES = ("UNLAWFUL", "NO_CONSENT", "BREACH_OF_AGREEMENT", "NO_LONGER_USED", "SERVICE_ENDED")
"""Grounds on which somebody's data go, and they with them."""
STAYS = (
    "REPETITION", "EXCESSIVE_EFFORT", "RISK_TO_OTHERS", "UNREALISTIC", "LEGAL_DUTY", "NAT_SEC", "PUBLIC_INTEREST", "CRIMINAL_JUSTICE",
    "ABUSE", "VITAL_INTEREST", "SERIOUS_HARM", "TRADE_SECRET",
)  # fmt: skip
"""Grounds on which an erasure is turned down."""
TURNED_DOWN = {number: STAYS[2 * number : 2 * number + 2] for number in range(6)}
CARRIED_OUT = dict(enumerate(GOES, 6))
"""On which grounds the staff decides what somebody asks for, by the number of the person: each ground once among the first twelve."""


class Staff:
    """Somebody at the desk."""

    def __init__(self, site: str) -> None:
        self._http = httpx.Client(base_url=site, timeout=120, follow_redirects=True, verify=trust())
        self.done: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        self._http.close()

    def press(self, button: str, what: str, **typed: str) -> None:
        """Press a button of the desk."""
        self._http.post(f"/staff/{button}", data=typed).raise_for_status()
        self.done[f"staff: {what}"] += 1

    def decide(self, number: str, code: str) -> None:
        """Decide on a request, on this ground, or grant it on none."""
        if number:
            self.press(f"requests/{number}", code.lower() or "granted", code=code)
