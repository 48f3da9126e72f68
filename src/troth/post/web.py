"""One exchange with somebody else's web server. Names are resolved once, every address they lead to has to be a public one, and the
connection is made to that very address: no answer of a name server, and no redirect, leads into our own network. Where an operator
says so, an address inside is meant.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from troth.kernel.errors import CallerError

PATIENCE: Final = 10.0
"""Seconds that each part of an exchange may take."""
LONGEST: Final = 20.0
"""Seconds after which an exchange is broken off, however slowly somebody goes on talking."""
Resolve = Callable[[str, int], list[str]]


class Forbidden(CallerError):
    """An address that is not called: no web address, no encryption, or one that leads inside."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it: the status, 0 where there was none, and why in a word; headers by their names in small letters."""

    status: int
    trouble: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def allowed(url: str, *, inside: bool = False) -> SplitResult:
    """An address as it may be called. Raises Forbidden."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        raise Forbidden("That is no web address.", "Write https://….") from None
    if found.scheme not in ("https", "http") or not found.hostname or port == 0:
        raise Forbidden("That is no web address.", "Write https://….")
    if found.username or found.password or found.fragment:
        raise Forbidden("An address holds no name, password or fragment.", "Leave them out.")
    if found.scheme == "http" and not inside:
        raise Forbidden("What leaves is encrypted.", "Write https://….")
    return found


def exchange(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    inside: bool = False,
    resolve: Resolve | None = None,
    most: int = 0,
) -> Reply:
    """Ask once; redirects are not followed. Of the answer at most `most` bytes are read: what is longer is trouble. Raises Forbidden."""
    at = allowed(url, inside=inside)
    host, port = at.hostname or "", at.port or (443 if at.scheme == "https" else 80)
    try:
        addresses = (resolve or _resolved)(host, port)
    except OSError:
        return Reply(0, "unresolved")
    if not addresses:
        return Reply(0, "unresolved")
    if not inside and not all(map(public, addresses)):
        raise Forbidden("That address leads inside.", "Say `inside: yes` where it is meant to.")
    target = f"{at.path or '/'}{f'?{at.query}' if at.query else ''}"
    connection = _Pinned(addresses[0], host, port, encrypted=at.scheme == "https")
    watch = threading.Timer(LONGEST, connection.break_off)
    watch.start()
    try:
        connection.request(method, target, body, dict(headers))
        return _read(connection.getresponse(), most)
    except ssl.SSLError:
        return Reply(0, "certificate")
    except TimeoutError:
        return Reply(0, "slow")
    except (OSError, http.client.HTTPException):
        return Reply(0, "unreachable")
    finally:
        watch.cancel()
        connection.close()


def public(address: str) -> bool:
    """Whether an address is one of the public network: not of this machine, of our own network, or of nobody."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def _read(answer: http.client.HTTPResponse, most: int) -> Reply:
    body = answer.read(most + 1) if most else b""
    if len(body) > most:
        return Reply(0, "long")
    return Reply(answer.status, "", {name.lower(): value for name, value in answer.getheaders()}, body)


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, by the name that its certificate has to bear."""

    def __init__(self, address: str, host: str, port: int, *, encrypted: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._address, self._encrypted = address, encrypted
        self.default_port = 443 if encrypted else 80

    def connect(self) -> None:
        """Connect to the address that was looked at."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._encrypted:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def break_off(self) -> None:
        """End an exchange that takes too long."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))
