"""Opening an organisation: from a folder or from what is stored, under its own key, with nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.kit import MAIL, POLICY, agreed, bundle, folder, organisation, second, somebody
from troth.app.config import Home
from troth.app.opening import PolicyRefused, compiled_folder, open_organisation
from troth.db.errors import MigrationMissing
from troth.ledger.errors import KeyProblem
from troth.policies import NoPolicyInForce


def opened(place: Path, policy: Path | None = None, **more: bool) -> list[str]:
    """The digests that were put in force, once the organisation was opened."""
    with (
        open_organisation(Home.at(place), "quay", policy, **more) as quay,
        quay.database.read() as connection,
    ):
        return [version.digest for version in quay.rooms.policies.versions(connection)]


def test_a_folder_is_put_in_force_once(tmp_path: Path) -> None:
    policy = folder(tmp_path / "policy")
    assert opened(tmp_path, policy) == opened(tmp_path, policy) == opened(tmp_path) == [bundle().digest]


def test_a_changed_folder_is_another_version(tmp_path: Path) -> None:
    opened(tmp_path, folder(tmp_path / "policy"))
    changed = folder(tmp_path / "policy", POLICY.replace('version: "1"', 'version: "2"'))
    found = opened(tmp_path, changed)
    assert len(set(found)) == 2
    assert second().digest not in found
    assert opened(tmp_path, folder(tmp_path / "policy"))[-1] == bundle().digest


def test_without_a_policy_there_is_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(NoPolicyInForce):
        opened(tmp_path)


def test_a_policy_that_does_not_compile_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    wrong = folder(tmp_path / "policy", POLICY.replace("purposes: [check]}", "purposes: [chek]}"))
    with pytest.raises(
        PolicyRefused, match=r"does not compile: \d+ findings refuse it, the first is: policy\.yaml:\d+"
    ):
        opened(tmp_path / "home", wrong)
    assert not (tmp_path / "home").exists()
    with pytest.raises(PolicyRefused):
        compiled_folder(tmp_path / "no such folder")


def test_a_lost_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    opened(tmp_path, folder(tmp_path / "policy"))
    key = Home.at(tmp_path).key("quay")
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    with pytest.raises(KeyProblem, match="Bring it back"):
        opened(tmp_path)
    assert not key.exists()


def test_a_database_is_only_checked_where_that_was_asked(tmp_path: Path) -> None:
    with pytest.raises(MigrationMissing):
        opened(tmp_path, folder(tmp_path / "policy"), bring_up=False)


def test_two_organisations_in_one_database_know_nothing_of_each_other(
    tmp_path: Path, database_url: str
) -> None:
    with organisation(tmp_path, database_url) as quay:
        who = agreed(quay)
        home = Home.at(tmp_path, database_url)
        with open_organisation(home, "pier", tmp_path / "policy") as pier:
            assert somebody(pier) != who
            with pytest.raises(Exception, match="pier knows no subject"):
                pier.gate.peek(MAIL, who)
            assert quay.gate.peek(MAIL, who).permitted
            assert all(result.equal for result in [*quay.ledger.replay(), *pier.ledger.replay()])
            assert quay.gate.peek(MAIL, who).permitted


def test_what_is_used_is_sealed_when_it_closes(tmp_path: Path) -> None:
    with organisation(tmp_path) as quay:
        quay.gate.use(MAIL, agreed(quay))
    with organisation(tmp_path) as quay, quay.database.read() as connection:
        assert len(list(quay.ledger.events(connection, kinds=("gate:use:permitted",)))) == 1


def test_a_home_is_where_the_environment_says(tmp_path: Path) -> None:
    home = Home.of_environment({"TROTH_HOME": str(tmp_path)})
    assert home.database == f"sqlite:///{tmp_path / 'troth.db'}"
    assert home.key("quay") == tmp_path / "keys" / "quay.key"
    named = Home.of_environment({"TROTH_HOME": str(tmp_path), "TROTH_DATABASE": "postgresql://there/troth"})
    assert named.database == "postgresql://there/troth"
