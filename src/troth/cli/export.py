"""`troth export FOLDER`: the policy for other programs, in the words of the W3C Data Privacy Vocabulary; or for people to read."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.app.folders import compile_folder
from troth.app.opening import PolicyRefused
from troth.app.printing import printed
from troth.kernel.findings import Findings
from troth.policy.linked import linked
from troth.policy.vocabulary import READING_NAMES


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("export", help="write a policy as W3C DPV JSON-LD, or as a notice to read")
    command.add_argument("folder", type=Path, help="policy folder")
    command.add_argument(
        "--reading",
        default="",
        choices=list(READING_NAMES),
        help="as_written or with_regimes (default: the one enforced)",
    )
    command.add_argument("--json", action="store_true", help="JSON-LD, which it prints anyway")
    command.add_argument("--notice", action="store_true", help="HTML that people can read, whole in itself")
    command.add_argument(
        "--language", default="", help="of the notice (default: that of the authoritative text)"
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write notice.LANGUAGE.html there, one for each text"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 when the policy does not compile, or has no text in the language."""
    if args.notice or args.out or args.language:
        return _notice(args)
    findings = Findings()
    compiled = compile_folder(args.folder, findings)
    if compiled is None:
        print(f"{args.folder}: {findings.verdict}; see `troth check {args.folder}`.", file=sys.stderr)
        return 2
    print(json.dumps(linked(compiled.bundle, args.reading), ensure_ascii=False, indent=2))
    return 0


def _notice(args: argparse.Namespace) -> int:
    try:
        made = printed(args.folder)
    except PolicyRefused as problem:
        print(problem, file=sys.stderr)
        return 2
    if args.language and args.language not in made:
        print(f"{args.folder} publishes no text in '{args.language}': {', '.join(made)}.", file=sys.stderr)
        return 2
    if args.out is None:
        print(made[args.language or next(iter(made))], end="")
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    for language, page in made.items():
        if args.language in ("", language):
            (args.out / f"notice.{language}.html").write_text(page, encoding="utf-8")
            print(args.out / f"notice.{language}.html")
    return 0
