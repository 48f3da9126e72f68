"""An evidence pack of a whole ledger of 100,000 events, and how long the program that checks it takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.proofs import packs_of
from troth.app.starter import new_policy
from troth.ledger import Draft
from troth.packs import Selection

EVENTS, AT_ONCE = 100_000, 5_000
PROGRAM = Path(__file__).parent.parent / "verifier" / "troth_verify.py"


@dataclass(frozen=True, slots=True)
class Packed:
    """Seconds to make and to check a pack, and its size in megabytes."""

    make: float
    verify: float
    megabytes: float


def packed(place: Path, drafts: Callable[[int], list[Draft]]) -> Packed:
    """Fill a ledger, pack all of it, and check the pack in a process of its own."""
    new_policy(place / "bench")
    home, file = Home.at(place / "home"), place / "whole.pack"
    with open_organisation(home, "bench", place / "bench") as organisation:
        # Kinds that no table of state reads: what is measured is the pack.
        work = [replace(one, kind="bench:entry:made") for one in drafts(EVENTS)]
        for at in range(0, EVENTS, AT_ONCE):
            with organisation.ledger.recording() as one:
                one.record(*work[at : at + AT_ONCE])
        start = time.perf_counter()
        pack = packs_of(organisation, home).make(Selection(everything=True))
        file.write_text(pack.text, encoding="utf-8", newline="\n")
        made = time.perf_counter() - start
    start = time.perf_counter()
    words = [sys.executable, str(PROGRAM), str(file), "--key", pack.keys[0]]
    subprocess.run(words, check=True, capture_output=True)
    return Packed(made, time.perf_counter() - start, file.stat().st_size / 1e6)
