"""The file a company is handed: where the product is, which organisation it speaks for, and its key."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from troth.kernel.errors import OperatorError


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Address, organisation and key. The key shows in no representation of it."""

    url: str
    organisation: str
    key: str
    path: Path | None = field(default=None, compare=False)
    """Where it was read: a product that was started anew may have handed out another there."""

    def __repr__(self) -> str:
        return f"KeyFile(url={self.url!r}, organisation={self.organisation!r})"

    def write(self, path: Path) -> None:
        """Write it so that its owner alone can read it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"url": self.url, "organisation": self.organisation, "key": self.key}, file)
        beside.replace(path)

    @classmethod
    def read(cls, path: Path) -> KeyFile:
        """Raises OperatorError, naming the file, when it is missing or not one."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            return cls(str(plain["url"]), str(plain["organisation"]), str(plain["key"]), path)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise OperatorError(
                f"{path} is not a readable key file ({type(problem).__name__}).",
                "It is written when the product starts; start it first.",
            ) from problem

    def again(self) -> KeyFile | None:
        """What lies there now; None where it is the same, or nothing that can be read."""
        try:
            found = self.read(self.path) if self.path else self
        except OperatorError:
            return None
        return None if found == self else found
