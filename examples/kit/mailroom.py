"""The mail room: a real SMTP server that puts what it receives into folders, one for each address.

python -m examples.kit.mailroom --folder DIR [--maildir ADDRESS …] [--port 0]

Mail to an address named as `--maildir` goes into a Maildir of that name beside the others, for whoever reads it as a company does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from examples.kit.mailbox import box_of
from examples.kit.process import ready, tied
from examples.kit.time import now

MOST_BYTES = 10_000_000


class Room:
    """Takes every mail and loses none: it is on disk under its final name before the sender hears that it was taken."""

    def __init__(self, folder: Path, maildirs: Iterable[str] = ()) -> None:
        self._folder = folder
        self._maildirs = {address.lower(): folder / address for address in maildirs}
        self._numbers = itertools.count()
        for place in self._maildirs.values():
            for part in ("tmp", "new", "cur"):
                (place / part).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail for each of its recipients."""
        content = envelope.content
        data = content if isinstance(content, bytes) else str(content).encode()
        for address in envelope.rcpt_tos:
            self._keep(address, b"Delivered-To: " + address.encode() + b"\r\n" + data)
        return "250 Taken"

    def _keep(self, address: str, data: bytes) -> None:
        came = now()
        name = f"{int(came.timestamp() * 1e9):020d}-{next(self._numbers):06d}"
        maildir = self._maildirs.get(address.lower())
        if maildir is not None:
            _write(data, came, maildir / "tmp" / name, maildir / "new" / name)
            return
        box = box_of(self._folder, address)
        box.mkdir(parents=True, exist_ok=True)
        _write(data, came, box / f"{name}.part", box / f"{name}.eml")


def _write(data: bytes, came: datetime, part: Path, final: Path) -> None:
    """On disk, as of when it came in the time of the run."""
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.utime(part, (came.timestamp(), came.timestamp()))
    part.rename(final)


async def serve(folder: Path, port: int, maildirs: Iterable[str] = ()) -> None:
    """Receive until the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    room = Room(folder, maildirs)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(room, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="mailroom.example"),
        "127.0.0.1",
        port,
    )
    ready(port=server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def main() -> None:
    """Start the room."""
    parser = argparse.ArgumentParser(description="A mail room that really receives.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--maildir", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    asyncio.run(serve(args.folder, args.port, args.maildir))


if __name__ == "__main__":
    main()
