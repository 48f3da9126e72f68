"""Calls about messages: have one sent, see where it stands, have an address written to no more."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, plain, said, told
from troth.client.model import Letter, Queued


class MailCalls:
    """What a company says to have its messages sent; words and addresses are sealed where they arrive."""

    @said
    def send(self, subject: str, letter: Letter, key: str = "") -> Call[Queued]:
        """Have a message queued, or hear what stands against it. The gate is asked now, and again when it leaves.

        Sent again under the same `key` it is queued once; without one, each call is a message of its own.
        """
        return told("messages", {"subject": subject} | letter.as_json(), Queued.of, key)

    @said
    def message(self, id: str) -> Call[Plain]:
        """Where a message stands: `state`, `attempts`, and whether a pixel or personal links went along."""
        return got(f"messages/{quote(id)}", plain)

    @said
    def messages(self, state: str = "", limit: int = 50) -> Call[Plain]:
        """Messages, those that changed last first, and how many of each class stand where."""
        return got(f"messages?{urlencode({'state': state, 'limit': limit})}", plain)

    @said
    def opt_out(
        self, address: str, purpose: str = "", *, channel: str = "email", act: str = "raised", key: str = ""
    ) -> Call[bool]:
        """Have an address written to no more for a purpose ('' any), or again (`lifted`); whether that was new."""
        body = {"address": address, "purpose": purpose, "channel": channel, "act": act}
        return told("messages/suppressions", body, lambda found: bool(found["changed"]), key)
