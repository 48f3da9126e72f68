"""What a person sees, and what a press does."""

from __future__ import annotations

import json
import re
import threading
from html import unescape

import pytest
from starlette.routing import Match

from tests.web.centre.kit import ADDRESS, RESIDENT, Visitor, known, lived, organisation, permits
from tests.web.kit import EXAMPLES, Place
from troth.app.acts import Acts
from troth.app.opening import compiled_folder
from troth.decide.counterfactual import Change, declared_acts
from troth.decide.model import Question
from troth.policy.facts import Fact
from troth.policy.model import Consent, Objection
from troth.web.centre import ROUTES

PROMOTED = Question("use", ("email",), "permitted_other")
MAILED = Question("collect", ("email",), "promotion")
LIMIT, REQUESTS = 60_000, 3
PAGES = (
    "", "consents", "consents/other_purpose", "consents/export", "objections/mailing_list", "receipts", "rights", "policy",
    "notice", "sign-in",
)  # fmt: skip


JARS: dict[tuple[str, str], dict[str, str]] = {}


def visitor_of(town: Place, address: str = ADDRESS) -> Visitor:
    """Signed in; once an address and server, for codes are few."""
    jar = JARS.setdefault((town.base, address), {})
    visitor = Visitor(town, jar=jar)
    if not jar:
        assert visitor.sign_in(address).status == 303
    return visitor


def words(text: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text)))


def digest(town: Place) -> str:
    return organisation(town).policy().digest


def sequences(town: Place, subject: str, kind: str) -> int:
    harbour = organisation(town)
    with harbour.database.read() as connection:
        return len(
            list(harbour.ledger.events(connection, subject=harbour.ledger.pseudonym(subject), kinds=(kind,)))
        )


def test_the_overview_counts_what_the_record_has(quarter: Place) -> None:
    page = visitor_of(quarter, RESIDENT).get().text
    said = words(page)
    assert "<b>10</b>" in page, "uses that were permitted, and no others"
    assert re.search(r"Account use Email account 7 ", said)
    assert "You have an account" in said
    assert "mail address" in said
    assert "accepted by you" in said
    assert ADDRESS not in page


def test_a_withdrawal_is_in_force_when_the_answer_comes(quay: Place) -> None:
    subject = lived(quay)
    visitor = visitor_of(quay)
    assert permits(quay, subject, PROMOTED)
    shown = words(visitor.get("consents/other_purpose").text)
    assert "This would stop Another aim the person allowed" in shown
    assert "This would go on anyway" in shown
    answer = visitor.post("consents/other_purpose", do="withdraw")
    assert answer.status == 303
    assert not permits(quay, subject, PROMOTED)
    after = visitor.get(answer.headers["location"]).text
    assert "Withdrawn, and in force." in after
    link = re.search(r'href="(/my/harbour/receipts/\d+)"', after)
    assert link is not None
    receipt = json.loads(visitor.get(link[1]).body)
    checked = quay.hosting.organisations["harbour"].receipts.check(receipt["receipt"], subject=subject)
    assert checked.outcome.value == "valid"


def test_what_was_given_for_one_case_is_taken_back_by_itself(quay: Place) -> None:
    subject = lived(quay)
    house = organisation(quay)
    house.act(lambda acts: acts.consent(subject, "other_purpose", "withdrawn"))
    for case in ("one", "other"):
        house.act(
            lambda acts, case=case: acts.consent(subject, "other_purpose", "given", language="en", case=case)
        )
    visitor = visitor_of(quay)
    page = visitor.get("consents/other_purpose").text
    named = re.findall(r'name="only" value="(case/\w+)"', page)
    assert len(named) == 2
    assert visitor.post("consents/other_purpose", do="withdraw", only="case/of-somebody-else").status == 409
    assert visitor.post("consents/other_purpose", do="withdraw", only=named[0]).status == 303
    assert (
        re.findall(r'name="only" value="(case/\w+)"', visitor.get("consents/other_purpose").text) == named[1:]
    )
    assert visitor.post("consents/other_purpose", do="withdraw", only=named[0]).status == 409


def test_giving_is_a_clear_act_before_its_notice(quay: Place) -> None:
    subject = lived(quay)
    visitor = visitor_of(quay)
    page = visitor.get("consents/export").text
    assert "Before you agree" in page
    answer = visitor.post("consents/export", do="give", policy=digest(quay))
    assert answer.status == 303
    facts = next(iter(organisation(quay).known(subject).values())).holding
    assert {Fact("consent", "export"), Fact("shown", "export_notice")} <= facts
    assert sequences(quay, subject, "consent:item:given") == 2, "and nothing else was agreed to"


def test_nothing_is_agreed_to_under_a_policy_that_is_not_the_one_shown(quay: Place) -> None:
    subject = lived(quay)
    visitor = visitor_of(quay)
    for sent in ({"policy": "sha256:" + "0" * 64}, {}):
        answer = visitor.post("consents/export", do="give", **sent)
        assert answer.status == 409
        assert "nothing was agreed to" in answer.text
    assert sequences(quay, subject, "consent:item:given") == 1
    assert visitor.post("consents/other_purpose", do="withdraw", policy="old").status == 303, (
        "a no is never refused"
    )


@pytest.mark.parametrize("form", [{}, {"do": "expire"}, {"do": "given"}, {"do": "\x00"}])
def test_a_button_nobody_made_changes_nothing(quay: Place, form: dict[str, str]) -> None:
    subject = lived(quay)
    visitor = visitor_of(quay)
    assert visitor.post("consents/other_purpose", policy=digest(quay), **form).status == 422
    assert visitor.post("objections/mailing_list", **form).status == 422
    assert permits(quay, subject, PROMOTED)


def test_an_objection_is_raised_and_lifted_and_is_no_withdrawal(quay: Place) -> None:
    subject = lived(quay)
    visitor = visitor_of(quay)
    before = permits(quay, subject, MAILED)
    assert visitor.post("objections/mailing_list", do="raise").status == 303
    assert "Raised, and in force." in visitor.get("objections/mailing_list?done=1").text
    assert not permits(quay, subject, MAILED)
    assert sequences(quay, subject, "consent:item:withdrawn") == 0
    assert visitor.post("objections/mailing_list", do="lift").status == 303
    assert permits(quay, subject, MAILED) is before


def test_two_tabs_at_once_leave_every_press_on_record_and_the_last_one_standing(quay: Place) -> None:
    subject = lived(quay)
    first = visitor_of(quay)
    second = Visitor(quay, jar=dict(first.jar))
    start = threading.Barrier(2)
    answers: list[int] = []

    def press(visitor: Visitor, do: str) -> None:
        start.wait(60)
        answers.extend(
            visitor.post("consents/other_purpose", do=do, policy=digest(quay)).status for _ in range(10)
        )

    threads = [threading.Thread(target=press, args=one) for one in ((first, "give"), (second, "withdraw"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [303] * 20
    harbour = organisation(quay)
    with harbour.database.read() as connection:
        name = harbour.ledger.pseudonym(subject)
        kinds = [e.kind for e in harbour.ledger.events(connection, subject=name, kinds=("consent:item:",))
                 if e.codes[0] == "consent:other_purpose"]  # fmt: skip
    assert (kinds.count("consent:item:given"), kinds.count("consent:item:withdrawn")) == (11, 10)
    assert permits(quay, subject, PROMOTED) is kinds[-1].endswith("given")
    assert ("Withdraw</button>" in first.get("consents/other_purpose").text) is kinds[-1].endswith("given")


@pytest.mark.parametrize("kind", [Consent, Objection])
def test_what_a_page_foretells_is_what_the_gate_then_says(
    quay: Place, kind: type[Consent | Objection]
) -> None:
    """Every declared act is asked of the gate before and after each press, and compared with what was foretold."""
    subject = lived(quay)
    hosted = quay.hosting.organisations["harbour"]
    harbour = hosted.organisation
    acts = declared_acts(hosted.catalogue)[::7]
    for item in hosted.catalogue.all(kind)[:3]:
        view = (harbour.policy(), next(iter(harbour.known(subject).values())))
        fact = Fact("consent" if kind is Consent else "objects", item.id)
        held = fact in view[1].holding
        change = Change(clear=frozenset({fact})) if held else Change(frozenset({fact}))
        foretold = hosted.foresight.outlook([view], change)
        before = {act: permits(quay, subject, act) for act in acts}

        def press(acts: Acts, item: Consent | Objection = item, held: bool = held) -> None:
            if isinstance(item, Consent):
                acts.consent(subject, item.id, "withdrawn" if held else "given", language="en")
            else:
                acts.object(subject, item.id, raised=not held)

        harbour.act(press)
        stops, begins = {o.question for o in foretold.stops}, {o.question for o in foretold.begins}
        for act in acts:
            now = permits(quay, subject, act)
            assert (before[act] and not now) == (act in stops), act
            assert (now and not before[act]) == (act in begins), act


@pytest.mark.parametrize("name", ["harbour", "axle", "counter", "desk", "gateway"])
def test_every_consent_of_every_example_has_a_page_in_three_languages_by_its_name(name: str) -> None:
    bundle, _ = compiled_folder(EXAMPLES / name)
    for statement in bundle.in_force(bundle.header.enforced):
        if isinstance(statement, (Consent, Objection)):
            assert {"en", "zh", "ms"} <= statement.label.keys(), statement.key


@pytest.mark.parametrize("language", ["en", "zh", "ms"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small_and_asks_for_little(quarter: Place, path: str, language: str) -> None:
    visitor = visitor_of(quarter, RESIDENT) if path != "sign-in" else Visitor(quarter)
    answer = visitor.get(f"/my/harbour{path and '/'}{path}?lang={language}")
    assert answer.status == 200
    assert f'<html lang="{language}">' in answer.text
    parts = re.findall(r'<(?:link|img|script)[^>]+(?:href|src)="([^"]+)"', answer.text)
    assert len(parts) + 1 <= REQUESTS
    assert all(part.startswith("/static/") for part in parts)
    assert len(answer.body) + sum(len(quarter.ask("GET", part).body) for part in parts) <= LIMIT
    assert "<script" not in answer.text
    assert not re.search(r"<input[^>]* checked", answer.text)
    assert "style=" not in answer.text


def test_each_version_has_an_address_that_stays_and_its_own_words(quay: Place) -> None:
    first = digest(quay)
    address = f"/my/harbour/policy/{first.replace(':', '-')}"
    before = Visitor(quay).get(address).text
    bundle, texts = compiled_folder(EXAMPLES / "counter")
    organisation(quay).act(lambda acts: acts.activate(bundle, texts))
    after = Visitor(quay).get(address).text
    assert after.replace("· in force now", "").split("<article")[1] == before.split("<article")[1]
    assert "in force now" in before
    assert "in force now" not in after.split("<article")[0]
    assert len(re.findall(r"/policy/sha256-", Visitor(quay).get("policy").text)) == 2


def test_what_binds_a_person_is_what_they_accepted(quay: Place) -> None:
    lived(quay)
    first = digest(quay)
    bundle, texts = compiled_folder(EXAMPLES / "counter")
    organisation(quay).act(lambda acts: acts.activate(bundle, texts))
    page = visitor_of(quay).get("policy").text
    bound = next(part for part in page.split('<li class="choice">')[1:] if "binds you" in part)
    assert first in bound
    assert "Another aim" in visitor_of(quay).get("consents").text


def test_a_person_who_accepted_nothing_is_told_so(quarter: Place) -> None:
    known(quarter, "new@people.example", accept=False)
    assert "you have not accepted any version" in visitor_of(quarter, "new@people.example").get().text


def test_the_notice_says_purposes_grounds_recipients_keeping_and_rights(quarter: Place) -> None:
    said = words(Visitor(quarter).get("notice").text)
    for part in ("Account", "User name, Password, Email account", "Who receives data", "Harbour Cloud", "6 months", "Privacy desk",
                 "privacy@harbour.example", "Put right what is wrong"):  # fmt: skip
        assert part in said
    other = Visitor(quarter, "gateway").get("/my/gateway/notice?lang=zh").text
    assert "3 个工作日" in other or "3 工作日" in words(other)


def test_no_button_leads_nowhere(quarter: Place) -> None:
    """What cannot be done here yet is said to be so, with the ways that work; every form and link of every page answers."""
    visitor = visitor_of(quarter, RESIDENT)
    rights = visitor.get("rights").text
    assert "a person handles it" in rights
    assert "<form" not in rights.split("</main>")[0]
    for path in PAGES:
        for link in set(re.findall(r'(?:href|action)="(/my/[^"#?]+)', visitor.get(path).text)):
            answer = visitor.get(link)
            assert answer.status in (200, 405), link
            if answer.status == 405:
                asked = {"type": "http", "method": "POST", "path": link, "headers": []}
                assert any(route.matches(asked)[0] is Match.FULL for route in ROUTES), link


def test_a_name_is_shown_as_it_is_and_never_as_markup(quay: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(quay)
    nasty = "<b>x</b>{{7*7}}\u202e\U0001f600\"'"
    hosted = quay.hosting.organisations["harbour"]
    monkeypatch.setitem(hosted.bundle.header.organisation, "en", nasty)
    for label in (item.label for item in hosted.organisation.policy().catalogue.all(Consent)):
        monkeypatch.setitem(label, "en", nasty)
    visitor = visitor_of(quay)
    for path in PAGES:
        page = visitor.get(path).text
        assert "<b>x" not in page
        assert "&lt;b&gt;x&lt;/b&gt;{{7*7}}" in page
