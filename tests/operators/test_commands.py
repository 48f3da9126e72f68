"""The commands: enrolment by link, roles, sessions, two persons for key work, requests and emergencies; at the machine itself."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyotp
import pytest

from tests.access.kit import WITH_STAFF
from tests.gate.kit import folder
from tests.operators.kit import PASSWORD
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.cli.main import main
from troth.kernel.ids import StaffId

REASON = "The mail server leaks addresses and nobody else is here."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder(tmp_path / "policy", WITH_STAFF)
    open_organisation(Home.at(tmp_path / "home"), "quay", tmp_path / "policy").close()
    return tmp_path / "home"


class Machine:
    """Commands at the machine, with what somebody types."""

    def __init__(
        self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.home, self._capsys, self._patch = home, capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "", code: int = 0) -> Any:
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        found = main([*words, "--json", *([] if words[0] == "roles" else ["--home", str(self.home)])])
        said = self._capsys.readouterr().out
        assert found == code, said
        return json.loads(said)

    def hire(self, *roles: str) -> tuple[str, list[str]]:
        """Somebody enrolled with these roles, and their recovery codes: what they type is their password and one of these."""
        member = self("staff", "add", "quay")["member"]
        for role in roles:
            self("staff", "role", "quay", member, role)
        secret = self("staff", "invite", "quay", member)["link"].rpartition("/")[2]
        with open_organisation(Home.at(self.home), "quay", bring_up=False) as quay:
            totp = quay.operators.enrolling.invited(secret).totp
            code = pyotp.TOTP(totp).at(quay.clock.now())
            spare = quay.operators.enrolling.enrol(secret, f"name {member[-6:]}", PASSWORD, code).recovery
        return member, list(spare)


@pytest.fixture
def machine(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(home, capsys, monkeypatch)


def typed(*spare: list[str]) -> str:
    return "".join(f"{PASSWORD}\n{one.pop()}\n" for one in spare)


def test_the_table_is_printed_with_every_route(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    book = machine("roles")
    assert "evidence.read" in book["roles"]["auditor"]
    assert any(route["action"] == "evidence.read" for route in book["routes"])
    assert main(["roles"]) == 0
    said = capsys.readouterr().out
    assert "administrator" in said.splitlines()[0]
    assert any(line.startswith("keys.destroy") and line.rstrip().endswith("2") for line in said.splitlines())


def test_who_operates_is_told_and_bootstrap_ends(machine: Machine) -> None:
    assert machine("staff", "list", "quay")["bootstrap"] is True
    member, _ = machine.hire("administrator")
    told = machine("staff", "list", "quay")
    assert (told["bootstrap"], told["operators"]) == (False, 1)
    (row,) = machine("staff", "roles", "quay")["staff"]
    assert (row["member"], row["roles"]) == (member, ["administrator"])
    assert row["ways"] == ["password", "totp", "recovery"]
    machine("staff", "role", "quay", member, "administrator", "--end")
    assert machine("staff", "list", "quay")["bootstrap"] is True


def test_key_work_takes_two_who_show_who_they_are(machine: Machine) -> None:
    machine("keys", "quay", "close-epoch")
    (ada, hers), (bea, theirs) = machine.hire("administrator"), machine.hire("operator")
    assert machine("keys", "quay", "close-epoch", code=2)["error"] == "SecondNeeded"
    assert (
        machine("keys", "quay", "close-epoch", "--as", ada, typed=typed(hers), code=2)["error"]
        == "SecondNeeded"
    )
    wrong = f"{PASSWORD}\n{hers.pop()}\nwrong\n000000\n"
    assert (
        machine("keys", "quay", "close-epoch", "--as", ada, "--second", bea, typed=wrong, code=2)["error"]
        == "NotPermitted"
    )
    alone = typed(hers) + typed(hers)
    assert (
        machine("keys", "quay", "close-epoch", "--as", ada, "--second", ada, typed=alone, code=2)["error"]
        == "ApprovalRefused"
    )
    assert len(machine("keys", "quay")["epochs"]) == 2
    machine("keys", "quay", "close-epoch", "--as", ada, "--second", bea, typed=typed(hers) + typed(theirs))
    assert len(machine("keys", "quay")["epochs"]) == 3
    assert machine("keys", "quay", "rotate", "--as", bea, typed="", code=2)["error"] == "CallerError"


def test_a_request_is_listed_approved_and_carried_out(machine: Machine) -> None:
    (ada, hers), (bea, theirs) = machine.hire("administrator"), machine.hire("operator")
    with open_organisation(Home.at(machine.home), "quay", bring_up=False) as quay:
        from troth.app.seconding import EPOCH, Doing

        operator = quay.operators.proven(StaffId(ada), PASSWORD, hers.pop())
        one = quay.operators.seconding.ask(operator, EPOCH, Doing(quay).keys("close-epoch"))
    assert [row["request"] for row in machine("staff", "approve", "quay")["requests"]] == [one.id]
    assert machine("staff", "approve", "quay", one.id, code=2)["error"] == "SecondNeeded"
    own = machine("staff", "approve", "quay", one.id, "--as", ada, typed=typed(hers), code=2)
    assert own["error"] == "ApprovalRefused"
    done = machine("staff", "approve", "quay", one.id, "--as", bea, typed=typed(theirs))
    assert done["stage"] == "carried"
    assert len(machine("keys", "quay")["epochs"]) == 2
    again = machine("staff", "approve", "quay", one.id, "--as", bea, "--decline", typed=typed(theirs), code=2)
    assert again["error"] == "ApprovalRefused"


def test_emergencies_are_listed_and_judged(machine: Machine) -> None:
    (ada, hers), (bea, theirs) = machine.hire("administrator"), machine.hire("privacy_officer")
    with open_organisation(Home.at(machine.home), "quay", bring_up=False) as quay:
        operator = quay.operators.proven(ada, PASSWORD, hers.pop())
        one = quay.operators.glass.open(operator, "privacy_officer", REASON)
    (row,) = machine("staff", "reviews", "quay")["emergencies"]
    assert (row["emergency"], row["reviewed_by"], row["overdue"]) == (one.id, None, False)
    judged = machine("staff", "reviews", "quay", one.id, "--as", bea, "--words", REASON, typed=typed(theirs))
    assert (judged["reviewed_by"], judged["justified"]) == (bea, True)


def test_sessions_are_listed_and_ended(machine: Machine) -> None:
    ada, hers = machine.hire("viewer")
    with open_organisation(Home.at(machine.home), "quay", bring_up=False) as quay:
        for _ in range(2):
            step = quay.operators.entry.password(f"name {ada[-6:]}", PASSWORD)
            quay.operators.entry.second(step.secret, hers.pop())
    found = machine("staff", "sessions", "quay", ada)["sessions"]
    assert [one["member"] for one in found] == [ada, ada]
    assert machine("staff", "revoke", "quay", found[0]["session"])["ended"] == 1
    assert machine("staff", "revoke", "quay", ada)["ended"] == 1
    assert machine("staff", "revoke", "quay", ada, code=1)["ended"] == 0
    assert machine("staff", "sessions", "quay")["sessions"] == []


def test_what_was_recorded_of_people_leaves_by_two(machine: Machine, tmp_path: Path) -> None:
    (ada, hers), (bea, theirs) = machine.hire("administrator"), machine.hire("privacy_officer")
    out = tmp_path / "pack.json"
    asked = ("prove", "quay", "--entry", "1", "--personal", "A court asked.", "--out", str(out))
    assert machine(*asked, code=2)["error"] == "SecondNeeded"
    assert not out.exists()
    machine(*asked, "--as", ada, "--second", bea, typed=typed(hers) + typed(theirs))
    assert out.exists()
    machine("prove", "quay", "--entry", "1", "--out", str(tmp_path / "plain.json"))


def test_another_version_waits_for_two(machine: Machine, tmp_path: Path) -> None:
    (ada, hers), (bea, theirs) = machine.hire("administrator"), machine.hire("operator")
    other = tmp_path / "other"
    folder(other, WITH_STAFF + "  extra: {data: [email], purposes: [newsletter]}\n")
    with open_organisation(Home.at(machine.home), "quay", other) as quay:
        from troth.app.seconding import ACTIVATE, Doing

        before = quay.policy().digest
        doing = Doing(quay, folder=other)
        wanted = doing.activation()["version"]
        assert before != wanted, "opening with another folder activates nothing"
        operator = quay.operators.proven(ada, PASSWORD, hers.pop())
        one = quay.operators.seconding.ask(operator, ACTIVATE, doing.activation())
    machine("staff", "approve", "quay", one.id, "--as", bea, "--policy", str(other), typed=typed(theirs))
    with open_organisation(Home.at(machine.home), "quay", bring_up=False) as quay:
        assert quay.policy().digest == wanted
