"""`troth bind FOLDER`: write clauses.yaml, which ties every clause id to the words it was bound to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troth.app.folders import bind_folder
from troth.kernel.findings import Findings


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("bind", help="tie every clause to the words of the text as they are now")
    command.add_argument("folder", type=Path, help="a folder that holds policy.yaml")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the table was written, 1 when the folder cannot be read."""
    findings = Findings()
    count = bind_folder(args.folder, findings)
    for finding in findings.sorted:
        print(finding)
    if findings.refused:
        return 1
    print(f"{args.folder / 'clauses.yaml'}: {count} clauses bound.")
    return 0
