"""gateway as a process of its own, with its proxy beside it.

python -m examples.gateway.company --data DIR --keys FILE --postgres DSN --partners URL [--port 0]
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

import httpx
from psycopg import OperationalError
from werkzeug.serving import make_server

from examples.gateway.company import acts
from examples.gateway.company.app import make_app
from examples.gateway.company.asking import Away, Told, Troth
from examples.gateway.company.desk import Desk
from examples.gateway.company.dumps import Dumps
from examples.gateway.company.frame import Company
from examples.gateway.company.house import House, Partners
from examples.gateway.company.identity import Identity
from examples.gateway.company.interfaces import Interfaces
from examples.gateway.company.lapses import Lapses
from examples.gateway.company.market import Market
from examples.gateway.company.members import Members
from examples.gateway.company.permissions import Permissions
from examples.gateway.company.store import Store
from examples.kit.process import ready, tied
from examples.kit.time import now

OFFICE = "office.txt"
"""Names the file with the key, for those of the staff who work with the product itself."""
POLICY = Path(__file__).resolve().parent.parent / "text" / "en.md"
DANGEROUS = "phish.example\nliaotong-login.example\n"
LOOKS_EVERY = 0.5
"""Seconds between looks at whether another day began: nights can be short here."""
ANSWERS_EVERY = 4
"""After so many looks whoever asked is answered."""


def company(house: House, site: str, proxy: int) -> Company:
    """Put the company together."""
    desk, interfaces, dumps = Desk(house), Interfaces(house), Dumps(house)
    members = Members(house, desk)
    identity, market = Identity(house, members), Market(house, members)
    permissions, lapses = Permissions(house, members, market), Lapses(house, site)
    lapses.wire(identity, dumps, market, interfaces)
    interfaces.open_services()
    identity.sweep()
    text = POLICY.read_text(encoding="utf-8")
    return Company(
        house, members, identity, market, permissions, dumps, desk, interfaces, lapses, text, proxy
    )


def open_books(house: House) -> None:
    """Put on record what gateway knows about those who receive data from it."""
    for recipient, facts in acts.RECIPIENTS.items():
        house.troth.ask(f"recipients/{recipient}/facts", facts=list(facts))


class Channel:
    """The proxy, which ends with this process, and stands again where it stood when it went by itself."""

    def __init__(self, house: House, site: int) -> None:
        self._folder, self.port = house.data / "proxy", 0
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "dangerous.txt").write_text(DANGEROUS, encoding="utf-8")
        (self._folder / "hosts.json").write_text(json.dumps({"gateway.example": site}), encoding="utf-8")
        self._start()

    def tend(self) -> None:
        """Start it again if it went."""
        if self._running.poll() is not None:
            self._start()

    def _start(self) -> None:
        told = ["--folder", str(self._folder), "--port", str(self.port)]
        command = [sys.executable, "-m", "examples.gateway.company.proxy", *told]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        assert self._running.stdout is not None
        self.port = int(json.loads(self._running.stdout.readline())["port"])


def work(opened: Company, channel: Channel) -> None:
    """A dump for each day that begins, and an answer for whoever asked. Where nobody is there, it is tried again."""
    pause, passes, began = threading.Event(), 0, now().date().isoformat()
    while not pause.wait(LOOKS_EVERY):
        passes += 1
        try:
            channel.tend()
            if now().date().isoformat() > (opened.dumps.last() or began):
                opened.lapses.by_night(opened.dumps)
                opened.dumps.night()
            if passes % ANSWERS_EVERY == 0:
                opened.desk.answer_all()
        except (Away, Told, OSError, ValueError, httpx.HTTPError, OperationalError) as problem:
            print(f"gateway: left for later ({type(problem).__name__})", file=sys.stderr, flush=True)


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="gateway (simulation): a marketplace for trade.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--partners", required=True)
    parser.add_argument("--port", type=int, default=0)
    args, _ = parser.parse_known_args()
    tied()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # The port is needed for what leads back here, so the socket comes first and the site after it.
    server = make_server("127.0.0.1", args.port, _Later(), threaded=True)
    (args.data / OFFICE).write_text(str(args.keys.resolve()), encoding="utf-8")
    house = House(args.data, Store(args.postgres), Partners(args.partners), Troth(args.keys))
    channel = Channel(house, server.server_port)
    opened = company(house, f"http://127.0.0.1:{server.server_port}", channel.port)
    open_books(house)
    server.app = make_app(opened)
    threading.Thread(target=work, args=(opened, channel), daemon=True, name="work").start()
    ready(port=server.server_port)
    server.serve_forever()


class _Later:
    """Stands in until the site is there; the server takes no request before."""

    def __call__(self, *_: object) -> list[bytes]:
        return []


if __name__ == "__main__":
    main()
