"""A mailbox by IMAP (RFC 9051, and RFC 3501 before it), encrypted by TLS from the first byte or by STARTTLS; nothing is deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from troth.intake.mail import LARGEST
from troth.intake.mailbox import Lying, MailboxAway
from troth.ledger.errors import KeyProblem
from troth.post import secret_of

PATIENCE: Final = 30.0
WAYS: Final = ("imaps", "starttls", "none")
_BROKEN: Final = (OSError, imaplib.IMAP4.error, EOFError)
_VALID: Final = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as whom one signs in there, and the folder that is read; the password is read from a file at each visit."""

    host: str
    port: int
    user: str
    password: Path = field(repr=False)
    tls: str = "imaps"
    ca: Path | None = None
    folder: str = "INBOX"
    patience: float = PATIENCE


class ImapBox:
    """The mails of one published address on a server; a connection of its own for each visit."""

    def __init__(self, address: str, server: Server) -> None:
        self.address = address
        self._server = server

    @property
    def name(self) -> str:
        """The server, and how the way there is encrypted."""
        return f"IMAP {self._server.host}:{self._server.port} ({self._server.tls})"

    def waiting(self, limit: int) -> Sequence[Lying]:
        """Mails that nobody has seen, the oldest first; looking does not make them seen. Raises MailboxAway."""
        with self._visit() as box:
            found = _said(box.uid("SEARCH", "UNSEEN"))[0] or b""
            uids = sorted(found.split(), key=int)[:limit]
            fetched = [self._fetched(box, uid) for uid in uids]
            return [one for one in fetched if one is not None]

    def taken(self, keys: Sequence[str]) -> None:
        """Mark these as seen. Raises MailboxAway."""
        good = [key for key in keys if _VALID.fullmatch(key)]
        if good:
            with self._visit() as box:
                _said(box.uid("STORE", ",".join(good), "+FLAGS", r"(\Seen)"))

    def _fetched(self, box: imaplib.IMAP4, uid: bytes) -> Lying | None:
        """A mail, no longer than what is read of one, and when it came; None for one that went meanwhile."""
        answer = _said(box.uid("FETCH", uid.decode(), f"(INTERNALDATE BODY.PEEK[]<0.{LARGEST + 1}>)"))
        for one in answer:
            if isinstance(one, tuple):
                came = imaplib.Internaldate2tuple(one[0])
                at = datetime.fromtimestamp(time.mktime(came), UTC) if came else None
                return Lying(uid.decode(), bytes(one[1]), at)
        return None

    @contextmanager
    def _visit(self) -> Iterator[imaplib.IMAP4]:
        server = self._server
        try:
            secret = secret_of(server.password)
            box = self._connected()
            try:
                box.login(server.user, secret)
                _said(box.select(f'"{server.folder}"'))
                yield box
            finally:
                with suppress(*_BROKEN):
                    box.logout()
                with suppress(*_BROKEN):
                    box.shutdown()
        except KeyProblem as problem:
            raise MailboxAway(f"The mailbox of {self.address} cannot be read. {problem.message}") from None
        except (*_BROKEN, UnicodeDecodeError) as problem:
            raise self._away(problem) from problem

    def _connected(self) -> imaplib.IMAP4:
        server = self._server
        trust = ssl.create_default_context(cafile=server.ca)
        if server.tls == "imaps":
            return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=trust, timeout=server.patience)
        box = imaplib.IMAP4(server.host, server.port, timeout=server.patience)
        if server.tls == "starttls":
            try:
                box.starttls(trust)
            except BaseException:
                box.shutdown()
                raise
        return box

    def _away(self, problem: Exception) -> MailboxAway:
        """What is wrong, without what a server said: it may repeat names."""
        kind = "it does not let us in" if isinstance(problem, imaplib.IMAP4.error) else type(problem).__name__
        return MailboxAway(
            f"The mailbox of {self.address} cannot be read: {kind}.",
            f"See {self._server.host}:{self._server.port}.",
        )


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(kind)
    return data
