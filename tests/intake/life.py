"""A request, a complaint and a letter, for walks over all pages: links of the queue and of the centre lead to each."""

from __future__ import annotations

from tests.web.kit import Place
from tests.web.test_api import accepted
from troth.app.tasking import bring_up, done
from troth.intake import Attachment, Contact, Kind, Proof, Received, Route
from troth.tasks.service import document_of

PAPER = Attachment("what I mean.txt", "text/plain", b"This and that.")


def live(at: Place) -> list[str]:
    """Open tickets of harbour, one of them of a person who is signed in; addresses that no page links to."""
    from troth.app.reception import Reception

    organisation = at.hosting.organisations["harbour"].organisation
    reception, who = Reception(organisation), accepted(at)
    mine = Received(
        Kind.REQUEST,
        Route.SELF_SERVICE,
        "All of it, please.",
        "access",
        subject=who,
        proof=Proof.CODE,
        files=(PAPER,),
    )
    reception.take_in(mine)
    reception.take_in(
        Received(Kind.COMPLAINT, Route.FORM, "It was slow.", contact=Contact("p@people.example"))
    )
    ann = str(organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at)))
    bring_up(organisation)
    with organisation.database.read() as connection:
        first = organisation.tasks.listed(connection, organisation.clock.now())[0].id
    done(organisation, first, ann, document=document_of("seen.pdf", b"%PDF-1"))
    return ["/my/harbour/tickets/1/files/1", f"/harbour/tasks/{first}/document"]
