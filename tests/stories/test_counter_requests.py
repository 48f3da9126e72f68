"""What customers of counter ask for is carried out in the firm's own files: its customer list, recordings and pictures; and what no
program can reach waits for the account manager."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from examples.counter.people import Around, Story
from examples.kit.people import person
from examples.kit.waiting import until
from tests.examples.standing import Stood, standing
from troth.app.carriers import carrier_beside
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.reception import Reception
from troth.intake import Attachment, Contact, Kind, Proof, Received, Route, State, Ticket
from troth.leftovers import read_markers, search

pytestmark = pytest.mark.story
STORES = ("crm.db", "recordings", "shared", "lists")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    with standing("counter", tmp_path_factory.mktemp("run")) as found:
        yield found


def came(counter: Stood, number: int) -> Story:
    """Somebody who applied, ordered, rang, and showed what is wrong."""
    who = person(number, counter.town.settings.seed)
    story = Story(who, Around(counter.site, counter.mail, counter.post, counter.data))
    assert story.apply()
    story.order()
    story.ask_by_telephone()
    story.show_what_is_wrong()
    assert all(one.well for one in counter.town.offices["counter"].turn(all=True))
    return story


def asked(counter: Stood, story: Story, right: str) -> Ticket:
    """What somebody asks who stands at the counter with their identity card."""
    found = counter.organisation.act(lambda acts: acts.open_subject([("email", story.who.email)]))
    member = str(counter.organisation.act(lambda acts: counter.organisation.staff.add(acts.work, at=acts.at)))
    received = Received(
        Kind.REQUEST, Route.MANAGER, "Please.", right, contact=Contact(story.who.email), subject=str(found.subject),
        proof=Proof.DOCUMENT, agent=member, authority=Attachment("slip.txt", "text/plain", b"I ask for this. Signed."),
    )  # fmt: skip
    return Reception(counter.organisation, counter.town.base).take_in(received).ticket


def now_of(counter: Stood, ticket: Ticket) -> Ticket:
    with counter.organisation.database.read() as connection:
        return counter.organisation.intake.ticket(connection, ticket.number)


def files(counter: Stood, ticket: Ticket) -> dict[str, bytes]:
    intake = counter.organisation.intake
    with counter.organisation.database.read() as connection:
        parts = [one.number for one in intake.parts(connection, ticket.number) if one.what == "file"]
        return {
            one.name: one.data for one in (intake.file(connection, ticket.number, part) for part in parts)
        }


def carrier_of(counter: Stood) -> Carrier:
    town = counter.town
    found = carrier_beside(
        counter.organisation, Home.at(town.settings.data), town.settings.examples / "counter", counter.data
    )
    assert found is not None
    return found


def lying(counter: Stood, story: Story) -> list[str]:
    """Where anything of somebody lies in the firm's files, by whoever knows no map."""
    who = story.who
    named = [who.email, who.marked("configuration"), who.marked("shared_text")]
    places = [str(counter.data / one) for one in STORES]
    return [str(hit) for hit in search(places, read_markers("\n".join(named))).hits]


def waits(carrier: Carrier, ticket: Ticket) -> str:
    """What the grounds of a request wait for, once they do."""

    def said() -> list[str]:
        steps = carrier.status(ticket.number)
        return [str(one.said["outcome"]) for one in steps if one.name == "grounds" and one.standing == "open"]

    until(lambda: bool(said()), 120)
    return said()[0]


def test_what_is_held_is_answered_from_the_firm_s_own_files(counter: Stood) -> None:
    story, neighbour = came(counter, 300), came(counter, 301)
    ticket = asked(counter, story, "access")
    until(lambda: now_of(counter, ticket).state is State.ANSWERED, 120)
    held = json.dumps(json.loads(files(counter, ticket)["data.json"]), ensure_ascii=False)
    for marked in (story.who.email, story.who.marked("configuration"), story.who.marked("shared_text")):
        assert marked in held
    assert ".wav" in held, "the recording of the call"
    assert neighbour.who.email not in held
    story.close()
    neighbour.close()


def test_what_the_text_does_not_offer_waits_and_the_plan_of_an_erasure_goes_through_every_file(
    counter: Stood,
) -> None:
    """No sentence of counter's offers a copy to take along or erasure, so nobody does it of their own accord; what would go is shown,
    and who is told."""
    story = came(counter, 330)
    before = lying(counter, story)
    assert before
    carrier = carrier_of(counter)
    copy, ticket = asked(counter, story, "export"), asked(counter, story, "delete")
    assert (waits(carrier, copy), waits(carrier, ticket)) == ("not_offered", "not_offered")
    plan = carrier.would_erase(ticket.number)
    assert plan.obstacles == ()
    assert set(plan.systems) == {"office", "recordings", "showed"}
    assert plan.tell == ("account_manager",), "her folder of sent mails, which no program reaches"
    assert {act.dataset.partition("/")[2] for act in plan.acts if act.removes} >= {
        "customers", "orders", "usage_log", "calls", "shared", "calls_recorded", "pictures",
    }  # fmt: skip
    assert lying(counter, story) == before
    story.close()
