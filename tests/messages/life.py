"""A letter with a way off its list, for walks over all pages."""

from __future__ import annotations

from tests.web.kit import Place
from tests.web.test_api import accepted
from tests.web.test_messages import link_in, mailed, news, post


def live(at: Place) -> list[str]:
    """Send news to one reader; the address of the way off the list."""
    post(at, "messages", news(accepted(at)), 202)
    return [link_in(at, mailed(at)[0])]
