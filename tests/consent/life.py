"""What the pages about minors show: a guardian who is asked."""

from __future__ import annotations

from tests.web.kit import Place
from troth.app.couriers import Bag
from troth.app.minors import ask_guardian


def live(at: Place) -> list[str]:
    """Somebody's guardian is asked; the address of the guardian's page."""
    harbour = at.hosting.organisations["harbour"].organisation
    who = harbour.act(lambda acts: acts.open_subject([("email", "young@people.example")])).subject
    ticket = ask_guardian(harbour, str(who), "parent@people.example", Bag().carry)
    return [f"/my/harbour/guardian/{ticket}"]
