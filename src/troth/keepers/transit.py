"""A keeper behind the transit engine of a Vault-compatible server (HashiCorp Vault, OpenBao): root keys never leave it.

Speaks the HTTP API of the engine: keys of type aes256-gcm96, the context as associated data. A token comes from a file, read
for each call, so that it can be renewed beside us.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Collection
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final

from troth.keepers.names import checked
from troth.vault import KeeperUnreachable, RootMissing, RootWrong

PATIENCE: Final = 10.0
"""Seconds that the server has for its answer."""
_LARGEST: Final = 4_000_000
_REFUSED: Final = {401, 403}


class TransitKeeper:
    """Root keys at one mount of a server. The token may create, read, list, update and delete keys there, and use them."""

    def __init__(self, scheme: str, host: str, port: int | None, mount: str, token: Path) -> None:
        self._scheme, self._host, self._port = scheme, host, port
        self._mount, self._token = mount, token

    @property
    def name(self) -> str:
        """Its address; the token is no part of it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"transit:{self._scheme}://{host}{f':{self._port}' if self._port else ''}/{self._mount}"

    def make(self, name: str) -> None:
        """Make a root key that cannot be exported; the server leaves one that is there as it is."""
        said = {"type": "aes256-gcm96", "exportable": False, "allow_plaintext_backup": False}
        self._must(self._ask("POST", f"keys/{checked(name)}", said), {200, 204})

    def wrap(self, name: str, key: bytes, context: bytes) -> bytes:
        """Have a secret encrypted. The server would make a missing key by itself, so it is looked for first."""
        if not self._has(name):
            raise self._missing(name)
        said = {"plaintext": _text(key), "associated_data": _text(context)}
        answer = self._must(self._ask("POST", f"encrypt/{name}", said), {200})
        return str(answer["data"]["ciphertext"]).encode()

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """Have a secret decrypted."""
        said = {"ciphertext": wrapped.decode("ascii", "replace"), "associated_data": _text(context)}
        status, answer = self._ask("POST", f"decrypt/{checked(name)}", said)
        if status in {400, 404}:
            raise self._wrong(name) if self._has(name) else self._missing(name)
        return base64.b64decode(self._must((status, answer), {200})["data"]["plaintext"])

    def destroy(self, name: str) -> None:
        """Allow the key's deletion, and delete it."""
        if self._has(name):
            self._must(self._ask("POST", f"keys/{name}/config", {"deletion_allowed": True}), {200, 204})
            self._must(self._ask("DELETE", f"keys/{name}"), {200, 204})

    def names(self) -> Collection[str]:
        """The keys at the mount; it may hold others' too."""
        status, answer = self._ask("GET", "keys?list=true")
        if status == 404:
            return frozenset()
        return frozenset(self._must((status, answer), {200})["data"]["keys"])

    def _has(self, name: str) -> bool:
        status, answer = self._ask("GET", f"keys/{checked(name)}")
        if status == 404:
            return False
        self._must((status, answer), {200})
        return True

    def _ask(self, method: str, path: str, said: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        connection = kind(self._host, self._port, timeout=PATIENCE)
        headers = {"X-Vault-Token": self._secret(), "X-Vault-Request": "true"}
        try:
            body = None if said is None else json.dumps(said).encode()
            connection.request(method, f"/v1/{self._mount}/{path}", body, headers)
            answer = connection.getresponse()
            text = answer.read(_LARGEST)
            return answer.status, json.loads(text) if text.strip() else {}
        except (OSError, HTTPException, ValueError) as error:
            raise KeeperUnreachable(
                f"The keeper {self.name} cannot be reached: {type(error).__name__}.",
                "See that it runs, is unsealed, and lets this machine in; nothing was written.",
                keeper=self.name,
            ) from error
        finally:
            connection.close()

    def _must(self, answered: tuple[int, dict[str, Any]], wanted: set[int]) -> dict[str, Any]:
        """The answer, when its status is one of those wanted. What the server says of an error is not repeated."""
        status, answer = answered
        if status in wanted:
            return answer
        help = "See what its token may do." if status in _REFUSED else "See its own log."
        raise KeeperUnreachable(
            f"The keeper {self.name} answered {status}.", help, keeper=self.name, status=status
        )

    def _secret(self) -> str:
        try:
            handle = os.open(self._token, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise KeeperUnreachable(
                f"The token file {self._token} of the keeper cannot be read: {error.strerror}.",
                "Name the right one in TROTH_KEEPER_TOKEN_FILE.",
            ) from error
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
                raise KeeperUnreachable(
                    f"The token file {self._token} of the keeper can be read by others than its owner.",
                    f"Close it with: chmod 600 {self._token}",
                )
            return file.read(4096).decode("ascii", "replace").strip()

    def _missing(self, name: str) -> RootMissing:
        return RootMissing(
            f"{self.name} has no root key {name}: it was destroyed, or this is another keeper.",
            "Name the right keeper in TROTH_KEEPER.",
            root=name, keeper=self.name,
        )  # fmt: skip

    def _wrong(self, name: str) -> RootWrong:
        return RootWrong(
            f"The root key {name} at {self.name} is not the one that wrapped the keys in this key store.",
            "Put the key store back that belongs to this keeper.",
            root=name, keeper=self.name,
        )  # fmt: skip


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
