"""pymerkle on SQLite: entries appended one by one and in batches, each commit durable, and proofs of inclusion."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pymerkle import SqliteTree  # type: ignore[import-not-found]

FOLDER, SINGLE, BATCH, BATCHES = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
ENTRY = b"x" * 450


def per_second(count: int, start: float) -> float:
    """How many of `count` were done each second since `start`."""
    return count / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    with SqliteTree(str(FOLDER / "single.db")) as tree:
        tree.con.execute("PRAGMA synchronous=FULL")
        start = time.perf_counter()
        for _ in range(SINGLE):
            tree.append_entry(ENTRY)
        single = per_second(SINGLE, start)
    with SqliteTree(str(FOLDER / "batch.db")) as tree:
        tree.con.execute("PRAGMA synchronous=FULL")
        start = time.perf_counter()
        for _ in range(BATCHES):
            tree.append_entries([ENTRY] * BATCH)
        batch = per_second(BATCH * BATCHES, start)
        size = tree.get_size()
        start = time.perf_counter()
        for number in range(20):
            tree.prove_inclusion(1 + number * (size // 20), size)
        proofs = per_second(20, start)
    print(json.dumps({"single": single, "batch": batch, "proofs": proofs}))


main()
