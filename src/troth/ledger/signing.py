"""The signing keys of a ledger: one file each in a folder only their owner reads; all that lie there sign.

Changing a key needs no flag day: a second key is made and signs beside the first, verifiers take it up, then the first is
retired. Its public side stays published in the ledger, so that what it signed can be checked for good.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from troth.kernel.entropy import Entropy
from troth.ledger.errors import KeyProblem, NoteRefused
from troth.ledger.keys import read_secret, write_secret
from troth.ledger.note import KEY_BYTES, SigningKey, VerifierKey, check_name

_SUFFIX: Final = ".signing"
_MOST: Final = 1024
_WHAT: Final = "signing key"


class SigningKeys:
    """The folder of an organisation's signing keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[SigningKey, ...]:
        """Every key that signs now. Raises KeyProblem for one that is damaged, open to others, or of another ledger."""
        keys = tuple(_read(path) for path in sorted(self.folder.glob(f"*{_SUFFIX}")))
        if len({key.name for key in keys}) > 1:
            raise KeyProblem(
                f"The signing keys in {self.folder} are of different ledgers.",
                "Keep those of one origin there.",
            )
        return keys

    def create(self, origin: str, entropy: Entropy) -> SigningKey:
        """Make a key that signs from now on, for the ledger of this origin. Raises KeyProblem, NoteRefused."""
        key = SigningKey(check_name(origin), entropy.bytes(KEY_BYTES))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(self._path(key.verifier), f"{key.written()}\n".encode(), _WHAT)
        return key

    def retire(self, id: str) -> VerifierKey:
        """Destroy the secret of the key with this id (8 hex digits); what is left of it is public. Raises KeyProblem."""
        keys = {key.verifier.id.hex(): key.verifier for key in self.all()}
        if id not in keys:
            known = ", ".join(keys) or "none"
            raise KeyProblem(f"No signing key here has the id {id}.", f"Those that sign now: {known}.")
        if len(keys) == 1:
            raise KeyProblem(f"{id} is the only key that signs.", "Make its successor first.")
        self._path(keys[id]).unlink()
        return keys[id]

    def _path(self, key: VerifierKey) -> Path:
        return self.folder / f"{key.id.hex()}{_SUFFIX}"


def _read(path: Path) -> SigningKey:
    without = "or retire it: a key that is gone only signs no more"
    try:
        return SigningKey.parse(read_secret(path, _MOST, _WHAT, without).decode("ascii").removesuffix("\n"))
    except (NoteRefused, UnicodeDecodeError):
        raise KeyProblem(f"The signing key {path} is damaged; bring it back from its backup.") from None
