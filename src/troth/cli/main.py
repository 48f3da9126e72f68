"""`troth`: the entry point; each command is a module with `add(parsers)` and `run(args) -> exit code`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final

COMMANDS: Final = (
    "run", "new", "check", "read", "bind", "coverage", "export", "ask", "replay", "checkpoint", "verify", "prove",
    "receipt", "accounts", "messages", "tickets", "tasks", "notices", "staff", "roles", "safeguards", "directories", "conform",
    "schema", "map", "imports", "leftovers", "rights", "worker", "webhooks", "keys", "backup", "restore", "move", "drill", "archive",
)  # fmt: skip


def parser(commands: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """The command line as a parser: the whole of it, or of these commands alone."""
    root = argparse.ArgumentParser(prog="troth", description="A privacy policy that runs.")
    subparsers = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands:
        importlib.import_module(f"troth.cli.{command}").add(subparsers)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the answer is no or something was found, 2 unusable input.

    Only the command that is named is imported: what the others need takes longer to load than most commands take to run.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    args = parser(words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS).parse_args(words)
    try:
        done = int(args.run(args))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough (`troth … | head`); the interpreter must not fall over the same pipe when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return done


if __name__ == "__main__":
    sys.exit(main())
