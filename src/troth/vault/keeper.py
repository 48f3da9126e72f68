"""What the vault asks of a keeper: root keys that are used where they lie and die when told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Keeper(Protocol):
    """Holds root keys by name. Whatever it wrapped, it alone can unwrap, and only with the same context.

    Every method raises KeeperUnreachable when the keeper does not answer or does not let us in. Threads may share it.
    """

    @property
    def name(self) -> str:
        """Its address, without secrets, as the key store remembers it."""
        ...

    def make(self, name: str) -> None:
        """Make a root key, durably; harmless when it is there. A name is lower-case letters, digits, hyphens, underscores."""
        ...

    def wrap(self, name: str, key: bytes, context: bytes) -> bytes:
        """Seal a short secret under a root key, bound to its context. Raises RootMissing."""
        ...

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """The secret again. Raises RootMissing, and RootWrong when root key, bytes or context are others."""
        ...

    def destroy(self, name: str) -> None:
        """Destroy a root key for good, durably; harmless when it is gone."""
        ...

    def names(self) -> Collection[str]:
        """The root keys it holds."""
        ...
