"""`troth export FOLDER`: the policy for other programs, in the words of the W3C Data Privacy Vocabulary."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.app.folders import compile_folder
from troth.kernel.findings import Findings
from troth.policy.linked import linked
from troth.policy.vocabulary import READING_NAMES


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("export", help="write a policy as W3C DPV JSON-LD")
    command.add_argument("folder", type=Path, help="policy folder")
    command.add_argument(
        "--reading",
        default="",
        choices=list(READING_NAMES),
        help="as_written or with_regimes (default: the one enforced)",
    )
    command.add_argument("--json", action="store_true", help="JSON-LD, which it prints anyway")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 when the policy does not compile."""
    findings = Findings()
    compiled = compile_folder(args.folder, findings)
    if compiled is None:
        print(f"{args.folder}: {findings.verdict}; see `troth check {args.folder}`.", file=sys.stderr)
        return 2
    print(json.dumps(linked(compiled.bundle, args.reading), ensure_ascii=False, indent=2))
    return 0
