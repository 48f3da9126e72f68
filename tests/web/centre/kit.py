"""A person who comes to the privacy centre, over HTTP, with a jar of one cookie."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.web.kit import Heard, Place
from troth.app.acts import Acts
from troth.app.couriers import Bag
from troth.app.organisation import Organisation
from troth.decide.model import Question

ADDRESS = "siti@people.example"
RESIDENT = "resident@people.example"
SAME = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


@dataclass
class Visitor:
    """One browser without scripts."""

    town: Place
    org: str = "harbour"
    jar: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"/my/{self.org}"

    def get(self, path: str = "", **headers: str) -> Heard:
        return self._heard("GET", path, None, headers)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Heard:
        return self._heard("POST", path, urlencode(form).encode(), SAME | (headers or {}))

    def _heard(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Heard:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        sent = ({"cookie": cookies} if cookies else {}) | headers
        answer = self.town.ask(
            method, path if path.startswith("/") else f"{self.base}{path and '/'}{path}", body, sent
        )
        if "set-cookie" in answer.headers:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
            self.jar[name] = value
        return answer

    def ask(self, address: str = ADDRESS) -> str:
        """Ask for a code; the ticket."""
        return ticket_in(self.post("sign-in", address=address))

    def sign_in(self, address: str = ADDRESS) -> Heard:
        ticket = self.ask(address)
        return self.post("enter", ticket=ticket, code=code_for(self.town, address))


def ticket_in(answer: Heard) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return html.unescape(found[1])


def bag_of(town: Place) -> Bag:
    courier = town.hosting.visitors.courier
    assert isinstance(courier, Bag)
    return courier


def code_for(town: Place, address: str) -> str:
    """The latest code that was brought to an address."""
    town.hosting.visitors.settle()
    return next(letter.code for letter in reversed(bag_of(town).letters) if letter.address == address)


def organisation(town: Place, org: str = "harbour") -> Organisation:
    return town.hosting.organisations[org].organisation


def known(town: Place, address: str = ADDRESS, org: str = "harbour", *facts: str, accept: bool = True) -> str:
    """A person whom an organisation knows by an address."""

    def do(acts: Acts) -> str:
        subject = str(acts.open_subject([("email", address)]).subject)
        if facts:
            acts.set_facts(subject, set=facts, language="en", rendered="sha256:00")
        if accept:
            acts.accept(subject, "explicit", language="en")
        return subject

    return organisation(town, org).act(do)


@contextmanager
def with_bag(town: Place) -> Iterator[Place]:
    """The town with codes kept in memory."""
    before, town.hosting.visitors.courier = town.hosting.visitors.courier, Bag()
    try:
        yield town
    finally:
        town.hosting.visitors.courier = before


def permits(town: Place, subject: str, question: Question, org: str = "harbour") -> bool:
    return bool(organisation(town, org).gate.peek(question, subject).permitted)


def lived(town: Place, address: str = ADDRESS) -> str:
    """A person of harbour to whom things happened: an account, notices, uses, a consent given and one refused."""
    subject = known(town, address, "harbour", "registered", "shown:privacy_policy")
    harbour = organisation(town)

    def said(acts: Acts) -> None:
        acts.consent(subject, "other_purpose", "given", language="en")
        acts.consent(subject, "affiliate_new_aim", "refused", language="en")

    harbour.act(said)
    for asked, times in (
        (Question("collect", ("email", "user_name"), "account", via="registration_form"), 1),
        (Question("use", ("email",), "account"), 7),
        (Question("use", ("email",), "important_notice"), 2),
        (Question("use", ("email",), "promotion"), 3),
    ):
        for _ in range(times):
            harbour.gate.use(asked, subject)
    harbour.gate.flush()
    return subject
