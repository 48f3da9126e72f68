"""The routes of a site: who may ask, how often, in what form; and that a signal is never a yes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.kit import Heard, Place, place
from troth.app.config import Home
from troth.web.site import door
from troth.web.site.limits import Limit

ORIGIN = "http://www.shop.localhost:8000"
SITE = f"""origins = ["{ORIGIN}"]
domain = "shop.localhost"
policy = "/privacy"
[items]
s = "session_cookie"
p = "preference_cookie"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Place]:
    """Axle's server, with a site of its own origin."""
    (tmp_path / "home" / "sites").mkdir(parents=True)
    (tmp_path / "home" / "sites" / "axle.toml").write_text(SITE)
    with place(Home.at(tmp_path / "home"), "axle") as found:
        yield found


def interface(shop: Place, **headers: str) -> dict[str, Any]:
    """What the SDK was told: the argument of its program."""
    text = shop.ask("GET", "/site/axle/troth.js?lang=en", None, headers).text
    found: dict[str, Any] = json.loads(text[text.rindex('({"css"') + 1 : text.rindex(")")])
    return found


def post(shop: Place, route: str, sent: object, origin: str = ORIGIN, **headers: str) -> Heard:
    said = {"content-type": "application/json", "origin": origin} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return shop.ask("POST", f"/site/axle/{route}", body, said)


def choice(shown: dict[str, Any], on: list[str], visitor: str = "a" * 32) -> dict[str, Any]:
    return {
        "visitor": visitor, "policy": shown["policy"], "interface": shown["digest"], "language": "en", "on": on
    }  # fmt: skip


def entries(shop: Place, kind: str) -> list[Any]:
    organisation = shop.hosting.organisations["axle"].organisation
    with organisation.database.read() as connection:
        return [event for event in organisation.ledger.events(connection) if event.kind.startswith(kind)]


def test_the_program_is_one_file_that_other_origins_may_load_and_sets_nothing(shop: Place) -> None:
    answer = shop.ask("GET", "/site/axle/troth.js?lang=zh", None, {})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "sec-gpc" in answer.headers["vary"].lower()
    assert "set-cookie" not in answer.headers
    assert "全部拒绝" in answer.text
    assert shop.ask("GET", "/sign-in/x").headers["cross-origin-resource-policy"] == "same-origin"
    assert shop.ask("GET", "/site/nobody/troth.js").status == 404


def test_a_choice_from_the_site_is_on_record_and_from_elsewhere_it_is_not(shop: Place) -> None:
    sent = choice(interface(shop), ["consent:eu_gdpr.storage"])
    for stranger in (
        "https://evil.example",
        "null",
        f"{ORIGIN}.evil.example",
        "http://shop.localhost:8000",
        "",
    ):
        refused = post(shop, "choice", sent, stranger)
        assert refused.status == 403, stranger
        assert "access-control-allow-origin" not in refused.headers
    assert not entries(shop, "cookies:")
    taken = post(shop, "choice", sent)
    assert taken.status == 200, taken.text
    assert taken.headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in taken.headers["vary"]
    assert "access-control-allow-credentials" not in taken.headers
    assert post(shop, "choice", sent).json()["again"] is True
    assert len(entries(shop, "cookies:choice")) == 1


def test_a_preflight_is_answered_for_the_site_alone(shop: Place) -> None:
    asked = {"origin": ORIGIN, "access-control-request-method": "POST"}
    allowed = shop.ask("OPTIONS", "/site/axle/choice", None, asked)
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert allowed.headers["access-control-allow-methods"] == "POST"
    asked["origin"] = "https://evil.example"
    assert shop.ask("OPTIONS", "/site/axle/choice", None, asked).status == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"{", 400), (b"[1]", 400), (b"[" * 3000, 400), (b'"' + b"x" * 5000 + b'"', 413), ({}, 422), ({"on": "all"}, 422),
        ({"on": [], "visitor": "x" * 32, "policy": "p", "interface": "i", "language": "en"}, 422),
    ],
)  # fmt: skip
def test_what_is_no_choice_is_refused_and_leaves_nothing(shop: Place, sent: object, status: int) -> None:
    answer = post(shop, "choice", sent)
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not entries(shop, "cookies:")


def test_a_stale_interface_is_told_so(shop: Place) -> None:
    shown = interface(shop)
    assert post(shop, "choice", choice(shown | {"digest": "sha256:0"}, [])).status == 409
    assert post(shop, "choice", choice(shown | {"policy": "sha256:0"}, [])).status == 404
    assert post(shop, "choice", choice(shown, ["consent:none"])).status == 422


def test_whoever_asks_too_often_waits(shop: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "EACH", Limit(3, 60))
    found = [post(shop, "signal", {}) for _ in range(5)]
    assert [one.status for one in found[:3]] == [200, 200, 200]
    assert found[-1].status == 429
    assert int(found[-1].headers["retry-after"]) > 0


def test_the_signal_is_recorded_once_a_day_as_a_signal_and_gives_nothing(shop: Place) -> None:
    assert interface(shop, **{"sec-gpc": "1"})["signal"] is True
    assert interface(shop)["signal"] is False
    assert interface(shop, **{"sec-gpc": "yes"})["signal"] is False
    interface(shop, **{"sec-gpc": "1"})
    (one,) = entries(shop, "cookies:signal")
    assert one.subject is None
    assert not entries(shop, "consent:")
    taken = post(shop, "choice", choice(interface(shop), []), sec_gpc="1")
    assert taken.status == 200
    (made,) = entries(shop, "cookies:choice")
    assert "signal:gpc" in made.codes
    assert {event.kind for event in entries(shop, "consent:")} == {"consent:item:refused"}


def test_where_the_signal_is_honoured_is_published(shop: Place) -> None:
    answer = shop.ask("GET", "/.well-known/gpc.json")
    assert answer.status == 200
    assert answer.json()["gpc"] is True
    assert answer.headers["content-type"].startswith("application/json")


def test_an_undeclared_item_that_lay_there_is_an_observed_breach_and_one_kept_out_is_not(shop: Place) -> None:
    assert post(shop, "seen", {"what": "cookie", "name": "_ga", "refused": True}).json() == {"new": True}
    assert not entries(shop, "gate:act")
    assert post(shop, "seen", {"what": "local_storage", "name": "kit", "refused": False}).json() == {
        "new": True
    }
    assert post(shop, "seen", {"what": "local_storage", "name": "kit", "refused": False}).json() == {
        "new": False
    }
    (breach,) = entries(shop, "gate:act")
    assert breach.kind == "gate:act:breach"
    assert "grade:attestation" in breach.codes
    assert post(shop, "seen", {"what": "cookie", "name": "s"}).json() == {"new": False}
    assert post(shop, "seen", {"what": "form", "name": "x"}).status == 422


FORM = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


def test_the_form_without_javascript_does_the_same(shop: Place) -> None:
    page = shop.ask("GET", f"/site/axle/choices?lang=ms&back={ORIGIN}/cart")
    assert page.status == 200
    assert "Tolak semua" in page.text
    assert f'href="{ORIGIN}/cart"' in page.text
    assert " checked" not in page.text, "what waits for a yes is never preselected"
    assert "set-cookie" not in page.headers
    sent = shop.ask("POST", "/site/axle/choices?lang=ms", b"do=accept", FORM)
    assert sent.status == 303
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("troth_choice=")
    assert "SameSite=lax" in cookie
    kept = {"cookie": cookie.partition(";")[0]}
    assert " checked" in shop.ask("GET", "/site/axle/choices", None, kept).text
    assert shop.ask("POST", "/site/axle/choices", b"do=reject", FORM | kept).status == 303
    kinds = [event.kind for event in entries(shop, "consent:item:")]
    assert kinds.count("consent:item:given") == kinds.count("consent:item:withdrawn") == 3
    assert len({event.subject for event in entries(shop, "cookies:choice")}) == 1


def test_the_form_is_taken_from_its_own_page_alone_and_leads_nowhere_else(shop: Place) -> None:
    cross = FORM | {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert shop.ask("POST", "/site/axle/choices", b"do=accept", cross).status == 403
    assert not entries(shop, "cookies:")
    for back in ("https://evil.example/", "//evil.example", "javascript:alert(1)", f"{ORIGIN}@evil.example/"):
        text = shop.ask("GET", f"/site/axle/choices?back={back}").text
        assert "evil" not in text
        assert "javascript:" not in text
