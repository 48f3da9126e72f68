"""A real server to ask, and two who ask: a visitor with a cookie jar of one cookie, and a program with a key."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tests.support.migrated import lay_at
from troth.app.config import Home
from troth.app.hosting import Hosting, open_hosting
from troth.app.organisation import Organisation
from troth.app.serve import listen, serving
from troth.kernel.clock import Clock

EXAMPLES = Path(__file__).parents[2] / "examples"
ASKED = {"action": "collect", "data": ["email"], "purpose": "account", "via": "registration_form"}


@dataclass(frozen=True)
class Heard:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Place:
    """A running server and the organisations behind it."""

    base: str
    hosting: Hosting
    cookie: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Heard:
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Heard(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def enter(self) -> Heard:
        """Sign in by a fresh link."""
        answer = self.ask("GET", f"/sign-in/{self.hosting.signin.link()}")
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def see(self, path: str, **headers: str) -> Heard:
        """Look at a page, signed in."""
        if not self.cookie:
            self.enter()
        return self.ask("GET", quote(path, safe="/~?=&%:+"), None, {"cookie": self.cookie} | headers)

    def key(self, organisation: str) -> str:
        if organisation not in self.keys:
            self.keys[organisation] = self.hosting.keys.issue(organisation)
        return self.keys[organisation]

    def call(
        self, method: str, path: str, sent: object = None, *, key: str | None = None, **headers: str
    ) -> Heard:
        """Call the API of the organisation that the path begins with."""
        secret = self.key(path.split("/")[0]) if key is None else key
        body = None if sent is None else sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        more = {"content-type": "application/json", "authorization": f"Bearer {secret}"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, f"/api/v1/{path}", body, more | named)


@contextmanager
def place(
    home: Home, *names: str, originals: Path | None = None, clock: Clock | None = None
) -> Iterator[Place]:
    """A server for these examples."""
    folders = {name: EXAMPLES / name for name in names}
    with (
        open_hosting(lay_at(home), folders, originals=originals, clock=clock) as hosting,
        serving(hosting, listen()) as base,
    ):
        yield Place(base, hosting)


def live(at: Place) -> None:
    """Let harbour live a little: people, decisions of both kinds, a lapse that stands and one that was mended, self-tests."""
    digest = at.call("GET", "harbour/policy").json()["digest"]
    for number in range(4):
        named = {"identities": [{"kind": "email", "value": f"person{number}@people.example"}]}
        subject = at.call("POST", "harbour/subjects", named).json()["subject"]
        shown = {"set": ["registered", "shown:privacy_policy"], "language": "en", "rendered": "sha256:00"}
        at.call("POST", f"harbour/subjects/{subject}/facts", shown)
        accepted = {"kind": "explicit", "policy": digest, "language": "en"}
        at.call("POST", f"harbour/subjects/{subject}/acceptance", accepted)
        at.call("POST", "harbour/use", ASKED | {"subject": subject})
        at.call("POST", "harbour/release", ASKED | {"subject": subject, "action": "share", "via": ""})
    seen = [{"table": "filings", "row": 17, "field": "id_number"}]
    look(at, "filing_columns", "point:filing_form", seen)
    look(at, "newsletter_mail", "point:mail_pixel", [{"mail": "inbox/42"}])
    look(at, "newsletter_mail", "point:mail_pixel", [])
    organisation = at.hosting.organisations["harbour"].organisation
    organisation.gate.flush()
    organisation.act(lambda acts: organisation.promises.selftest(acts.work, acts.at))
    _die(organisation)


def _die(organisation: Organisation) -> None:
    """Somebody is erased after both were backed up, and a drill finds them in the older keys."""
    who = organisation.act(lambda acts: acts.open_subject([("email", "gone@people.example")])).subject
    erasures, at = organisation.erasures, organisation.clock.now()
    with organisation.ledger.recording() as work:
        erasures.backup_taken(work, "data", "data-2026-03-01", "sha256:" + "1" * 64, at)
        erasures.backup_taken(
            work, "keys", "keys-2026-03-01", "sha256:" + "2" * 64, at, keep_until=at + timedelta(days=30)
        )
    organisation.erase_keys(who)
    with organisation.ledger.recording() as work:
        for readable in (1, 0):
            erasures.drilled(
                work, data="data-2026-03-01", keys="keys-2026-03-01", tried=1, readable=readable, at=at
            )


def look(at: Place, probe: str, statement: str, seen: list[Any]) -> None:
    """Report what a probe saw: nothing is well."""
    now = at.hosting.clock.now().isoformat()
    sent = {"probe": probe, "passed": not seen, "statements": [statement], "seen": seen, "looked_at": now}
    assert at.call("POST", "harbour/probes", sent).status == 200
