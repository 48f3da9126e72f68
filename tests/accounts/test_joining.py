"""Opening an account at the privacy centre, getting back into one, and a further address: forms, no scripts, three languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from zxcvbn import zxcvbn

from tests.accounts.kit import OTHER, QUICK, STRONG
from tests.accounts.test_api import code, letters, person
from tests.accounts.test_centre import signed_in
from tests.support.axe import violations
from tests.support.ways import each_way, sideways
from tests.web.centre.kit import Visitor, ticket_in
from tests.web.kit import Heard, Place, place
from troth.accounts import PasswordWeak
from troth.accounts.advice import reason
from troth.app.config import Home
from troth.app.couriers import Bag
from troth.app.lobby import AccountsUnreadable, doors_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPEN = "centre:\n  harbour: {register: yes}\n"


@contextmanager
def living(home: Path, chosen: str = "") -> Iterator[Place]:
    home.mkdir(exist_ok=True)
    (home / "accounts.yaml").write_text(QUICK + chosen)
    with place(Home.at(home), "harbour") as found:
        found.hosting.visitors.courier = Bag()
        yield found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with living(tmp_path_factory.mktemp("town"), OPEN) as found:
        yield found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Place]:
    """A town of its own, for limits."""
    with living(tmp_path / "fresh", OPEN) as found:
        yield found


def asked(visitor: Visitor, name: str, address: str = "", **more: str) -> Heard:
    form = {"name": name, "address": address or f"{name}@people.example", "password": STRONG, "again": STRONG}
    shown = visitor.town.hosting.organisations["harbour"].organisation.policy().digest
    return visitor.post("register", **form | {"accurate": "yes", "shown": shown} | more)


def opened(town: Place, name: str) -> Visitor:
    visitor = Visitor(town)
    ticket = ticket_in(asked(visitor, name))
    answer = visitor.post("register/code", ticket=ticket, code=code(town))
    assert (answer.status, answer.headers.get("location")) == (303, "/my/harbour"), answer.text
    return visitor


# --- opening ------------------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_by_the_code_that_came_and_not_before(town: Place) -> None:
    visitor = Visitor(town)
    ticket = ticket_in(asked(visitor, "join-a"))
    assert Visitor(town).post("sign-in/password", name="join-a", password=STRONG).status == 401
    assert visitor.post("register/code", ticket=ticket, code="00000000").status == 401
    assert visitor.post("register/code", ticket=ticket, code=code(town)).status == 303
    assert "join-a@people.example" in visitor.get("account").text
    again = visitor.post("register/code", ticket=ticket, code=code(town))
    assert (again.status, "used up" in again.text) == (401, True)
    signed_in(town, "join-a")


def test_registration_is_there_only_where_the_organisation_opens_it(tmp_path: Path) -> None:
    with living(tmp_path / "shut") as shut:
        visitor = Visitor(shut)
        assert visitor.get("register").status == 404
        assert asked(visitor, "nobody").status == 404
        assert visitor.post("register/code", ticket="act_x", code="1").status == 404
        page = visitor.get("sign-in").text
        assert ("/register" in page, "/recover" in page) == (False, True)


def test_what_the_centre_offers_is_chosen_in_the_file(tmp_path: Path) -> None:
    with living(tmp_path / "none", "centre:\n  harbour: {recover: no, bind: no}\n") as none:
        person(none, "join-n")
        visitor = signed_in(none, "join-n")
        assert "account/bind" not in visitor.get("account").text
        assert visitor.post("account/bind", address="n2@people.example").status == 404
        assert visitor.get("recover").status == 404
    for wrong in (
        "centre: {harbour: {signup: yes}}\n",
        "centre: {harbour: {register: 1}}\n",
        "centre: {harbour: yes}\n",
    ):
        (tmp_path / "accounts.yaml").write_text(wrong)
        with pytest.raises(AccountsUnreadable):
            doors_of(Home.at(tmp_path), "harbour")


def test_known_and_unknown_addresses_and_names_get_the_same_page(town: Place) -> None:
    person(town, "join-b")
    pages = [
        asked(Visitor(town), "join-b", "join-b2@people.example"),
        asked(Visitor(town), "join-b3", "join-b@people.example"),
        asked(Visitor(town), "join-b4"),
    ]
    plain = {page.text.replace(ticket_in(page), "ticket") for page in pages}
    assert (len(plain), {page.status for page in pages}) == (1, {200})


def test_a_name_that_is_taken_is_told_only_with_the_code_and_another_is_chosen(town: Place) -> None:
    person(town, "join-c")
    visitor = Visitor(town)
    ticket = ticket_in(asked(visitor, "join-c", "join-c2@people.example"))
    sent = code(town)
    told = visitor.post("register/code", ticket=ticket, code=sent)
    assert told.status == 409
    assert 'name="name"' in told.text
    assert visitor.post("register/code", ticket=ticket, code=sent, name="join-c two").status == 303


def test_nothing_is_asked_for_without_the_tick_nor_with_two_passwords(town: Place) -> None:
    visitor = Visitor(town)
    before = len(letters(town))
    assert asked(visitor, "join-d", accurate="").status == 422
    assert asked(visitor, "join-d", again=OTHER).status == 422
    assert asked(visitor, "join-d", address="nowhere").status == 422
    assert len(letters(town)) == before
    page = visitor.get("register").text
    assert "checked" not in page, "no box is ticked beforehand"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Many people use"), ("zh", "许多人使用"), ("ms", "Ramai orang menggunakan")],
)
def test_a_weak_password_is_refused_with_advice_in_the_language_spoken(
    town: Place, language: str, words: str
) -> None:
    visitor = Visitor(town)
    answer = visitor.post(
        f"register?lang={language}", name="join-e", address="join-e@people.example", password="password1",
        again="password1", accurate="yes",
        shown=town.hosting.organisations["harbour"].organisation.policy().digest,
    )  # fmt: skip
    assert (answer.status, words in answer.text) == (422, True)
    assert "password1" not in answer.text
    assert 'value="join-e"' in answer.text, "what was typed and is no secret stands there still"


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("qwertyuiop[]", "keyboard"), ("aaaaaaaaaaaa", "repeat"), ("abcdefghijk", "sequence"), ("12/05/1987", "date"),
        ("Jonathan1", "name"), ("password1", "common"), ("internationalization", "word"), ("short", "length"),
    ],
)  # fmt: skip
def test_why_a_password_is_weak_is_one_word(password: str, word: str) -> None:
    said = zxcvbn(password)["feedback"]
    help = " ".join((said["warning"], *said["suggestions"]))
    score = {} if len(password) < 8 else {"score": 0}
    assert reason(PasswordWeak("This password would be guessed.", help, **score)) == word


def test_a_session_that_a_browser_brings_along_is_never_taken_over(town: Place) -> None:
    fixed = Visitor(town, jar={"troth_my": "acs_fixed"})
    ticket = ticket_in(asked(fixed, "join-f"))
    fixed.post("register/code", ticket=ticket, code=code(town))
    assert fixed.jar["troth_my"] != "acs_fixed"
    mine = signed_in(town, "join-f")
    first = mine.jar["troth_my"]
    ticket = ticket_in(asked(mine, "join-g"))
    assert mine.post("register/code", ticket=ticket, code=code(town)).status == 303
    assert Visitor(town, jar={"troth_my": first}).get("account").status == 401, "the one before has ended"


def test_limits_hold_at_every_door_of_the_centre(fresh: Place) -> None:
    visitor = Visitor(fresh)
    assert [asked(visitor, f"l{n}", "one@people.example").status for n in range(4)] == [200, 200, 200, 429]
    assert [visitor.post("recover", name="whoever").status for _ in range(4)] == [200, 200, 200, 429]
    person(fresh, "limits")
    mine = signed_in(fresh, "limits")
    assert [mine.post("account/bind", address="two@people.example").status for _ in range(4)] == [
        200,
        200,
        200,
        429,
    ]


def test_a_form_from_elsewhere_does_nothing(town: Place) -> None:
    for path in ("register", "register/code", "recover", "recover/code", "account/bind", "account/bind/code"):
        assert Visitor(town).post(path, {"sec-fetch-site": "cross-site"}, name="x").status == 403, path


# --- getting back in ----------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_the_code_and_all_sessions_end(town: Place) -> None:
    person(town, "back-a")
    before, visitor = signed_in(town, "back-a"), Visitor(town)
    ticket = ticket_in(visitor.post("recover", name="back-a"))
    sent = code(town)
    weak = visitor.post("recover/code", ticket=ticket, code=sent, new="password1", again="password1")
    assert (weak.status, "Many people use" in weak.text) == (422, True)
    assert visitor.post("recover/code", ticket=ticket, code=sent, new=OTHER, again=STRONG).status == 422
    assert visitor.post("recover/code", ticket=ticket, code="00000000", new=OTHER, again=OTHER).status == 401
    assert visitor.post("recover/code", ticket=ticket, code=sent, new=OTHER, again=OTHER).status == 303
    assert visitor.get("account").status == 200
    assert before.get("account").status == 401
    assert Visitor(town).post("sign-in/password", name="back-a", password=STRONG).status == 401
    signed_in(town, "back-a", OTHER)
    replayed = visitor.post("recover/code", ticket=ticket, code=sent, new=STRONG, again=STRONG)
    assert replayed.status == 401


def test_recovering_says_nothing_of_who_is_there(town: Place) -> None:
    person(town, "back-b")
    before = len(letters(town))
    pages = [
        Visitor(town).post("recover", name=name) for name in ("back-b", "back-nobody", "<b>", "x@y.example")
    ]
    assert len({page.text.replace(ticket_in(page), "ticket") for page in pages}) == 1
    assert len(letters(town)) == before + 1, "one of them is somebody"
    answers = []
    for page in pages[:2]:
        answer = Visitor(town).post(
            "recover/code", ticket=ticket_in(page), code="12345678", new=OTHER, again=OTHER
        )
        answers.append((answer.status, answer.text.replace(ticket_in(page), "ticket")))
    assert answers[0] == answers[1]


# --- a further address --------------------------------------------------------------------------------------------------------


def test_a_further_address_leads_to_the_account_once_its_code_came_back(town: Place) -> None:
    person(town, "bind-a")
    visitor = signed_in(town, "bind-a")
    assert visitor.post("account/bind", address="nowhere").status == 422
    ticket = ticket_in(visitor.post("account/bind", address="bind-a2@people.example"))
    sent = code(town)
    assert Visitor(town).post("account/bind/code", ticket=ticket, code=sent).status == 401
    person(town, "bind-b")
    other = signed_in(town, "bind-b").post("account/bind/code", ticket=ticket, code=sent)
    assert other.status == 401, "somebody else's ticket opens nothing"
    assert visitor.post("account/bind/code", ticket=ticket, code="00000000").status == 401
    page = visitor.post("account/bind/code", ticket=ticket, code=sent)
    assert (page.status, "bind-a2@people.example" in page.text) == (200, True)
    signed_in(town, "bind-a2@people.example")


def test_the_same_is_said_of_an_address_that_is_taken(town: Place) -> None:
    person(town, "bind-c")
    person(town, "bind-d")
    visitor = signed_in(town, "bind-c")
    pages = [
        visitor.post("account/bind", address=f"{name}@people.example") for name in ("bind-d", "bind-new")
    ]
    assert len({page.text.replace(ticket_in(page), "ticket") for page in pages}) == 1


# --- in a real browser ----------------------------------------------------------------------------------------------------------


@each_way
def test_every_page_of_joining_is_accessible(
    town: Place, page: Page, language: str, scheme: str, width: int
) -> None:
    name = f"axe-{language}-{scheme}-{width}"
    person(town, name)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    def good(what: str) -> None:
        assert violations(page) == [], what
        assert not sideways(page), what

    page.goto(f"{town.base}/my/harbour/register?lang={language}")
    good("register")
    page.fill("#name", f"{name}-new")
    page.fill("#address", f"{name}-new@people.example")
    page.fill("#password", "password1")
    page.fill("#again", "password1")
    page.locator("[name=accurate]").check()
    page.locator("form.sheet button").click()
    page.wait_for_selector(".told")
    good("weak")
    page.goto(f"{town.base}/my/harbour/recover?lang={language}")
    good("recover")
    page.fill("#name", name)
    page.locator("form.sheet button").click()
    page.wait_for_selector("#code")
    good("recover/code")
    page.fill("#code", code(town))
    page.fill("#new", OTHER)
    page.fill("#again", OTHER)
    page.locator("form.sheet button").click()
    page.wait_for_url(f"{town.base}/my/harbour")
    page.goto(f"{town.base}/my/harbour/account?lang={language}")
    good("account")
    page.fill("#address", f"{name}-more@people.example")
    page.locator("form[action*='/account/bind'] button").click()
    page.wait_for_selector("#code")
    good("bind")


def test_registering_by_keyboard_and_without_scripts(town: Place, page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.goto(f"{town.base}/my/harbour/sign-in")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("User name").focus()
    for text in ("keys only", "keys@people.example", STRONG, STRONG):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    page.get_by_label("Code").focus()
    page.keyboard.type(code(town))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{town.base}/my/harbour")
    assert "What is held about you" in page.content()
