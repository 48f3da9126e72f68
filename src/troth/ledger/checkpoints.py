"""Making checkpoints: sign the head, keep it inside and outside the database, hand it to witnesses.

The steps, in this order: publish the keys that sign as entries; read the head; hold it against what was signed last and lies
outside the database; sign; keep it in the database; keep it outside; hand it on. A crash in between loses at most a
signature that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import tables
from troth.ledger.checkpoint import Checkpoint, proof_text
from troth.ledger.errors import KeyProblem, LedgerParted, NoteRefused, WitnessProblem
from troth.ledger.kept import Kept
from troth.ledger.model import Draft, Head
from troth.ledger.note import Note, VerifierKey
from troth.ledger.service import Ledger
from troth.ledger.signing import SigningKeys
from troth.ledger.timestamps import Authority, Timestamp, get_timestamps, put_timestamp
from troth.ledger.witness import Prove, Witness
from troth.ledger.work import Work

Outside = Witness | Authority
"""Whoever a checkpoint is handed to."""
KEY_PUBLISHED: Final = "ledger:key:published"
KEY_RETIRED: Final = "ledger:key:retired"


@dataclass(frozen=True, slots=True)
class Made:
    """A checkpoint as signed, when, and what went wrong with witnesses."""

    note: Note
    checkpoint: Checkpoint
    made_at: datetime
    problems: tuple[WitnessProblem, ...] = ()
    timestamps: tuple[Timestamp, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A verifier key as the ledger published it, and where it was retired; what it signed before stays checkable."""

    key: VerifierKey
    published: int
    published_at: datetime
    retired: int | None = None
    retired_at: datetime | None = None


class Checkpoints:
    """The checkpoints of one ledger. `kept` lies outside the database, so that it does not roll back with it."""

    def __init__(
        self, ledger: Ledger, keys: SigningKeys, kept: Kept, *, clock: Clock, entropy: Entropy
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._kept = kept
        self._clock = clock
        self._entropy = entropy

    def make(self, witnesses: Iterable[Outside] = (), *, trusted: Iterable[VerifierKey] = ()) -> Made:
        """Sign the head as it stands now and hand it on; cosignatures of `trusted` witness keys, and timestamps, are kept.

        Raises LedgerParted when the ledger does not continue what was signed last, KeyProblem, DatabaseProblem.
        """
        self.publish()
        with self._ledger.database.read() as connection:
            made = self.sign(connection, self._ledger.head(connection))
        return self.hand(made, witnesses, trusted)

    def make_if_older(
        self, age: timedelta, witnesses: Iterable[Outside] = (), *, trusted: Iterable[VerifierKey] = ()
    ) -> Made | None:
        """As `make` for a clock to call: None while the last one is younger than `age`, or nothing was recorded since."""
        with self._ledger.database.read() as connection:
            last, head = self.latest(connection), self._ledger.head(connection)
        if last and (last.checkpoint.size == head.size or self._clock.now() - last.made_at < age):
            return None
        return self.make(witnesses, trusted=trusted)

    def publish(self, origin: str = "") -> None:
        """Let every key that signs stand in the ledger; where there is none yet, make the first. Raises KeyProblem."""
        with self._ledger.recording() as work:
            work.lock()
            keys = self._keys.all()
            published = self.published(work.connection)
            known = {one.key.name for one in published}
            named = origin or next(iter(known), "") or self._new_origin()
            keys = keys or (self._keys.create(named, self._entropy),)
            if known - {keys[0].name}:
                raise KeyProblem(
                    f"The signing keys here are those of {keys[0].name}, and this ledger signs as {', '.join(known)}.",
                    "Bring back the keys of this ledger.",
                )
            self._record(work, KEY_PUBLISHED, {key.verifier for key in keys} - {one.key for one in published})

    def add_key(self) -> VerifierKey:
        """Make a further key: from now on checkpoints bear its signature beside those of the older ones."""
        self.publish()
        [name] = {key.name for key in self._keys.all()}
        key = self._keys.create(name, self._entropy).verifier
        self.publish()
        return key

    def retire_key(self, id: str) -> VerifierKey:
        """Let the key with this id sign no more; its public side stays published. Raises KeyProblem."""
        self.publish()
        key = self._keys.retire(id)
        with self._ledger.recording() as work:
            self._record(work, KEY_RETIRED, {key})
        return key

    def published(self, connection: Connection) -> tuple[PublishedKey, ...]:
        """Every key that ever signed for this ledger, as its entries say."""
        found: dict[str, PublishedKey] = {}
        for event in self._ledger.events(connection, kinds=(KEY_PUBLISHED, KEY_RETIRED)):
            written = event.codes[0]
            if event.kind == KEY_PUBLISHED:
                found[written] = PublishedKey(VerifierKey.parse(written), event.sequence, event.occurred_at)
            elif written in found:
                found[written] = replace(found[written], retired=event.sequence, retired_at=event.occurred_at)
        return tuple(found.values())

    def sign(self, connection: Connection, head: Head) -> Made:
        """Sign a head of this ledger, and keep the checkpoint. Raises LedgerParted, KeyProblem."""
        self._refuse_parted(connection)
        keys = self._keys.all()
        checkpoint = Checkpoint(keys[0].name, head.size, head.root)
        made = Made(Note.signed(checkpoint.text, keys), checkpoint, self._clock.now())
        self._keep(made)
        return made

    def proof(self, sequence: int) -> str:
        """Entry and place of one entry under a fresh checkpoint, as a C2SP tlog-proof; its `extra` is the entry's leaf.

        Raises EntryMissing, LedgerParted, KeyProblem.
        """
        made = self.make()
        with self._ledger.database.read() as connection:
            path = self._ledger.prove_inclusion(connection, sequence, made.checkpoint.size)
            leaf = self._ledger.leaf(connection, sequence)
        return proof_text(sequence - 1, path, made.note, leaf)

    def covering(self, connection: Connection, sequence: int) -> Made | None:
        """The smallest checkpoint kept in the database whose tree holds an entry; it stays the same one for good."""
        found = tables.get_checkpoint_over(connection, self._ledger.organisation, sequence)
        return _read(*found) if found else None

    def seal(self, text: str) -> Note:
        """Any other text signed by the keys of this ledger. Raises NoteRefused for one that could pass as a checkpoint."""
        if " " not in text.partition("\n")[0]:
            raise NoteRefused("The first line of a signed text has a blank, which no origin has.")
        return Note.signed(text, self._keys.all())

    def latest(self, connection: Connection) -> Made | None:
        """The largest checkpoint kept in the database."""
        return next(iter(self.all(connection, limit=1)), None)

    def all(self, connection: Connection, limit: int | None = None) -> list[Made]:
        """Every checkpoint kept in the database, the largest first; what is none any more is left out."""
        rows = tables.get_checkpoints(connection, self._ledger.organisation, limit)
        return [made for size, made_at, note in rows if (made := _read(size, made_at, note)) is not None]

    def spoilt(self, connection: Connection, keys: Collection[VerifierKey]) -> tuple[int, ...]:
        """The sizes of the checkpoints in the database that are not what one of these keys signed."""
        rows = tables.get_checkpoints(connection, self._ledger.organisation)
        read = ((size, _read(size, made_at, note)) for size, made_at, note in rows)
        return tuple(sorted(size for size, made in read if made is None or not made.note.is_signed(keys)))

    def hand(self, made: Made, witnesses: Iterable[Outside], trusted: Iterable[VerifierKey] = ()) -> Made:
        """Hand a checkpoint to witnesses and keep what trusted ones signed; one that fails does not stop the others.

        A time-stamping authority is handed its text alone, and its timestamp is kept.
        """
        known, note, problems, stamped = tuple(trusted), made.note, [], []
        for witness in witnesses:
            try:
                if isinstance(witness, Authority):
                    stamped.append(self._stamped(made, witness))
                    continue
                with self._ledger.database.read() as connection:
                    signed = witness.hand(note, made.checkpoint, self._prover(connection, made.checkpoint))
                note = note.joined(one for one in signed if any(k.signed(one, note.text) for k in known))
            except WitnessProblem as problem:
                problems.append(problem)
        whole = Made(note, made.checkpoint, made.made_at, tuple(problems), tuple(stamped))
        if note != made.note:
            self._keep(whole)
        return whole

    def timestamps(self, connection: Connection, *, size: int | None = None) -> tuple[Timestamp, ...]:
        """Every timestamp kept in the database, of the largest checkpoint first; of one checkpoint, by its size."""
        return get_timestamps(connection, self._ledger.organisation, size=size)

    def _stamped(self, made: Made, authority: Authority) -> Timestamp:
        found = Timestamp(made.checkpoint.size, authority.name, *authority.stamp(made.note.text))
        with self._ledger.database.write() as connection:
            put_timestamp(connection, self._ledger.organisation, found)
        return found

    def _prover(self, connection: Connection, checkpoint: Checkpoint) -> Prove:
        return lambda old: self._ledger.prove_consistency(connection, old, checkpoint.size)

    def _keep(self, made: Made) -> None:
        organisation, size = self._ledger.organisation, made.checkpoint.size
        with self._ledger.database.write() as connection:
            tables.put_checkpoint(connection, organisation, size, made.made_at, str(made.note).encode())
        self._kept.put(made.note, made.made_at)

    def _refuse_parted(self, connection: Connection) -> None:
        """A log never signs what does not continue what it signed before (C2SP tlog-checkpoint)."""
        last = self._kept.last()
        if last is None:
            return
        organisation, size = self._ledger.organisation, self._ledger.head(connection).size
        if size < last.size or self._ledger.root_at(connection, last.size) != last.root:
            raise LedgerParted(
                f"The ledger of {organisation} does not continue what was signed last, at {last.size} entries; "
                "nothing was signed.",
                f"See where it parts with: troth verify {organisation}",
                organisation=organisation,
                signed=last.size,
                size=size,
            )

    def _record(self, work: Work, kind: str, keys: Iterable[VerifierKey]) -> None:
        at = self._clock.now()
        work.record(*(Draft(kind, at, codes=(str(key),)) for key in sorted(keys, key=str)))

    def _new_origin(self) -> str:
        """A name no other ledger has: two installations may call their organisations alike."""
        return f"troth/{self._ledger.organisation}/{self._entropy.bytes(4).hex()}"


def _read(size: int, made_at: datetime, note: bytes) -> Made | None:
    """A row as the checkpoint it holds; None where it was spoilt."""
    try:
        parsed = Note.parse(note.decode())
        found = Checkpoint.of(parsed)
    except (NoteRefused, UnicodeDecodeError):
        return None
    return Made(parsed, found, made_at) if found.size == size else None
