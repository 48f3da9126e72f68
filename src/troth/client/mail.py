"""Calls about messages: have one sent, see where it stands, have an address written to no more."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlencode

from troth.client.connection import Connection
from troth.client.model import Letter, Queued


class MailCalls(Connection):
    """What a company says to have its messages sent; words and addresses are sealed where they arrive."""

    def send(self, subject: str, letter: Letter, key: str = "") -> Queued:
        """Have a message queued, or hear what stands against it. The gate is asked now, and again when it leaves.

        Sent again under the same `key` it is queued once; without one, each call is a message of its own.
        """
        body = {"subject": subject} | letter.as_json()
        return Queued.of(self._post("messages", body, key or secrets.token_hex(16)))

    def message(self, id: str) -> dict[str, Any]:
        """Where a message stands: `state`, `attempts`, and whether a pixel or personal links went along."""
        return self._get(f"messages/{quote(id)}")

    def messages(self, state: str = "", limit: int = 50) -> dict[str, Any]:
        """Messages, those that changed last first, and how many of each class stand where."""
        return self._get(f"messages?{urlencode({'state': state, 'limit': limit})}")

    def opt_out(
        self, address: str, purpose: str = "", *, channel: str = "email", act: str = "raised"
    ) -> bool:
        """Have an address written to no more for a purpose ('' any), or again (`lifted`); whether that was new."""
        said = {"address": address, "purpose": purpose, "channel": channel, "act": act}
        return bool(self._post("messages/suppressions", said)["changed"])
