"""`troth map ADDRESS` drafts a map of a store; `troth map check FOLDER` holds the map beside a policy against all there is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.mapping import Draft, check_map, draft_map, secrets_of
from troth.cli.home import refused
from troth.kernel.errors import CallerError, TrothError
from troth.kernel.findings import Findings, Severity

_MORE = """\
ADDRESS is sqlite:FILE, files:FOLDER, folder:FOLDER, postgresql://HOST/NAME, mariadb://HOST/NAME, redis://HOST/0, s3://HOST/BUCKET or
service:FILE.yaml, without credentials.
The draft reads the schema and no value; what it does not know it leaves empty, and `check` refuses until it is said.
Exit code: 0 done; 1 the check found errors; 2 it could not be tried.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "map", help="draft a map of a store, or check the map beside a policy", epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument(
        "words", nargs="+", metavar="ADDRESS | check FOLDER", help="a store, or a folder with map.yaml"
    )
    command.add_argument(
        "--name", default="", help="draft: what to call the system (default: after its address)"
    )
    command.add_argument(
        "--policy", type=Path, metavar="FOLDER", help="draft: use the categories of this policy"
    )
    command.add_argument(
        "--credentials", default="", metavar="NAME", help="draft: which credentials open the store"
    )
    command.add_argument(
        "--secrets", type=Path, metavar="FOLDER", help="where credentials are kept (default: TROTH_SECRETS)"
    )
    command.add_argument("--offline", action="store_true", help="check: do not look at the stores")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when done, 1 when the check found errors, 2 when it could not be tried."""
    try:
        if args.words[0] == "check":
            return max(_check(args, Path(folder)) for folder in _several(args.words[1:]))
        (address,) = args.words if len(args.words) == 1 else ("",)
        if not address:
            raise CallerError(
                "A draft is made of one store.", "Name one address, or write `troth map check FOLDER`."
            )
        secrets = secrets_of(args.secrets)
        made = draft_map(address, secrets, name=args.name, credentials=args.credentials, policy=args.policy)
    except TrothError as problem:
        return refused(problem, args.json)
    print(
        json.dumps(_drafted(made), ensure_ascii=False, indent=2) if args.json else made.text,
        end="\n" if args.json else "",
    )
    return 0


def _several(folders: list[str]) -> list[str]:
    if not folders:
        raise CallerError("No folder is named.", "Write `troth map check FOLDER`.")
    return folders


def _drafted(made: Draft) -> dict[str, Any]:
    return {
        "map": made.text,
        "open": made.open,
        "tables": [
            {
                "table": table.table,
                "people": table.people,
                "columns": [
                    {"column": c.column, "category": c.category, "sure": c.sure, "why": c.why, "identity": c.identity,
                     "to": c.to, "follows": c.follows}
                    for c in table.columns
                ],
            }
            for table in made.tables
        ],
    }  # fmt: skip


def _check(args: argparse.Namespace, folder: Path) -> int:
    findings = Findings()
    checked = check_map(folder, secrets_of(args.secrets), findings, offline=args.offline)
    counts = {severity.value: sum(f.severity is severity for f in findings.sorted) for severity in Severity}
    if args.json:
        report = {
            "folder": str(folder), "fits": not findings.refused, "looked_at": list(checked.looked_at),
            "systems": len(checked.map.systems), "datasets": len(checked.map.datasets),
            "fields": sum(len(one.fields) for one in checked.map.datasets),
            "counts": counts, "findings": [f.as_json() for f in findings.sorted],
        }  # fmt: skip
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return int(findings.refused)
    for finding in findings.sorted:
        print(finding)
    said = ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in counts.items())
    looked = f"held against {', '.join(checked.looked_at)}" if checked.looked_at else "held against no store"
    number = len(checked.map.datasets)
    fits = f"{number} dataset{' fits' if number == 1 else 's fit'}, {looked}"
    verdict = "refused" if findings.refused else fits
    print(f"{folder}: {verdict}; {said}.")
    return int(findings.refused)
