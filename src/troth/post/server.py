"""A connection to a mail server (RFC 5321), encrypted by STARTTLS (RFC 3207) or from the first byte (RFC 8314)."""

from __future__ import annotations

import smtplib
import ssl
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from troth.ledger.keys import read_secret

_LONGEST_PASSWORD: Final = 1024


class Tls(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    """From the plain port on; a server that does not offer it is not used."""
    SMTPS = "smtps"
    """From the first byte."""
    NONE = "none"
    """For a server on this machine."""


class CaUnreadable(OSError):
    """The file of certificates to trust cannot be read."""


class Way(Protocol):
    """Where a mail server is, and as whom one signs in there."""

    @property
    def host(self) -> str:
        """Its name, which its certificate must show."""

    @property
    def port(self) -> int:
        """Its port."""

    @property
    def tls(self) -> Tls:
        """How the way is encrypted."""

    @property
    def ca(self) -> Path | None:
        """The certificates to trust; None: the machine's."""

    @property
    def user(self) -> str:
        """The name to sign in with; '': nobody signs in."""


def connect(way: Way, secret: str, patience: float) -> smtplib.SMTP:
    """A server that was greeted, and signed in to where a name is given; each of its answers is waited for `patience` seconds.

    Certificates are checked, with their name. Raises CaUnreadable, OSError (ssl.SSLError is one) and
    smtplib.SMTPException.
    """
    if way.tls is Tls.SMTPS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=patience, context=_trust(way))
    else:
        server = smtplib.SMTP(way.host, way.port, timeout=patience)
    try:
        if way.tls is Tls.STARTTLS:
            server.starttls(context=_trust(way))
        server.ehlo_or_helo_if_needed()
        if way.user:
            server.login(way.user, secret)
    except BaseException:
        server.close()
        raise
    return server


def secret_of(path: Path | None) -> str:
    """The password in a file that its owner alone can read; '' where none is named. Raises KeyProblem, UnicodeDecodeError."""
    if path is None:
        return ""
    without = "without it the mail server lets nobody in"
    return read_secret(path, _LONGEST_PASSWORD, "password file", without).decode().rstrip("\r\n")


def _trust(way: Way) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=way.ca)
    except OSError as error:
        raise CaUnreadable(error.errno, error.strerror) from error
