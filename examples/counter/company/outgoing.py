"""What leaves the office, and what is kept of it: mails through the firm's mail program, which puts a copy into its folder of sent
mails; boxes at partners' own addresses; recordings of calls."""

from __future__ import annotations

import csv
import io
import json
import os
import smtplib
import time
import urllib.request
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from examples.kit.time import now

MANAGER = "manager@counter.example"
MONITORED = "Calls and mails with us may be monitored: for the quality of service, and as proof of what was asked for."


@dataclass(frozen=True, slots=True)
class Post:
    """The mail program: where it hands mails in, and its folder of sent mails (a Maildir)."""

    server: tuple[str, int]
    sent: Path

    def send(self, to: str, subject: str, text: str, files: Mapping[str, bytes] | None = None) -> None:
        """Send a mail, and keep a copy."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Counter Trading <{MANAGER}>", to, subject
        mail["Date"] = format_datetime(now())
        mail.set_content(f"{text}\n\n{MONITORED}\n")
        for name, data in (files or {}).items():
            mail.add_attachment(data, maintype="text", subtype="csv", filename=name)
        with smtplib.SMTP(*self.server, timeout=10) as server:
            server.send_message(mail)
        for part in ("tmp", "new", "cur"):
            (self.sent / part).mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.{os.getpid()}.counter"
        (self.sent / "tmp" / name).write_bytes(bytes(mail))
        (self.sent / "tmp" / name).rename(self.sent / "cur" / f"{name}:2,S")


def sheet(columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as the customer list exports them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def upload(address: str, partner: str, reference: str, purpose: str, data: Mapping[str, object]) -> None:
    """What the customer list's own button `Send to partner` does."""
    _post(f"{address}/{partner}", {"reference": reference, "purpose": purpose, "data": dict(data)})


def tell(address: str, partner: str, new_aim: str) -> None:
    """What a partner is told to do (by whoever plays it)."""
    _post(f"{address}/{partner}/told", {"new_aim": new_aim, "erasure": "at_once"})


def _post(address: str, body: Mapping[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310 - a partner of this simulation, over http
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        answer.read()


def record(folder: Path, name: str, seconds: int = 2) -> str:
    """A recording: a real WAV file with a tone that stands for a voice; its path in the folder."""
    path = folder / "quality" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(128 + (40 if (n // 20) % 2 else -40) for n in range(8000 * seconds)))
    return path.relative_to(folder).as_posix()
