"""The privacy centre by name and password, and the page of one's account: forms, no scripts, three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts.kit import OTHER, QUICK, STRONG
from tests.accounts.liar import Liar, lying
from tests.accounts.test_api import code, person
from tests.web.centre.kit import Visitor
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag

HTML = "<b onmouseover=alert(1)>Mei"


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    with lying() as found:
        yield found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, liar: Liar) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("town")
    secret = home / "secret"
    secret.write_text("s3cret")
    secret.chmod(0o600)
    (home / "accounts.yaml").write_text(
        f"{QUICK}providers:\n  harbour:\n    liaotong: {{label: Liaotong, issuer: '{liar.base}', client: troth, secret: {secret}}}\n"
    )
    with place(Home.at(home), "harbour") as found:
        found.hosting.visitors.courier = Bag()
        yield found


def signed_in(town: Place, name: str, password: str = STRONG) -> Visitor:
    visitor = Visitor(town)
    answer = visitor.post("sign-in/password", name=name, password=password)
    assert answer.status == 303, answer.text
    assert answer.headers["location"] == "/my/harbour"
    return visitor


def test_in_by_name_and_password_beside_the_code(town: Place) -> None:
    person(town, "centre-a")
    visitor = signed_in(town, "centre-a")
    assert visitor.get().status == 200
    page = visitor.get("account")
    assert "centre-a@people.example" in page.text
    assert visitor.post("leave").status == 200
    assert visitor.get("account").status == 401


def test_known_and_unknown_names_get_the_same_page(town: Place) -> None:
    person(town, "centre-b")
    known = Visitor(town).post("sign-in/password", name="centre-b", password=OTHER)
    unknown = Visitor(town).post("sign-in/password", name="centre-nobody", password=OTHER)
    assert (known.status, known.text) == (unknown.status, unknown.text) == (401, unknown.text)


def test_a_session_that_a_browser_brings_along_ends_and_is_never_taken_over(town: Place) -> None:
    person(town, "centre-c")
    visitor = signed_in(town, "centre-c")
    first = visitor.jar["troth_my"]
    assert visitor.post("sign-in/password", name="centre-c", password=STRONG).status == 303
    assert visitor.jar["troth_my"] != first
    old = Visitor(town, jar={"troth_my": first})
    assert old.get("account").status == 401
    fixed = Visitor(town, jar={"troth_my": "acs_fixed"})
    fixed.post("sign-in/password", name="centre-c", password=STRONG)
    assert fixed.jar["troth_my"] != "acs_fixed"


def test_sessions_are_shown_and_ended(town: Place) -> None:
    person(town, "centre-d")
    mine, other = signed_in(town, "centre-d"), signed_in(town, "centre-d")
    ids = re.findall(r'name="end" value="(ses_\w+)"', mine.get("account").text)
    assert len(ids) == 2
    assert mine.post("account/sessions", end="others").status == 200
    assert other.get("account").status == 401
    assert mine.get("account").status == 200


def test_another_password_goes_on_under_a_new_secret(town: Place) -> None:
    person(town, "centre-e")
    visitor = signed_in(town, "centre-e")
    first = visitor.jar["troth_my"]
    weak = visitor.post("account/password", password=STRONG, new="password1", again="password1")
    assert weak.status == 422
    assert visitor.post("account/password", password=STRONG, new=OTHER, again=STRONG).status == 422
    assert visitor.post("account/password", password=OTHER, new=OTHER, again=OTHER).status == 401
    assert visitor.post("account/password", password=STRONG, new=OTHER, again=OTHER).status == 303
    assert visitor.jar["troth_my"] != first
    assert visitor.get("account").status == 200
    signed_in(town, "centre-e", OTHER)


def test_closing_shows_first_what_it_would_do_and_takes_a_tick_and_the_password(town: Place) -> None:
    person(town, "centre-f")
    visitor = signed_in(town, "centre-f")
    shown = visitor.get("account/close")
    assert "What pressing would do" in shown.text or 'class="ahead"' in shown.text
    assert visitor.post("account/close", password=STRONG).status == 422
    assert visitor.post("account/close", password=OTHER, sure="yes").status == 401
    assert visitor.get("account").status == 200
    assert visitor.post("account/close", password=STRONG, sure="yes").status == 200
    assert visitor.get("account").status == 401
    assert Visitor(town).post("sign-in/password", name="centre-f", password=STRONG).status == 401


def test_every_page_speaks_three_languages(town: Place) -> None:
    person(town, "centre-g")
    visitor = signed_in(town, "centre-g")
    for language, word in (("en", "Your account"), ("zh", "您的账户"), ("ms", "Akaun anda")):
        assert word in visitor.get(f"account?lang={language}").text
        assert visitor.get(f"account/close?lang={language}").status == 200
    visitor.post("language", language="zh", back="/my/harbour/account")
    assert "您的账户" in visitor.get("account").text


@pytest.mark.parametrize("name", [HTML, "مي لينغ", "𠮷野家 🏮", 'O\'Brien "x" &amp;'])
def test_names_of_every_kind_are_shown_as_they_are_and_run_nothing(town: Place, name: str) -> None:
    address = f"n{abs(hash(name)) % 10**8}@people.example"
    waiting = town.call(
        "POST",
        "harbour/accounts/register",
        {"name": name, "password": STRONG, "address": address, "accurate": True},
    )
    assert waiting.status == 202, waiting.text
    town.call("POST", "harbour/accounts/confirm", {"ticket": waiting.json()["ticket"], "code": code(town)})
    page = signed_in(town, name).get("account").text
    assert "<b onmouseover" not in page
    assert "<bdi>" in page


def test_a_form_from_elsewhere_signs_nobody_in(town: Place) -> None:
    person(town, "centre-h")
    answer = Visitor(town).post(
        "sign-in/password", {"sec-fetch-site": "cross-site"}, name="centre-h", password=STRONG
    )
    assert answer.status == 403


def test_nothing_in_a_request_chooses_where_a_sign_in_leads(town: Place) -> None:
    person(town, "centre-i")
    visitor = Visitor(town)
    answer = visitor.post(
        "sign-in/password?next=https://evil.example&back=//evil.example", name="centre-i", password=STRONG,
        next="https://evil.example", back="//evil.example",
    )  # fmt: skip
    assert answer.headers["location"] == "/my/harbour"
    for back in ("https://evil.example", "//evil.example", "/my/harbour/../../evil", "/\\evil.example"):
        led = visitor.post("language", language="en", back=back).headers["location"]
        assert led.startswith("/my/harbour")
        assert "evil.example" not in led


# --- by a provider --------------------------------------------------------------------------------------------------------------


def off(visitor: Visitor, liar: Liar, subject: str) -> tuple[str, str]:
    """Off to the provider, and what the browser brings back."""
    page = visitor.post("sign-in/provider/liaotong")
    assert page.status == 200, page.text
    (url,) = re.findall(rf'href="({re.escape(liar.base)}/authorize[^"]+)"', page.text)
    return liar.authorise(url.replace("&amp;", "&"), subject)


def test_a_provider_opens_an_account_only_once_it_was_linked_from_inside(town: Place, liar: Liar) -> None:
    person(town, "centre-j")
    stranger = Visitor(town)
    state, sent = off(stranger, liar, "wx-j")
    assert stranger.get(f"sign-in/provider/liaotong?state={state}&code={sent}").status == 401
    mine = signed_in(town, "centre-j")
    state, sent = off(mine, liar, "wx-j")
    elsewhere = Visitor(town)
    assert elsewhere.get(f"sign-in/provider/liaotong?state={state}&code={sent}").status == 401, (
        "another browser"
    )
    state, sent = off(mine, liar, "wx-j")
    assert mine.get(f"sign-in/provider/liaotong?state={state}&code={sent}").status == 200
    later = Visitor(town)
    state, sent = off(later, liar, "wx-j")
    assert later.get(f"sign-in/provider/liaotong?state={state}&code={sent}").status == 200
    assert later.get("account").status == 200
    assert later.get(f"sign-in/provider/liaotong?state={state}&code={sent}").status == 401, "replayed"


def test_turning_back_at_the_provider_takes_nothing(town: Place, liar: Liar) -> None:
    visitor = Visitor(town)
    state, _ = off(visitor, liar, "wx-k")
    asked = len(liar.asked)
    answer = visitor.get(f"sign-in/provider/liaotong?error=access_denied&state={state}")
    assert answer.status == 200
    assert "You turned back" in answer.text
    assert liar.asked[asked:] == []


def test_an_unknown_provider_is_no_way_in(town: Place) -> None:
    found: Any = Visitor(town).post("sign-in/provider/evil")
    assert found.status == 401


def test_a_company_lets_people_sign_in_at_a_provider_over_http(town: Place, liar: Liar) -> None:
    back = "https://shop.example/back"

    def gone(**more: Any) -> dict[str, Any]:
        sent = {"provider": "liaotong", "redirect": back} | more
        begun = town.call("POST", "harbour/accounts/provider/begin", sent).json()
        state, sent_back = liar.authorise(begun["url"], "wx-http")
        return {"state": state, "code": sent_back, "binding": begun["binding"]}

    assert town.call("POST", "harbour/accounts/provider/finish", gone()).status == 401
    mei = person(town, "centre-l")
    linked = town.call("POST", "harbour/accounts/provider/finish", gone(session=mei["session"]))
    assert linked.json()["linked"].startswith("nam_")
    back_again = gone()
    entered = town.call("POST", "harbour/accounts/provider/finish", back_again)
    assert entered.json()["account"] == mei["account"]
    assert town.call("POST", "harbour/accounts/provider/finish", back_again).status == 401
    stranger = gone() | {"binding": "another"}
    assert town.call("POST", "harbour/accounts/provider/finish", stranger).status == 401
    refused = town.call(
        "POST", "harbour/accounts/provider/begin", {"provider": "liaotong", "redirect": "javascript:alert(1)"}
    )
    assert refused.status == 422
