"""Who may look: one-time links that open a session. Only digests are kept, in memory: whoever restarts signs everybody out."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy

LINK_LASTS: Final = timedelta(minutes=15)
SESSION_LASTS: Final = timedelta(hours=12)
_SECRET: Final = 32
MOST_SESSIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: until when, and the language it asked for ('' = what the browser prefers)."""

    until: datetime
    language: str = ""


class SignIn:
    """One-time links and the sessions they open. Threads may share it."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._links: dict[str, datetime] = {}
        self._sessions: dict[str, Session] = {}

    def link(self, lasts: timedelta = LINK_LASTS) -> str:
        """A fresh token for a link that works once, within that time."""
        token = self._secret()
        self._links[_digest(token)] = self._clock.now() + lasts
        return token

    def enter(self, token: str) -> str | None:
        """The secret of a new session, when the token is of a link that was not used and has not run out."""
        until = self._links.pop(_digest(token), None)
        now = self._clock.now()
        if until is None or until <= now:
            return None
        secret = self._secret()
        self._forget(now)
        self._sessions[_digest(secret)] = Session(now + SESSION_LASTS)
        return secret

    def session(self, secret: str) -> Session | None:
        """The session of a secret, as long as it lasts."""
        found = self._sessions.get(_digest(secret)) if secret else None
        return found if found is not None and found.until > self._clock.now() else None

    def prefer(self, secret: str, language: str) -> None:
        """Let a session keep to a language."""
        found = self.session(secret)
        if found is not None:
            self._sessions[_digest(secret)] = Session(found.until, language)

    def leave(self, secret: str) -> None:
        """End a session; harmless where there is none."""
        self._sessions.pop(_digest(secret), None)

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._entropy.bytes(_SECRET)).decode().rstrip("=")

    def _forget(self, now: datetime) -> None:
        """Drop sessions and links that ran out, and the oldest sessions where there are too many."""
        self._links = {digest: until for digest, until in self._links.items() if until > now}
        lasting = [(digest, session) for digest, session in self._sessions.items() if session.until > now]
        self._sessions = dict(lasting[-(MOST_SESSIONS - 1) :])


def _digest(secret: str) -> str:
    """What is kept of a secret; looking a digest up tells nothing about the secrets near it."""
    return hashlib.sha256(secret.encode()).hexdigest()
