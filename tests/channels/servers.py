"""Mail servers of this machine that behave as real ones do: they take, put off, refuse, keep silent, or drop."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Taking:
    """Takes every mail. `recipients` and `texts` are what it says to the next ones; after these it says yes."""

    def __init__(
        self, recipients: tuple[str, ...] = (), texts: tuple[str, ...] = (), *, drops: bool = False
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self._recipients, self._texts = iter(recipients), iter(texts)
        self._drops = drops
        self.taken = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = next(self._recipients, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = next(self._texts, "250 OK")
        if not said.startswith("250"):
            return said
        self.taken += 1
        if not self._drops:
            assert isinstance(envelope.original_content, bytes)
            self.raw.append(envelope.original_content)
            mail = message_from_bytes(envelope.original_content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return said


class Cutting(Taking):
    """Takes the text and hangs up without a word: it may have kept it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        transport: Any = server.transport
        transport.abort()
        return "250 nobody hears this"


class _Controller(Controller):
    def __init__(self, handler: Any, **more: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0, **more)

    def _trigger_server(self) -> None:
        """The port is known once somebody listens."""
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(handler: Any, tls: ssl.SSLContext | None = None, password: str = "") -> Iterator[int]:
    """The port of a server with this handler."""
    more: dict[str, Any] = {"enable_SMTPUTF8": True}
    if tls is not None:
        more |= {"tls_context": tls, "require_starttls": True}
    if password:
        more |= {"authenticator": _checking(password), "auth_required": True}
    running = _Controller(handler, **more)
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


def _checking(password: str) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == password.encode(), handled=False)

    return check


@contextmanager
def silent(until: bytes = b"") -> Iterator[int]:
    """The port of a server that answers up to a command, and from then on never again; without one it does not even greet."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    held: list[socket.socket] = []

    def talk() -> None:
        while not ended.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            held.append(connection)
            if until:
                _answer(connection, until)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for one in held:
            one.close()
        thread.join()


def _answer(connection: socket.socket, until: bytes) -> None:
    connection.sendall(b"220 here\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        said = line.upper()
        if said.startswith(until):
            return
        connection.sendall(b"354 go on\r\n" if said.startswith(b"DATA") else b"250 OK\r\n")
        if said.startswith(b"DATA") and until == b".":
            for text in lines:
                if text == b".\r\n":
                    return


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
