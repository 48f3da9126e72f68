"""The conformance kit: an app that keeps to the rules passes, and each that breaks one fails that one and no other."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.kit.phone import LAPSES
from tests.directories.kit import EXAMPLES
from troth.app.conforming import Address, HarnessFailed, command, conform
from troth.app.opening import compiled_folder
from troth.cli.main import main
from troth.directories.conformance import RULES, Verdict
from troth.policies import Declared

ROOT = Path(__file__).parents[2]
PHONE = [sys.executable, "-m", "examples.kit.phone"]


def declared(example: str) -> Declared:
    bundle, _ = compiled_folder(EXAMPLES / example)
    return Declared(bundle)


def played(example: str, *lapses: str, partners: str = "") -> dict[str, Verdict]:
    """How the phone with these lapses comes out."""
    words = [*PHONE, "--build", str(EXAMPLES / example / "app.yaml"), "--partners", partners]
    for lapse in lapses:
        words += ["--lapse", lapse]
    with command(words) as talk:
        return {one.rule: one for one in conform(declared(example), talk)}


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    return {rule: one.outcome for rule, one in verdicts.items()}


def test_an_app_that_keeps_to_the_rules_passes_all_of_them() -> None:
    assert outcomes(played("desk")) == dict.fromkeys(RULES, "passed")


def test_rules_about_what_a_policy_does_not_have_are_not_reached() -> None:
    found = outcomes(played("gateway"))
    assert {rule for rule, outcome in found.items() if outcome == "not_reached"} == {"clipboard", "app_list"}
    assert "failed" not in found.values()


@pytest.mark.parametrize("lapse", sorted(LAPSES))
def test_each_lapse_fails_its_rule_and_no_other(lapse: str) -> None:
    verdicts = played("desk", lapse)
    assert {rule for rule, outcome in outcomes(verdicts).items() if outcome == "failed"} == {lapse}
    assert verdicts[lapse].breaches[0]


@contextmanager
def served(*lapses: str) -> Iterator[str]:
    """The phone behind an address."""
    words = [*PHONE, "--http", "--build", str(EXAMPLES / "desk" / "app.yaml")]
    words += [word for lapse in lapses for word in ("--lapse", lapse)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def test_what_kits_send_arrives_at_their_vendors(tmp_path: Path) -> None:
    """The kits of the phone are no make-believe: what they send lies with the partners, and nothing else does."""
    words = [sys.executable, "-m", "examples.kit.partners", "--database", str(tmp_path / "partners.db")]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        assert played("gateway", partners=url)["types"].outcome == "passed"
        with urllib.request.urlopen(f"{url}/chat_login", timeout=10) as answer:
            held = json.loads(answer.read())["held"]
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
    assert held
    assert {name for one in held for name in one["data"]} == {"verification_state"}


def test_a_harness_behind_an_address_is_played_alike() -> None:
    with served("types") as url:
        found = outcomes({one.rule: one for one in conform(declared("desk"), Address(url))})
    assert {rule for rule, outcome in found.items() if outcome == "failed"} == {"types"}


@pytest.mark.parametrize(
    "program",
    [
        "pass",
        "print('not json', flush=True); input()",
        "print('[1]', flush=True); input()",
        "import json\nfor _ in open(0): print(json.dumps({'what': 1}), flush=True)",
    ],
)
def test_a_harness_that_does_not_speak_is_told_so(program: str) -> None:
    with pytest.raises(HarnessFailed), command([sys.executable, "-c", program]) as talk:
        conform(declared("gateway"), talk)


def test_the_command_says_by_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    harness = f"{sys.executable} -m examples.kit.phone --build examples/desk/app.yaml"
    policy = ["--policy", "examples/desk"]
    assert main(["conform", harness, *policy]) == 0
    assert "9 passed, 0 failed, 0 not reached." in capsys.readouterr().out
    assert main(["conform", f"{harness} --lapse clipboard", *policy, "--json"]) == 1
    rules = {one["rule"]: one for one in json.loads(capsys.readouterr().out)["rules"]}
    assert rules["clipboard"]["outcome"] == "failed"
    assert main(["conform", "/nowhere/at/all", *policy]) == 2
    assert main(["conform", harness, "--policy", "tests"]) == 2
