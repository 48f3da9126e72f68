"""`troth leftovers --markers FILE PLACE …`: whether anything of somebody is still there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.folders import read_text
from troth.cli.home import refused
from troth.kernel.errors import CallerError, TrothError
from troth.kernel.findings import Findings
from troth.leftovers import read_markers, search

_MORE = """\
Knows no map: every file is read to its last byte (SQLite's free pages and write-ahead log, gzip and zip unpacked), every
table of every schema of a database to its last row. Looks for each marker as UTF-8, UTF-16, JSON, URL, HTML, hex and base64.
A marker is named by its line, never by its words.
Exit code: 0 nothing is left; 1 something is; 2 a place could not be looked into, or the markers cannot be used.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "leftovers", help="look for planted markers in files, logs and databases", epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("--markers", type=Path, required=True, metavar="FILE", help="one marker a line")
    command.add_argument(
        "places", nargs="+", metavar="PLACE", help="a file, a folder, or the address of a database"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when nothing is left, 1 when something is, 2 when it cannot be told."""
    findings = Findings()
    try:
        text = read_text(args.markers, str(args.markers), findings)
        if text is None:
            raise CallerError(findings.sorted[0].message, "Name a file of UTF-8 with one marker a line.")
        markers = read_markers(text)
    except TrothError as problem:
        return refused(problem, args.json)
    found = search(args.places, markers)
    if args.json:
        hits = [hit.as_json() for hit in found.hits]
        print(
            json.dumps(
                {"clean": found.clean, "markers": markers.count, "hits": hits, "unread": list(found.unread)},
                indent=2,
            )
        )
    else:
        for line in (*map(str, found.hits), *(f"not looked into: {one}" for one in found.unread)):
            print(line)
        places = len({hit.place for hit in found.hits})
        left = len({hit.marker for hit in found.hits})
        print(
            f"{left} of {markers.count} markers are still there, in {places} places; {len(found.unread)} not looked into."
        )
    return 1 if found.hits else 2 if found.unread else 0
