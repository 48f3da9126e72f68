"""The shop's company behind a server: whoever carries requests out works when a test says so, the doors are real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.operators.door import Browser
from tests.operators.kit import enrol
from tests.rights.kit import Counter, counter
from tests.web.kit import Place
from troth.app.config import Home
from troth.app.hosting import Hosted, Hosting
from troth.app.serve import listen, serving


@dataclass
class Desk:
    """A company that is asked, with its doors."""

    shop: Counter
    at: Place

    def staff(self, *roles: str) -> Browser:
        """Somebody new who works here, signed in."""
        person = enrol(self.shop.quay, *roles)
        return Browser(self.at, "quay", {"troth_session": person.enter()})


@contextmanager
def door(place: Path, *, approve: tuple[str, ...] = ("delete",)) -> Iterator[Desk]:
    """The company with a server; `rights.yaml` of its home says what takes a second person."""
    home = Home.at(place)
    with counter(place, approve=approve) as shop:
        declared = shop.quay.policy()
        hosted = Hosted(shop.quay, declared.bundle, shop.folder, home=home, digest=declared.digest)
        hosting = Hosting([hosted], shop.quay.clock, shop.quay.entropy)
        with hosting, serving(hosting, listen()) as base:
            yield Desk(shop, Place(base, hosting))
