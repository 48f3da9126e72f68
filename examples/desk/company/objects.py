"""Two object stores behind one small interface, as clouds offer it: folders on this machine, encrypted, one folder for each country.

Store A keeps everything; store B keeps files and pictures of chats and nothing else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet

HOME: Final = "CN"


@dataclass(frozen=True, slots=True)
class Objects:
    """One vendor's store. Keys look like paths; what lies there is encrypted under the company's own key."""

    root: Path
    sealer: Fernet

    def put(self, key: str, body: bytes, country: str = HOME) -> str:
        """Keep an object; where it lies."""
        path = self._at(key, country)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.sealer.encrypt(body))
        return f"{country}/{key}"

    def get(self, key: str, country: str = HOME) -> bytes:
        """An object as it was put in. Raises FileNotFoundError."""
        return self.sealer.decrypt(self._at(key, country).read_bytes())

    def delete(self, key: str, country: str = HOME) -> None:
        """Let an object go; harmless where there is none."""
        self._at(key, country).unlink(missing_ok=True)

    def listed(self, prefix: str = "", country: str = HOME) -> list[str]:
        """The keys that begin with this."""
        folder = self.root / country
        found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))

    def _at(self, key: str, country: str) -> Path:
        path = (self.root / country / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError("An object's key leads out of its store.")
        return path


def stores(data: Path) -> tuple[Objects, Objects]:
    """Store A and store B of a company whose data lie here; the key lies beside them, its owner's alone."""
    file = data / "objects.key"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as key:
            key.write(Fernet.generate_key())
    sealer = Fernet(file.read_bytes())
    for name in ("a", "b"):
        (data / "stores" / name / HOME).mkdir(parents=True, exist_ok=True)
    return Objects(data / "stores" / "a", sealer), Objects(data / "stores" / "b", sealer)
