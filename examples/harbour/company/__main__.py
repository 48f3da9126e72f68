"""harbour as a process of its own.

python -m examples.harbour.company --data DIR --keys FILE --mail HOST:PORT --partners URL [--egress URL] [--database URL] [--port 0]
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from werkzeug.serving import make_server

from examples.harbour.company.app import away, make_app, refused
from examples.harbour.company.careless import TOLD, Careless
from examples.harbour.company.frame import Company
from examples.harbour.company.gate import open_books
from examples.harbour.company.house import OUTBOX, House, Post
from examples.harbour.company.lapses import Lapses
from examples.harbour.company.mailing import Mailing
from examples.harbour.company.offices import SEAL, Admins, LegalDesk, Words
from examples.harbour.company.partners import Partners
from examples.harbour.company.people import People
from examples.harbour.company.services import Services
from examples.harbour.company.store import Store
from examples.kit import time
from examples.kit.process import ready, tied
from troth.client import Client, KeyFile, Relay, Steady
from troth.client.flask import Troth

OFFICE = "office.txt"
"""Names the file with the key, for those of the staff who work with the product itself."""
POLICY = Path(__file__).resolve().parent.parent / "text" / "en.md"


def company(
    data: Path, keys: KeyFile, post: Post, partners: str, way_out: str = "", database: str = ""
) -> Company:
    """Put the company together. Without a database of another kind, a SQLite file in the folder of the data is it."""
    store = Store(database or data / "harbour.db")
    with store.together() as connection:
        OUTBOX.prepare(connection)
    client = Steady(Client(keys), OUTBOX, store.connect, keep=data / "contract.json", now=time.now)
    relay, partners_of = Relay(OUTBOX, client, store.connect).start(), Partners(store, partners, way_out)
    house = House(store, data / "papers", client, relay, keys, partners_of, Lapses(store), post)
    (data / TOLD).touch()
    house.papers.mkdir(parents=True, exist_ok=True)
    mailing = Mailing(house)
    Careless(house, mailing).learn()
    found: Company = Company(
        house, Troth(client, lambda _: found.customer().subject, refused=refused, away=away), mailing,
        People(house), Services(house), Admins(store, data / "staff.json"), LegalDesk(house, data / SEAL),
        Words(store, POLICY.read_text(encoding="utf-8")),
    )  # fmt: skip
    return found


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="harbour (simulation): hosting and domain names.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--mail", required=True)
    parser.add_argument("--mailboxes", type=Path, help="handed to every company; harbour reads none itself")
    parser.add_argument("--partners", required=True)
    parser.add_argument("--egress", default="")
    parser.add_argument("--database", default="", help="such as mariadb+pymysql://…; left out, a SQLite file")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, _, port = args.mail.partition(":")
    # The port is needed for the links in mails, so the socket comes first and the site after it.
    server = make_server("127.0.0.1", args.port, _Later(), threaded=True)
    post = Post(host, int(port), f"http://127.0.0.1:{server.server_port}")
    args.data.mkdir(parents=True, exist_ok=True)
    (args.data / OFFICE).write_text(str(args.keys.resolve()), encoding="utf-8")
    opened = company(args.data, KeyFile.read(args.keys), post, args.partners, args.egress, args.database)
    open_books(opened.house.client)
    server.app = make_app(opened)
    ready(port=server.server_port)
    server.serve_forever()


class _Later:
    """Stands in until the site is there; the server takes no request before."""

    def __call__(self, *_: object) -> list[bytes]:
        return []


if __name__ == "__main__":
    main()
