"""What can be shown to others: checkpoints, packs, and a ledger recomputed from its own bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.organisation import Organisation
from troth.app.stamps import Stamped, Trust, faults, look_at_stamps
from troth.app.system import SystemClock, SystemEntropy
from troth.app.witnessing import read_witnessing
from troth.db import Database, check, open_database
from troth.db.errors import DatabaseProblem
from troth.erasures import Erasures, Tombs
from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.ledger import (
    Checkpoints,
    Head,
    Kept,
    Ledger,
    PseudonymKey,
    Seals,
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
from troth.receipts import Receipts
from troth.vault import KeeperProblem, KeyStoreProblem, SealBroken, Vault


class NotItsCheckpoint(CallerError):
    """A checkpoint that was handed in is not one of this ledger."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What recomputing one ledger found, and with what it was compared."""

    verified: Verified
    signed: int
    """The size of the largest checkpoint it was held against; 0 where there was none."""
    spoilt: tuple[int, ...] = ()
    """The sizes of checkpoints in the database that none of its keys signed as they stand there."""
    parts_at: int | None = None
    """The first entry at which a second database differs."""
    stamps: tuple[Stamped, ...] = ()
    """The timestamps of its checkpoints."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.verified.holds and not self.spoilt and not self.false_stamps and self.parts_at is None

    @property
    def false_stamps(self) -> tuple[str, ...]:
        """What is wrong with timestamps, a sentence for each that does not hold."""
        return faults(self.stamps)


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


def receipts_of(organisation: Organisation, home: Home, entropy: Entropy | None = None) -> Receipts:
    """The receipts of an opened organisation, under the keys that sign its checkpoints."""
    return Receipts(
        organisation.ledger,
        checkpoints_of(organisation, home, entropy),
        signing_keys(home, organisation.id),
        organisation.rooms.policies,
        organisation.rooms.subjects,
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


def check_ledger(
    home: Home, id: str, handed_in: Sequence[Path] = (), other: str = "", tsa_ca: Path | None = None
) -> Checked:
    """Recompute a ledger; hold it against every checkpoint kept here or handed in, and against a second database.

    Timestamps are held against the CAs of the configured authorities, or against the certificates in `tsa_ca`.

    Payloads are opened where the key store is at hand; where it is not, the rest is checked, and what was found says so.

    Raises NotItsCheckpoint, WitnessProblem for a file that is no checkpoint, CallerError where there is no such ledger.
    """
    trust = Trust(read_witnessing(home), tsa_ca)
    with _opened(home.database) as database, ExitStack() as opened:
        vault = opened.enter_context(_keys_at_hand(database, home, id))
        ledger = _reader(database, home, id, vault)
        checkpoints = Checkpoints(
            ledger, signing_keys(home, id), kept(home, id), clock=SystemClock(), entropy=SystemEntropy()
        )
        with database.read() as connection:
            keys = _known_keys(connection, home, id, checkpoints)
            heads = _heads(connection, home, checkpoints, keys, id, handed_in)
            if not heads and not ledger.head(connection).size:
                raise CallerError(f"There is no ledger of {id} here.", "Name one that is, or its home.")
            found = ledger.verify(connection, trusted=heads, segments=Segments(home.segments(id)))
            spoilt = checkpoints.spoilt(connection, keys) if keys else ()
            stamps = look_at_stamps(connection, checkpoints, trust)
        signed = max((head.size for head in heads), default=0)
        parts = _parts_at(database, other, id, Segments(home.segments(id))) if other and found.holds else None
    return Checked(found, signed, spoilt, parts, stamps)


def _parts_at(database: Database, other: str, id: str, segments: Segments) -> int | None:
    """Archives are named by their bytes, so both databases find theirs in the one folder."""
    with _opened(other) as second, database.read() as ours, second.read() as theirs:
        return first_difference(ours, theirs, id, segments, segments)


def _known_keys(connection: Connection, home: Home, id: str, checkpoints: Checkpoints) -> set[VerifierKey]:
    """The keys that sign here, and those the ledger published; an entry that cannot be read is named by recomputing it."""
    keys = {key.verifier for key in signing_keys(home, id).all()}
    try:
        return keys | {one.key for one in checkpoints.published(connection)}
    except (NoteRefused, ValueError, LookupError):
        return keys


def _heads(
    connection: Connection,
    home: Home,
    checkpoints: Checkpoints,
    keys: set[VerifierKey],
    id: str,
    handed_in: Iterable[Path],
) -> list[Head]:
    """The heads that were signed once, from files that lie outside the database and from what lies in it.

    Where no key is known any more, what was kept is taken at its word: it was kept because it was trusted.
    """
    outside = [(path, *read_checkpoint(path)) for path in handed_in] + kept(home, id).all()
    for path, note, found in outside:
        if keys and not note.is_signed(keys):
            raise NotItsCheckpoint(
                f"The checkpoint {path} of {found.origin} was signed by no key that this ledger ever published.",
                "Name a checkpoint of this ledger.",
            )
    inside = [made.checkpoint for made in checkpoints.all(connection) if made.note.is_signed(keys)]
    pairs = {(one.size, one.root) for one in (*(found for _, _, found in outside), *inside)}
    return [Head(id, size, root) for size, root in sorted(pairs)]


def _reader(database: Database, home: Home, id: str, vault: Vault | None) -> Ledger:
    """A ledger that is only read: no pseudonym is made, so it needs no key for that."""
    return Ledger(
        database, id, PseudonymKey(b""), clock=SystemClock(), entropy=SystemEntropy(),
        segments=Segments(home.segments(id)), seals=Seals(id, vault, Tombs(), SealBroken),
    )  # fmt: skip


@contextmanager
def _keys_at_hand(database: Database, home: Home, id: str) -> Iterator[Vault | None]:
    """The vault that the records were sealed with, where it can be opened; a ledger can be recomputed without it."""
    with database.read() as connection:
        named = Erasures(id).key_store(connection)
    try:
        vault = vault_of(home, id, expected=named) if named is not None else None
    except (KeyStoreProblem, KeeperProblem, DatabaseProblem):
        vault = None
    try:
        yield vault
    finally:
        if vault is not None:
            vault.close()


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    with open_database(address) as database:
        check(database)
        yield database
