"""Who is told when what is known of a person changes: whoever keeps a faster copy of it, such as the words."""

from __future__ import annotations

from typing import Final, Protocol

from troth.policy.facts import Fact

EVERYBODY: Final = ""
"""The pseudonym of nobody: what is told of it is told of everybody, as when another policy comes into force."""


class Changes(Protocol):
    """Hears of every change within the transaction that makes it.

    A restriction must be seen by every reader before the transaction commits, a grant only after it has committed:
    the hall opens one of these around the transaction and closes it after the commit, or drops it when that fails.
    """

    def restrict(self, pseudonym: str, fact: Fact | None) -> None:
        """Something that may forbid now holds; None: anything may have changed, read the person anew."""

    def grant(self, pseudonym: str, fact: Fact | None) -> None:
        """Something that may permit now holds; to be shown only after the commit."""


class _Unwatched:
    def restrict(self, pseudonym: str, fact: Fact | None) -> None:
        """Nobody listens."""

    def grant(self, pseudonym: str, fact: Fact | None) -> None:
        """Nobody listens."""


UNWATCHED: Changes = _Unwatched()
