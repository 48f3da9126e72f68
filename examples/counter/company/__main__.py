"""The firm as a process of its own.

python -m examples.counter.company --data DIR --keys FILE --mail HOST:PORT --mailboxes DIR --partners URL [--port 0]

It is handed a key as every company is, and does not use it: of that file it reads where the privacy centre is, for the link on its pages.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

from werkzeug.serving import make_server

from examples.counter.company.app import make_app
from examples.counter.company.desk import Desk
from examples.counter.company.lapses import Lapses
from examples.counter.company.outgoing import Post
from examples.kit.process import ready, tied

LOOKS_EVERY = 0.5
"""Seconds between looks at the reminder."""
OFFICE = "office.txt"
"""Names the file with the key, for the account manager at the product's own desk; nothing else here opens that file."""
POLICY = Path(__file__).resolve().parent.parent / "text" / "en.md"


def _remind(desk: Desk) -> None:
    """The reminder on the wall, as days go by."""
    while True:
        time.sleep(LOOKS_EVERY)
        with suppress(OSError, ValueError):
            desk.reminded()


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="counter (simulation): a distributor without an engineer.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--mail", required=True)
    parser.add_argument("--mailboxes", type=Path)
    parser.add_argument("--partners", required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, _, port = args.mail.partition(":")
    desk = Desk(args.data, Post((host, int(port)), args.data / "mail" / "sent"), args.partners)
    (args.data / OFFICE).write_text(str(args.keys.resolve()), encoding="utf-8")
    where = json.loads(args.keys.read_text(encoding="utf-8"))
    centre = f"{where['url']}/my/{where['organisation']}"
    Thread(target=_remind, args=(desk,), name="reminder", daemon=True).start()
    app = make_app(
        desk, Lapses(desk, args.data / "switches.json"), centre, POLICY.read_text(encoding="utf-8")
    )
    server = make_server("127.0.0.1", args.port, app, threaded=True)
    ready(port=server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()
