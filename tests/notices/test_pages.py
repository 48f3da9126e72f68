"""The archive of versions for anybody, the way out for declared destinations alone, and notices over HTTP."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notices.kit import kinds
from tests.web.centre.kit import Visitor, known, organisation, with_bag
from tests.web.kit import EXAMPLES, Place, place
from troth.app.cases import load_cases
from troth.app.config import Home
from troth.app.leaving import destinations
from troth.cookies import SiteUnreadable
from troth.kernel.findings import Findings
from troth.policy.compile import compile_policy
from troth.web.speech import catalogue


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(Home.at(tmp_path_factory.mktemp("town")), "harbour", "axle") as found, with_bag(found):
        yield found


@pytest.fixture
def two_versions(tmp_path: Path, database_url: str) -> Iterator[Place]:
    """Harbour, and a second version with another word and another paragraph."""
    with place(Home.at(tmp_path / "home", database_url), "harbour") as found:
        harbour = found.hosting.organisations["harbour"]
        files = dict(harbour.files)
        text = next(text.file for text in harbour.bundle.texts if text.authoritative)
        files[text] = files[text].rstrip() + "\n\nA word that was not there before.\n"
        compiled = compile_policy(files, harbour.packs, Findings())
        assert compiled is not None
        texts = {one.file: files[one.file] for one in compiled.bundle.texts}
        organisation(found).act(lambda acts: acts.activate(compiled.bundle, texts))
        yield found


def test_every_version_has_an_address_of_its_own_for_anybody(two_versions: Place) -> None:
    visitor = Visitor(two_versions)
    listed = visitor.get("notice/versions")
    assert listed.status == 200
    assert re.findall(r"/notice/versions/(\d+)", listed.text) == ["2", "1"]
    first, second = visitor.get("notice/versions/1"), visitor.get("notice/versions/2")
    assert (first.status, second.status) == (200, 200)
    assert "A word that was not there before." in second.text
    assert "A word that was not there before." not in first.text
    assert catalogue("en")["my.versions.first"] in first.text
    changes = second.text[second.text.index('id="changes"') : second.text.index("<article")]
    assert catalogue("en")["my.versions.how.added"] in changes
    assert "A word that was not there before." in changes
    assert re.search(r"<code[^>]*>[0-9a-f]{19}</code>", changes), "by the digest of each clause"
    for nothing in ("0", "3", "x", "-1", "1e3", "²"):
        assert visitor.get(f"notice/versions/{nothing}".replace("²", "%C2%B2")).status == 404
    assert "<script" not in second.text


def test_the_first_version_reads_the_same_whatever_comes_after(two_versions: Place) -> None:
    visitor = Visitor(two_versions)
    before = visitor.get("notice/versions/1").text
    harbour = organisation(two_versions)
    with harbour.database.read() as connection:
        first = harbour.rooms.policies.versions(connection)[0].digest
    assert first in before
    assert before.count("<article") == 1


def test_declared_destinations_alone_are_led_to(town: Place) -> None:
    visitor = Visitor(town, "axle")
    page = visitor.get("leaving?to=fairs")
    assert page.status == 200
    assert 'href="https://fairs.example/"' in page.text
    assert 'href="https://fairs.example/privacy"' in page.text
    assert page.text.count("noreferrer") == 2
    assert visitor.get("leaving?to=https://fairs.example/").status == 200
    for wanted in (
        "https://evil.example/", "//evil.example", "https://fairs.example/@evil.example", "https://fairs.example",
        "javascript:alert(1)", "%0d%0aset-cookie:x=1", "fairs%00", "",
    ):  # fmt: skip
        refused = visitor.get(f"leaving?to={wanted}")
        assert refused.status == 404, wanted
        assert "evil" not in refused.text
        assert "location" not in refused.headers
        assert catalogue("en")["my.leaving.undeclared"] in refused.text


def test_who_left_is_on_record_only_where_somebody_is_signed_in(town: Place) -> None:
    axle, visitor = organisation(town, "axle"), Visitor(town, "axle")
    before = kinds(axle, "notices:leaving:").count("notices:leaving:shown")
    for _ in range(3):
        visitor.get("leaving?to=fairs")
    with axle.database.read() as connection:
        nobody = axle.ledger.events(connection, kinds=("notices:leaving:shown",))
        assert [event.subject for event in nobody] == [None], "once a day, and nobody's"
    known(town, "mei@people.example", "axle")
    assert visitor.sign_in("mei@people.example").status == 303
    assert visitor.get("leaving?to=fairs").status == 200
    with axle.database.read() as connection:
        events = list(axle.ledger.events(connection, kinds=("notices:leaving:shown",)))
    assert len([event for event in events if event.subject]) == 1
    assert "boundary:third_party_services" in events[-1].codes
    assert kinds(axle, "notices:display:") == ["notices:display:shown"], "the leaving notice itself"
    assert before <= 1


def test_where_nobody_declared_is_a_refused_attempt_once_a_day(town: Place) -> None:
    axle, visitor = organisation(town, "axle"), Visitor(town, "axle")
    for _ in range(3):
        assert visitor.get("leaving?to=elsewhere").status == 404
    assert kinds(axle, "notices:leaving:refused") == ["notices:leaving:refused"]
    with axle.database.read() as connection:
        tallies = axle.promises.evidence(connection)["boundary:third_party_services"].tallies
    assert sum(one.refused for one in tallies) == 1


@pytest.mark.parametrize(
    "table",
    [
        '[leaving.x]\nname = "X"\nto = "https://x.example/"\n',
        '[leaving.x]\nname = "X"\nto = "javascript:1"\nprivacy = "https://x.example/p"\n',
        '[leaving.x]\nname = "X"\nto = "https://x.example/"\nprivacy = "x.example"\n',
        '[leaving."X y"]\nname = "X"\nto = "https://x.example/"\nprivacy = "https://x.example/p"\n',
        "leaving = 3\n",
    ],
)
def test_a_destination_without_rules_of_its_own_is_no_destination(tmp_path: Path, table: str) -> None:
    (tmp_path / "site.toml").write_text(table)
    with pytest.raises(SiteUnreadable):
        destinations(Home.at(tmp_path / "home"), tmp_path, "quay")


def test_a_company_shows_a_notice_and_a_submission_is_bound_to_it(harbour: Place) -> None:
    at = harbour
    who = at.call("POST", "harbour/subjects", {"identities": []}).json()["subject"]
    found = at.call("GET", "harbour/points/filing_form/notices?language=zh").json()["notices"]
    shown = {one["notice"]: one for one in found}["filing_notice"]
    assert hashlib.sha256(shown["text"].encode()).hexdigest() == shown["rendered"].removeprefix("sha256:")
    sent = {"subject": who, "point": "filing_form", "fields": ["filing_company"]}
    refused = at.call("POST", "harbour/submissions", sent).json()
    assert (refused["taken"], "shown:filing_notice" in refused["missing"]) == (False, True)
    for one in found:
        display = {
            "subject": who,
            "notice": one["notice"],
            "language": one["language"],
            "point": "filing_form",
        }
        assert at.call("POST", "harbour/displays", display | {"rendered": one["rendered"]}).status == 201
    assert at.call("POST", "harbour/submissions", sent).json()["taken"]
    beyond = at.call("POST", "harbour/submissions", sent | {"fields": ["filing_company", "registrant_phone"]})
    assert beyond.json()["lacking"] == ["registrant_phone"]
    kept = at.call("GET", f"harbour/texts/{shown['rendered']}").json()
    assert kept["text"] == shown["text"]


def test_a_forged_digest_a_long_text_and_a_strange_key_are_refused(harbour: Place) -> None:
    at = harbour
    who = at.call("POST", "harbour/subjects", {"identities": []}).json()["subject"]
    display = {"subject": who, "notice": "filing_notice", "language": "en"}
    forged = at.call("POST", "harbour/displays", display | {"rendered": "sha256:" + "0" * 64})
    assert forged.status == 422
    assert forged.json()["type"].endswith("notice-mismatch")
    assert at.call("POST", "harbour/displays", display | {"text": "x" * 10_000_000}).status == 413
    assert at.call("POST", "harbour/displays", display | {"text": "x" * 600_000}).status == 422
    assert at.call("GET", "harbour/texts/sha256:" + "0" * 64).status in (404, 422)
    narrow = at.hosting.keys.issue("harbour", ["ask"])
    assert at.call("POST", "harbour/displays", display, key=narrow).status == 403
    assert at.call("GET", "harbour/changes", key=narrow).status == 403
    twice = [
        at.call("POST", "harbour/displays", display, idempotency_key="one").json()["sequence"]
        for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_each_example_has_cases_of_changes() -> None:
    folder = EXAMPLES.parent / "tests" / "cases"
    found = {case.policy for case in load_cases(folder) if case.moment is not None}
    assert found == {"harbour", "axle", "counter", "desk", "gateway"}
