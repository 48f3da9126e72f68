"""A network that ends at this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class BeyondThisMachine(OSError):
    """A test tried to reach another machine."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def only_loopback(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `socket.connect` so that it refuses every address that is not this machine's."""

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(str(address[0])):
            raise BeyondThisMachine(f"tests reach this machine alone, not {address[0]}")
        return connect(self, address)

    return guarded
