"""A keeper at a cloud's key management service, through the few calls that such services have in common.

No cloud's client library comes with the package: whoever has one writes the five calls of `KeyService` with it, and puts
the result to the exam that every keeper passes. `troth.keepers.fake` is a fake one, to show the shape.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from troth.keepers.names import checked
from troth.kernel.errors import CallerError
from troth.vault import KeeperUnreachable, RootMissing, RootWrong


class NoSuchKey(Exception):
    """The service has no usable key of that name: none, disabled, or waiting for its deletion."""


class NotDecrypted(Exception):
    """The service did not decrypt: the key, the bytes or the context are others."""


class KeyService(Protocol):
    """What is asked of a cloud. Any other exception than these two means that it could not be reached.

    `delete` must make the key unusable before it returns; a cloud that only schedules a deletion disables it at once.
    """

    def create(self, alias: str) -> None:
        """Make a symmetric key under an alias; harmless when it is there."""
        ...

    def encrypt(self, alias: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt, bound to the context. Raises NoSuchKey."""
        ...

    def decrypt(self, alias: str, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt. Raises NoSuchKey, NotDecrypted."""
        ...

    def delete(self, alias: str) -> None:
        """Let nobody use the key again; harmless when it is gone."""
        ...

    def aliases(self) -> Collection[str]:
        """The aliases of usable keys."""
        ...


class CloudKeeper:
    """A keeper over a key service; `name` is how the key store remembers it."""

    def __init__(self, service: KeyService, name: str) -> None:
        self._service = service
        self._name = name

    @property
    def name(self) -> str:
        """Its address."""
        return self._name

    def make(self, name: str) -> None:
        """Make a root key."""
        with self._speaking(name):
            self._service.create(checked(name))

    def wrap(self, name: str, key: bytes, context: bytes) -> bytes:
        """Have a secret encrypted."""
        with self._speaking(name):
            return self._service.encrypt(checked(name), key, _written(context))

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """Have a secret decrypted."""
        with self._speaking(name):
            return self._service.decrypt(checked(name), wrapped, _written(context))

    def destroy(self, name: str) -> None:
        """Have a root key deleted."""
        with self._speaking(name):
            self._service.delete(checked(name))

    def names(self) -> Collection[str]:
        """The keys that can be used there."""
        with self._speaking(""):
            return self._service.aliases()

    @contextmanager
    def _speaking(self, name: str) -> Iterator[None]:
        """What a refusal of the service means to the vault. Its own words are not repeated: they may tell of the account."""
        try:
            yield
        except CallerError:
            raise
        except NoSuchKey:
            raise RootMissing(
                f"{self.name} has no root key {name}: it was destroyed, or this is another keeper.",
                "Name the right keeper in TROTH_KEEPER.",
                root=name, keeper=self.name,
            ) from None  # fmt: skip
        except NotDecrypted:
            raise RootWrong(
                f"The root key {name} at {self.name} is not the one that wrapped the keys in this key store.",
                "Put the key store back that belongs to this keeper.",
                root=name, keeper=self.name,
            ) from None  # fmt: skip
        except Exception as error:
            raise KeeperUnreachable(
                f"The keeper {self.name} cannot be reached: {type(error).__name__}.",
                "See that this machine may reach and use it; nothing was written.",
                keeper=self.name,
            ) from error


def _written(context: bytes) -> dict[str, str]:
    """Clouds bind a map of texts."""
    return {"troth": context.hex()}
