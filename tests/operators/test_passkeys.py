"""Passkeys in a real Chromium with a virtual authenticator; and what a forged, replayed or copied one comes to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page

from tests.operators.door import Worker, hire, organisation_of
from tests.operators.kit import PASSWORD
from tests.web.kit import Place
from troth.operators import Way


@contextmanager
def authenticator(page: Page, *, verified: bool = True) -> Iterator[tuple[CDPSession, str]]:
    """An authenticator inside the browser, which asks its holder (or does not) before it signs."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verified, "automaticPresenceSimulation": True,
    }  # fmt: skip
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session, found["authenticatorId"]
    session.send("WebAuthn.disable")


def base(at: Place) -> str:
    """The server by a name: a passkey belongs to one, never to a number."""
    return at.base.replace("127.0.0.1", "localhost")


def sign_in(page: Page, at: Place, worker: Worker) -> None:
    page.goto(f"{base(at)}/sign-in?org=counter")
    page.get_by_label("Name").fill(worker.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(worker.code())
    page.get_by_role("button", name="Sign in").click()


def register(page: Page, at: Place, worker: Worker) -> None:
    sign_in(page, at, worker)
    page.goto(f"{base(at)}/counter/me")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is registered.").wait_for()


def by_passkey(page: Page, at: Place) -> None:
    page.goto(f"{base(at)}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()


def test_a_passkey_is_registered_and_opens_a_session(page: Page, counter: Place) -> None:
    ada = hire(counter, "viewer")
    with authenticator(page):
        register(page, counter, ada)
        page.get_by_role("button", name="Sign out").click()
        by_passkey(page, counter)
        page.wait_for_url(f"{base(counter)}/")
        page.goto(f"{base(counter)}/counter/me")
        assert ada.member in page.content()
    sessions = organisation_of(counter).operators.sessions
    with organisation_of(counter).database.read() as connection:
        ways = {one.ways for one in sessions.listed(connection, ada.member)}
        accounts = organisation_of(counter).operators.accounts(connection)
    assert (Way.PASSKEY,) in ways
    assert Way.PASSKEY in accounts[0].ways


def test_an_authenticator_that_does_not_ask_its_holder_opens_nothing(page: Page, counter: Place) -> None:
    ada = hire(counter, "viewer")
    with authenticator(page) as (session, id):
        register(page, counter, ada)
        page.get_by_role("button", name="Sign out").click()
        session.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": False})
        page.goto(f"{base(counter)}/sign-in")
        page.evaluate(  # a browser that was told not to ask: the server looks for itself
            "() => { const form = document.querySelector('form[data-passkey]');"
            " form.dataset.options = form.dataset.options.replace('\"required\"', '\"discouraged\"'); }"
        )
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_text("This passkey could not be used").wait_for()


def test_a_copy_of_an_authenticator_is_noticed_by_its_counter(page: Page, counter: Place) -> None:
    ada = hire(counter, "viewer")
    with authenticator(page) as (session, id):
        register(page, counter, ada)
        (copied,) = session.send("WebAuthn.getCredentials", {"authenticatorId": id})["credentials"]
        page.get_by_role("button", name="Sign out").click()
        for _ in range(2):
            by_passkey(page, counter)
            page.wait_for_url(f"{base(counter)}/")
            page.get_by_role("button", name="Sign out").click()
        session.send(
            "WebAuthn.removeCredential", {"authenticatorId": id, "credentialId": copied["credentialId"]}
        )
        session.send("WebAuthn.addCredential", {"authenticatorId": id, "credential": copied})
        by_passkey(page, counter)
        page.get_by_text("This passkey could not be used").wait_for()


def test_a_passkey_works_nowhere_after_its_holder_left(page: Page, counter: Place) -> None:
    ada = hire(counter, "viewer")
    with authenticator(page):
        register(page, counter, ada)
        organisation_of(counter).staff_leaves(ada.member)
        by_passkey(page, counter)
        page.get_by_text("This passkey could not be used").wait_for()


def signed(page: Page, at: Place) -> str:
    """What the authenticator answers to the sign-in page, held back by the browser of this test."""
    page.goto(f"{base(at)}/sign-in")
    page.evaluate(
        "() => { window.kept = ''; HTMLFormElement.prototype.requestSubmit = function () { window.kept = this.elements.answer.value; }; }"
    )
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_function("() => window.kept !== ''")
    return str(page.evaluate("() => window.kept"))


def test_a_replayed_or_forged_answer_opens_nothing(page: Page, counter: Place) -> None:
    ada, thief = hire(counter, "viewer"), Worker(counter)
    thief.at = Place(base(counter), counter.hosting)
    with authenticator(page):
        register(page, counter, ada)
        page.get_by_role("button", name="Sign out").click()
        answer = signed(page, counter)
        forged = json.loads(answer)
        client = json.loads(_bytes(forged["response"]["clientDataJSON"]))
        client["challenge"] = base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")
        forged["response"]["clientDataJSON"] = (
            base64.urlsafe_b64encode(json.dumps(client).encode()).decode().rstrip("=")
        )
        assert thief.post("/sign-in/passkey", {"answer": json.dumps(forged)}).status == 401
        assert thief.post("/sign-in/passkey", {"answer": answer}).status == 303, "a true answer counts"
        assert thief.post("/sign-in/passkey", {"answer": answer}).status == 401, "and once"
        for other in (_broken(signed(page, counter), how) for how in ("signature", "origin", "user", "id")):
            assert thief.post("/sign-in/passkey", {"answer": other}).status == 401
    for nonsense in ("", "{}", "[]", "null", '{"id": 1}', '{"response": {"clientDataJSON": "!!"}}'):
        assert thief.post("/sign-in/passkey", {"answer": nonsense}).status == 401


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _broken(answer: str, how: str) -> str:
    """An answer to a challenge that was given out, wrong in one way."""
    said: dict[str, Any] = json.loads(answer)
    response = said["response"]
    if how == "signature":
        response["signature"] = "AAAA" + response["signature"][4:]
    elif how == "origin":
        client = json.loads(_bytes(response["clientDataJSON"])) | {"origin": "https://elsewhere.example"}
        response["clientDataJSON"] = (
            base64.urlsafe_b64encode(json.dumps(client).encode()).decode().rstrip("=")
        )
    elif how == "user":
        response["userHandle"] = (
            base64.urlsafe_b64encode(b"stf_00000000000000000000000000").decode().rstrip("=")
        )
    else:
        said["id"] = said["rawId"] = "AAAA"
    return json.dumps(said)


@pytest.mark.parametrize("answer", ["", "{}", "nonsense"])
def test_what_no_authenticator_answered_is_not_registered(counter: Place, answer: str) -> None:
    ada = hire(counter, "viewer")
    ada.sign_in()
    assert ada.post("/counter/me/passkeys", {"answer": answer}).status == 422


def test_without_scripts_name_password_and_code_are_enough(
    page_without_scripts: Page, counter: Place
) -> None:
    page, ada = page_without_scripts, hire(counter, "viewer")
    sign_in(page, counter, ada)
    page.goto(f"{base(counter)}/counter/me")
    assert ada.member in page.content()
    assert not page.get_by_role("button", name="Add a passkey").is_visible()
    assert page.get_by_text("Passkeys need JavaScript").is_visible()


def test_only_pages_with_a_passkey_may_run_a_script(counter: Place) -> None:
    ada = hire(counter, "viewer")
    ada.at = Place(base(counter), counter.hosting)
    ada.sign_in()
    for path, allowed in (
        ("/sign-in", True),
        ("/counter/me", True),
        ("/counter", False),
        ("/counter/emergencies", False),
    ):
        policy = ada.get(path).headers["content-security-policy"]
        assert ("script-src 'self'" in policy) is allowed, path
        assert "unsafe" not in policy
    assert urlsplit(ada.at.base).hostname == "localhost"
