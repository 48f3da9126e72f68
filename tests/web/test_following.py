"""Pages and API speak of the version in force now, however it came into force; nobody restarts anything for that."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.kit import POLICY, folder, second
from tests.web.kit import EXAMPLES, Place
from troth.app import following
from troth.app.config import Home
from troth.app.hosting import open_hosting
from troth.app.opening import open_organisation
from troth.app.probing import Rounds
from troth.app.running import follow, running
from troth.app.serve import listen, serving
from troth.app.town import Settings

REWORDED = POLICY.replace('version: "1"', 'version: "1.7"')
PAGES = ("/quay", "/quay/policy", "/quay/coverage", "/quay/ask", "/quay/ledger", "/quay/clauses/2")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return folder(tmp_path / "policy")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@pytest.fixture
def quay(home: Home, policy: Path) -> Iterator[Place]:
    with open_hosting(home, {"quay": policy}) as hosting, serving(hosting, listen()) as base:
        yield Place(base, hosting)


def shown(quay: Place) -> str:
    """The version that the page of the policy shows."""
    rows = quay.see("/quay/policy").text.partition("<dt>version</dt><dd>")[2]
    return rows.partition("</dd>")[0]


def test_a_version_that_another_process_activated_is_shown_at_once(quay: Place, home: Home) -> None:
    assert shown(quay) == "1"
    with open_organisation(home, "quay") as other:
        other.act(lambda acts: acts.activate(second(), {"text.md": other.texts()["text.md"]}))
    assert shown(quay) == "2"
    assert quay.call("GET", "quay/policy").json()["digest"] == second().digest
    assert [quay.see(page).status for page in PAGES] == [200] * len(PAGES)
    assert quay.hosting.organisations["quay"].bundle.header.version == "2"


def test_a_folder_that_changed_is_in_force_once_it_has_come_to_rest(quay: Place, policy: Path) -> None:
    assert quay.hosting.follow() == []
    folder(policy, REWORDED)
    assert quay.hosting.follow() == [], "somebody may still be writing"
    (found,) = quay.hosting.follow()
    assert (found.activated, "is in force" in found.sentence) == (True, True)
    assert shown(quay) == "1.7"
    assert quay.hosting.follow() == []


def test_a_folder_that_is_refused_changes_nothing_and_says_so_once(quay: Place, policy: Path) -> None:
    folder(policy, POLICY.replace("texts: [text.md]", "texts: [nowhere.md]"))
    quay.hosting.follow()
    (found,) = quay.hosting.follow()
    assert not found.activated
    assert "the version in force stays" in found.sentence
    assert "troth check" in found.sentence
    assert quay.hosting.follow() == []
    assert shown(quay) == "1"


def test_an_edit_that_means_the_same_activates_nothing(quay: Place, policy: Path) -> None:
    folder(policy, f"# a remark\n{POLICY}")
    quay.hosting.follow()
    (found,) = quay.hosting.follow()
    assert not found.activated
    assert len(quay.call("GET", "quay/evidence?kind=policies:").json()["events"]) == 1


def test_an_unchanged_folder_is_compiled_once(
    home: Home, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_hosting(home, {"quay": policy}) as first:
        version = first.organisations["quay"].bundle.digest

    def never(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(following, "compiled_folder", never)
    monkeypatch.setattr("troth.app.opening.compiled_folder", never)
    with open_hosting(home, {"quay": policy}) as again:
        assert again.organisations["quay"].bundle.digest == version
    folder(policy, REWORDED)
    with pytest.raises(AssertionError):
        open_hosting(home, {"quay": policy})


@pytest.mark.parametrize("damage", ["", "[]", '{"made_from": 1}', "rubbish"])
def test_what_was_remembered_may_be_lost(home: Home, policy: Path, damage: str) -> None:
    open_hosting(home, {"quay": policy}).close()
    (home.folder / "notes" / "version-quay.json").write_text(damage)
    folder(policy, REWORDED)
    with open_hosting(home, {"quay": policy}) as again:
        assert again.organisations["quay"].bundle.header.version == "1.7"


def test_an_older_version_comes_back_with_its_folder(home: Home, policy: Path) -> None:
    for text, version in ((POLICY, "1"), (REWORDED, "1.7"), (POLICY, "1")):
        folder(policy, text)
        with open_hosting(home, {"quay": policy}) as opened:
            assert opened.organisations["quay"].bundle.header.version == version
    with open_organisation(home, "quay") as other:
        other.act(lambda acts: acts.activate(second(), {"text.md": other.texts()["text.md"]}))
    with open_hosting(home, {"quay": policy}) as opened:
        assert opened.organisations["quay"].bundle.header.version == "1", "the folder was named, so it counts"


def test_where_the_database_is_another_the_folder_is_enough(home: Home, policy: Path) -> None:
    open_hosting(home, {"quay": policy}).close()
    other = Home.at(home.folder, f"sqlite:///{home.folder / 'other.db'}")
    with open_hosting(other, {"quay": policy}) as again:
        assert again.organisations["quay"].bundle.header.version == "1"


def test_a_run_follows_tells_and_looks_anew(tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    shutil.copytree(
        EXAMPLES / "harbour", examples / "harbour", ignore=shutil.ignore_patterns("company", "*.py")
    )
    told: list[str] = []
    with running(Settings(examples, tmp_path / "data"), told.append) as town:
        header, probes = examples / "harbour" / "policy.yaml", examples / "harbour" / "probes.yaml"
        town.rounds["harbour"] = rounds = Rounds((), tmp_path, town.hosting.clock, lambda *_: None)
        assert not follow(town, told.append)
        header.write_text(re.sub("(?m)^version:.*", 'version: "99"', header.read_text()))
        assert [follow(town, told.append), follow(town, told.append)] == [False, True]
        assert "new version is in force" in told[-1]
        assert town.rounds["harbour"] is not rounds
        probes.write_text(probes.read_text() + "broken: {}\n")
        assert [follow(town, told.append), follow(town, told.append)] == [False, False]
        assert "the probes stay as they were" in told[-1]
