"""A request that is carried out, for walks over all pages: the queue leads to it."""

from __future__ import annotations

from tests.web.kit import Place
from troth.app.carriers import carrier_beside


def live(at: Place) -> list[str]:
    """Whatever was asked of harbour by now begins; nothing is looked for in its stores."""
    hosted = at.hosting.organisations["harbour"]
    carrier = carrier_beside(hosted.organisation, hosted.home, hosted.folder)
    assert carrier is not None
    assert carrier.begin()
    return []
