"""A keeper in a folder of this machine: one file for each root key, which only its owner can read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.keepers.names import checked
from troth.kernel.entropy import Entropy
from troth.vault import KeeperUnreachable, RootMissing, RootWrong

_SUFFIX: Final = ".root"
_KEY: Final = 32
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NONCE: Final = 12
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FileKeeper:
    """Root keys in a folder. Its backup lies apart from those of the database and of the key store."""

    def __init__(self, folder: Path, entropy: Entropy, *, name: str = "") -> None:
        self._folder, self._entropy = folder, entropy
        self._name = name or f"file:{folder}"

    @property
    def name(self) -> str:
        """Its address."""
        return self._name

    def make(self, name: str) -> None:
        """Make a root key: written beside and flushed before it gets its name, so that half of one is never found."""
        path, beside = self._path(name), self._folder / f".{self._entropy.bytes(8).hex()}"
        with self._speaking():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_folder()
        with self._speaking():
            try:
                with os.fdopen(os.open(beside, _NEW, 0o600), "wb") as file:
                    file.write(self._entropy.bytes(_KEY))
                    file.flush()
                    os.fsync(file.fileno())
                _named(beside, path)
            finally:
                beside.unlink(missing_ok=True)
            self._flush()

    def wrap(self, name: str, key: bytes, context: bytes) -> bytes:
        """Seal a secret under a root key (AES-256-GCM): nonce, then ciphertext and tag."""
        nonce = self._entropy.bytes(_NONCE)
        return nonce + AESGCM(self._read(name)).encrypt(nonce, key, context)

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """The secret again."""
        root = self._read(name)
        try:
            return AESGCM(root).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except (InvalidTag, ValueError):
            raise RootWrong(
                f"The root key {name} at {self.name} is not the one that wrapped the keys in this key store.",
                "Bring the right root key back from its own backup, or the key store that belongs to this one.",
                root=name, keeper=self.name,
            ) from None  # fmt: skip

    def destroy(self, name: str) -> None:
        """Overwrite a root key, flush, take its file away, flush the folder."""
        path = self._path(name)
        self._check_folder()
        with self._speaking():
            try:
                handle = os.open(path, os.O_WRONLY | _OLD)
            except FileNotFoundError:
                return
            with os.fdopen(handle, "wb") as file:
                file.write(bytes(max(_KEY, os.fstat(handle).st_size)))
                file.flush()
                os.fsync(handle)
            path.unlink(missing_ok=True)
            self._flush()

    def names(self) -> Collection[str]:
        """The root keys that lie in the folder."""
        self._check_folder()
        with self._speaking():
            return frozenset(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"[!.]*{_SUFFIX}"))

    def _path(self, name: str) -> Path:
        return self._folder / f"{checked(name)}{_SUFFIX}"

    def _read(self, name: str) -> bytes:
        path = self._path(name)
        self._check_folder()
        with self._speaking():
            try:
                handle = os.open(path, os.O_RDONLY | _OLD)
            except FileNotFoundError:
                raise self._missing(name) from None
            with os.fdopen(handle, "rb") as file:
                self._refuse(os.fstat(handle), path, stat.S_ISREG, "chmod 600")
                secret = file.read(_KEY + 1)
        if secret == bytes(_KEY):  # overwritten, and not yet taken away
            raise self._missing(name)
        if len(secret) != _KEY:
            raise RootWrong(
                f"The root key {path} does not hold {_KEY} bytes.",
                "Bring it back from its backup.",
                root=name,
            )
        return secret

    def _check_folder(self) -> None:
        """A folder that is missing, or that others can look into, is not used."""
        if not self._folder.exists():
            raise self._unreachable("is missing")
        with self._speaking():
            found = self._folder.lstat()
        self._refuse(found, self._folder, stat.S_ISDIR, "chmod 700")

    def _refuse(self, found: os.stat_result, path: Path, is_kind: Callable[[int], bool], mend: str) -> None:
        """Root keys that others can read, or that another user put there, are not used."""
        if not is_kind(found.st_mode):
            raise self._unreachable(f"has something else at {path}")
        if found.st_mode & 0o077:
            raise KeeperUnreachable(
                f"The root keys at {path} can be reached by others than their owner.",
                f"Close them with: {mend} {path}",
                keeper=self.name,
            )
        if found.st_uid != os.geteuid():
            raise KeeperUnreachable(
                f"The root keys at {path} belong to another user.",
                "Give them to the one who runs troth.",
                keeper=self.name,
            )

    def _flush(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _missing(self, name: str) -> RootMissing:
        return RootMissing(
            f"{self.name} has no root key {name}: it was destroyed, or this is another keeper.",
            "Bring the root key back from its own backup, or name its keeper in TROTH_KEEPER.",
            root=name,
            keeper=self.name,
        )

    def _unreachable(self, why: str) -> KeeperUnreachable:
        return KeeperUnreachable(
            f"The folder of root keys {self._folder} {why}.",
            "Bring it back from its own backup, or name the right keeper in TROTH_KEEPER.",
            keeper=self.name,
        )

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise KeeperUnreachable(
                    f"The folder of root keys {self._folder} has no room left to write in; no root key was made.",
                    "Make room on its disk and try again.",
                    keeper=self.name,
                ) from error
            raise self._unreachable(f"cannot be used: {error.strerror}") from error


def _named(beside: Path, path: Path) -> None:
    """Give a flushed file its name; whoever was there first stays."""
    with suppress(FileExistsError):
        os.link(beside, path)
