"""`troth read FILE`: cut a published text into addressed clauses and print them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.folders import read_text
from troth.kernel.findings import Findings, Place
from troth.policy.clauses import as_json, cut, render
from troth.policy.compile import FORMATS


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("read", help="cut a published text into addressed clauses")
    command.add_argument("file", type=Path, help="a text: .txt, .md or .html")
    command.add_argument("--language", choices=("en", "zh", "ms"), help="the language of the text")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the text was cut, 2 when it could not be used."""
    findings = Findings()
    text = read_text(args.file, str(args.file), findings)
    if text is not None and not text.strip():
        findings.error(
            "empty-text", Place(str(args.file), 1), "This text is empty.", "Name a file with words in it."
        )
    if text is None or findings.refused:
        print("\n".join(str(finding) for finding in findings.sorted))
        return 2
    found = cut(text, format=FORMATS.get(args.file.suffix.lower(), "text"), language=args.language)
    if args.json:
        print(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    else:
        print(render(found))
        for finding in found.findings:
            print(finding)
    return 2 if found.refused else 0
