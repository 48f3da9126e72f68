"""Who stands at the machine: the option names of one or two operators, and how each shows their password and a code."""

from __future__ import annotations

import argparse
import getpass
import sys

from troth.app.organisation import Organisation
from troth.kernel.errors import CallerError
from troth.operators import Operator


def add_persons(command: argparse.ArgumentParser, *, second: bool = True) -> None:
    """Give a command the options that name who asks, and who approves."""
    command.add_argument("--as", dest="asks", default="", metavar="STAFF", help="who does it, by id")
    if second:
        command.add_argument(
            "--second", default="", metavar="STAFF", help="who approves it, by id: somebody else"
        )


def persons_of(organisation: Organisation, args: argparse.Namespace) -> tuple[Operator, ...]:
    """Those who were named, each after they showed password and code; asked for at the terminal, else read from standard input.

    Raises NotPermitted, CallerError.
    """
    named = [one for one in (args.asks, getattr(args, "second", "")) if one]
    return tuple(
        organisation.operators.proven(one, _said(f"Password of {one}: "), _said(f"Code of {one}: "))
        for one in named
    )


def _said(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise CallerError(
            "Password and code of each person are read, a line each.", "Type them, or pipe them in."
        )
    return line.rstrip("\n")
