"""`troth backup`: copy data and keys, each to a place of its own, while everything goes on running."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from troth.app.backup import BackedUp, back_up
from troth.app.backup_files import Backup
from troth.app.system import SystemClock, SystemEntropy
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("backup", help="back up data and keys, each to a place of its own")
    command.add_argument("--data", type=Path, metavar="FOLDER", help="where backups of the data go")
    command.add_argument(
        "--keys", type=Path, metavar="FOLDER", help="where backups of the keys go: never with the data"
    )
    command.add_argument(
        "--keep-days", type=int, metavar="N", help="when they are to be deleted; the ledger notes it"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when all is backed up, 1 when something that was copied had been damaged before, 2 when nothing was made."""
    keep = timedelta(days=args.keep_days) if args.keep_days is not None else None
    try:
        made = back_up(
            installation_of(args), data=args.data, keys=args.keys, clock=SystemClock(), entropy=SystemEntropy(), keep=keep
        )  # fmt: skip
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(as_json(made), indent=2) if args.json else sentences(made))
    return int(bool(made.problems))


def as_json(made: BackedUp) -> dict[str, object]:
    """What was made, as plain values."""
    return {"backups": [_plain(one) for one in made.made], "problems": list(made.problems)}


def sentences(made: BackedUp) -> str:
    """What was made, for people."""
    lines = [f"{one.folder}: {_said(one)}" for one in made.made]
    if made.keys is not None:
        lines.append(
            "Root keys are in no backup of this program: see to them where they lie, apart from these two."
        )
    return "\n".join([*lines, *made.problems])


def _plain(backup: Backup) -> dict[str, object]:
    made = backup.manifest
    size = sum(bytes for _, bytes in made.files.values())
    return {
        "folder": str(backup.folder),
        "kind": made.kind.value,
        "id": made.id,
        "made_at": made.made_at.isoformat(),
        "entries": {id: entries for id, (entries, _) in made.heads.items()},
        "rows": sum(made.rows.values()),
        "files": len(made.files),
        "bytes": size,
    }


def _said(backup: Backup) -> str:
    plain = _plain(backup)
    return f"{plain['kind']}, {plain['rows']} rows in {plain['files']} files, {plain['bytes']} bytes."
