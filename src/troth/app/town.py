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
from troth.app.companies import Company, companies_in
from troth.app.hosting import Hosting
from troth.app.offices import Office
from troth.app.originals import check_originals
from troth.app.probing import Report, Rounds
from troth.app.witnessing import Witnessing
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean

Tell = Callable[[str], None]
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
    """Seconds that pass in a second: 43,200 makes a month of a minute."""
    people: int = ONCE_PEOPLE
    only_people: int | None = None
    """How many people come to each company that stands, and no more; None for one after another without end."""
    steps: int = ONCE_STEPS
    only: tuple[str, ...] = ()
    """Which companies; all, when none is named."""
    checkpoint_every: timedelta | None = None
    """How often a checkpoint is due; what the file of witnesses says, when nothing is said here."""


@dataclass(slots=True)
class Around:
    """What companies share in a run: the port of the mail room, the address of the trays, and the databases by company."""

    mail: int = 0
    trays: str = ""
    databases: dict[str, dict[str, str]] = field(default_factory=dict)


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
    offices: dict[str, Office] = field(default_factory=dict)
    """The files of companies that are brought in by declaration."""
    reports: dict[str, Report] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    """The companies with processes of their own; the others live by script."""
    sites: dict[str, str] = field(default_factory=dict)
    """Where those that are up have their pages."""
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    """What probes of a company are shown by a name of its own: the mail room, a database for reading alone."""
    around: Around = field(default_factory=Around)
    """What the companies share."""
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
    def site(self) -> str:
        """The pages of the first company that is up."""
        return next(iter(self.sites.values()), "")

    @property
    def mail(self) -> Path:
        """Where the mail room keeps what it takes."""
        return self.data_of("mail")

    @property
    def scripted(self) -> list[str]:
        """Companies that live by script."""
        return [id for id in self.hosting.organisations if id not in self.companies]


def check_settings(settings: Settings) -> None:
    """Pass where they can be run. Raises OperatorError."""
    if not 0 < settings.speed < math.inf:
        raise OperatorError(
            f"Nobody can live at a speed of {settings.speed:g}.",
            "Give --speed a number above 0; 1 is the usual.",
        )
    if settings.only_people is not None and settings.only_people < 0:
        raise OperatorError(f"{settings.only_people} people cannot come.", "Give --people 0 or more.")
    companies_in(find_folders(settings.examples, settings.only))
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
