"""The way there for programs that wait: connections kept for reuse, and answers that are no answers raised as what they are."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import time
from collections import deque
from typing import Any, TypeVar
from urllib.parse import urlsplit

from troth.client.call import Call, Speaker
from troth.client.keyfile import KeyFile
from troth.client.wire import NO_KEY, PASSING, address_of, answer_of, away, body_of, headers_of, pauses

T = TypeVar("T")


class Connection(Speaker):
    """Speaks for one organisation; threads may share it, and each call has a connection to itself.

    `timeout` is how many seconds an answer may take, all tries together, before it counts as away.
    """

    def __init__(self, keys: KeyFile, timeout: float = 10.0) -> None:
        self._keys = keys
        self._timeout = timeout
        self._idle: deque[http.client.HTTPConnection] = deque()

    def close(self) -> None:
        """Let go of the connections that nobody uses; a later call opens one anew."""
        while self._idle:
            self._idle.pop().close()

    def perform(self, call: Call[T], within: float | None = None) -> T:
        """Send a call, again where that can do no harm, and read its answer. Raises Away, Problem."""
        end = time.monotonic() + (self._timeout if within is None else within)
        for pause in pauses(call):
            try:
                status, data = self._entered(call, end)
            except (OSError, http.client.HTTPException) as problem:
                if pause is None or time.monotonic() + pause >= end:
                    raise away(problem) from problem
            else:
                if pause is None or status not in PASSING or time.monotonic() + pause >= end:
                    return answer_of(call, status, data)
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _entered(self, call: Call[Any], end: float) -> tuple[int, bytes]:
        """One try; where the key opens nothing, or nobody is there, with what was handed out since, if anything was."""
        try:
            status, data = self._exchange(call, end - time.monotonic())
        except ConnectionRefusedError:
            if not self._handed_anew():
                raise
        else:
            if status != NO_KEY or not self._handed_anew():
                return status, data
        return self._exchange(call, end - time.monotonic())

    def _handed_anew(self) -> bool:
        """Take over another key that lies where the first was read; whether there is one."""
        found = self._keys.again()
        if found is None:
            return False
        self._keys = found
        self.close()
        return True

    def _exchange(self, call: Call[Any], within: float) -> tuple[int, bytes]:
        """One request on a connection of its own; kept for the next when all went well."""
        if within <= 0:
            raise TimeoutError
        connection = self._taken(within)
        try:
            connection.request(
                call.method, address_of(self._keys, call), body_of(call), headers_of(self._keys, call)
            )
            response = connection.getresponse()
            found = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _taken(self, within: float) -> http.client.HTTPConnection:
        """A kept connection that the other side has not closed meanwhile, or a new one."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if _still_open(connection):
                connection.sock.settimeout(within)
                return connection
            connection.close()
        return self._open(within)

    def _open(self, within: float) -> http.client.HTTPConnection:
        address = urlsplit(self._keys.url)
        host = address.hostname or ""
        if address.scheme == "https":
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, address.port or 443, timeout=within, context=context
            )
        else:
            made = http.client.HTTPConnection(host, address.port or 80, timeout=within)
        made.connect()
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def _still_open(connection: http.client.HTTPConnection) -> bool:
    """Whether nothing waits to be read: between calls that can only be the end."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)
