"""`troth`: the entry point; each command is a module with `add(parsers)` and `run(args) -> exit code`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from troth.cli import ask, bind, check, checkpoint, coverage, new, prove, read, replay, run, verify

COMMANDS = (run, new, check, read, bind, coverage, ask, replay, checkpoint, verify, prove)


def parser() -> argparse.ArgumentParser:
    """The whole command line as a parser."""
    root = argparse.ArgumentParser(prog="troth", description="A privacy policy that runs.")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the answer is no or something was found, 2 unusable input."""
    args = parser().parse_args(argv)
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
