"""What people of harbour ask for is carried out in harbour's own database, by the run itself: answered whole, erased for good."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from examples.harbour.people import Around, Story
from examples.kit.people import Person, person
from examples.kit.waiting import until
from tests.examples.standing import Stood, standing
from troth.app.carriers import carrier_beside
from troth.app.config import Home
from troth.intake import Kind, State, Ticket
from troth.leftovers import read_markers, search

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    with standing("harbour", tmp_path_factory.mktemp("run")) as found:
        yield found


def came(harbour: Stood, number: int) -> tuple[Person, Story]:
    """Somebody who registered, ordered a site and a domain."""
    who = person(number, harbour.town.settings.seed)
    story = Story(who, Around(harbour.site, harbour.mail, harbour.post, harbour.data))
    assert story.join()
    story.order()
    story.register_domain()
    story.file_site()
    return who, story


def tickets(harbour: Stood, right: str) -> list[Ticket]:
    intake = harbour.organisation.intake
    with harbour.organisation.database.read() as connection:
        return [one for one in intake.listed(connection, kind=Kind.REQUEST, limit=50) if one.right == right]


def files(harbour: Stood, number: str) -> dict[str, bytes]:
    intake = harbour.organisation.intake
    with harbour.organisation.database.read() as connection:
        parts = [one.number for one in intake.parts(connection, number) if one.what == "file"]
        return {one.name: one.data for one in (intake.file(connection, number, part) for part in parts)}


def lying(harbour: Stood, who: Person) -> list[str]:
    """Where anything of somebody lies in the company's database, by whoever knows no map."""
    named = [who.email, who.user_name, who.marked("service1"), who.domain(), who.marked("doc")]
    places = [str(harbour.data / "harbour.db"), str(harbour.data / "papers")]
    return [str(hit) for hit in search(places, read_markers("\n".join(named))).hits]


def test_access_is_answered_from_the_company_s_own_rows(harbour: Stood) -> None:
    who, story = came(harbour, 0)
    other, neighbour = came(harbour, 1)
    neighbour.close()
    centre = story.centre()
    assert centre.enter(who.email, story.box)
    assert centre.ask("access", "What do you hold on me?").is_success
    until(lambda: [one.state for one in tickets(harbour, "access")] == [State.ANSWERED], 60)
    (ticket,) = tickets(harbour, "access")
    held = json.loads(files(harbour, ticket.number)["data.json"])
    text = json.dumps(held, ensure_ascii=False)
    for marked in (who.email, who.user_name, who.marked("service1"), who.domain()):
        assert marked in text
    assert other.email not in text
    assert other.marked("service1") not in text
    story.close()


def test_an_erasure_goes_through_the_company_s_own_tables(harbour: Stood) -> None:
    who, story = came(harbour, 2)
    centre = story.centre()
    assert centre.enter(who.email, story.box)
    assert centre.ask("delete", "Please erase me.").is_success
    (ticket,) = tickets(harbour, "delete")
    organisation, town = harbour.organisation, harbour.town
    carrier = carrier_beside(
        organisation, Home.at(town.settings.data), town.settings.examples / "harbour", harbour.data
    )
    assert carrier is not None
    until(lambda: any(one.standing == "open" for one in carrier.status(ticket.number)), 30)
    assert lying(harbour, who), "nothing goes before a ground is shown"
    assert carrier.paper(ticket.number, ["ledger_check"], "NO_CONSENT")
    until(lambda: [one.state for one in tickets(harbour, "delete")] == [State.ANSWERED], 60)
    assert lying(harbour, who) == []
    told = json.loads(files(harbour, ticket.number)["certificate.json"])
    assert {(one["system"], one["erased"]) for one in told["outcomes"]} == {("shop", True), ("papers", True)}
    assert harbour.clauses("broken") == set()
    story.close()
