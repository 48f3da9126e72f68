"""An organisation that is asked, and a town whose desks and centres are open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.intake.kit import quay, quay_on_sqlite
from tests.web.centre.kit import ADDRESS, RESIDENT, Visitor, lived, with_bag
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.web.centre.contact import THROTTLE

__all__ = ["quay", "quay_on_sqlite"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = Home.at(tmp_path_factory.mktemp("town"))
    with place(home, "harbour", "axle", "counter", "gateway") as found, with_bag(found):
        lived(found)
        lived(found, RESIDENT)
        yield found


@pytest.fixture
def town(built: Place) -> Place:
    """Four organisations on one server, two people of harbour."""
    THROTTLE.clear()
    return built


@pytest.fixture(scope="module")
def came(built: Place) -> Visitor:
    """Siti, who asked for one code: an address gets so many within a while and no more."""
    visitor = Visitor(built)
    visitor.sign_in(ADDRESS)
    return visitor


@pytest.fixture
def signed(town: Place, came: Visitor) -> Visitor:
    """Siti, signed in to the privacy centre of harbour."""
    return Visitor(town, jar=dict(came.jar))
