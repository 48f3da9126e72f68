"""The settings of a run, refused where they cannot be, and everything that runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from troth.app.children import Nursery
from troth.app.hosting import Hosting
from troth.app.originals import check_originals
from troth.app.probing import Report, Rounds
from troth.app.witnessing import Witnessing
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean

Tell = Callable[[str], None]
STANDING: Final = "harbour"
"""The company with a process of its own; the others live by script."""
ONCE_PEOPLE: Final = 12
ONCE_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run."""

    examples: Path
    data: Path
    port: int = 0
    originals: Path | None = None
    seed: int = 1
    speed: float = 1.0
    people: int = ONCE_PEOPLE
    steps: int = ONCE_STEPS
    only: tuple[str, ...] = ()
    """Which companies; all, when none is named."""
    checkpoint_every: timedelta | None = None
    """How often a checkpoint is due; what the file of witnesses says, when nothing is said here."""


@dataclass(slots=True)
class Town:
    """Everything that runs."""

    settings: Settings
    hosting: Hosting
    base: str
    nursery: Nursery
    ends: ExitStack
    """What is to be closed at the end."""
    rounds: dict[str, Rounds] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    site: str = ""
    """Where the company with a process of its own has its pages."""
    tell: Tell = print
    """Who hears of trouble."""
    witnessing: Witnessing = field(default_factory=Witnessing)
    """How often checkpoints are signed, and who is handed them."""

    def data_of(self, id: str) -> Path:
        """The folder of a company's own data; troth keeps nothing there."""
        return (self.settings.data / "companies" / id).resolve()

    def keys_of(self, id: str) -> Path:
        """The file with the key a company was handed."""
        return (self.settings.data / "handed" / f"{id}.json").resolve()

    @property
    def scripted(self) -> list[str]:
        """Companies that live by script."""
        return [id for id in self.hosting.organisations if id != STANDING]


def check_settings(settings: Settings) -> None:
    """Pass where they can be run. Raises OperatorError."""
    if not 0 < settings.speed < math.inf:
        raise OperatorError(
            f"Nobody can live at a speed of {settings.speed:g}.",
            "Give --speed a number above 0; 1 is the usual.",
        )
    find_folders(settings.examples, settings.only)
    if settings.originals is not None:
        check_originals(settings.originals)


def find_folders(examples: Path, only: Sequence[str] = ()) -> dict[str, Path]:
    """The policy folders under a folder, by name; folders without a policy are passed over. Raises OperatorError."""
    if not examples.is_dir():
        raise OperatorError(
            f"There is no folder {examples}.", "Name the folder of the companies with --examples."
        )
    found = {path.name: path for path in sorted(examples.iterdir()) if (path / "policy.yaml").is_file()}
    for name in only:
        if name not in found:
            raise OperatorError(f"There is no policy in {examples / name}.", did_you_mean(name, found))
    found = {name: path for name, path in found.items() if not only or name in only}
    if not found:
        raise OperatorError(
            f"No folder under {examples} holds a policy.yaml.", "Name another with --examples."
        )
    return found
