"""`troth directories`: what an app's build says of itself, held against the policy; and the two lists as a file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.app.folders import compile_folder
from troth.app.listings import as_csv, public_list
from troth.directories.agreement import compare, compare_android, held_against
from troth.directories.manifest import read_android, read_manifest
from troth.directories.model import LISTS
from troth.kernel.findings import Findings, Place, Severity
from troth.policies import Declared


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "directories", help="permissions and kits of an app's build, held against the policy; the two lists"
    )
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = verbs.add_parser("check", help="name every difference between a build and the policy")
    made.add_argument(
        "manifest", type=Path, nargs="+", help="a manifest in YAML or JSON, or an AndroidManifest.xml"
    )
    made.add_argument("--policy", type=Path, required=True, help="the folder that holds policy.yaml")
    made.add_argument("--strict", action="store_true", help="let warnings refuse as well")
    made.add_argument("--json", action="store_true", help="print JSON")
    made.set_defaults(run=_check)
    made = verbs.add_parser("list", help="print a list of the policy, without counts")
    made.add_argument("list", choices=LISTS, help="which of the two")
    made.add_argument("--policy", type=Path, required=True, help="the folder that holds policy.yaml")
    made.add_argument("--json", action="store_true", help="print JSON instead of CSV")
    made.set_defaults(run=_list)


def _check(args: argparse.Namespace) -> int:
    """Exit code 0 where build and policy agree, 1 where they differ, 2 where one of them cannot be read."""
    declared = _declared(args.policy)
    if declared is None:
        return 2
    findings = Findings()
    read = [_read(file, declared, findings) for file in args.manifest]
    if args.json:
        print(
            json.dumps({"findings": [one.as_json() for one in findings.sorted]}, ensure_ascii=False, indent=2)
        )
    else:
        _print(findings, len(args.manifest))
    if not all(read):
        return 2
    refusing = (Severity.ERROR, Severity.WARNING) if args.strict else (Severity.ERROR,)
    return int(any(one.severity in refusing for one in findings.sorted))


def _read(file: Path, declared: Declared, findings: Findings) -> bool:
    """Hold one file against the policy; whether it could be read."""
    raw = _bytes(file, findings)
    if raw is None:
        return False
    if file.suffix.lower() == ".xml":
        asked = read_android(raw, str(file), findings)
        if asked is None:
            return False
        compare_android(asked, declared, findings)
        return True
    manifest = read_manifest(raw.decode("utf-8", "replace"), str(file), findings)
    if manifest is None:
        return False
    compare(manifest, declared, findings)
    if manifest.android:
        every = [
            (beside, read_android(found, str(beside), findings))
            for named in manifest.android
            if (found := _bytes(beside := file.parent / named.text, findings)) is not None
        ]
        held_against([one for _, words in every for one in words or ()], manifest, findings)
        return len(every) == len(manifest.android) and all(words is not None for _, words in every)
    return True


def _bytes(file: Path, findings: Findings) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError as problem:
        findings.error(
            "manifest-missing",
            Place(str(file)),
            f"This cannot be read: {problem.strerror}.",
            "Name a file that is there.",
        )
        return None


def _list(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 where the policy does not compile."""
    declared = _declared(args.policy)
    if declared is None:
        return 2
    found = public_list(declared, args.list)
    if args.json:
        plain = [{k: v for k, v in one.as_json().items() if k not in _COUNTS} for one in found]
        print(json.dumps({"policy": declared.digest, "lines": plain}, ensure_ascii=False, indent=2))
    else:
        sys.stdout.write(as_csv(found, lambda _, id: id, counts=False))
    return 0


_COUNTS = ("count", "breaches", "last", "each", "declared")


def _declared(folder: Path) -> Declared | None:
    findings = Findings()
    compiled = compile_folder(folder, findings)
    if compiled is None:
        print(f"{folder}: the policy does not compile; see `troth check {folder}`.", file=sys.stderr)
        return None
    return Declared(compiled.bundle)


def _print(findings: Findings, files: int) -> None:
    for one in findings.sorted:
        print(one)
    counts = {severity: sum(one.severity is severity for one in findings.sorted) for severity in Severity}
    said = ", ".join(
        f"{number} {severity.value}{'' if number == 1 else 's'}" for severity, number in counts.items()
    )
    print(f"{files} file{'' if files == 1 else 's'} held against the policy: {said}.")
