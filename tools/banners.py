"""The page that sets our banner beside three others, from what the bench measures: `.venv/bin/python tools/banners.py [FILE]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import banner  # noqa: E402
from bench.rows import Row  # noqa: E402

OURS = "troth.js"
ASKED = {
    "size_gzip": ("Bytes of program and style, gzip", "fewer"),
    "stored_before_choice": ("Items stored before a choice", "0"),
    "ran_before_choice": ("Scripts run before a choice", "0"),
    "unequal_buttons": (
        "Ways in which yes and no are not equals: tag, size, weight, layer, area, contrast",
        "0",
    ),
    "focus": ("Faults when somebody says no by keyboard alone", "0"),
    "axe": ("Findings of axe-core: light, dark, 1280 and 320 pixels", "0"),
    "way_back": ("A control that stays after the choice", "1"),
    "server_record": ("Choices on record at a server", "1"),
    "gpc": ("Global Privacy Control honoured", "1"),
}
HEAD = """# Banners side by side

Four banners, each on a page with one script that waits for a yes, in fresh profiles of the same Chromium, measured by one script in one
run, and set up as their makers' pages say, with equal buttons where they have a switch for them. This page is written by
`.venv/bin/python tools/banners.py` from the rows of `python -m bench banner --json`; how each thing is measured stands in
[bench](bench.md). Peers are fetched with `npm`, pinned by version and digest.

"""


def main(file: Path) -> int:
    """Measure and write the page; exit code 1 where the others could not be had."""
    rows = banner.rows()
    peers = list(dict.fromkeys(one["peer"] for one in rows if one["peer"]))
    if not peers:
        print("The other banners cannot be had here; the page stays as it is.")
        return 1
    file.write_text(HEAD + "\n".join(table(rows, peers)) + "\n", encoding="utf-8")
    print(f"{file}: {len(peers) + 1} banners, {len(ASKED)} measures")
    return 0


def table(rows: Iterable[Row], peers: list[str]) -> Iterable[str]:
    """One line a measure."""
    found = {(one["name"].split(".")[1], one["peer"]): one for one in rows}
    yield f"| measured | good | {OURS} | " + " | ".join(peers) + " |"
    yield "|---|---|---|" + "---|" * len(peers)
    for name, (words, good) in ASKED.items():
        theirs = (found[name, peer]["peer_value"] for peer in peers)
        yield (
            f"| {words} | {good} | {found[name, None]['value']:,.0f} | "
            + " | ".join(f"{v:,.0f}" for v in theirs)
            + " |"
        )


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "banners.md"))
