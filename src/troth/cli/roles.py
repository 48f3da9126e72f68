"""`troth roles`: which role may do what, and which action each page and each call is: read off the routes themselves."""

from __future__ import annotations

import argparse
import importlib
import json
from typing import Any, Final

BOOK: Final = "troth.web.rolebook"
"""The doors do not import each other; what a door's routes say is asked for by name, as a server is told what to run."""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("roles", help="show which role may do what, and which action each route is")
    command.add_argument("--json", action="store_true", help="print JSON, with every route")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    book: dict[str, Any] = importlib.import_module(BOOK).rolebook()
    print(json.dumps(book, indent=2) if args.json else "\n".join(_lines(book)))
    return 0


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
