"""Real-name checks at gateway: every consent on its own, a verifier with a proven lawful source, and nothing kept."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts.kit import QUICK, STRONG
from tests.web.kit import Place, place
from troth.accounts import FakeVerifier, Match, Presented, Verifier, VerifierFailed
from troth.app.config import Home
from troth.app.couriers import Bag

MARK = "face-of-somebody-41c7"
TRUSTED = ["lawful_source", "confidentiality", "instructions", "policy_bound", "security_bound"]
CONSENTS = ["face_check", "id_card_check", "verifier_query", "cn_pipl.sensitive", "cn_pipl.share"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("town")
    fakes = "verifier_government: {by: fake, place: CN}, verifier_commercial: {by: fake, place: CN}"
    (home / "accounts.yaml").write_text(f"{QUICK}verifiers:\n  gateway: {{{fakes}}}\n")
    with place(Home.at(home), "gateway") as found:
        found.hosting.visitors.courier = Bag()
        facts = TRUSTED
        organisation = found.hosting.organisations["gateway"].organisation
        organisation.act(lambda acts: acts.recipient("verifier_government", facts))
        organisation.act(lambda acts: acts.recipient("verifier_commercial", facts[1:]))
        yield found


def post(at: Place, path: str, status: int = 200, **sent: Any) -> Any:
    answer = at.call("POST", f"gateway/accounts/{path}", sent)
    assert answer.status == status, answer.text
    return answer.json()


def member(at: Place, name: str, consents: list[str]) -> Any:
    organisation = at.hosting.organisations["gateway"].organisation
    shown = organisation.policy().digest
    waiting = post(
        at, "register", 202, name=name, password=STRONG, address=f"{name}@people.example", shown=shown
    )
    organisation.accounts.errands.settle()
    courier = at.hosting.visitors.courier
    assert isinstance(courier, Bag)
    code = next(one.code for one in reversed(courier.letters) if one.code)
    entered = post(at, "confirm", 201, ticket=waiting["ticket"], code=code)
    who = entered["subject"]
    facts = ["shown:policy", "shown:authenticate_screen", "on:service", "on:identity_service"]
    organisation.act(lambda acts: acts.accept(who, "deemed", language="en"))
    organisation.act(lambda acts: acts.set_facts(who, set=facts, language="en"))
    for item in consents:
        organisation.act(lambda acts, item=item: acts.consent(who, item, "given", language="en"))  # type: ignore[misc]
    return entered


def check(at: Place, session: str, status: int = 200, verifier: str = "verifier_government") -> Any:
    picture = base64.b64encode(MARK.encode() * 20).decode()
    return post(
        at,
        "real-name",
        status,
        session=session,
        verifier=verifier,
        number="A1234567",
        document=picture,
        face=picture,
    )


def fake(at: Place, recipient: str = "verifier_government") -> FakeVerifier:
    found = at.hosting.organisations["gateway"].organisation.accounts.checking.verifiers[recipient]
    assert isinstance(found, FakeVerifier)
    return found


def kinds(at: Place) -> list[str]:
    organisation = at.hosting.organisations["gateway"].organisation
    with organisation.database.read() as connection:
        return [
            one.kind
            for one in organisation.ledger.events(
                connection, kinds=("accounts:check:", "accounts:assurance:")
            )
        ]


def test_with_every_consent_the_account_is_of_a_real_name(town: Place) -> None:
    mei = member(town, "mei", CONSENTS)
    assert check(town, mei["session"]) == {"result": "match"}
    found = post(town, "session", session=mei["session"])
    assert (found["level"], found["ial"], found["eidas"]) == ("real_name", "IAL2", "substantial")
    again = post(town, "sign-in", name="mei", password=STRONG)
    assert again["level"] == "real_name"
    assert kinds(town)[-4:] == [
        "accounts:check:asked", "accounts:check:answered", "accounts:check:forgotten", "accounts:assurance:raised",
    ]  # fmt: skip


@pytest.mark.parametrize("lacking", CONSENTS)
def test_without_any_one_consent_nothing_is_handed_over(town: Place, lacking: str) -> None:
    who = member(town, f"w{CONSENTS.index(lacking)}", [one for one in CONSENTS if one != lacking])
    before = list(fake(town).asked)
    refused = check(town, who["session"], 403)
    assert f"consent:{lacking}" in refused["help"]
    assert fake(town).asked == before
    assert kinds(town)[-1] == "accounts:check:refused"
    assert post(town, "session", session=who["session"])["level"] == "password_code"


def test_a_verifier_without_a_proven_lawful_source_is_refused(town: Place) -> None:
    who = member(town, "lawful", CONSENTS)
    refused = check(town, who["session"], 403, "verifier_commercial")
    assert "recipient:lawful_source" in refused["help"]
    assert fake(town, "verifier_commercial").asked == []
    check(town, who["session"], 403, "nobody")


def test_a_mismatch_raises_nothing_and_everything_is_forgotten(town: Place) -> None:
    organisation = town.hosting.organisations["gateway"].organisation
    who = member(town, "mismatch", CONSENTS)
    checking = organisation.accounts.checking
    before, checking.verifiers = (
        checking.verifiers,
        {"verifier_government": FakeVerifier("verifier_government", "CN", [Match.NO])},
    )
    try:
        presented = Presented.of("A1", MARK.encode(), MARK.encode())
        assert checking.check(who["session"], presented, "verifier_government") is Match.NO
    finally:
        checking.verifiers = before
    assert presented.gone
    assert post(town, "session", session=who["session"])["level"] == "password_code"
    held = b"".join(one.read_bytes() for one in organisation_files(town) if one.is_file())
    assert MARK.encode() not in held
    assert b"A1234567" not in held


def organisation_files(at: Place) -> Any:
    return at.hosting.organisations["gateway"].home.folder.rglob("*")


class Away:
    """A verifier that does not answer."""

    name, recipient, place = "nobody", "verifier_government", "CN"

    def verify(self, presented: Presented) -> Match:
        raise VerifierFailed("Nobody answered.", "Try later.")


def test_a_verifier_that_does_not_answer_leaves_nothing(town: Place) -> None:
    who = member(town, "away", CONSENTS)
    checking = town.hosting.organisations["gateway"].organisation.accounts.checking
    before, checking.verifiers = checking.verifiers, {"verifier_government": Away()}
    try:
        check(town, who["session"], 503)
    finally:
        checking.verifiers = before
    assert kinds(town)[-2:] == ["accounts:check:answered", "accounts:check:forgotten"]
    assert post(town, "session", session=who["session"])["level"] == "password_code"


@pytest.fixture(params=["fake"])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    return FakeVerifier("verifier_government", "CN", [Match.YES, Match.NO])


def test_every_verifier_answers_yes_or_no_keeps_nothing_and_says_what_it_is(verifier: Verifier) -> None:
    presented = Presented.of("A1", MARK.encode(), MARK.encode())
    answers = [verifier.verify(presented), verifier.verify(presented)]
    assert answers == [Match.YES, Match.NO]
    assert verifier.recipient == "verifier_government"
    assert "fake" in verifier.name
    presented.forget()
    assert MARK not in repr(vars(verifier)) + repr(presented)
