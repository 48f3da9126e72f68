"""A server with one company whose staff sign in over HTTP, each with a cookie jar of their own."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pyotp

from tests.operators.kit import PASSWORD
from tests.web.kit import Heard, Place, place
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.kernel.clock import SteppedClock

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
HERE = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


@dataclass
class Browser:
    """Somebody at the door: what they send along, and where they are."""

    at: Place
    org: str = "counter"
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Heard:
        return self._ask("GET", path, None, {})

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Heard:
        return self._ask("POST", path, urlencode(form).encode(), HERE if headers is None else headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Heard:
        """Ask as a browser does, and keep every cookie of the answer, of which there may be several."""
        said = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        parts = urlsplit(self.at.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        try:
            connection.request(method, path, body, dict(headers) | ({"cookie": said} if said else {}))
            answer = connection.getresponse()
            listed = answer.getheaders()
            heard = Heard(answer.status, {name.lower(): value for name, value in listed}, answer.read())
        finally:
            connection.close()
        for name, value in listed:
            if name.lower() == "set-cookie":
                self._keep(value)
        return heard

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        self.jar[name] = value
        if value in ("", '""'):
            del self.jar[name]


@dataclass
class Worker(Browser):
    """A member of staff with an authenticator."""

    member: str = ""
    name: str = ""
    totp: str = ""

    def code(self) -> str:
        clock = self.at.hosting.clock
        assert isinstance(clock, SteppedClock)
        clock.advance(timedelta(seconds=30))
        return pyotp.TOTP(self.totp).at(clock.now())

    def first(self, **more: str) -> Heard:
        form = {"org": self.org, "name": self.name, "password": PASSWORD, "next": "/"} | more
        return self.post("/sign-in", form)

    def sign_in(self, **more: str) -> Heard:
        assert self.first(**more).status == 303
        answer = self.post("/sign-in/second", {"code": self.code()})
        assert answer.status == 303, answer.text
        return answer


def organisation_of(at: Place, org: str = "counter") -> Organisation:
    return at.hosting.organisations[org].organisation


def hire(at: Place, *roles: str, address: str = "", org: str = "counter") -> Worker:
    """Somebody invited by whoever runs the program, enrolled over HTTP, with these product roles."""
    organisation = organisation_of(at, org)
    member = organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
    for role in roles:
        organisation.operators.grant(member, role, "machine")
    secret = organisation.operators.enrolling.invite(member, "machine")
    totp = organisation.operators.enrolling.invited(secret).totp
    made = Worker(at, org=org, member=member, name=f"worker {member[-8:]}", totp=totp)
    form = {
        "name": made.name,
        "password": PASSWORD,
        "again": PASSWORD,
        "code": made.code(),
        "address": address,
    }
    answer = made.post(f"/sign-in/enrol/{secret}", form)
    assert answer.status == 200, answer.text
    return made


@contextmanager
def office(home: Home, *names: str) -> Iterator[Place]:
    with place(home, *(names or ("counter",)), clock=SteppedClock(START)) as at:
        yield at
