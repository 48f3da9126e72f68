"""desk as a process of its own.

python -m examples.desk.company --data DIR --keys FILE --postgres DSN --partners URL [--home DIR] [--port 0]
"""

from __future__ import annotations

import argparse
import socket
from pathlib import Path
from typing import cast

import uvicorn

from examples.desk.company.acts import RECIPIENTS
from examples.desk.company.app import make_app
from examples.desk.company.careless import Careless
from examples.desk.company.frame import Company
from examples.desk.company.house import Partners
from examples.desk.company.joining import Joining
from examples.desk.company.lapses import Lapses
from examples.desk.company.manage import Managing
from examples.desk.company.objects import stores
from examples.desk.company.store import EVERY, Store
from examples.desk.company.tidying import Tidying
from examples.desk.company.work import Work
from examples.kit.process import ready, tied
from troth.client import Client, Http, KeyFile, open_books
from troth.inside import Inside

POLICY = Path(__file__).resolve().parent.parent / "text" / "en.md"


def company(data: Path, keys: KeyFile, product: Client, dsn: str, url: str) -> Company:
    """Put the company together."""
    store, partners = Store(dsn), Partners(url)
    lapses, (a, b) = Lapses(store), stores(data)
    lapses.then(Careless(store, (a, b), partners).acts)
    house = store, product, lapses, a, b, partners
    return Company(
        *house, Joining(*house), Work(*house), Managing(*house), Http(keys.url, keys.organisation, keys.key),
        keys.url, keys.organisation, POLICY.read_text(encoding="utf-8"),
    )  # fmt: skip


def hand_over(path: Path, dsn: str) -> None:
    """The way into the database, across tenants, for whoever carries requests out by `map.yaml`: in a file that nobody else reads."""
    path.touch(0o600)
    also = "&" if "?" in dsn else "?"
    path.write_text(f"{dsn}{also}options=-c%20desk.tenant%3D{EVERY}", encoding="ascii")


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="desk (simulation): an office suite for enterprises.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--partners", required=True)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--trays", default="")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    keys = KeyFile.read(args.keys)
    # The verbs are the same with a server between and without one; told no home, desk asks over HTTP.
    product = cast(Client, Inside.open(args.home, keys.organisation) if args.home else Client(keys))
    opened = company(args.data, keys, product, args.postgres, args.partners)
    open_books(product, RECIPIENTS)
    Tidying(opened.store, product, opened.lapses, opened.a, opened.b, opened.partners).begin()
    hand_over(args.data / "requests.address", args.postgres)
    listening = socket.create_server(("127.0.0.1", args.port), backlog=512)
    server = uvicorn.Server(uvicorn.Config(make_app(opened), log_level="error", access_log=False))
    ready(port=listening.getsockname()[1])
    server.run([listening])


if __name__ == "__main__":
    main()
