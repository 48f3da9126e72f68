"""Quay as somebody who writes: five classes of messages, a list one can leave, a pixel and a link that tell on readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.access.kit import clock_of
from tests.gate.kit import POLICY, TEXT, agreed, organisation
from troth.app.organisation import Organisation
from troth.channels import FakeChannel
from troth.messages import Channel, Delivery, Enqueued, Link, Outcome, Sender, State, Wanted

SITE = "https://quay.example"
WRITING = (
    POLICY.replace("  no_mail: {purposes: [newsletter]}\n",
                   "  no_mail: {purposes: [newsletter], channels: [email, page], clauses: ['2']}\n"
                   "  no_polls: {purposes: [polling], channels: [manager]}\n")
    .replace("  email: {nature: personal}\n",
             "  email: {nature: personal}\n  opening: {nature: personal}\n  click: {nature: personal}\n"
             "  secret_code: {nature: personal}\n")
    .replace("  check: {data: [face]}\n",
             "  check: {data: [face]}\n  polling: {data: [email]}\n  learning: {data: [opening, click]}\n"
             "  proving: {data: [email, secret_code]}\n")
    .replace("points:\n",
             "points:\n"
             "  mail_pixel: {what: pixel, data: [opening], purposes: [learning], needs: [not objects:no_mail]}\n"
             "  mail_link: {what: link, data: [click], purposes: [learning], needs: [not objects:no_mail]}\n")
    .replace("grounds:\n",
             "grounds:\n"
             "  learn: {acts: [collect], purposes: [learning], basis: legitimate_interest}\n"
             "  prove: {acts: [use], purposes: [proving], basis: contract}\n"
             "  poll: {acts: [use], purposes: [polling], basis: legitimate_interest}\n")
    + "messages:\n"
    "  news: {what: marketing, purposes: [newsletter], channels: [email, sms], tracking: yes, clauses: ['2']}\n"
    "  poll: {what: survey, purposes: [polling], channels: [email]}\n"
    "  about: {what: service, purposes: [service], channels: [email, letter]}\n"
    "  notice: {what: important, purposes: [service], channels: [email], duties: [confirm_delivery]}\n"
    "  code: {what: code, purposes: [proving], channels: [email, sms]}\n"
)  # fmt: skip
OPT_IN = WRITING.replace(
    'version: "1"\n', 'version: "1"\nhome: [DE]\nregimes: [EU-GDPR]\nenforced: with_regimes\n'
)
HTML = '<html><body><p>Hello <a href="{{link:shop}}">shop</a></p></body></html>'
LINKS = {"shop": Link("https://quay.example/shop", "https://quay.example/go/secret-of-reader")}
PIXEL = "https://quay.example/px/secret-of-reader.gif"


@contextmanager
def writing(place: Path, url: str = "", policy: str = WRITING, **more: Any) -> Iterator[Organisation]:
    folder = place / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(policy)
    (folder / "text.md").write_text(TEXT)
    with organisation(place, url, **more) as quay:
        yield quay


def reader(quay: Organisation, number: int = 1) -> str:
    """Somebody who agreed to the newsletter and accepted the terms."""
    who = agreed(quay, number)
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "explicit", language="en"))
    return who


def news(who: str, number: int = 1, **more: Any) -> Wanted:
    wanted = Wanted(
        who, "news", "newsletter", f"p{number}@example.test", "What is new", "See {{link:shop}}", ("email",),
        html=HTML, links=LINKS, pixel=PIXEL,
    )  # fmt: skip
    return replace(wanted, **more)


def about(who: str, number: int = 1, **more: Any) -> Wanted:
    wanted = Wanted(who, "about", "service", f"p{number}@example.test", "Your quay", "It floods.", ("email",))
    return replace(wanted, **more)


def sender(quay: Organisation, *answers: Delivery, channels: Mapping[str, Channel] | None = None) -> Sender:
    """By a fake for mail, unless told otherwise."""
    return Sender(quay.messages, channels or {"email": FakeChannel("email", answers)}, SITE)


def mailed(sender: Sender) -> list[Any]:
    channel = sender.channels["email"]
    assert isinstance(channel, FakeChannel)
    return channel.handed


def queued(quay: Organisation, wanted: Wanted) -> str:
    found = quay.messages.enqueue(wanted)
    assert found.state is State.QUEUED, found
    return found.id


def state(quay: Organisation, id: str) -> State:
    with quay.database.read() as connection:
        return quay.messages.status(connection, id).state


def token_in(parcel: Any) -> str:
    header = dict(parcel.headers)["List-Unsubscribe"]
    return str(header).removeprefix(f"<{SITE}/u/").removesuffix(">")


def leave(quay: Organisation, token: str) -> Any:
    return quay.act(
        lambda acts: quay.messages.unsubscribe(acts.work, token, acts.object, at=acts.at, origin=acts.origin)
    )


def objections(quay: Organisation, who: str) -> set[str]:
    (facts,) = quay.known(who).values()
    return {str(fact) for fact in facts.holding if fact.family == "objects"}


LATER = Delivery(Outcome.LATER, "451")
NEVER = Delivery(Outcome.REFUSED, "550", dead=True)
NOBODY_KNOWS = Delivery(Outcome.UNKNOWN, "cut")
__all__ = ["Enqueued", "clock_of"]


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay that writes, on a database of either kind."""
    with writing(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with writing(tmp_path / "home") as opened:
        yield opened
