"""The way there: connections kept for reuse, bodies as JSON, and answers that are no answers raised as what they are."""

from __future__ import annotations

import http.client
import json
import socket
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from troth.client.errors import Away, Problem
from troth.client.keyfile import KeyFile


class Connection:
    """Speaks for one organisation; threads may share it, and each call has a connection to itself.

    `timeout` is how many seconds an answer may take before it counts as away.
    """

    def __init__(self, keys: KeyFile, timeout: float = 10.0) -> None:
        self._keys = keys
        self._timeout = timeout
        self._idle: deque[http.client.HTTPConnection] = deque()

    def close(self) -> None:
        """Let go of the connections that nobody uses; a later call opens one anew."""
        while self._idle:
            self._idle.pop().close()

    def _get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, None, {})

    def _post(self, path: str, body: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        encoded = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self._call("POST", path, encoded, headers)

    def _call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        target = f"/api/v1/{quote(self._keys.organisation)}/{path}"
        try:
            status, data = self._exchange(method, target, body, headers)
        except (OSError, http.client.HTTPException) as problem:
            raise Away(f"troth did not answer ({type(problem).__name__}).", "Try again later.") from problem
        return _read(status, data)

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """One request; a kept connection that the other side has closed meanwhile gives way to another."""
        connection, fresh = self._taken()
        all_headers = {"Authorization": f"Bearer {self._keys.key}", "Accept": "application/json", **headers}
        try:
            connection.request(method, target, body, all_headers)
            response = connection.getresponse()
            found = response.status, response.read()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            connection.close()
            if fresh:
                raise
            return self._exchange(method, target, body, headers)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _taken(self) -> tuple[http.client.HTTPConnection, bool]:
        """A connection for one call, and whether it is a new one."""
        try:
            return self._idle.pop(), False
        except IndexError:
            return self._open(), True

    def _open(self) -> http.client.HTTPConnection:
        address = urlsplit(self._keys.url)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port or 80, timeout=self._timeout
        )
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _read(status: int, data: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(data or b"{}")
    except ValueError:
        plain = {}
    if not isinstance(plain, dict):
        plain = {"items": plain}
    if status >= 500:
        raise Away(f"troth could not answer (status {status}).", "See its own output.")
    if status >= 400:
        raise Problem(status, str(plain.get("title", "")), str(plain.get("detail", "")))
    return plain
