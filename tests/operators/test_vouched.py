"""Staff who come in by a provider: a real one in a process of its own, and one that lies; linked by an invitation alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from re import findall, search
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser as BrowserOf

from tests.access.kit import clock_of, hire
from tests.accounts.liar import Liar, lying
from tests.accounts.test_providers import provider
from tests.operators.door import Browser, Worker, organisation_of
from tests.operators.kit import enrol_member
from tests.support.axe import violations
from tests.support.chromium import fresh_page
from tests.web.kit import Heard, Place, place
from troth.app.config import Home
from troth.app.hosting import open_hosting
from troth.app.operators_file import OperatorsUnreadable, product_roles_of
from troth.app.organisation import Organisation
from troth.app.system import SystemClock
from troth.cli.main import main
from troth.kernel.clock import SteppedClock
from troth.operators import EnrolmentRefused, Entered, InviteOver, Operator, Vouch, Way
from troth.web.speech import LANGUAGES, catalogue

__all__ = ["provider"]
EXAMPLE = Path(__file__).parents[2] / "examples" / "counter"
DESK = "/sign-in/provider/counter/desk"
WRITTEN = """
policy_roles:
  counter: {{confidential: privacy_officer}}
providers:
  counter:
    desk:
      label: Company account
      issuer: {issuer}
      client: troth
      secret: {secret}
      groups: {{claim: groups, roles: {{readers: [auditor], runners: [operator], guards: [confidential]}}}}
      second_factor: [mfa]
    other:
      label: Other account
      issuer: {issuer}
      client: troth
      secret: {secret}
"""


def write(folder: Path, issuer: str) -> Home:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "desk.secret"
    kept.write_text("s3cret\n")
    kept.chmod(0o600)
    (folder / "operators.yaml").write_text(WRITTEN.format(issuer=issuer, secret=kept))
    return Home.at(folder)


@dataclass
class Desk:
    """A server whose staff come in by a provider."""

    at: Place
    issuer: str

    @property
    def quay(self) -> Organisation:
        return organisation_of(self.at)

    def invited(self, *roles: str) -> Worker:
        quay = self.quay
        member = quay.act(lambda acts: quay.staff.add(acts.work, at=acts.at))
        for role in roles:
            quay.operators.grant(member, role, "machine")
        return Worker(self.at, member=member)

    def link(self, worker: Worker, subject: str, *, authenticator: bool = False, secret: str = "") -> Heard:
        """Open an invitation and choose the provider."""
        enrolling = self.quay.operators.enrolling
        named = secret or enrolling.invite(worker.member, "machine")
        worker.totp = enrolling.invited(named).totp
        code = worker.code() if authenticator else ""
        return self.there(
            worker, worker.post(f"/sign-in/enrol/{named}", {"provider": "desk", "code": code}), subject
        )

    def enter(self, browser: Browser, subject: str, next: str = "/counter/me") -> Heard:
        return self.there(browser, browser.post(DESK, {"next": next}), subject)

    def there(self, browser: Browser, off: Heard, subject: str) -> Heard:
        """Sign in at the provider, and come back."""
        assert off.status == 200, off.text
        back = urlsplit(agreed(address(off), subject))
        return browser.get(f"{back.path}?{back.query}")

    def operator(self, browser: Browser) -> Operator | None:
        return self.quay.operators.sessions.operator(browser.jar.get("troth_session", ""))

    def says(self, subject: str, **claims: object) -> None:
        """What the provider says of somebody from now on."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()


def address(page: Heard) -> str:
    """Where the page leads off to: by a link, without JavaScript."""
    found = search(r'href="(http[^"]*/(?:oauth2/)?authorize[^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


def agreed(url: str, subject: str) -> str:
    answer = httpx.post(url, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


@pytest.fixture
def desk(provider: str, tmp_path: Path) -> Iterator[Desk]:
    with place(write(tmp_path, provider), "counter", clock=SteppedClock(SystemClock().now())) as at:
        yield Desk(at, provider)


# --- a real provider ----------------------------------------------------------------------------------------------------------


def test_groups_of_each_sign_in_are_the_roles_and_a_group_lost_takes_its_role_away(desk: Desk) -> None:
    desk.says("ada", groups=["readers", "runners", "strangers"], amr=["pwd", "mfa"])
    ada = desk.invited("viewer")
    linked = desk.link(ada, "ada")
    assert linked.status == 200
    assert "recovery" not in linked.text, "the provider checks a second factor"
    back = desk.enter(ada, "ada")
    assert back.status == 200
    assert "url=/counter/me" in back.text
    operator = desk.operator(ada)
    assert operator is not None
    assert operator.roles == ("auditor", "operator"), "not viewer: no group gives that"
    assert operator.session.ways == (Way.OIDC,)
    assert ada.get("/counter/staff/roles").status == 200
    desk.says("ada", groups=["strangers"], amr=["mfa"])
    elsewhere = Browser(desk.at)
    desk.enter(elsewhere, "ada")
    lost = desk.operator(elsewhere)
    assert lost is not None
    assert lost.roles == ()
    assert not lost.may("roles.read")
    assert ada.get("/counter/staff/roles").status == 403, "in the session of before as well"


def test_a_role_of_the_policy_comes_by_a_group_and_stands_for_what_the_operator_wrote(desk: Desk) -> None:
    desk.says("bea", groups=["guards"], amr="mfa")
    bea = desk.invited()
    desk.link(bea, "bea")
    desk.enter(bea, "bea")
    operator = desk.operator(bea)
    assert operator is not None
    assert (operator.policy_roles, operator.roles) == (("confidential",), ("privacy_officer",))
    text = bea.get("/counter/staff/roles").text
    assert search(r"<code>confidential</code>: *Privacy officer", text), text
    assert "<code>guards</code>" in text
    assert "<code>mfa</code>" in text
    desk.says("bea", amr="mfa")
    desk.enter(bea, "bea")
    without = desk.operator(bea)
    assert without is not None
    assert (without.policy_roles, without.roles) == ((), ())


def test_our_own_second_step_follows_where_the_provider_checked_none(desk: Desk) -> None:
    desk.says("cyd", groups=["readers"], amr=["pwd"])
    cyd = desk.invited()
    shown = desk.link(cyd, "cyd", authenticator=True)
    codes = findall(r"<li><code>([^<]+)</code>", shown.text)
    assert len(codes) == 10
    second = desk.enter(cyd, "cyd", "/counter/staff/roles")
    assert second.status == 200
    assert 'name="code"' in second.text
    assert desk.operator(cyd) is None
    assert cyd.post("/sign-in/second", {"code": "000000"}).status == 401
    done = cyd.post("/sign-in/second", {"code": cyd.code()})
    assert (done.status, done.headers["location"]) == (303, "/counter/staff/roles")
    operator = desk.operator(cyd)
    assert operator is not None
    assert operator.session.ways == (Way.OIDC, Way.TOTP)


def test_without_any_second_factor_nobody_is_linked_and_the_invitation_stays(desk: Desk) -> None:
    desk.says("dan", groups=["readers"], amr=["sms"])
    dan = desk.invited()
    secret = desk.quay.operators.enrolling.invite(dan.member, "machine")
    refused = desk.link(dan, "dan", secret=secret)
    assert (refused.status, desk.operator(dan)) == (401, None)
    assert catalogue("en")["signin.told.provider_second"] in unescape(refused.text)
    assert desk.enter(dan, "dan").status == 401
    assert desk.link(dan, "dan", secret=secret, authenticator=True).status == 200


def test_nobody_is_found_by_a_mail_address(desk: Desk) -> None:
    address = "eve@counter.example"
    desk.says(address, email=address, email_verified=True, groups=["readers"], amr=["mfa"])
    quay = desk.quay
    member = quay.act(lambda acts: quay.staff.add(acts.work, name=address, at=acts.at))
    enrol_member(quay, member, "administrator", name=address, address=address)
    eve = Browser(desk.at)
    back = desk.enter(eve, address)
    assert (back.status, desk.operator(eve)) == (401, None)


def test_one_person_there_is_one_person_here(desk: Desk) -> None:
    desk.says("fay", amr=["mfa"])
    fay, gus = desk.invited(), desk.invited()
    assert desk.link(fay, "fay").status == 200
    assert desk.link(gus, "fay").status == 401
    desk.enter(fay, "fay")
    operator = desk.operator(fay)
    assert operator is not None
    assert operator.member == fay.member
    desk.quay.staff_leaves(fay.member)
    assert desk.operator(fay) is None
    assert desk.enter(fay, "fay").status == 401


def test_a_state_is_good_once_in_its_browser_and_at_its_provider(desk: Desk) -> None:
    desk.says("hal", amr=["mfa"])
    hal = desk.invited()
    desk.link(hal, "hal")
    back = urlsplit(agreed(address(hal.post(DESK, {})), "hal"))
    forged = back.query.replace("state=", "state=x")
    assert hal.get(f"{DESK}?{forged}").status == 401
    assert Browser(desk.at).get(f"{DESK}?{back.query}").status == 401, "another browser"
    assert hal.get(f"{DESK}?{back.query}").status == 401, "used up by that"
    back = urlsplit(agreed(address(hal.post(DESK, {})), "hal"))
    assert hal.get(f"/sign-in/provider/counter/other?{back.query}").status == 401, "another provider"
    assert desk.operator(hal) is None
    assert hal.get(f"{DESK}?error=access_denied&state=x").status == 401
    assert hal.post("/sign-in/provider/counter/nobody", {}).status == 401
    assert hal.post("/sign-in/provider/nowhere/desk", {}).status == 401
    assert hal.post(DESK, {}, {"sec-fetch-site": "cross-site"}).status == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_offers_the_provider_without_javascript(desk: Desk, language: str) -> None:
    heard = desk.at.ask("GET", "/sign-in?org=counter", None, {"accept-language": language})
    said = catalogue(language)["signin.provider"].format(provider="Company account", org="counter")
    assert f'action="{DESK}"' in heard.text
    assert said in unescape(heard.text)
    assert "Company account" not in desk.at.ask("GET", "/sign-in?org=another").text


def test_whoever_comes_by_a_provider_adds_no_way_around_its_groups(desk: Desk) -> None:
    pytest.importorskip("webauthn")
    desk.says("ida", amr=["mfa"])
    ida = desk.invited()
    desk.link(ida, "ida")
    desk.enter(ida, "ida")
    assert "data-passkey" not in ida.get("/counter/me").text


@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), ("zh", "zh-CN"), ("ms", "ms-MY")])
def test_a_browser_without_javascript_goes_there_and_back(
    browser: BrowserOf, desk: Desk, language: str, locale: str
) -> None:
    desk.says("joy", groups=["readers"], amr=["mfa"])
    joy = desk.invited()
    secret = desk.quay.operators.enrolling.invite(joy.member, "machine")
    words = catalogue(language)
    button = words["signin.provider"].format(provider="Company account", org="counter")
    context = browser.new_context(locale=locale, java_script_enabled=False)
    try:
        page = context.new_page()
        for start in (f"/sign-in/enrol/{secret}", "/sign-in?org=counter&next=/counter/staff/roles"):
            page.goto(desk.at.base + start)
            page.get_by_role("button", name=button).click()
            on = page.get_by_role("link", name=words["signin.off.on"])
            off = page.content()
            on.click()
            assert page.url.startswith(desk.issuer)
            page.locator("input[name=sub]").fill("joy")
            page.locator("input[name=sub]").press("Enter")
            page.wait_for_url(f"{desk.at.base}/**")
        page.wait_for_url(f"{desk.at.base}/counter/staff/roles")
        assert "Company account" in page.content()
    finally:
        context.close()
    with fresh_page(browser) as (seen, _):
        seen.goto(f"{desk.at.base}/sign-in")
        seen.set_content(off.replace("<head>", f'<head><base href="{desk.at.base}/">'))
        assert violations(seen) == []


# --- one that lies ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as found:
        yield found


@pytest.mark.parametrize(
    ("claims", "forge"),
    [
        ({"aud": "somebody-else"}, ""), ({"aud": ["troth", "somebody-else"]}, ""), ({"nonce": "another"}, ""),
        ({"iss": "https://other.example"}, ""), ({"exp": 1}, ""), ({}, "none"), ({}, "hmac"), ({}, "key"),
    ],
)  # fmt: skip
def test_words_that_do_not_hold_let_nobody_in(
    liar: Liar, tmp_path: Path, claims: dict[str, object], forge: str
) -> None:
    with place(write(tmp_path, liar.base), "counter", clock=SteppedClock(SystemClock().now())) as at:
        desk = Desk(at, liar.base)
        ida = desk.invited()
        desk.quay.operators.vouching.link(
            desk.quay.operators.enrolling.invite(ida.member, "machine"),
            Vouch("desk", liar.base, "wx-42", second=True),
        )
        for lies, status in ((True, 401), (False, 200)):
            liar.claims = {"amr": ["mfa"], **(claims if lies else {})}
            liar.forge = forge if lies else ""
            state, code = liar.authorise(address(ida.post(DESK, {})))
            assert ida.get(f"{DESK}?state={state}&code={code}").status == status
            assert (desk.operator(ida) is None) == lies


# --- the room itself ----------------------------------------------------------------------------------------------------------


def vouch(**more: object) -> Vouch:
    said = {
        "second": True,
        "roles": frozenset({"auditor"}),
        "governed": frozenset({"auditor", "post"}),
    } | more
    return Vouch("desk", "https://id.example", "mei", **said)  # type: ignore[arg-type]


def test_a_link_serves_once_ends_other_ways_in_and_is_rebuilt_from_the_ledger(quay: Organisation) -> None:
    operators = quay.operators
    member = hire(quay)
    before = enrol_member(quay, member, "administrator")
    secret = operators.enrolling.invite(member, "machine")
    with pytest.raises(EnrolmentRefused):
        operators.vouching.link(secret, vouch(second=False))
    operators.vouching.link(secret, vouch())
    with pytest.raises(InviteOver):
        operators.vouching.link(secret, vouch())
    assert before.first().entered is Entered.REFUSED, "the password serves no more"
    step = operators.vouching.enter(vouch())
    operator = operators.sessions.operator(step.secret)
    assert operator is not None
    assert operator.roles == ("auditor",), "no group gives administrator"
    assert {one.projection: one for one in quay.replay()}["operators"].equal
    assert operators.sessions.operator(step.secret) is not None


def test_a_role_whose_course_is_missing_is_refused_on_record_and_whoever_holds_it_comes_in(
    quay_on_sqlite: Organisation,
) -> None:
    quay = quay_on_sqlite
    member = hire(quay)
    said = vouch(roles=frozenset({"post"}))
    quay.operators.vouching.link(quay.operators.enrolling.invite(member, "machine"), said)
    step = quay.operators.vouching.enter(said)
    assert step.entered is Entered.IN
    operator = quay.operators.sessions.operator(step.secret)
    assert operator is not None
    assert (operator.roles, operator.policy_roles) == ((), ())
    with quay.database.read() as connection:
        assert list(quay.ledger.events(connection, kinds=("staff:role:refused",)))


def test_where_no_group_is_mapped_roles_are_given_by_hand(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    member = hire(quay)
    quay.operators.grant(member, "administrator", "machine")
    plain = vouch(roles=frozenset(), governed=frozenset())
    quay.operators.vouching.link(quay.operators.enrolling.invite(member, "machine"), plain)
    clock_of(quay).advance(timedelta(minutes=1))
    operator = quay.operators.sessions.operator(quay.operators.vouching.enter(plain).secret)
    assert operator is not None
    assert operator.roles == ("administrator",)


def test_a_code_of_the_authenticator_links_where_the_provider_checks_nothing(
    quay_on_sqlite: Organisation,
) -> None:
    quay, weak = quay_on_sqlite, vouch(second=False)
    enrolling = quay.operators.enrolling
    secret = enrolling.invite(hire(quay), "machine")
    with pytest.raises(EnrolmentRefused):
        enrolling.shown(secret, "000000")
    code = pyotp.TOTP(enrolling.invited(secret).totp).at(quay.clock.now())
    recovery = quay.operators.vouching.link(secret, weak, enrolling.shown(secret, code)).recovery
    first = quay.operators.vouching.enter(weak)
    assert first.entered is Entered.SECOND
    assert quay.operators.entry.second(first.secret, code).entered is Entered.SECOND, "the code was used"
    assert quay.operators.entry.second(first.secret, recovery[0]).entered is Entered.IN


# --- what the operator writes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("privacy_officer", "privacy_oficer", "Did you mean 'privacy_officer'"),
        ("confidential: ", "confidental: ", "Did you mean 'confidential'"),
        ("[operator]", "[operater]", "Did you mean 'operator'"),
        ("second_factor", "second_facter", "says something else"),
        ("issuer: https", "issuer: http", "no https address"),
        ("claim: groups", "claims: groups", "cannot be used"),
        ("policy_roles", "policy_rolls", "says something else"),
    ],
)
def test_what_is_misspelt_is_told_before_anything_starts(
    tmp_path: Path, was: str, now: str, told: str
) -> None:
    home = write(tmp_path, "https://id.example")
    file = tmp_path / "operators.yaml"
    file.write_text(file.read_text().replace(was, now, 1))
    with pytest.raises(OperatorsUnreadable, match=told), open_hosting(home, {"counter": EXAMPLE}):
        pass


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    home = write(tmp_path, "https://id.example")
    (tmp_path / "desk.secret").chmod(0o644)
    with (
        pytest.raises(OperatorsUnreadable, match="read by others"),
        open_hosting(home, {"counter": EXAMPLE}),
    ):
        pass


def test_roles_prints_what_the_operator_wrote_and_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write(tmp_path, "https://id.example")
    monkeypatch.setenv("TROTH_HOME", str(tmp_path))
    assert main(["roles"]) == 0
    said = capsys.readouterr().out
    assert "counter: the policy's confidential stands for privacy_officer" in said
    assert "counter: at desk, group readers: auditor" in said
    assert "counter: at desk, trusted as a second factor: mfa" in said
    assert "counter: at other, trusted as a second factor: nothing; ours is asked for" in said
    assert "s3cret" not in said
    assert product_roles_of(home, "counter") == {"confidential": "privacy_officer"}
    file = tmp_path / "operators.yaml"
    file.write_text(file.read_text().replace("privacy_officer", "privacy_oficer"))
    assert main(["roles"]) == 2
    assert "Did you mean 'privacy_officer'" in capsys.readouterr().err
