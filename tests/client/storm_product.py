"""The product as a process of its own that can be killed: the shop on a home, and a key handed out anew at each start.

python -m tests.client.storm_product HOME KEYS PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

from examples.kit.process import ready, tied
from tests.client.conftest import SHOP
from troth.app.config import Home
from troth.app.hosting import open_hosting
from troth.app.serve import listen, serving
from troth.client import KeyFile


def main() -> None:
    home, keys, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    with open_hosting(Home.at(home), {"shop": SHOP}) as hosting, serving(hosting, listen(port)) as base:
        KeyFile(base, "shop", hosting.keys.issue("shop", holder="company")).write(keys)
        ready(at=base)
        tied()
        sys.stdin.read()


if __name__ == "__main__":
    main()
