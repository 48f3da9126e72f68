"""Bad input at every door that takes a form, found from the routes: forged, too long, too slow, in every script there is, twice at once.

What the doors of codes and accounts count is tested with them (tests/web/centre/test_door.py, tests/accounts); mail servers that are
down, slow, put one off or take and drop, with the channels (tests/channels).
"""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import quote, urlencode, urlsplit

import pytest
from starlette.routing import Mount, Route

from tests.web.centre.kit import SAME, Visitor, known, permits, with_bag
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.serve import listen, serving
from troth.decide.model import Question
from troth.web import bounds
from troth.web.app import make_app
from troth.web.centre.consents import VERBS

NASTY = {
    "template": "{{7*191}}${7*191}{% print(7*191) %}",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" autofocus onfocus=alert(1) x='",
    "right to left": "\u202eمُحَمَّد\u202c \u2067שלום\u2069",
    "four bytes": "𠮷野家 🧑‍🌾🏽 𝕿𝖗𝖔𝖙𝖍",
    "lines": "a\r\nSet-Cookie: troth_session=stolen\r\n\r\n<h1>hello</h1>",
    "nothing": "\x00\x1b[2J\ufeff",
    "broken": "\ud800",
}
AWAY = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "/%0d%0aset-cookie:%20a=b",
    "javascript:alert(1)",
)
FORM = "application/x-www-form-urlencoded"
LARGE = 10_000_000


def posts(at: Place) -> list[str]:
    """Every address that takes a form, with names in it that lead somewhere."""
    known = {
        "{org}": "harbour",
        "{item}": "other_purpose",
        "{token}": "none",
        "{digest}": "sha256-00",
        "{clause}": "1.1",
    }
    found = []
    for route in make_app(at.hosting).routes:
        if isinstance(route, Mount) or not isinstance(route, Route) or "POST" not in (route.methods or ()):
            continue
        path = route.path
        for name, value in known.items():
            path = path.replace(name, value)
        found.append("".join("1" if part.startswith("{") else part for part in _split(path)))
    return sorted(set(found))


def _split(path: str) -> list[str]:
    return path.replace("{", "\0{").replace("}", "}\0").split("\0")


@pytest.fixture(scope="module")
def wharf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Harbour, whose codes stay in memory."""
    with place(Home.at(tmp_path_factory.mktemp("wharf")), "harbour") as found, with_bag(found):
        yield found


PEOPLE = (f"tab{number}@people.example" for number in count())
"""Somebody else each time: codes to one address are few an hour."""


def in_both(at: Place) -> dict[str, str]:
    """The cookies of somebody who is signed in on both sides."""
    at.enter()
    visitor = signed_in(at)
    jar = "; ".join([at.cookie, *(f"{name}={value}" for name, value in visitor.jar.items())])
    return {"cookie": jar, **SAME}


def signed_in(at: Place) -> Visitor:
    visitor, _ = somebody(at)
    return visitor


def somebody(at: Place) -> tuple[Visitor, str]:
    address = next(PEOPLE)
    subject = known(at, address, "harbour", "registered", "shown:privacy_policy")
    visitor = Visitor(at)
    visitor.sign_in(address)
    return visitor, subject


def head(at: Place) -> int:
    """How much is on record but for who tried what on the console: an attempt is on record before anything is read of it."""
    kinds = [event["kind"] for event in at.call("GET", "harbour/evidence?limit=500").json()["events"]]
    return sum(not kind.startswith("operators:") for kind in kinds)


def test_ten_megabytes_are_refused_at_every_door_and_nothing_is_kept(wharf: Place) -> None:
    """With its length declared, and sent in pieces without."""
    headers, before = in_both(wharf), head(wharf)
    body = b"address=" + b"a" * LARGE
    addresses = posts(wharf)
    assert len(addresses) > 8
    for address in addresses:
        assert declared_only(wharf, address, headers, len(body)) == 413, address
    for address in addresses[:3]:
        assert wharf.ask("POST", address, iter([body[:60_000]] * 3), headers).status == 413, address  # type: ignore[arg-type]
    assert head(wharf) == before


def declared_only(at: Place, address: str, headers: dict[str, str], length: int) -> int:
    """The answer to a form whose head alone was sent: whoever says that it is too long need not read it."""
    parts = urlsplit(at.base)
    lines = {**headers, "host": parts.netloc, "content-length": str(length)}
    text = f"POST {address} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as line:
        line.sendall(text.encode())
        return int(line.recv(64).split()[1])


def test_a_body_that_never_ends_is_not_waited_for(wharf: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten that said they would send a hundred bytes and sent one, each is answered; nobody waits for the rest."""
    assert bounds.PATIENCE <= 60
    monkeypatch.setattr(bounds.Bounded.__init__, "__defaults__", (0.2,))
    headers = in_both(wharf)
    with serving(wharf.hosting, listen()) as base:
        other = Place(base, wharf.hosting)
        statuses = [declared_only(other, "/my/harbour/sign-in", headers, 100) for _ in range(10)]
    assert statuses == [408] * 10


def test_no_form_counts_that_comes_from_elsewhere(wharf: Place) -> None:
    """Every door but the ones that are made for others: letters' links, and what sites' own pages send, which check origins."""
    headers, before = in_both(wharf), head(wharf)
    for address in posts(wharf):
        if address.startswith("/u/") or (address.startswith("/site/") and not address.endswith("/choices")):
            continue
        for site in ("cross-site", "same-site", "none"):
            assert wharf.ask("POST", address, b"a=b", headers | {"sec-fetch-site": site}).status == 403, (
                address,
                site,
            )
        assert (
            wharf.ask("POST", address, b"a=b", {"cookie": headers["cookie"], "content-type": FORM}).status
            == 403
        ), address
        forged = {"cookie": headers["cookie"], "content-type": FORM, "origin": "https://evil.example"}
        assert wharf.ask("POST", address, b"a=b", forged).status == 403, address
    assert head(wharf) == before


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
def test_whatever_is_typed_stays_words(wharf: Place, nasty: str) -> None:
    """In every field that any of our forms has, at every door: nothing breaks, nothing is carried out, nothing becomes a header."""
    headers = in_both(wharf)
    fields = (
        "address",
        "code",
        "ticket",
        "act",
        "back",
        "next",
        "language",
        "name",
        "reason",
        "text",
        "title",
        "item",
        "value",
        "q",
    )
    form = urlencode(dict.fromkeys(fields, nasty), errors="surrogatepass").encode()
    for address in posts(wharf):
        answer = wharf.ask("POST", address, form, headers)
        assert answer.status < 500, address
        assert "set-cookie" not in answer.headers or "stolen" not in answer.headers["set-cookie"], address
        _harmless(answer.text, answer.headers.get("content-type", ""))
    asked = quote(nasty, safe="", errors="surrogatepass")
    for path in (
        f"/harbour/ask?action={asked}&data={asked}&purpose={asked}",
        f"/harbour/ledger?kind={asked}",
        f"/my/harbour?lang={asked}",
        f"/{asked}",
    ):
        answer = wharf.ask("GET", path, None, headers)
        assert answer.status < 500, path
        _harmless(answer.text, answer.headers.get("content-type", ""))


def _harmless(text: str, media: str) -> None:
    assert "1337" not in text, "a template was carried out"
    if media.startswith("text/html"):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert '" autofocus onfocus' not in text
        assert "<h1>hello" not in text


@pytest.mark.parametrize("away", AWAY)
def test_nobody_is_led_to_another_server(wharf: Place, away: str) -> None:
    headers = in_both(wharf)
    for address in posts(wharf):
        form = urlencode(
            dict.fromkeys(("back", "next", "to", "url", "return"), away) | {"language": "en"}
        ).encode()
        answer = wharf.ask("POST", address, form, headers)
        to = answer.headers.get("location", "/")
        assert urlsplit(to).netloc in ("", urlsplit(wharf.base).netloc), (address, to)
        assert re.fullmatch(r"/(?![/\\])[^\r\n]*", to), (address, to)
        headers = in_both(wharf) if address.endswith(("sign-out", "leave")) else headers


def test_two_tabs_at_once_end_in_one_state_and_every_act_is_on_record(wharf: Place) -> None:
    """Two tabs withdraw and give at once, again and again: no fault, each press that was taken is one act, and the last one holds."""
    visitor, subject = somebody(wharf)
    bound = re.search(r'name="policy" value="([^"]+)"', visitor.get("consents/other_purpose").text)
    assert bound is not None
    before = len(acts_on(wharf))

    def press(number: int) -> int:
        do = "withdraw" if number % 2 else "give"
        return visitor.post("consents/other_purpose", do=do, policy=html.unescape(bound[1])).status

    assert {"withdraw", "give"} <= VERBS.keys()
    with ThreadPoolExecutor(4) as tabs:
        statuses = list(tabs.map(press, range(20)))
    assert set(statuses) <= {303, 409}, statuses
    acts = acts_on(wharf)[before:]
    assert len(acts) == statuses.count(303) >= 1
    use = Question("use", ("email",), "permitted_other")
    assert permits(wharf, subject, use) is acts[-1].endswith(":given")


def acts_on(at: Place) -> list[str]:
    found = at.call("GET", "harbour/evidence?kind=consent:item:&limit=500").json()["events"]
    return [event["kind"] for event in found]
