"""The role x action table: every route declares its action, and each role gets through or is refused as the table says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.operators.door import Worker, hire, office, organisation_of
from tests.web.kit import Place
from troth.app.config import Home
from troth.app.hosting import Hosting
from troth.operators import role_table
from troth.web.api.app import make_api
from troth.web.console import ROUTES
from troth.web.rights import OWN, UNDECLARED
from troth.web.rolebook import Way, calls, pages, rolebook
from troth.web.speech import LANGUAGES, catalogue

ROLES = sorted(role_table().roles)


def test_every_page_declares_an_action_that_some_role_is_granted() -> None:
    known = set(role_table().actions) | {OWN}
    found = [way for way in pages() if way.action == UNDECLARED or way.action not in known]
    assert not found, f"say which action these pages are (see troth.web.rights): {found}"
    assert len(pages()) == len(ROUTES)
    granted = frozenset().union(*role_table().roles.values())
    assert {way.action for way in pages()} - {OWN} <= granted


def test_every_call_of_the_api_asks_for_a_scope() -> None:
    document = make_api(cast(Hosting, None)).openapi()["paths"]
    listed = {(method.upper(), f"/api/v1{path}") for path, asked in document.items() for method in asked}
    known = {(method, way.path) for way in calls() for method in way.methods}
    assert listed == known


def test_pages_are_looked_at_and_forms_are_posted() -> None:
    for way in pages():
        assert set(way.methods) <= {"GET", "POST"}, way


def test_every_role_and_action_has_words_in_every_language() -> None:
    table = role_table()
    for language in LANGUAGES:
        words = catalogue(language)
        for action in (*table.actions, OWN, UNDECLARED):
            assert f"action.{action}" in words, (language, action)
            assert language == "en" or words[f"action.{action}"] != catalogue("en")[f"action.{action}"]
        for role in table.roles:
            assert f"product_role.{role}" in words
    english = catalogue("en")
    assert {action: english[f"action.{action}"] for action in table.actions} == dict(table.actions)


def test_the_book_is_whole() -> None:
    book = rolebook()
    assert set(book["roles"]) == set(ROLES)
    assert {route["path"] for route in book["routes"]} >= {"/{org}/ledger", "/api/v1/{org}/peek"}
    assert book["second_person"] == sorted(role_table().second)


def test_nobody_is_granted_everything() -> None:
    table = role_table()
    for role, actions in table.roles.items():
        assert actions < set(table.actions), f"{role} may do everything"


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Worker]]:
    """One person for each role, and one with none, all signed in."""
    with office(Home.at(tmp_path_factory.mktemp("roles"))) as at:
        found = {role: hire(at, role) for role in ROLES} | {"nobody": hire(at)}
        for one in found.values():
            one.sign_in()
        yield found


def _path(way: Way) -> str:
    filled = {"org": "counter", "sequence": "1", "clause": "Promise~1", "number": "1", "part": "1"}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda named: filled.get(named[1], "x"), way.path)


def test_each_role_gets_through_or_is_refused_at_each_page(workers: dict[str, Worker]) -> None:
    table = role_table()
    for who, worker in workers.items():
        for way in pages():
            heard = worker.get(_path(way)) if "GET" in way.methods else worker.post(_path(way), {})
            may = way.action == OWN or table.may(who, way.action)
            assert (heard.status != 403 or _named(heard.text)) == may, (who, way, heard.status)
            assert heard.status < 500
            if not may:
                assert "This needs a right that your roles do not give" in heard.text
                assert catalogue("en")[f"action.{way.action}"] in html.unescape(heard.text)


def _named(page: str) -> bool:
    """Whether a page was reached, and said no for a reason of its own."""
    return "This needs a right that your roles do not give" not in page


def test_each_refusal_and_each_change_is_on_record(workers: dict[str, Worker]) -> None:
    at: Place = workers["nobody"].at
    organisation = organisation_of(at)

    def seen() -> list[tuple[str, tuple[str, ...]]]:
        with organisation.database.read() as connection:
            return [(e.kind, e.codes) for e in organisation.ledger.events(connection, kinds=("operators:",))]

    before = len(seen())
    assert workers["nobody"].get("/counter/ledger").status == 403
    assert workers["auditor"].get("/counter/ledger").status == 200
    assert workers["administrator"].post("/counter/staff/manage", {"do": "none"}).status == 422
    (refused, codes), (read, also), (did, more) = seen()[before:]
    assert (refused, read, did) == ("operators:act:refused", "operators:page:read", "operators:act:permitted")
    assert f"staff={workers['nobody'].member}" in codes
    assert "action=evidence.read" in codes
    assert "route=/{org}/ledger" in also
    assert "product-role=administrator" in more
    assert not any("troth_" in code or "worker" in code for code in (*codes, *also, *more))


def test_a_role_of_the_policy_of_the_same_id_counts_as_the_products(tmp_path: Path) -> None:
    with office(Home.at(tmp_path), "harbour") as at:
        ada = hire(at, org="harbour")
        organisation = organisation_of(at, "harbour")
        declared = organisation.policy()
        from tests.access.kit import deed

        for course in ("information security", "privacy"):
            now = organisation.clock.now()
            organisation.act(
                lambda acts, course=course, now=now: organisation.staff.train(  # type: ignore[misc]
                    acts.work, deed(organisation, ada.member), declared, course, taken=now,
                    expires=now.replace(year=now.year + 1),
                )
            )  # fmt: skip
        granted = organisation.act(
            lambda acts: organisation.staff.grant(
                acts.work, deed(organisation, ada.member), declared, "support"
            )
        )
        assert granted.granted
        ada.sign_in()
        assert ada.get("/harbour/messages").status == 200
        assert ada.get("/harbour/ledger").status == 403
        assert "Support" in ada.get("/harbour/me").text
