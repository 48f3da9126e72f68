"""Signing in at a provider: a real one in a process of its own, and one that lies in every way the standard warns of."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accounts.kit import STRONG, clock_of, events, registered
from tests.accounts.liar import Liar, lying
from troth.accounts import NOWHERE, LastAddress, Level, NameTaken, NotLetIn, Vouched
from troth.app.config import Home
from troth.app.lobby import AccountsUnreadable
from troth.app.providers import Begun, Provider, ProviderFailed, Providers, providers_of
from troth.app.system import SystemClock, SystemEntropy
from troth.kernel.clock import SteppedClock
from troth.ledger import Origin

BACK = "http://127.0.0.1:1/my/quay/sign-in/provider/liaotong"


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as found:
        yield found


def providers(issuer: str, clock: Any = None) -> Providers:
    one = Provider("liaotong", "Liaotong", issuer, "troth", "s3cret")
    return Providers({"liaotong": one}, clock or SystemClock(), SystemEntropy())


def begun(liar: Liar) -> tuple[Providers, Begun, str]:
    """A sign-in that the provider agreed to: its code."""
    found = providers(liar.base)
    start = found.begin("liaotong", BACK)
    state, code = liar.authorise(start.url)
    assert state == start.state
    return found, start, code


# --- a real provider, in a process of its own ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """oidc-provider-mock on a real port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "running on" in line.lower():
                break
        yield f"http://127.0.0.1:{port}"
        running.terminate()


def agreed(url: str, subject: str) -> tuple[str, str]:
    """A person signs in there: what the browser brings back."""
    answer = httpx.post(url, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = httpx.URL(answer.headers["location"])
    assert str(back).startswith(BACK)
    return back.params["state"], back.params["code"]


def test_a_person_signs_in_at_a_real_provider(provider: str) -> None:
    found = providers(provider)
    start = found.begin("liaotong", BACK)
    state, code = agreed(start.url, "siti@people.example")
    vouched, link = found.finish(state, code, start.binding)
    assert (vouched.provider, vouched.issuer, vouched.subject) == (
        "liaotong",
        provider,
        "siti@people.example",
    )
    assert link == ""
    with pytest.raises(NotLetIn):
        found.finish(state, code, start.binding)


def test_a_code_is_good_once_at_a_real_provider(provider: str) -> None:
    found = providers(provider)
    first, second = found.begin("liaotong", BACK), found.begin("liaotong", BACK)
    state, code = agreed(first.url, "siti@people.example")
    found.finish(state, code, first.binding)
    with pytest.raises(NotLetIn):
        found.finish(second.state, code, second.binding)


# --- one that lies ------------------------------------------------------------------------------------------------------------


def test_what_holds_is_let_in(liar: Liar) -> None:
    found, start, code = begun(liar)
    assert found.finish(start.state, code, start.binding)[0] == Vouched("liaotong", liar.base, "wx-42")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "somebody-else"}, {"aud": ["troth", "somebody-else"]},
        {"iss": "https://other.example"}, {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 4_000_000_000},
        {"sub": ""}, {"sub": None}, {"sub": 7}, {"sub": "x" * 256}, {"azp": "somebody-else"}, {"nbf": 4_000_000_000},
    ],
)  # fmt: skip
def test_claims_that_do_not_hold_open_nothing(liar: Liar, claims: dict[str, Any]) -> None:
    found, start, code = begun(liar)
    liar.claims = claims
    with pytest.raises(NotLetIn):
        found.finish(start.state, code, start.binding)


@pytest.mark.parametrize("forge", ["none", "hmac", "key"])
def test_words_nobody_signed_open_nothing(liar: Liar, forge: str) -> None:
    found, start, code = begun(liar)
    liar.forge = forge
    with pytest.raises(NotLetIn):
        found.finish(start.state, code, start.binding)


def test_a_state_belongs_to_the_browser_that_began_and_serves_once(liar: Liar) -> None:
    found, start, code = begun(liar)
    other = found.begin("liaotong", BACK)
    for state, binding in (
        ("forged", start.binding),
        (other.state, start.binding),
        (start.state, other.binding),
    ):
        with pytest.raises(NotLetIn):
            found.finish(state, code, binding)
    with pytest.raises(NotLetIn):
        found.finish(start.state, code, start.binding)
    assert code in liar.codes, "nothing was redeemed on a forged state"


def test_a_sign_in_that_was_begun_too_long_ago_opens_nothing(liar: Liar) -> None:
    clock = SteppedClock(SystemClock().now())
    found = providers(liar.base, clock)
    start = found.begin("liaotong", BACK)
    state, code = liar.authorise(start.url)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(NotLetIn):
        found.finish(state, code, start.binding)


def test_a_provider_describes_itself_under_its_issuer_and_by_safe_addresses(liar: Liar) -> None:
    liar.issuer = "https://other.example"
    with pytest.raises(ProviderFailed):
        providers(liar.base).begin("liaotong", BACK)
    liar.issuer, liar.endpoint = "", "http://far.example/token"
    with pytest.raises(ProviderFailed):
        providers(liar.base).begin("liaotong", BACK)


def test_a_provider_that_is_away_is_told_apart() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ProviderFailed):
            providers(away).begin("liaotong", BACK)


# --- accounts -----------------------------------------------------------------------------------------------------------------


def test_an_account_is_linked_from_inside_and_never_by_a_mail_address(quay_on_sqlite: Any) -> None:
    accounts = quay_on_sqlite.accounts
    vouched = Vouched("liaotong", "https://id.example", "mei1@example.test")
    mei = registered(quay_on_sqlite, 1)
    with pytest.raises(NotLetIn):
        accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED)
    linked = accounts.linking.link(mei.secret, vouched, Origin.OBSERVED)
    entered = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED)
    assert entered.session.account == mei.session.account
    other = registered(quay_on_sqlite, 2)
    with pytest.raises(NameTaken):
        accounts.linking.link(other.secret, vouched, Origin.OBSERVED)
    accounts.linking.unlink(entered.secret, linked.id, Origin.OBSERVED)
    with pytest.raises(NotLetIn):
        accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED)


def test_whoever_has_no_account_may_open_one_by_a_provider(quay_on_sqlite: Any) -> None:
    accounts = quay_on_sqlite.accounts
    vouched = Vouched("liaotong", "https://id.example", "42")
    entered = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED, open=True)
    assert entered.session.level is Level.PASSWORD
    again = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED, open=True)
    assert again.session.account == entered.session.account
    (name,) = accounts.mine(entered.secret).names
    with pytest.raises(LastAddress):
        accounts.linking.unlink(entered.secret, name.id, Origin.OBSERVED)
    with pytest.raises(NotLetIn):
        accounts.sign_in("42", STRONG)


def test_an_account_without_a_password_closes_for_whoever_just_signed_in(quay_on_sqlite: Any) -> None:
    accounts, vouched = quay_on_sqlite.accounts, Vouched("liaotong", "https://id.example", "43")
    entered = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED, open=True)
    assert not accounts.mine(entered.secret).password
    clock_of(quay_on_sqlite).advance(timedelta(minutes=10))
    with pytest.raises(NotLetIn):
        accounts.close(entered.secret, "")
    again = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED)
    accounts.change_password(again.secret, "", STRONG)
    again = accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED)
    with pytest.raises(NotLetIn):
        accounts.close(again.secret, "")
    accounts.close(again.secret, STRONG)
    with pytest.raises(NotLetIn):
        accounts.linking.enter(vouched, NOWHERE, Origin.OBSERVED, open=True)


def test_turning_back_leaves_nothing_of_anybody(quay_on_sqlite: Any) -> None:
    with quay_on_sqlite.database.read() as connection:
        before = quay_on_sqlite.rooms.subjects.everybody(connection)
    quay_on_sqlite.accounts.linking.refused("liaotong", "turned_back", Origin.OBSERVED)
    (event,) = events(quay_on_sqlite)
    assert (event.subject, event.commitment) == (None, None)
    with quay_on_sqlite.database.read() as connection:
        assert quay_on_sqlite.rooms.subjects.everybody(connection) == before


# --- what the operator writes ---------------------------------------------------------------------------------------------------


def written(folder: Path, **more: str) -> Home:
    said = {
        "label": "Liaotong",
        "issuer": "https://id.example",
        "client": "troth",
        "secret": "env:NAMED",
    } | more
    lines = [f"      {name}: {value}" for name, value in said.items()]
    (folder / "accounts.yaml").write_text("\n".join(["providers:", "  quay:", "    liaotong:", *lines]))
    return Home.at(folder)


def test_a_secret_lies_in_the_environment_or_a_file_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMED", "s3cret")
    assert providers_of(written(tmp_path), "quay")["liaotong"].secret == "s3cret"
    assert providers_of(written(tmp_path), "another") == {}
    file = tmp_path / "secret"
    file.write_text("from-file\n")
    file.chmod(0o644)
    with pytest.raises(AccountsUnreadable, match="read by others"):
        providers_of(written(tmp_path, secret=str(file)), "quay")
    file.chmod(0o600)
    assert providers_of(written(tmp_path, secret=str(file)), "quay")["liaotong"].secret == "from-file"
    with pytest.raises(AccountsUnreadable):
        providers_of(written(tmp_path, issuer="http://id.example"), "quay")
    assert "s3cret" not in repr(providers_of(written(tmp_path), "quay"))
