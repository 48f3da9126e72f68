"""Where an installation keeps what is its own: database, keys, segments. One folder, unless told otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of an installation and the address of its database (`sqlite:///FILE`, `postgresql://…`).

    `words` is a folder of this machine for the words of its people, for a PostgreSQL database that this host alone serves;
    beside a SQLite database they are kept anyway.
    """

    folder: Path
    database: str
    words: Path | None = None

    @classmethod
    def at(cls, folder: Path, database: str = "") -> Home:
        """A home in a folder; without an address the database is a SQLite file in it."""
        return cls(folder, database or f"sqlite:///{folder.resolve() / 'troth.db'}")

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> Home:
        """As TROTH_HOME (default: var), TROTH_DATABASE and TROTH_WORDS say."""
        said = os.environ if environment is None else environment
        found = cls.at(Path(said.get("TROTH_HOME", "var")), said.get("TROTH_DATABASE", ""))
        return replace(found, words=Path(said["TROTH_WORDS"])) if said.get("TROTH_WORDS") else found

    def key(self, organisation: str) -> Path:
        """The pseudonym key of an organisation."""
        return self.folder / "keys" / f"{organisation}.key"

    def segments(self, organisation: str) -> Path:
        """The folder of an organisation's segments."""
        return self.folder / "segments" / organisation
