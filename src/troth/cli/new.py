"""`troth new NAME`: write a small policy that runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troth.app.starter import new_policy
from troth.kernel.errors import CallerError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("new", help="write a small policy that runs")
    command.add_argument("name", type=Path, help="the folder to make; its last part names the policy")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the folder was written, 2 when the name or the folder cannot be used."""
    try:
        new_policy(args.name)
    except CallerError as problem:
        print(problem)
        return 2
    print(f"{args.name}: a policy with its text. Next: troth check {args.name}")
    return 0
