"""What can be shown to others: checkpoints, packs, and a ledger recomputed from its own bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.system import SystemClock, SystemEntropy
from troth.db import Database, check, open_database
from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.ledger import (
    Checkpoint,
    Checkpoints,
    Head,
    Kept,
    Ledger,
    Note,
    PseudonymKey,
    Segments,
    SigningKeys,
    Verified,
    VerifierKey,
)
from troth.ledger.errors import NoteRefused
from troth.ledger.kept import read_checkpoint
from troth.ledger.reading import organisations
from troth.ledger.verify import first_difference
from troth.packs import Packs


class NotItsCheckpoint(CallerError):
    """A checkpoint that was handed in is not one of this ledger."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What recomputing one ledger found, and with what it was compared."""

    verified: Verified
    signed: int
    """The size of the largest checkpoint it was held against; 0 where there was none."""
    parts_at: int | None = None
    """The first entry at which a second database differs."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.verified.holds and self.parts_at is None


def checkpoints_of(organisation: Organisation, home: Home, entropy: Entropy | None = None) -> Checkpoints:
    """The checkpoints of an opened organisation; keys and copies lie in its home, outside the database."""
    return Checkpoints(
        organisation.ledger, signing_keys(home, organisation.id), kept(home, organisation.id),
        clock=organisation.clock, entropy=entropy or SystemEntropy(),
    )  # fmt: skip


def packs_of(organisation: Organisation, home: Home, entropy: Entropy | None = None) -> Packs:
    """The packs of an opened organisation."""
    return Packs(
        organisation.ledger,
        checkpoints_of(organisation, home, entropy),
        organisation.rooms.policies,
        lambda connection, at: organisation.promises.board(connection, at),
        organisation.clock,
    )


def signing_keys(home: Home, id: str) -> SigningKeys:
    """The signing keys of an organisation."""
    return SigningKeys(home.folder / "keys" / f"{id}.signing")


def kept(home: Home, id: str) -> Kept:
    """The checkpoints of an organisation that lie outside the database."""
    return Kept(home.folder / "checkpoints" / id)


def recorded(home: Home) -> list[str]:
    """Every organisation with a ledger, or with checkpoints of one, at a home. Raises DatabaseProblem."""
    with _opened(home.database) as database, database.read() as connection:
        there = organisations(connection)
    return sorted({*there, *(path.name for path in (home.folder / "checkpoints").glob("*") if path.is_dir())})


def check_ledger(home: Home, id: str, handed_in: Sequence[Path] = (), other: str = "") -> Checked:
    """Recompute a ledger; hold it against every checkpoint kept here or handed in, and against a second database.

    Raises NotItsCheckpoint, WitnessProblem for a file that is no checkpoint, CallerError where there is no such ledger.
    """
    with _opened(home.database) as database:
        ledger = _reader(database, id)
        heads = _heads(ledger, home, handed_in)
        with database.read() as connection:
            if not heads and not ledger.head(connection).size:
                raise CallerError(f"There is no ledger of {id} here.", "Name one that is, or its home.")
            segments = Segments(home.segments(id))
            found = ledger.verify(connection, trusted=heads, segments=segments)
        signed = max((head.size for head in heads), default=0)
        parts = _parts_at(database, other, id) if other and found.holds else None
    return Checked(found, signed, parts)


def _parts_at(database: Database, other: str, id: str) -> int | None:
    with _opened(other) as second, database.read() as ours, second.read() as theirs:
        return first_difference(ours, theirs, id)


def _heads(ledger: Ledger, home: Home, handed_in: Iterable[Path]) -> list[Head]:
    """The heads that were signed once, from files that lie outside the database and from what lies in it."""
    id, folder = ledger.organisation, kept(home, ledger.organisation)
    keys = {key.verifier for key in signing_keys(home, id).all()}
    checkpoints = Checkpoints(
        ledger, signing_keys(home, id), folder, clock=SystemClock(), entropy=SystemEntropy()
    )
    with ledger.database.read() as connection:
        keys |= {one.key for one in checkpoints.published(connection)}
        inside = [(made.note, made.checkpoint) for made in checkpoints.all(connection)]
    outside = [(path, *read_checkpoint(path)) for path in handed_in] + folder.all()
    for path, note, found in outside:
        _refuse_strange(path, note, found, keys)
    inside = [(note, found) for note, found in inside if _is_signed(note, keys)]
    pairs = [(note, found) for _, note, found in outside] + inside
    return [Head(id, size, root) for size, root in sorted({(one.size, one.root) for _, one in pairs})]


def _refuse_strange(path: Path, note: Note, found: Checkpoint, keys: set[VerifierKey]) -> None:
    if not _is_signed(note, keys):
        raise NotItsCheckpoint(
            f"The checkpoint {path} of {found.origin} was signed by no key that this ledger ever published.",
            "Name a checkpoint of this ledger.",
        )


def _is_signed(note: Note, keys: set[VerifierKey]) -> bool:
    try:
        return bool(note.signers(keys))
    except NoteRefused:
        return False


def _reader(database: Database, id: str) -> Ledger:
    """A ledger that is only read: no pseudonym is made, so it needs no key."""
    return Ledger(database, id, PseudonymKey(b""), clock=SystemClock(), entropy=SystemEntropy())


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    with open_database(address) as database:
        check(database)
        yield database
