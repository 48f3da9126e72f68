"""Who looks: whoever runs the program comes in by a one-time link, operators by the ways in of their organisation.

Of links and the sessions they open only digests are kept, in memory: whoever restarts the program signs them out. Sessions of
operators lie in the database of their organisation and outlast that. The two never stand in one cookie.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.operators import Operator, Operators

LINK_LASTS: Final = timedelta(minutes=15)
SESSION_LASTS: Final = timedelta(hours=12)
CHALLENGE_LASTS: Final = timedelta(minutes=5)
_SECRET: Final = 32
MOST_SESSIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: until when, the language it asked for ('' = what the browser prefers), and which operator, if any.

    Without an operator it is whoever holds the one-time link of the program; `seen` are the organisations they looked at so far.
    """

    until: datetime
    language: str = ""
    operator: Operator | None = None
    seen: set[str] = field(default_factory=set, compare=False)


Find = Callable[[str], Operators | None]
"""The operators of an organisation, by its id."""


class SignIn:
    """One-time links, the sessions they open, and the way to operators' sessions. Threads may share it."""

    def __init__(self, clock: Clock, entropy: Entropy, find: Find | None = None) -> None:
        self._clock = clock
        self._entropy = entropy
        self._find: Find = find or (lambda _: None)
        self._links: dict[str, datetime] = {}
        self._sessions: dict[str, Session] = {}
        self._challenges: dict[str, datetime] = {}

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
        """The session of a secret, as long as it lasts. Asks the database about operators: not for an event loop."""
        if self.of_operator(secret):
            operators = self.operators(secret)
            found = operators.sessions.operator(secret) if operators is not None else None
            return Session(found.session.until, found.session.language, found) if found else None
        held = self._sessions.get(_digest(secret)) if secret else None
        return held if held is not None and held.until > self._clock.now() else None

    @staticmethod
    def of_operator(secret: str) -> bool:
        """Whether a secret is of the form that operators' sessions have: it names their organisation."""
        return "." in secret

    def operators(self, secret: str) -> Operators | None:
        """The operators of the organisation that a secret, of a session or a link, begins with."""
        return self._find(secret.partition(".")[0]) if "." in secret else None

    def prefer(self, secret: str, language: str) -> None:
        """Let a session keep to a language."""
        found = self.session(secret)
        operators = self.operators(secret)
        if found is not None and found.operator is not None and operators is not None:
            operators.sessions.prefer(found.operator.session, language)
        elif found is not None:
            self._sessions[_digest(secret)] = replace(found, language=language)

    def leave(self, secret: str) -> None:
        """End a session; harmless where there is none."""
        operators = self.operators(secret)
        if operators is not None:
            operators.sessions.leave(secret)
        self._sessions.pop(_digest(secret), None)

    # --- challenges for passkeys ----------------------------------------------------------------------------------------

    def challenge(self) -> bytes:
        """Random bytes that an authenticator is to sign, once, within minutes."""
        made, now = self._entropy.bytes(_SECRET), self._clock.now()
        lasting = [(name, until) for name, until in self._challenges.items() if until > now]
        self._challenges = dict(lasting[-(MOST_SESSIONS - 1) :])
        self._challenges[made.hex()] = now + CHALLENGE_LASTS
        return made

    def challenged(self, challenge: bytes) -> bool:
        """Whether these bytes were given out and not used yet; then they are used up."""
        until = self._challenges.pop(challenge.hex(), None)
        return until is not None and until > self._clock.now()

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._entropy.bytes(_SECRET)).decode().rstrip("=")

    def _forget(self, now: datetime) -> None:
        """Drop sessions and links that ran out, and the oldest sessions where there are too many."""
        self._links = {digest: until for digest, until in self._links.items() if until > now}
        lasting = [(digest, session) for digest, session in self._sessions.items() if session.until > now]
        self._sessions = dict(lasting[-(MOST_SESSIONS - 1) :])


def _digest(secret: str) -> str:
    """What is kept of a secret; looking a digest up tells nothing about the secrets near it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
