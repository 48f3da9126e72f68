"""Every door asks who enters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.routing import BaseRoute, Mount

from tests.web.kit import Place
from troth.app.signin import LINK_LASTS, SESSION_LASTS, SignIn
from troth.kernel.clock import SteppedClock
from troth.kernel.entropy import SeededEntropy
from troth.web import make_app
from troth.web.api.app import make_api
from troth.web.guard import DOOR, LEAVING, MARK
from troth.web.headers import HEADERS

FILLED = {
    "org": "harbour",
    "clause": "1.1",
    "sequence": "1",
    "number": "1",
    "token": "x",
    "secret": "x",
    "subject": "sub_0",
    "recipient": "r",
}


def addresses(town: Place) -> Iterator[tuple[str, str]]:
    """Every method and address of the application, as its own routes tell."""
    for route in make_app(town.hosting).routes:
        yield from _of(route, "")
    for path, operations in make_api(town.hosting).openapi()["paths"].items():
        for method in operations:
            yield method.upper(), _filled(f"/api/v1{path}")
    yield "GET", "/api/v1/openapi.json"


def _of(route: BaseRoute, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(route, Mount):
        for below in route.routes:
            yield from _of(below, prefix + route.path)
        return
    path = _filled(prefix + str(getattr(route, "path", "")))
    for method in sorted(getattr(route, "methods", None) or {"GET"}):
        yield method, path


def _filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    return path


def test_no_route_answers_a_stranger(town: Place) -> None:
    listed = sorted(set(addresses(town)))
    assert len(listed) > 30, "the walk found too few routes to mean anything"
    assert ("POST", "/api/v1/harbour/peek") in listed
    for method, path in listed:
        if path in (MARK, DOOR) or path.startswith(("/.well-known/", "/my/", "/site/")):
            # What anybody may have: the form to sign in, our mark, public keys; people (tests/web/centre) and sites have doors of
            # their own.
            continue
        answer = town.ask(method, path)
        wanted = {401, 405} if (method, path[:9]) == ("HEAD", "/sign-in/") else {401, 403}
        # A link that nobody gave out leads to nothing; what OpenDSR tells anybody is told where an operator says so, and here none does.
        nothing = path.startswith(LEAVING) or path.endswith(("/discovery", "/certificate"))
        wanted = {404} if nothing else wanted
        assert answer.status in wanted, (method, path)
        assert b"Harbour Hosting" not in answer.body, (method, path)


def test_who_speaks_no_opendsr_is_told_from_nobody(town: Place) -> None:
    answers = [town.ask("GET", f"/api/opendsr/v2/{org}/discovery") for org in ("harbour", "nowhere")]
    assert answers[0].status == 404
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize(
    "path", ["/nowhere", "/harbour/nowhere", "/api/v1/nowhere", "/api/v1/harbour/nowhere"]
)
def test_a_stranger_is_not_told_what_exists(town: Place, path: str) -> None:
    assert town.ask("GET", path).status == 401


def test_the_mark_is_for_anybody_and_nothing_beside_it(town: Place) -> None:
    answer = town.ask("GET", "/favicon.ico")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.body.startswith(b"<svg")
    assert town.ask("GET", "/favicon.ico/harbour").status == 401
    assert town.ask("POST", "/favicon.ico").status in {403, 405}


def test_every_answer_carries_the_headers(town: Place) -> None:
    answers = [
        town.see("/"), town.see("/nowhere"), town.ask("GET", "/"), town.ask("GET", "/api/v1/x"),
        town.call("GET", "harbour/head"), town.ask("POST", "/sign-out"), town.ask("GET", "/", None, {"host": "evil"}),
        town.ask("GET", "/static/troth.css"),
    ]  # fmt: skip
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_what_somebody_sees_is_kept_by_no_cache(town: Place) -> None:
    assert town.see("/harbour").headers["cache-control"] == "no-store"
    assert "immutable" in town.ask("GET", "/static/troth.css").headers["cache-control"]


def test_a_link_opens_once(town: Place) -> None:
    path = f"/sign-in/{town.hosting.signin.link()}"
    first, second = town.ask("GET", path), town.ask("GET", path)
    assert (first.status, second.status) == (200, 401)
    assert "set-cookie" not in second.headers
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert town.ask("GET", "/", None, {"cookie": cookie.partition(";")[0]}).status in (200, 401)


def test_looking_at_a_links_head_uses_nothing_up(town: Place) -> None:
    path = f"/sign-in/{town.hosting.signin.link()}"
    assert "set-cookie" not in town.ask("HEAD", path).headers
    assert town.ask("GET", path).status == 200


def test_only_the_sign_in_sets_a_cookie(town: Place) -> None:
    for path in ("/", "/harbour", "/harbour/ask", "/harbour/ledger", "/static/troth.css"):
        assert "set-cookie" not in town.see(path).headers


def test_links_and_sessions_run_out() -> None:
    clock = SteppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    signin = SignIn(clock, SeededEntropy(1))
    late = signin.link()
    clock.advance(LINK_LASTS)
    assert signin.enter(late) is None
    secret = signin.enter(signin.link())
    assert secret is not None
    clock.advance(SESSION_LASTS - timedelta(seconds=1))
    assert signin.session(secret) is not None
    clock.advance(timedelta(seconds=1))
    assert signin.session(secret) is None


def test_who_leaves_is_out(town: Place) -> None:
    visitor = Place(town.base, town.hosting)
    visitor.enter()
    same = {"cookie": visitor.cookie, "sec-fetch-site": "same-origin"}
    assert visitor.ask("POST", "/sign-out", b"", same).status == 200
    assert visitor.ask("GET", "/", None, {"cookie": visitor.cookie}).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
def test_a_change_from_elsewhere_is_refused(town: Place, headers: dict[str, str]) -> None:
    visitor = Place(town.base, town.hosting)
    visitor.enter()
    for path in ("/sign-out", "/language"):
        assert visitor.ask("POST", path, b"", {"cookie": visitor.cookie} | headers).status == 403
    assert visitor.see("/").status == 200, "the session must have outlived the attempt"


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "", "[::1", "localhost.:1"]
)
def test_another_name_for_this_server_leads_nowhere(town: Place, host: str) -> None:
    town.enter()
    for path in ("/", "/api/v1/harbour/head"):
        assert town.ask("GET", path, None, {"cookie": town.cookie, "host": host}).status == 400


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "/\r\nx: y"]
)
def test_going_back_stays_on_this_server(town: Place, back: str) -> None:
    visitor = Place(town.base, town.hosting)
    visitor.enter()
    form = f"language=en&back={back}".encode()
    answer = visitor.ask(
        "POST", "/language", form, {"cookie": visitor.cookie, "sec-fetch-site": "same-origin"}
    )
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_each_scope_opens_what_it_names_and_no_more(town: Place) -> None:
    wanted = {
        ("GET", "harbour/head"): "read",
        ("GET", "harbour/policy"): "read",
        ("GET", "harbour/policy/bundle"): "read",
        ("GET", "harbour/promises"): "read",
        ("GET", "harbour/promises/1.1"): "read",
        ("GET", "harbour/evidence"): "read",
        ("GET", "harbour/subjects/sub_0"): "subjects",
        ("POST", "harbour/subjects"): "subjects",
        ("POST", "harbour/recipients/r/facts"): "subjects",
        ("POST", "harbour/consents"): "consents",
        ("POST", "harbour/objections"): "consents",
        ("POST", "harbour/subjects/sub_0/acceptance"): "consents",
        ("POST", "harbour/peek"): "ask",
        ("POST", "harbour/use"): "ask",
        ("POST", "harbour/release"): "ask",
        ("POST", "harbour/requests/ask"): "ask",
        ("POST", "harbour/observed"): "observe",
        ("POST", "harbour/probes"): "observe",
        ("POST", "harbour/vault/observed"): "observe",
        ("POST", "harbour/vault/write"): "vault:write",
        ("POST", "harbour/vault/writes"): "vault:write",
        ("POST", "harbour/vault/fields"): "vault:write",
        ("POST", "harbour/vault/remove"): "vault:write",
        ("GET", "harbour/vault/fields"): "vault:read",
        ("POST", "harbour/vault/read"): "vault:read",
        ("POST", "harbour/vault/reads"): "vault:read",
        ("POST", "harbour/vault/search"): "vault:read",
        ("GET", "harbour/safeguards"): "read",
        ("POST", "harbour/safeguards/premises/evidence"): "observe",
        ("GET", "harbour/staff"): "staff",
        ("POST", "harbour/staff"): "staff",
        ("POST", "harbour/staff/stf_0/roles"): "staff",
        ("POST", "harbour/staff/stf_0/roles/end"): "staff",
        ("POST", "harbour/staff/stf_0/trainings"): "staff",
        ("POST", "harbour/staff/stf_0/leave"): "staff",
        ("POST", "harbour/staff/tokens"): "staff",
        ("POST", "harbour/staff/tokens/end"): "staff",
    }
    issued = {scope: town.hosting.keys.issue("harbour", [scope]) for scope in set(wanted.values())}
    for (method, path), needed in wanted.items():
        for scope, key in issued.items():
            answer = town.call(method, path, {} if method == "POST" else None, key=key)
            if scope == needed:
                assert answer.status not in (401, 403), (path, scope)
            else:
                assert answer.status in (403, 422), (path, scope)
                assert answer.status == 403 or method == "POST", (path, scope)


def test_a_key_opens_its_own_organisation_alone(town: Place) -> None:
    assert town.call("GET", "axle/head", key=town.key("harbour")).status == 403
    assert town.call("GET", "nobody/head", key=town.key("harbour")).status == 403


@pytest.mark.parametrize("key", ["", "troth", "troth__", "troth_00_x", "x" * 5000, "troth_" + "é" * 9])
def test_a_key_nobody_issued_opens_nothing(town: Place, key: str) -> None:
    sent = town.ask(
        "GET",
        "/api/v1/harbour/head",
        None,
        {"authorization": f"Bearer {key}".encode().decode("latin-1")},
    )
    assert sent.status == 401
    assert sent.headers["www-authenticate"].startswith("Bearer")


def test_a_session_is_no_key_and_a_key_is_no_session(town: Place) -> None:
    town.enter()
    assert town.ask("GET", "/api/v1/harbour/head", None, {"cookie": town.cookie}).status == 401
    assert town.ask("GET", "/harbour", None, {"authorization": f"Bearer {town.key('harbour')}"}).status == 401
