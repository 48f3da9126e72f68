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
    beside a SQLite database they are kept anyway. `keystore` is the address of the key store (default: a SQLite file), `keeper`
    says where root keys lie (`file:FOLDER`, `transit:URL`; default: the folder `root`, or where the key store says),
    `keeper_token` is the file with what a server of root keys asks for.
    """

    folder: Path
    database: str
    words: Path | None = None
    keystore: str = ""
    keeper: str = ""
    keeper_token: Path | None = None

    @classmethod
    def at(cls, folder: Path, database: str = "") -> Home:
        """A home in a folder; without an address the database is a SQLite file in it."""
        return cls(folder, database or f"sqlite:///{folder.resolve() / 'troth.db'}")

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> Home:
        """As TROTH_HOME (default: var), TROTH_DATABASE, TROTH_WORDS, TROTH_KEYSTORE, TROTH_KEEPER, TROTH_KEEPER_TOKEN_FILE say."""
        said = os.environ if environment is None else environment
        found = cls.at(Path(said.get("TROTH_HOME", "var")), said.get("TROTH_DATABASE", ""))
        words, token = said.get("TROTH_WORDS"), said.get("TROTH_KEEPER_TOKEN_FILE")
        return replace(
            found,
            words=Path(words) if words else None,
            keystore=said.get("TROTH_KEYSTORE", ""),
            keeper=said.get("TROTH_KEEPER", ""),
            keeper_token=Path(token) if token else None,
        )

    @property
    def keystore_address(self) -> str:
        """The address of the key store; never the same database as that of the records."""
        return self.keystore or f"sqlite:///{self.folder.resolve() / 'keystore' / 'keys.db'}"

    def key(self, organisation: str) -> Path:
        """The pseudonym key of an organisation."""
        return self.folder / "keys" / f"{organisation}.key"

    def segments(self, organisation: str) -> Path:
        """The folder of an organisation's segments."""
        return self.folder / "segments" / organisation
