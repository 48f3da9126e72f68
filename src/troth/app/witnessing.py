"""Who is handed checkpoints, and how often: a small file in the home, `witnesses.yaml`, or the one TROTH_WITNESSES names.

every: 60                       # minutes; left out, an hour
witnesses:
  - /mnt/other-disk/checkpoints
  - to: https://witness.example/w1
    key: NAME+ID+KEY            # whose cosignatures are kept
  - mailto:audit@example.org?host=mail.example:587&from=log@example.com
  - tsa+https://tsa.example/tsr#ca=/etc/troth/tsa-ca.pem
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.kernel.errors import OperatorError
from troth.ledger import Outside, VerifierKey
from troth.ledger.errors import NoteRefused
from troth.witnesses import open_witness
from troth.witnesses.addresses import NoWitness

FILE: Final = "witnesses.yaml"
NAMED: Final = "TROTH_WITNESSES"
EVERY: Final = timedelta(hours=1)
_LONGEST: Final = 525_600
"""Minutes in a year."""


class WitnessesUnreadable(OperatorError):
    """The file that names the witnesses has to be mended."""


@dataclass(frozen=True, slots=True)
class Witnessing:
    """How often a checkpoint is due, who is handed it, and whose cosignatures are kept."""

    every: timedelta = EVERY
    outside: tuple[Outside, ...] = ()
    trusted: tuple[VerifierKey, ...] = ()

    @property
    def sentence(self) -> str:
        """What is to happen, for people."""
        minutes = int(self.every.total_seconds() // 60)
        names = ", ".join(one.name for one in self.outside)
        handed = f"handed to {names}" if names else "kept in this home alone"
        return f"every {minutes} min, where something was recorded since; {handed}"


def read_witnessing(home: Home, environment: Mapping[str, str] | None = None) -> Witnessing:
    """What the file says; without one, a checkpoint an hour, kept here alone. Raises WitnessesUnreadable."""
    path = file_of(home, FILE, NAMED, environment)
    if path is None:
        return Witnessing()
    found = read_yaml(path, WitnessesUnreadable, "Write `witnesses:` and a list.")
    return _witnessing(found if found is not None else {}, path)


def _witnessing(found: Any, path: Path) -> Witnessing:
    if not isinstance(found, dict) or set(found) - {"every", "witnesses"}:
        raise WitnessesUnreadable(f"The file {path} says something else than `every` and `witnesses`.")
    every, listed = found.get("every", EVERY // timedelta(minutes=1)), found.get("witnesses") or []
    if type(every) is not int or not 1 <= every <= _LONGEST:
        raise WitnessesUnreadable(
            f"`every` in {path} is no number of minutes.", "Write a whole number from 1."
        )
    if not isinstance(listed, list):
        raise WitnessesUnreadable(f"`witnesses` in {path} is no list.", "Write each with a dash before it.")
    pairs = [_one(entry, number, path) for number, entry in enumerate(listed, 1)]
    keys = tuple(key for _, key in pairs if key is not None)
    return Witnessing(timedelta(minutes=every), tuple(one for one, _ in pairs), keys)


def _one(entry: Any, number: int, path: Path) -> tuple[Outside, VerifierKey | None]:
    said = {"to": entry} if isinstance(entry, str) else entry
    if (
        not isinstance(said, dict)
        or set(said) - {"to", "key"}
        or not all(isinstance(v, str) for v in said.values())
    ):
        raise WitnessesUnreadable(f"Witness {number} in {path} is no address, nor `to` with a `key`.")
    try:
        return open_witness(said.get("to", ":")), VerifierKey.parse(said["key"]) if "key" in said else None
    except (NoWitness, NoteRefused) as problem:
        raise WitnessesUnreadable(f"Witness {number} in {path}: {problem.message}", problem.help) from None
