"""`troth check FOLDER`: read, link and compile a policy, and print every finding."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.folders import compile_folder
from troth.kernel.findings import Findings, Severity


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("check", help="check a policy folder and print every finding")
    command.add_argument("folder", type=Path, nargs="+", help="a folder that holds policy.yaml")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the policy compiles (warnings allowed), 1 when findings refuse it."""
    reports = [_report(folder) for folder in args.folder]
    if args.json:
        print(json.dumps(reports if len(reports) > 1 else reports[0], ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _print(report)
    return int(any(not report["compiles"] for report in reports))


def _report(folder: Path) -> dict[str, Any]:
    findings = Findings()
    compiled = compile_folder(folder, findings)
    counts = {severity.value: sum(f.severity is severity for f in findings.sorted) for severity in Severity}
    report: dict[str, Any] = {
        "folder": str(folder),
        "compiles": compiled is not None,
        "findings": [f.as_json() for f in findings.sorted],
    }
    if compiled is not None:
        bundle = compiled.bundle
        report |= {
            "policy": bundle.header.policy,
            "version": bundle.header.version,
            "digest": bundle.digest,
            "statements": len(bundle.statements),
            "clauses": len(bundle.clauses),
            "bound": sum(bool(statements) for statements in bundle.by_clause.values()),
        }
    return report | {"counts": counts}


def _print(report: dict[str, Any]) -> None:
    for finding in report["findings"]:
        line = f":{finding['line']}" if finding["line"] else ""
        print(f"{finding['file']}{line}: {finding['severity']}: {finding['message']} [{finding['code']}]")
        if finding["help"]:
            print(f"    {finding['help']}")
    counts = ", ".join(
        f"{number} {name}{'' if number == 1 else 's'}" for name, number in report["counts"].items()
    )
    if report["compiles"]:
        print(
            f"{report['folder']}: {report['statements']} statements, {report['bound']} of {report['clauses']} clauses bound; {counts}."
        )
        print(f"{report['digest']}")
    else:
        print(f"{report['folder']}: refused; {counts}.")
