"""Mail by SMTP (RFC 5321), encrypted by STARTTLS (RFC 3207) or from the first byte (RFC 8314).

What a server says decides what is done next: 4yz and silence before the text is handed over mean later; 5yz about the
recipient or the text means never; silence after the last dot means that nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from troth.kernel.clock import Clock
from troth.kernel.errors import OperatorError
from troth.ledger.errors import KeyProblem
from troth.messages.channel import Delivery, Outcome, Parcel
from troth.post import Tls, connect, secret_of

PATIENCE: Final = 30.0
"""Seconds that each answer of a server is waited for."""
_PLAIN: Final = policy.SMTP.clone(max_line_length=900)
"""Headers are not folded below the limit of RFC 5322, 2.1.1: an address in one that is folded or encoded leads nowhere."""
_WIDE: Final = policy.SMTPUTF8.clone(max_line_length=900)
_DOTS: Final = re.compile(rb"(?m)^\.")
_DEAD: Final = frozenset({550, 551, 553})
"""What servers say of a mailbox that is none (RFC 5321, 4.2.3)."""
_BROKEN: Final = (OSError, smtplib.SMTPException)


class SenderUnusable(OperatorError):
    """What is said of the mail server cannot be used: a sender that is no address, a password file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server, who writes by it, and as whom one signs in; the password is read from a file."""

    host: str
    port: int
    sender: str
    name: str = ""
    """What readers see beside the sender's address."""
    tls: Tls = Tls.STARTTLS
    ca: Path | None = None
    user: str = ""
    password: Path | None = field(default=None, repr=False)
    patience: float = PATIENCE


class SmtpChannel:
    """Hands each parcel to one server, on a connection of its own."""

    kind = "email"
    real = True

    def __init__(self, post: Post, clock: Clock) -> None:
        """Raises SenderUnusable."""
        self._post, self._clock = post, clock
        self._secret = _secret(post.password)
        try:
            self._sender = Address(post.name, addr_spec=post.sender)
            if not self._sender.domain:
                raise ValueError
        except (ValueError, IndexError):
            raise SenderUnusable("The sender of mails is no address.", "Write news@example.com.") from None

    @property
    def name(self) -> str:
        """The server, and how the way there is encrypted."""
        return f"mail by {self._post.host}:{self._post.port} ({self._post.tls.value})"

    def send(self, parcel: Parcel) -> Delivery:
        """Hand one mail over, once."""
        try:
            mail = self._mail(parcel)
            server = connect(self._post, self._secret, self._post.patience)
        except ssl.SSLError:
            return Delivery(Outcome.LATER, "tls")
        except smtplib.SMTPNotSupportedError:
            return Delivery(Outcome.LATER, "tls" if self._post.tls is Tls.STARTTLS else "auth")
        except smtplib.SMTPAuthenticationError:
            return Delivery(Outcome.LATER, "auth")
        except smtplib.SMTPResponseException as answer:
            return Delivery(Outcome.LATER, str(answer.smtp_code))
        except _BROKEN as error:
            return Delivery(Outcome.LATER, _how(error, "down"))
        except (ValueError, UnicodeError):
            return Delivery(Outcome.REFUSED, "unwritable")
        try:
            return self._handed(server, mail, parcel.to)
        finally:
            with suppress(*_BROKEN):
                server.quit()
            server.close()

    def _handed(self, server: smtplib.SMTP, mail: EmailMessage, to: str) -> Delivery:
        """Everything up to the text may be tried again; after it only an answer tells."""
        plain = to.isascii()
        try:
            if not plain and not server.has_extn("smtputf8"):
                return Delivery(Outcome.REFUSED, "smtputf8", dead=True)
            options = () if plain else ("SMTPUTF8", "BODY=8BITMIME")
            code, _ = server.mail(self._sender.addr_spec, options)
            if code != 250:
                return _refused(code, about_reader=False)
            code, _ = server.rcpt(to)
            if code not in (250, 251):
                return _refused(code, about_reader=True)
            server.putcmd("data")
            code, _ = server.getreply()
            if code != 354:
                return _refused(code, about_reader=False)
        except _BROKEN as error:
            return Delivery(Outcome.LATER, _how(error, "down"))
        return _texted(server, mail.as_bytes(policy=_PLAIN if plain else _WIDE))

    def _mail(self, parcel: Parcel) -> EmailMessage:
        """The mail. The library refuses a line break in any header (ValueError), as does whoever took the message on."""
        mail = EmailMessage(policy=policy.SMTP if parcel.to.isascii() else policy.SMTPUTF8)
        local, _, domain = parcel.to.rpartition("@")
        mail["From"], mail["To"] = self._sender, Address(username=local, domain=domain)
        mail["Subject"] = parcel.title
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{parcel.id}@{self._sender.domain}>"
        mail["Content-Language"] = parcel.language
        mail["Auto-Submitted"] = "auto-generated"
        for name, value in parcel.headers:
            mail[name] = value
        mail.set_content(parcel.text, cte="quoted-printable")
        if parcel.html:
            mail.add_alternative(parcel.html, subtype="html", cte="quoted-printable")
        return mail


def _texted(server: smtplib.SMTP, text: bytes) -> Delivery:
    """The text itself. Once its last dot may have left, silence says nothing."""
    body = _DOTS.sub(b"..", text)
    ending = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        server.send(body + ending)
        code, _ = server.getreply()
    except _BROKEN as error:
        return Delivery(Outcome.UNKNOWN, _how(error, "cut"))
    return Delivery(Outcome.TAKEN, str(code)) if code == 250 else _refused(code, about_reader=False)


def _refused(code: int, *, about_reader: bool) -> Delivery:
    """What a code means that is no yes. Anything but 5yz is worth another try."""
    if 500 <= code <= 599:
        return Delivery(Outcome.REFUSED, str(code), dead=about_reader and code in _DEAD)
    return Delivery(Outcome.LATER, str(code))


def _how(error: Exception, otherwise: str) -> str:
    """Whether a server kept silent; the library tells of that as of a connection that broke."""
    return (
        "timeout"
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        else otherwise
    )


def _secret(path: Path | None) -> str:
    try:
        return secret_of(path)
    except KeyProblem as problem:
        raise SenderUnusable(problem.message, problem.help) from None
    except UnicodeDecodeError:
        raise SenderUnusable(f"The password file {path} cannot be read.", "Name one that can.") from None
