"""One process at work on a vault: seals for new people, opens what anybody sealed before, until it is told to end.

Prints a line for each round; the last one is what it sealed, as JSON. Anything that fails ends it with a traceback.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from pathlib import Path

from tests.support.vaults import vault_in

CELL = "people.mail"


def main(folder: str, url: str, name: str) -> None:
    """Work in two threads."""
    ended = threading.Event()
    sealed: list[tuple[str, str]] = []
    with vault_in(Path(folder), url=url) as vault:

        def work(thread: int) -> None:
            mine: list[tuple[str, str]] = []
            number = 0
            while not ended.is_set():
                owners = [f"{name}{thread}{number + at:060x}"[-64:].rjust(64, "0") for at in range(20)]
                number += 20
                found = vault.seal_many([(owner, CELL, owner.encode()) for owner in owners])
                mine += [(owner, one.hex()) for owner, one in zip(owners, found, strict=True)]
                some = mine[:: max(1, len(mine) // 50)]
                plain = vault.open_many([(owner, CELL, bytes.fromhex(one)) for owner, one in some])
                if plain != [owner.encode() for owner, _ in some]:
                    raise RuntimeError("what was sealed did not open")
                sys.stdout.write("round\n")  # whole, whichever thread writes
                sys.stdout.flush()
            sealed.extend(mine)

        threads = [threading.Thread(target=work, args=(at,)) for at in range(2)]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        ended.set()
        for thread in threads:
            thread.join()
    print(json.dumps(sealed), flush=True)


def failed(seen: threading.ExceptHookArgs) -> None:
    """End at once, so that whoever waits for a line waits no longer."""
    traceback.print_exception(seen.exc_value)
    os._exit(3)


if __name__ == "__main__":
    threading.excepthook = failed
    main(*sys.argv[1:])
