"""`troth imports`: what the files of an office say, declared beside the policy: drafted, checked, looked at, brought in."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.importing import Came, Importer, held_against, imports_beside
from troth.app.organisation import Organisation
from troth.app.taking_over import take_versions
from troth.cli.home import refused
from troth.cli.verbs import Answer, add_verb
from troth.imports import draft
from troth.kernel.errors import TrothError
from troth.sheets import Sheets

_MORE = """\
Places are relative to --data, the folder in which the office keeps its files; nothing is ever written there.
Exit code: 0 all is well; 1 something could not be brought in; 2 it could not be tried.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("imports", help="facts and acts that an office keeps in its own files", epilog=_MORE,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = verbs.add_parser(
        "draft", help="write an import for a spreadsheet, a mail folder or a table, to be filled in"
    )
    made.add_argument(
        "place", help="lists/orders.xlsx, mails:sent, sounds:recordings, or crm.db with --table"
    )
    made.add_argument("--table", default="", help="which table of a database")
    _data(made)
    made.add_argument("--json", action="store_true", help="print JSON")
    made.set_defaults(run=_draft)
    made = verbs.add_parser(
        "check", help="hold imports.yaml against the policy beside it and the files it names"
    )
    made.add_argument("folder", type=Path, help="the folder of the policy")
    _data(made)
    made.add_argument("--json", action="store_true", help="print JSON")
    made.set_defaults(run=_check)
    made = add_verb(verbs, "run", "bring in what is new", _run)
    made.add_argument(
        "--from",
        type=Path,
        required=True,
        metavar="FOLDER",
        dest="folder",
        help="the folder with imports.yaml",
    )
    made.add_argument(
        "--dry-run", action="store_true", help="say what would be brought in, and record nothing"
    )
    _data(made)
    made = add_verb(
        verbs, "versions", "take over versions of the policy that were in force before", _versions
    )
    made.add_argument("place", help="a table with the columns folder and since: versions.csv, a sheet")
    made.add_argument(
        "--dry-run", action="store_true", help="say what would be taken over, and record nothing"
    )
    _data(made)


def _data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data", type=Path, default=Path(), help="the folder of the office's files (default: here)"
    )


def _draft(args: argparse.Namespace) -> int:
    try:
        text = draft(args.place, args.data, args.table)
    except TrothError as problem:
        return refused(problem, args.json)
    print(
        json.dumps({"imports": text}, ensure_ascii=False) if args.json else text,
        end="\n" if args.json else "",
    )
    return 0


def _check(args: argparse.Namespace) -> int:
    """Exit code 1 where a file cannot be looked into as declared."""
    try:
        found = held_against(args.folder)
        lines = [_looked(one.id, Sheets(one.places, args.data), one.query) for one in found]
    except TrothError as problem:
        return refused(problem, args.json)
    if args.json:
        print(json.dumps({"imports": lines}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(f"{one['import']}: {one['trouble'] or str(one['rows']) + ' rows'}" for one in lines))
    return 1 if any(one["trouble"] for one in lines) else 0


def _looked(id: str, sheets: Sheets, query: str) -> dict[str, Any]:
    try:
        return {"import": id, "rows": len(sheets.ask(query)), "trouble": ""}
    except TrothError as problem:
        return {"import": id, "rows": 0, "trouble": str(problem)}


def _run(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    imports = imports_beside(args.folder, organisation.policy().catalogue)
    came = Importer(organisation, imports, args.data).turn(all=True, dry=args.dry_run)
    answer = {"imports": [one.as_json() for one in came], "dry_run": args.dry_run}
    return answer, "\n".join(map(_said, came)) or "Nothing is declared.", all(one.well for one in came)


def _versions(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    took = take_versions(organisation, args.place, args.data, dry=args.dry_run)
    lines = [
        f"{one.folder}: {one.trouble or (f'from {one.since:%Y-%m-%d}' if one.new else 'there already')}"
        for one in took
    ]
    answer = {"versions": [one.as_json() for one in took], "dry_run": args.dry_run}
    return answer, "\n".join(lines) or "Nothing is listed.", not any(one.trouble for one in took)


def _said(came: Came) -> str:
    brought = ", ".join(f"{count} {what}" for what, count in sorted(came.brought.items())) or "nothing new"
    breaches = f", {came.breaches} not allowed" if came.breaches else ""
    refused = "".join(f"\n  {count} not taken: {why}" for why, count in came.refused.items())
    return f"{came.id}: {came.rows} rows, {brought}{breaches}{refused}"
