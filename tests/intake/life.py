"""A request, a complaint and a letter, for walks over all pages: links of the queue and of the centre lead to each."""

from __future__ import annotations

from tests.web.kit import Place
from tests.web.test_api import accepted
from troth.app.tasking import bring_up
from troth.intake import Contact, Kind, Proof, Received, Route


def live(at: Place) -> list[str]:
    """Open tickets of harbour, one of them of a person who is signed in; addresses that no page links to."""
    from troth.app.reception import Reception

    organisation = at.hosting.organisations["harbour"].organisation
    reception, who = Reception(organisation), accepted(at)
    mine = Received(
        Kind.REQUEST, Route.SELF_SERVICE, "All of it, please.", "access", subject=who, proof=Proof.CODE
    )
    reception.take_in(mine)
    reception.take_in(
        Received(Kind.COMPLAINT, Route.FORM, "It was slow.", contact=Contact("p@people.example"))
    )
    organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
    bring_up(organisation)
    return []
