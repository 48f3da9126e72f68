"""Pages of the privacy centre as a person gets them: time at the server, bytes and requests of the page with all that it asks for.

The person is one of a thousand, each with consents, notices and uses on record; each page is asked for over one connection that is
kept open. The bench `web` prints these rows.
"""

from __future__ import annotations

import http.client
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from bench.rows import Row, row
from tests.web.kit import Heard, Place
from tests.web.walk import walk

PEOPLE: Final = 1000
TIMES: Final = 25
MILLISECONDS, BYTES, REQUESTS = 50, 60_000, 3
NAMES: Final = {
    "": "overview", "consents/{item}": "consent", "objections/{item}": "objection", "policy": "policies", "policy/{digest}": "policy",
}  # fmt: skip
"""What pages are called here whose address says less; all others are called by their address."""
ADDRESS: Final = "person7@people.example"
FORM: Final = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


def centre_rows() -> list[Row]:
    """For each page its time at the median, and for all of them the most bytes and requests."""
    from troth.app.config import Home
    from troth.app.couriers import Bag
    from troth.app.hosting import open_hosting
    from troth.app.serve import listen, serving

    harbour = Path(__file__).parents[1] / "examples" / "harbour"
    with (
        tempfile.TemporaryDirectory(prefix="troth-bench-") as folder,
        open_hosting(Home.at(Path(folder)), {"harbour": harbour}) as hosting,
        serving(hosting, listen()) as base,
    ):
        hosting.visitors.courier = bag = Bag()
        organisation = hosting.organisations["harbour"].organisation
        _people(organisation)
        asked = _Asked(base)
        ticket = re.search(
            r'name="ticket" value="([^"]+)"', asked.post("/my/harbour/sign-in", address=ADDRESS)
        )
        assert ticket is not None
        hosting.visitors.settle()
        asked.post("/my/harbour/enter", ticket=ticket[1], code=bag.letters[-1].code)
        return _rows(asked, _pages(Place(base, hosting), asked))


def _pages(at: Place, asked: _Asked) -> dict[str, str]:
    """Every page of the centre that links lead to, whatever rooms there are: its name, and one address of it."""
    found = walk(
        at, asked.look, ["/my/harbour/objections/mailing_list"], lambda path: path.startswith("/my/")
    )
    firsts = {shape.route: addresses[0] for shape, addresses in found.pages.items() if not shape.asked}
    return {_named(route): one for route, one in firsts.items() if asked.look(one).status == 200}


def _named(route: str) -> str:
    rest = route.removeprefix("/my/{org}").strip("/")
    return NAMES.get(rest) or re.sub(r"\{\w+\}", "one", rest).replace("/", "_").replace("-", "_")


def _rows(asked: _Asked, pages: dict[str, str]) -> list[Row]:
    times, sizes, counts = {}, {}, {}
    for name, path in pages.items():
        text = asked.get(path)
        parts = re.findall(r'<(?:link|img|script)[^>]+(?:href|src)="([^"]+)"', text)
        sizes[name] = len(text.encode()) + sum(len(asked.get(part).encode()) for part in parts)
        counts[name] = 1 + len(parts)
        taken = []
        for _ in range(TIMES):
            start = time.perf_counter()
            asked.get(path)
            taken.append(1000 * (time.perf_counter() - start))
        times[name] = statistics.median(taken)
    return [
        *(row(f"web.centre_page.{name}", value, "ms", at_most=MILLISECONDS) for name, value in times.items()),
        row("web.centre_page", max(times.values()), "ms", at_most=MILLISECONDS),
        row("web.centre_page.bytes", max(sizes.values()), "bytes", at_most=BYTES),
        row("web.centre_page.requests", max(counts.values()), "requests", at_most=REQUESTS),
    ]


class _Asked:
    """One connection, kept open, with a cookie."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        self._cookie = ""

    def get(self, path: str) -> str:
        """A page or file, whole."""
        return self._heard("GET", path, None, {})

    def look(self, path: str) -> Heard:
        """A page as the walk wants it."""
        return self._answer("GET", path, None, {})

    def post(self, path: str, **form: str) -> str:
        """A form, sent."""
        return self._heard("POST", path, urlencode(form), FORM)

    def _heard(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> str:
        answer = self._answer(method, path, body, headers)
        assert answer.status in (200, 303), (path, answer.status)
        return answer.text

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Heard:
        self._line.request(method, path, body, {"cookie": self._cookie} | headers)
        answer = self._line.getresponse()
        heard = Heard(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        self._cookie = (answer.getheader("set-cookie") or self._cookie).partition(";")[0]
        return heard


def _people(organisation: Any) -> None:
    from troth.decide.model import Question

    def make(acts: Any) -> list[str]:
        found = []
        for number in range(PEOPLE):
            subject = str(acts.open_subject([("email", f"person{number}@people.example")]).subject)
            acts.set_facts(
                subject, set=["registered", "shown:privacy_policy"], language="en", rendered="sha256:00"
            )
            acts.accept(subject, "explicit", language="en")
            acts.consent(subject, "other_purpose", "given", language="en")
            found.append(subject)
        return found

    used = Question("use", ("email", "user_name"), "account")
    for subject in organisation.act(make):
        for _ in range(5):
            organisation.gate.use(used, subject)
    organisation.gate.flush()
