"""Verifiers that are asked over HTTP: what somebody presents goes there once, and one word comes back.

POST ADDRESS {"number": …, "document": base64, "face": base64}  →  200 {"result": "match" | "mismatch"}

Encrypted, or on this machine; nobody is led elsewhere, and nothing else of the answer is read.
"""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlsplit

from troth.accounts import Match, Presented, VerifierFailed

PATIENCE: Final = 15.0
"""Seconds a verifier is waited for."""
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def safe_address(url: str) -> bool:
    """Whether what somebody shows of themselves may be sent to this address."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    )


class HttpVerifier:
    """A verifier at an address. Threads may share it."""

    def __init__(self, recipient: str, place: str, at: str) -> None:
        self.recipient, self.place = recipient, place
        self._at = at

    @property
    def name(self) -> str:
        """Who it is: its host, and nothing that its address may hold besides."""
        return f"{self.recipient} at {urlsplit(self._at).hostname}"

    def verify(self, presented: Presented) -> Match:
        """Ask once. Raises VerifierFailed where no answer comes, or one that nobody here reads."""
        import httpx  # loaded by the first check, not by every start

        sent = {
            "number": presented.number.decode(),
            "document": base64.b64encode(presented.document).decode(),
            "face": base64.b64encode(presented.face).decode(),
        }
        try:
            answer = httpx.post(self._at, json=sent, timeout=PATIENCE, follow_redirects=False)
            said = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as problem:
            raise VerifierFailed(
                f"The verifier {self.recipient} did not answer.", "See whether it can be reached."
            ) from problem
        if not isinstance(said, dict) or said.get("result") not in tuple(Match):
            raise VerifierFailed(
                f"The verifier {self.recipient} answered in words that nobody here reads.",
                "It says match or mismatch.",
            )
        return Match(said["result"])
