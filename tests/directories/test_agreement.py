"""Build and text: every difference has a finding with its line, and a way to mend it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.directories.kit import EXAMPLES
from troth.app.opening import compiled_folder
from troth.cli.main import main
from troth.directories import COLLECTED, SHARED, lines
from troth.directories.agreement import compare, compare_android
from troth.directories.manifest import read_android, read_manifest
from troth.kernel.findings import Finding, Findings
from troth.policies import Declared

BUILD = (EXAMPLES / "desk" / "app.yaml").read_text()
ANDROID = """<?xml version="1.0"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android">
  <uses-permission android:name="android.permission.CAMERA"/>
  <uses-permission android:name="android.permission.VIBRATE"/>
  <uses-permission
      android:name="android.permission.READ_CALENDAR"/>
</manifest>
"""


@cache
def desk() -> Declared:
    bundle, _ = compiled_folder(EXAMPLES / "desk")
    return Declared(bundle)


def found(text: str) -> list[Finding]:
    findings = Findings()
    manifest = read_manifest(text, "app.yaml", findings)
    if manifest is not None:
        compare(manifest, desk(), findings)
    return list(findings.sorted)


def test_a_build_that_does_what_the_text_says_has_no_finding() -> None:
    assert found(BUILD) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("prompt: first_use\n    features: [photo", "prompt: first_start\n    features: [photo", "prompt-differs", "perm_camera"),
        ("features: [photo, meeting]", "features: [photo, stock]", "feature-differs", "stock"),
        ("point: perm_camera", "point: perm_kamera", "permission-undeclared", "perm_camera"),
        ("point: sdk_bugly", "point: sdk_sentry", "kit-undeclared", "sdk_sentry"),
        ("purpose: crash_analysis, data: [crash_log,", "purpose: crash_analysis, data: [imei, crash_log,", "type-undeclared", "imei"),
        ("purpose: take_photo, data: [photo]", "purpose: take_photo, data: [foto]", "type-unknown", "foto"),
        ("purpose: take_photo, data: [photo]", "purpose: video_meeting, data: [photo]", "type-beyond", "photo"),
        ("purpose: take_photo, data: [photo]", "purpose: messaging, data: []", "purpose-differs", "messaging"),
        ("purpose: take_photo, data: [photo]", "purpose: taking, data: []", "purpose-undeclared", "taking"),
        ('policy: "1"', 'policy: "0.9"', "policy-older", "0.9"),
        ("link: https://kits.example/privacy.html", "link: https://other.example/", "link-differs", "kits.example"),
        ("app: qingtable", "apk: qingtable", "manifest-unknown", "app"),
        ('    version: "6.4.2"\n', "", "manifest-lacks", "version"),
        ("permissions:\n", "permissions: {\n", "yaml-broken", ""),
    ],
)  # fmt: skip
def test_a_difference_is_named_with_its_line(old: str, new: str, code: str, word: str) -> None:
    assert old in BUILD
    named = [one for one in found(BUILD.replace(old, new, 1)) if one.code == code]
    assert named, code
    assert word in named[0].message + named[0].help
    assert named[0].place.line > 0


def test_what_the_text_lists_and_the_build_lacks_is_told_of() -> None:
    plain = yaml.safe_load(BUILD)
    plain["kits"] = [one for one in plain["kits"] if one["point"] != "sdk_zoom"]
    plain["permissions"] = [one for one in plain["permissions"] if one["point"] != "perm_sms"]
    assert {one.code for one in found(json.dumps(plain))} == {"kit-absent", "permission-unused"}


def test_the_manifest_of_android_is_read_as_it_is() -> None:
    findings = Findings()
    asked = read_android(ANDROID.encode(), "AndroidManifest.xml", findings)
    assert asked is not None
    assert [(one.text, one.place.line) for one in asked][2] == ("android.permission.READ_CALENDAR", 5)
    compare_android(asked, desk(), findings)
    assert [(one.code, one.severity.value, one.place.line) for one in findings.sorted] == [
        ("permission-undeclared", "note", 4),
        ("permission-undeclared", "error", 5),
    ]


@pytest.mark.parametrize("broken", [b"<manifest>", b"\x00\xff", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"])
def test_a_broken_manifest_is_a_finding(broken: bytes) -> None:
    findings = Findings()
    assert read_android(broken, "AndroidManifest.xml", findings) is None
    assert [one.code for one in findings.sorted] == ["manifest-broken"]


def test_the_command_says_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = ["--policy", str(EXAMPLES / "desk")]
    assert main(["directories", "check", str(EXAMPLES / "desk" / "app.yaml"), *policy]) == 0
    build = tmp_path / "app.yaml"
    build.write_text(f"{BUILD}android: [AndroidManifest.xml]\n")
    assert main(["directories", "check", str(build), *policy]) == 2, "a file beside it is missing"
    (tmp_path / "AndroidManifest.xml").write_text(ANDROID)
    capsys.readouterr()
    assert main(["directories", "check", str(build), *policy]) == 1
    said = capsys.readouterr().out
    assert f"{tmp_path / 'AndroidManifest.xml'}:5: error:" in said
    assert main(["directories", "check", str(build), *policy, "--json"]) == 1
    assert main(["directories", "check", str(tmp_path / "AndroidManifest.xml"), *policy]) == 1
    assert main(["directories", "check", str(build), "--policy", str(tmp_path)]) == 2


def test_the_lists_are_what_is_declared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["directories", "list", "shared", "--policy", str(EXAMPLES / "desk")]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "list,by,kind,purpose,category,features,link,clauses"
    assert any(row.startswith("shared,sdk_wechat,sdk,share_out,,share_out,https://") for row in rows)
    shared = {line.by for line in lines(desk().catalogue, SHARED)}
    assert len([one for one in shared if one.startswith("point:sdk_")]) == 12
    collected = {line.by for line in lines(desk().catalogue, COLLECTED)}
    assert {"point:perm_camera", "point:registration_form", ""} <= collected
