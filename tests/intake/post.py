"""A published mailbox for tests: mail goes in by SMTP, lies in a Maildir or on an IMAP server, and is read from there."""

from __future__ import annotations

import email.policy
import imaplib
import mailbox
import select
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.channels.servers import serving
from tests.messages.kit import SITE
from tests.support.certificates import Signed
from troth.app.mailing import Postbox
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.channels import Post, SmtpChannel
from troth.channels.smtp import Tls
from troth.messages import Sender

ADDRESS = "privacy@quay.example"


class Room:
    """Takes mail for everybody by SMTP, and puts each into the Maildir of its address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.original_content, bytes)
        for address in envelope.rcpt_tos:
            self.put(address, envelope.original_content)
        return "250 OK"

    def put(self, address: str, data: bytes) -> None:
        mailbox.Maildir(self.box(address)).add(data)

    def box(self, address: str) -> Path:
        place = self.folder / address
        self.folder.mkdir(parents=True, exist_ok=True)
        mailbox.Maildir(place)
        return place

    def mails(self, address: str) -> list[EmailMessage]:
        found = mailbox.Maildir(self.box(address))
        parsed = [
            email.message_from_bytes(found.get_bytes(key), policy=email.policy.default)
            for key in sorted(found.keys())
        ]
        return [one for one in parsed if isinstance(one, EmailMessage)]


@contextmanager
def room(folder: Path) -> Iterator[tuple[Room, int]]:
    made = Room(folder)
    with serving(made) as port:
        yield made, port


def write(port: int, made: EmailMessage, to: str = ADDRESS) -> None:
    """A person sends a mail by a real server."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(made, made["From"], [to])


def letter(text: str = "What do you hold on me?", number: int = 9, **headers: str) -> EmailMessage:
    made = EmailMessage()
    said = {"From": f"Nur <p{number}@example.test>", "To": ADDRESS, "Subject": "My data"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in said.items():
        made[name] = value
    if "Message-ID" not in made:
        made["Message-ID"] = f"<{abs(hash((text, number, made['Subject'])))}@example.test>"
    made.set_content(text)
    return made


def postbox(quay: Organisation, **more: Any) -> Postbox:
    return Postbox(Reception(quay, SITE), **more)


def send_due(quay: Organisation, port: int) -> None:
    """Let what waits leave by the mail room."""
    channel = SmtpChannel(Post("127.0.0.1", port, ADDRESS, tls=Tls.NONE), quay.clock)
    Sender(quay.messages, {"email": channel}, SITE).due()


@contextmanager
def imap(signed: Signed) -> Iterator[int]:
    """The port of a real IMAP server (pymap), which asks for STARTTLS before it hears a password."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--cert",
        str(signed.certificate), "--key", str(signed.key), "dict", "--demo-user", "privacy", "--demo-password", "secret",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_heard(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _until_heard(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the IMAP server ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        select.select([], [], [], 0.05)
    raise AssertionError("the IMAP server is not heard")


def deliver(port: int, ca: Path, data: bytes) -> None:
    """Put a mail into the mailbox of the server, as its own delivery would."""
    box = imaplib.IMAP4("127.0.0.1", port)
    box.starttls(ssl.create_default_context(cafile=ca))
    box.login("privacy", "secret")
    assert box.append("INBOX", "", "", data)[0] == "OK"
    box.logout()
