"""A tray that one can look into: a text message, push notification or letter is handed over as JSON to a process of this machine,
which keeps it where the carrier of a real provider would take it on. Nothing leaves, and the channel says so.

POST URL/KIND with id, to, title, text and language: 2xx taken, 5xx later, 410 nobody is there, any other refused.
"""

from __future__ import annotations

import http.client
import json
from typing import Final
from urllib.parse import urlsplit

from troth.kernel.errors import OperatorError
from troth.messages.channel import Delivery, Outcome, Parcel

PATIENCE: Final = 10.0
"""Seconds that an answer is waited for."""
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_GONE: Final = 410


class TrayUnusable(OperatorError):
    """What is said of a tray cannot be used: it is no web address, or one of another machine."""


class TrayChannel:
    """Hands each parcel to one tray, on a connection of its own."""

    real = False

    def __init__(self, kind: str, url: str, patience: float = PATIENCE) -> None:
        """Raises TrayUnusable: what leaves this machine is no fake, and must not be called one."""
        try:
            said = urlsplit(url)
            port = said.port
        except ValueError:
            raise TrayUnusable(
                f"The tray for {kind} has no address.", "Write http://127.0.0.1:PORT."
            ) from None
        if said.scheme != "http" or said.hostname not in HERE or port is None or said.path.strip("/"):
            raise TrayUnusable(
                f"The tray for {kind} is not one of this machine.", "Write http://127.0.0.1:PORT."
            )
        self.kind = kind
        self._host, self._port, self._patience = said.hostname, port, patience

    @property
    def name(self) -> str:
        """Says what it is, and where one can look."""
        return f"a fake for {self.kind}: nothing leaves, it lies in the tray at {self._host}:{self._port}"

    def send(self, parcel: Parcel) -> Delivery:
        """Hand one over, once. Before the last byte is out, trouble means later; after it, only an answer tells."""
        said = {"id": parcel.id, "to": parcel.to, "title": parcel.title, "text": parcel.text}
        body = json.dumps(said | {"language": parcel.language}).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience)
        try:
            try:
                connection.request("POST", f"/{self.kind}", body, {"Content-Type": "application/json"})
            except OSError as error:
                return Delivery(Outcome.LATER, _how(error, "down"))
            try:
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                return Delivery(Outcome.UNKNOWN, _how(error, "cut"))
        finally:
            connection.close()
        return _meant(status)


def _meant(status: int) -> Delivery:
    """What an answer says."""
    if 200 <= status < 300:
        return Delivery(Outcome.TAKEN, str(status))
    if status >= 500:
        return Delivery(Outcome.LATER, str(status))
    return Delivery(Outcome.REFUSED, str(status), dead=status == _GONE)


def _how(error: Exception, otherwise: str) -> str:
    return "timeout" if isinstance(error, TimeoutError) else otherwise
