"""`troth roles`: which role may do what, and which action each page and each call is: read off the routes themselves; and, where the
operator wrote a file about staff, which roles of policies and which groups at providers stand for which."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from typing import Any, Final

from troth.app.admission import described
from troth.app.config import Home
from troth.app.operators_file import OperatorsUnreadable

BOOK: Final = "troth.web.rolebook"
"""The doors do not import each other; what a door's routes say is asked for by name, as a server is told what to run."""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("roles", help="show which role may do what, and which action each route is")
    command.add_argument("--json", action="store_true", help="print JSON, with every route")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 2 where the operator's file cannot be read."""
    book: dict[str, Any] = importlib.import_module(BOOK).rolebook()
    try:
        named = described(Home.of_environment())
    except OperatorsUnreadable as problem:
        print(problem, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(book | {"organisations": named}, indent=2))
    else:
        print("\n".join([*_lines(book), *_stand_for(named)]))
    return 0


def _stand_for(named: dict[str, Any]) -> list[str]:
    """What roles of policies and groups at providers stand for, a line each."""
    lines = []
    for org, said in named.items():
        lines += [f"{org}: the policy's {id} stands for {role}" for id, role in said["policy_roles"].items()]
        for id, one in said["providers"].items():
            factors = ", ".join(one["second_factor"]) or "nothing; ours is asked for"
            lines += [
                f"{org}: at {id}, group {group}: {', '.join(roles)}" for group, roles in one["groups"].items()
            ]
            lines.append(f"{org}: at {id}, trusted as a second factor: {factors}")
    return lines


def _lines(book: dict[str, Any]) -> list[str]:
    wide = max(map(len, book["actions"]))
    roles = list(book["roles"])
    head = " " * wide + "  " + "  ".join(roles)
    rows = [
        f"{action:<{wide}}  "
        + "  ".join(_mark(book, role, action).center(len(role)) for role in roles).rstrip()
        for action in book["actions"]
    ]
    return [head, *rows, "x: granted; 2: granted, and takes two persons"]


def _mark(book: dict[str, Any], role: str, action: str) -> str:
    if action not in book["roles"][role]:
        return "-"
    return "2" if action in book["second_person"] else "x"
