"""harbour as a process of its own.

python -m examples.harbour.company --data DIR --keys FILE --mail HOST:PORT --partners URL [--port 0]
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from werkzeug.serving import make_server

from examples.harbour.company.app import make_app
from examples.harbour.company.careless import Careless, Post
from examples.harbour.company.frame import Company
from examples.harbour.company.gate import Gate
from examples.harbour.company.lapses import (
    AFFILIATE_NEW_AIM,
    FIELD_WITHOUT_NOTICE,
    PIXEL_AFTER_LEAVING,
    Lapses,
)
from examples.harbour.company.mailing import Mailing
from examples.harbour.company.people import People
from examples.harbour.company.services import Partners, Services
from examples.harbour.company.store import Store
from examples.kit.process import ready, tied
from troth.client import KeyFile

POLICY = Path(__file__).resolve().parent.parent / "text" / "en.md"


def company(data: Path, keys: KeyFile, post: Post, partners: str) -> Company:
    """Put the company together."""
    store, gate = Store(data / "harbour.db"), Gate(keys)
    lapses = Lapses(store)
    mailing = Mailing(store, gate, post.site)
    services = Services(store, gate, lapses, Partners(partners))
    people = People(store, gate)
    lapses.then(FIELD_WITHOUT_NOTICE, lapses.drop_undeclared_field)
    lapses.then(PIXEL_AFTER_LEAVING, Careless(store, mailing, post).maintenance)
    lapses.then(AFFILIATE_NEW_AIM, services.tell_affiliate)
    return Company(store, gate, lapses, mailing, people, services, POLICY.read_text(encoding="utf-8"))


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="harbour (simulation): hosting and domain names.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--mail", required=True)
    parser.add_argument("--mailboxes", type=Path, help="handed to every company; harbour reads none itself")
    parser.add_argument("--partners", required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, _, port = args.mail.partition(":")
    # The port is needed for the links in mails, so the socket comes first and the site after it.
    server = make_server("127.0.0.1", args.port, _Later(), threaded=True)
    post = Post(host, int(port), f"http://127.0.0.1:{server.server_port}")
    opened = company(args.data, KeyFile.read(args.keys), post, args.partners)
    opened.gate.open_books()
    server.app = make_app(opened)
    ready(port=server.server_port)
    server.serve_forever()


class _Later:
    """Stands in until the site is there; the server takes no request before."""

    def __call__(self, *_: object) -> list[bytes]:
        return []


if __name__ == "__main__":
    main()
