"""Bad policies: each problem is told with its code, its place and its mend, all at once, and nothing raises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from troth.app.folders import compile_folder, packs
from troth.kernel.findings import Findings
from troth.policy.compile import compile_policy

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "findings.yaml").read_text(encoding="utf-8")
)
PACKS = packs(Findings())
WORDS = "# Demo\n\n1. We are Demo.\n"


def findings_of(text: str) -> Findings:
    findings = Findings()
    compile_policy({"policy.yaml": text, "en.md": WORDS}, PACKS, findings)
    return findings


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_problem_is_told_with_its_place(case: dict[str, Any]) -> None:
    text = case.get("text")
    if "deep" in case:
        text = "notes: " + "[" * case["deep"] + "]" * case["deep"]
    found = findings_of(text).sorted
    for wanted in case["expect"]:
        same = [
            f for f in found if f.code == wanted["code"] and wanted.get("line", f.place.line) == f.place.line
        ]
        assert same, f"{wanted} not among {[str(f) for f in found]}"
        assert any(wanted.get("help", "") in f.help and wanted.get("message", "") in f.message for f in same)


def test_a_file_beside_the_policy_is_not_passed_over_in_silence() -> None:
    findings = Findings()
    beside = {"more.yaml": "categories:\n  a: {}\n", "clauses.yaml": "", "probes.yaml": "", "text/x.yaml": ""}
    compile_policy({"policy.yaml": "policy: demo\n", "en.md": WORDS, **beside}, PACKS, findings)
    told = [finding for finding in findings.sorted if finding.code == "unread-file"]
    assert [finding.place.file for finding in told] == ["more.yaml"]
    assert "statements" in told[0].help


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    findings_of(text)


@given(
    st.recursive(
        st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    )
)
def test_no_shape_under_any_kind_raises(shape: Any) -> None:
    for kind in ("purposes", "grounds", "requirements", "clauses", "texts"):
        findings_of(yaml.safe_dump({kind: shape}, allow_unicode=True))


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    findings = Findings()
    assert compile_folder(tmp_path / "nowhere", findings) is None
    assert [f.code for f in findings.sorted] == ["no-folder"]


def test_latin_1_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes("policy: demo\norganisation: Caf\u00e9\n".encode("latin-1"))
    findings = Findings()
    assert compile_folder(tmp_path, findings) is None
    assert [(f.code, f.place.line) for f in findings.sorted] == [("not-utf8", 2)]


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"# \n" * 17_000_000)
    findings = Findings()
    assert compile_folder(tmp_path, findings) is None
    assert [f.code for f in findings.sorted] == ["too-large"]
