"""Where an office keeps its files (`offices.yaml` in the home), and its imports, read anew whenever the declaration or the policy changed.

counter:                       # the id of an organisation whose policy folder holds an imports.yaml
  data: /srv/office/files      # the places in it are relative to this folder; nothing is ever written there
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.importing import FILE as IMPORTS
from troth.app.importing import Came, Importer, NotAllBroughtIn, imports_beside
from troth.app.organisation import Organisation
from troth.kernel.errors import OperatorError

FILE: Final = "offices.yaml"
NAMED: Final = "TROTH_OFFICES"
MOST_TOLD: Final = 5


class OfficesUnreadable(OperatorError):
    """The file that says where offices keep their files has to be mended."""


class Office:
    """The imports of one organisation as they are declared now. Threads may share it."""

    def __init__(self, organisation: Organisation, folder: Path, data: Path) -> None:
        self._organisation, self._folder, self._data = organisation, folder, data
        self._turn = threading.Lock()
        self._read: tuple[str, str] | None = None
        self._importer: Importer | None = None

    def turn(self, *, all: bool = False) -> list[Came]:
        """Bring in what is due, or all that is new. Raises ImportsUnreadable."""
        with self._turn:
            return self._current().turn(all=all)

    def chore(self) -> None:
        """As `turn`, for whoever tells of trouble. Raises NotAllBroughtIn, ImportsUnreadable."""
        troubled = [came for came in self.turn() if not came.well]
        if troubled:
            told = [reason for came in troubled for reason in came.refused][:MOST_TOLD]
            raise NotAllBroughtIn(
                f"Not everything was brought in: {' '.join(told)}", "Mend it at its source."
            )

    def _current(self) -> Importer:
        declared = self._organisation.policy()
        read = ((self._folder / IMPORTS).read_text(encoding="utf-8"), declared.digest)
        if self._importer is None or self._read != read:
            imports = imports_beside(self._folder, declared.catalogue)
            self._importer, self._read = Importer(self._organisation, imports, self._data), read
        return self._importer


def office_of(organisation: Organisation, folder: Path, data: Path | None) -> Office | None:
    """An organisation's office, where it keeps files and its policy folder says what is in them."""
    return Office(organisation, folder, data) if data is not None and (folder / IMPORTS).is_file() else None


def offices_of(home: Home, environment: Mapping[str, str] | None = None) -> dict[str, Path]:
    """Where each organisation keeps its files, as the file says; without one, none. Raises OfficesUnreadable."""
    path = file_of(home, FILE, NAMED, environment)
    if path is None:
        return {}
    found = read_yaml(path, OfficesUnreadable, "Write `ID: {data: FOLDER}`.")
    if not isinstance(found, dict) or not all(
        isinstance(one, dict) and set(one) == {"data"} and isinstance(one["data"], str)
        for one in found.values()
    ):
        raise OfficesUnreadable(
            f"The file {path} does not say where files lie.", "Write `ID: {data: FOLDER}`."
        )
    return {str(id): path.parent / one["data"] for id, one in found.items()}
