"""The ledger of one organisation, as other rooms hold it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from troth.db import Database
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import old, reading, tables
from troth.ledger import projections as projecting
from troth.ledger import verify as verifying
from troth.ledger.archive import Archives
from troth.ledger.keys import PseudonymKey
from troth.ledger.model import Event, Head, check_organisation
from troth.ledger.projections import Projection, Replayed
from troth.ledger.recorder import Recorder
from troth.ledger.sealing import Disclosed, Seals
from troth.ledger.segments import Segments
from troth.ledger.upcasters import Upcasters
from troth.ledger.verify import Verified
from troth.ledger.work import Desk, Work, Writer


class Ledger:
    """One organisation's ledger in a database; clock and entropy are handed in. Threads may share it.

    `segments` is the folder of its segments and archives; without it what was archived cannot be read.
    `projections` are all the tables of state that its events keep: every process that writes wires the same ones.
    `seals` seal and open its payloads; without them it records and shows none, and everything else works.
    """

    def __init__(
        self,
        database: Database,
        organisation: str,
        key: PseudonymKey,
        *,
        clock: Clock,
        entropy: Entropy,
        projections: Sequence[Projection] = (),
        upcasters: Upcasters | None = None,
        segments: Segments | None = None,
        seals: Seals | None = None,
    ) -> None:
        self.database = database
        self.organisation = check_organisation(organisation)
        self._archives = Archives(segments)
        self._desk = Desk(
            organisation, key, clock, entropy, tuple(projections), upcasters or Upcasters(),
            seals or Seals(organisation),
        )  # fmt: skip

    def pseudonym(self, subject: str) -> str:
        """The pseudonym under which the events and state of a subject stand."""
        return self._desk.key.pseudonym(subject)

    @contextmanager
    def recording(self) -> Iterator[Work]:
        """A unit of work: what is written on `work.connection` and given to `work.record` commits whole, or not at all.

        `work.sequences` are the numbers of what was recorded, once the block has ended. Raises DatabaseProblem.
        """
        with self.database.write() as connection:
            writer = Writer(connection, self._desk)
            work = Work(writer)
            yield work
            work.settle()
            writer.finish()

    def recorder(self) -> Recorder:
        """Group commit for many threads. Make one per process and share it."""
        return Recorder(self.database, self._desk)

    def events(
        self,
        connection: Connection,
        *,
        after: int = 0,
        until: int | None = None,
        kinds: Iterable[str] = (),
        subject: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Event]:
        """Events in (after, until], oldest first; `kinds` may be prefixes like `consent:`, `subject` is a pseudonym."""
        return reading.events(
            connection,
            self.organisation,
            after=after,
            until=until,
            kinds=kinds,
            subject=subject,
            limit=limit,
            newest_first=newest_first,
            upcasters=self._desk.upcasters,
            archives=self._archives,
        )

    def payload(self, connection: Connection, sequence: int) -> dict[str, object] | None:
        """The payload of an entry; None where it has none. Raises EntryMissing, PayloadUnreadable, PayloadSealed."""
        return reading.payload(connection, self._desk.seals, sequence, self._archives)

    def disclose(self, connection: Connection, sequence: int) -> Disclosed | None:
        """The payload of an entry as recorded, with its salt; None where it has none. Raises as `payload` does."""
        return reading.disclose(connection, self._desk.seals, sequence, self._archives)

    def leaves(self, connection: Connection, *, until: int | None = None) -> Iterator[tuple[int, bytes]]:
        """The stored header bytes of every entry by sequence."""
        for entry in self._archives.entries(connection, self.organisation, until=until):
            yield entry.sequence, entry.header

    def leaf(self, connection: Connection, sequence: int) -> bytes:
        """The stored header bytes of an entry, which are its leaf. Raises EntryMissing."""
        return reading.leaf(connection, self.organisation, sequence, self._archives)

    def head(self, connection: Connection) -> Head:
        """Size and root of the tree as committed."""
        return tables.get_head(connection, self.organisation)

    def prove_inclusion(self, connection: Connection, sequence: int, size: int) -> list[bytes]:
        """The path that proves an entry in the tree of the first `size` entries. Raises EntryMissing."""
        return reading.prove_inclusion(connection, self.organisation, sequence, size, self._archives)

    def prove_all(
        self, connection: Connection, sequences: Collection[int], size: int
    ) -> tuple[list[bytes], dict[int, list[int]]]:
        """The inclusion paths of many entries: a table of hashes, and each entry's places in it. Raises EntryMissing."""
        return reading.prove_all(connection, self.organisation, sequences, size, self._archives)

    def prove_consistency(self, connection: Connection, old: int, new: int) -> list[bytes]:
        """The path that proves one tree a prefix of another. Raises EntryMissing."""
        return reading.prove_consistency(connection, self.organisation, old, new, self._archives)

    def root_at(self, connection: Connection, size: int) -> bytes:
        """The root of the tree over the first `size` entries. Raises EntryMissing."""
        return reading.root_at(connection, self.organisation, size, self._archives)

    def verify(
        self,
        connection: Connection,
        *,
        trusted: Head | Sequence[Head] | None = None,
        segments: Segments | None = None,
    ) -> Verified:
        """Recompute everything and name the first entry that does not hold."""
        archives = Archives(segments) if segments is not None else self._archives
        return verifying.verify(connection, self._desk.seals, archives, trusted=trusted, segments=segments)

    def replay(self) -> list[Replayed]:
        """Rebuild all state from the ledger, and say of each projection whether it came out as it stood."""
        desk = self._desk
        return projecting.replay(self.database, desk.projections, desk.upcasters, desk.seals, self._archives)

    def compare(self) -> list[Replayed]:
        """What `replay` would find, leaving all as it stands."""
        desk = self._desk
        return projecting.compare(self.database, desk.projections, desk.upcasters, desk.seals, self._archives)

    def seal_old(self, told: Callable[[int], None] | None = None) -> int:
        """Seal the payloads that an earlier program left unsealed, in chunks; how many. `told` hears the count as it grows."""
        return old.seal_old(self.database, self._desk.seals, told)
