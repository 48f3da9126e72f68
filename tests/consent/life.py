"""What the pages about minors show: a guardian who is asked, and one who was proven and looks after a child."""

from __future__ import annotations

from tests.web.centre.kit import ADDRESS
from tests.web.kit import Place
from troth.app.couriers import Bag
from troth.app.minors import answer_guardian, ask_guardian


def live(at: Place) -> list[str]:
    """Two guardians are asked, and one answers; the address of the page of the other."""
    harbour = at.hosting.organisations["harbour"].organisation
    young, younger = (
        str(harbour.act(lambda acts, name=name: acts.open_subject([("email", name)])).subject)
        for name in ("young@people.example", "younger@people.example")
    )
    ticket = ask_guardian(harbour, young, "parent@people.example", Bag().carry)
    answered, bag = "", Bag()
    answered = ask_guardian(harbour, younger, ADDRESS, bag.carry)
    answer_guardian(harbour, answered, bag.letters[-1].code, {})
    return [f"/my/harbour/guardian/{ticket}"]
