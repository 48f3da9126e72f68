"""The words of an organisation, wired: what the rooms know of people becomes bits, and bits become facts for the gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from troth import consent as consenting
from troth.decide.layout import LANE, LANE_BITS, Layout
from troth.decide.model import Facts
from troth.erasures import BEGUN
from troth.gate import Rooms
from troth.gate.situation import views
from troth.kernel.clock import Clock
from troth.ledger import Ledger
from troth.policies import Declared
from troth.policy.facts import FAMILIES, Fact
from troth.subjects import Changes, SubjectErased, SubjectUnknown
from troth.words import (
    NEVER,
    Change,
    Hit,
    HostFiles,
    Packed,
    Shape,
    SharedWords,
    VersionShape,
    WordsUnusable,
    boot_id,
)

_MOST_VERSIONS: Final = 64
_MOST_KEPT: Final = 1 << 16
_FOR_EVER: Final = float(NEVER)


def shape_of(digest: str, layout: Layout) -> VersionShape:
    """Where the facts about people lie under one version, and for each that can only forbid on one side, which side that is.

    A fact that restricts (an objection) is about to hold when its room tells a restriction, any other to hold no more. The value
    is written at once only where no statement could take it for a permission.
    """
    facts = layout.subject_facts
    strict = {str(fact): int(_restricts(fact)) for fact in facts if _one_sided(fact, layout)}
    return VersionShape(digest, {str(fact): layout.positions[fact] for fact in facts}, strict)


def _restricts(fact: Fact) -> bool:
    return FAMILIES[fact.family].restricts


def _one_sided(fact: Fact, layout: Layout) -> bool:
    helps, hinders = fact in layout.helps, fact in layout.hinders
    return (hinders and not helps) if _restricts(fact) else (helps and not hinders)


class RoomsTruth:
    """What the rooms hold of people, packed: the truth that words repeat."""

    def __init__(self, ledger: Ledger, rooms: Rooms, clock: Clock) -> None:
        self._ledger = ledger
        self._rooms = rooms
        self._clock = clock
        self._shapes: dict[str, VersionShape] = {}

    def shape(self) -> Shape:
        """Every version that was ever activated, the latest ones first. Raises NoPolicyInForce."""
        at = self._clock.now()
        with self._ledger.database.read() as connection:
            policies = self._rooms.policies
            since = policies.in_force(connection, at).since
            versions = policies.versions(connection)
            digests = list(dict.fromkeys(version.digest for version in reversed(versions)))
            shapes = [self._version(connection, digest) for digest in digests[:_MOST_VERSIONS]]
        coming = [version.since.timestamp() for version in versions if version.since > at]
        return Shape(tuple(shapes), since.timestamp(), min(coming, default=_FOR_EVER))

    def read(self, shape: Shape, keys: Iterable[str]) -> Mapping[str, Packed | None]:
        """People as they stand, from one snapshot."""
        at = self._clock.now()
        with self._ledger.database.read() as connection:
            return dict(self._packed(connection, shape, keys, at))

    def means(self, version: VersionShape) -> bool:
        """Whether this program reads the same facts at the same bits as the one that made the map: else nothing is believed."""
        with self._ledger.database.read() as connection:
            return self._version(connection, version.digest) == version

    def fence(self) -> None:
        """Hold the organisation's lock in the database for a moment: whoever held it before has ended."""
        with self._ledger.recording() as work:
            work.lock()

    def head(self) -> int:
        """How many events are recorded."""
        with self._ledger.database.read() as connection:
            return self._ledger.head(connection).size

    def everybody(self) -> tuple[str, ...]:
        """The pseudonyms of all persons."""
        with self._ledger.database.read() as connection:
            return self._rooms.subjects.everybody(connection)

    def changed(self, after: int) -> tuple[str, ...]:
        """Whom events after that one are about, and who became one with them."""
        kinds = ("subjects:", "consent:", BEGUN)
        with self._ledger.database.read() as connection:
            events = self._ledger.events(connection, after=after, kinds=kinds)
            named = {event.subject for event in events if event.subject is not None}
            groups = {other for name in named for other in self._one_person(connection, name)}
        return tuple(sorted(groups))

    def _one_person(self, connection: Connection, name: str) -> tuple[str, ...]:
        """Everybody who is one person with this one; of an erased one, the name alone, which is found to be nobody's."""
        try:
            return self._rooms.subjects.group(connection, self._rooms.subjects.root(connection, name))
        except SubjectUnknown:
            return (name,)

    def _packed(
        self, connection: Connection, shape: Shape, keys: Iterable[str], at: datetime
    ) -> Iterator[tuple[str, Packed | None]]:
        for key in keys:
            try:
                person = self._rooms.subjects.person(connection, key)
            except SubjectErased:
                yield key, None  # closed, also in a map that was packed while the person was erased
                continue
            except SubjectUnknown:
                continue
            said = self._rooms.consents.state(connection, person.pseudonym)
            found = views(self._rooms, connection, person.state, said, _nobody, frozenset(), at)
            change = consenting.next_change(said, at)
            until = NEVER if change is None else int(change.timestamp())
            known = {view.declared.digest: view.facts for view in found}
            yield key, self._pack(shape, known, at, until) if person.pseudonym == key else None

    def _pack(self, shape: Shape, known: Mapping[str, Facts], at: datetime, until: int) -> Packed | None:
        """One person; None where several versions bind, or something is in doubt: that takes more than bits."""
        digest, facts = next(iter(known.items()))
        number = shape.numbers.get(digest)
        if number is None or len(known) > 1 or facts.unknown:
            return None
        positions = shape.versions[number].positions
        word = sum(1 << positions[name] for fact in facts.holding if (name := str(fact)) in positions)
        lanes = tuple(word >> LANE_BITS * lane & LANE for lane in range(shape.lanes))
        return Packed(number, lanes, int(at.timestamp()), until)

    def _version(self, connection: Connection, digest: str) -> VersionShape:
        found = self._shapes.get(digest)
        if found is None:
            declared = self._rooms.policies.declared(connection, digest)
            found = self._shapes[digest] = shape_of(digest, Layout.of(declared.bundle))
        return found


def _nobody(declared: Declared) -> frozenset[Fact]:
    """The facts about no recipient."""
    return frozenset()


class _Told:
    """The changes of rooms, told to the words."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def restrict(self, pseudonym: str, fact: Fact | None) -> None:
        """Cleared at once."""
        self._change.restrict(pseudonym, None if fact is None else str(fact))

    def grant(self, pseudonym: str, fact: Fact | None) -> None:
        """Set after the commit."""
        self._change.grant(pseudonym, None if fact is None else str(fact))


class PeopleWords:
    """The words of one organisation for its gate, and the watch that keeps them true. Threads may share it."""

    def __init__(self, files: HostFiles, truth: RoomsTruth) -> None:
        self._files = files
        self._truth = truth
        self._words = SharedWords(files, truth)
        self._facts: dict[Hit, Mapping[str, Facts]] = {}
        self._words.mend()

    def lookup(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """The facts of a person by policy version that binds, true now; None: read the database instead."""
        hit = self._words.find(pseudonym, at.timestamp())
        return None if hit is None else self._facts.get(hit) or self._meant(hit)

    def glance(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """As `lookup`, where that neither waits nor reads the database; None: ask `lookup`, away from an event loop."""
        hit = self._words.at_hand(pseudonym, at.timestamp())
        return None if hit is None else self._facts.get(hit)

    def watching(self) -> AbstractContextManager[Changes]:
        """Around a transaction: what restricts is seen before it commits, what permits after, under one lock."""
        return self._watching()

    def repack(self) -> bool:
        """Pack everybody anew, while others go on; False when another policy overtook it."""
        before, everybody = self._truth.head(), self._truth.everybody()
        return self._words.repack(everybody, lambda: self._truth.changed(before), len(everybody))

    def close(self) -> None:
        """Give the files back."""
        self._files.close()

    @contextmanager
    def _watching(self) -> Iterator[Changes]:
        with self._words.changing() as change:
            yield _Told(change)

    def _meant(self, hit: Hit) -> Mapping[str, Facts] | None:
        """What the bits mean. Few words are met often, so each is read once."""
        number, version, lanes = hit
        shape = self._words.shape(number)
        if shape is None or not self._truth.means(named := shape.versions[version]):
            return None
        bits = sum(lane << LANE_BITS * at for at, lane in enumerate(lanes))
        holding = (Fact.parse(fact) for fact, at in named.positions.items() if bits >> at & 1)
        found = {named.digest: Facts(frozenset(holding))}
        if len(self._facts) >= _MOST_KEPT:
            self._facts.clear()
        self._facts[hit] = found
        return found


class NoWords:
    """Where the folder cannot be used: questions read the database, and nobody's facts can be changed from here."""

    def __init__(self, problem: WordsUnusable) -> None:
        self._problem = problem

    def lookup(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """Nothing is known here."""
        return None

    def glance(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """Nothing is known here."""
        return None

    def watching(self) -> AbstractContextManager[Changes]:
        """Refuse: other processes may read words that this one could not change. Raises WordsUnusable."""
        raise self._problem

    def repack(self) -> bool:
        """There is nothing to pack into. Raises WordsUnusable."""
        raise self._problem

    def close(self) -> None:
        """There is nothing to give back."""


def open_words(folder: Path, ledger: Ledger, rooms: Rooms, clock: Clock) -> PeopleWords | NoWords | None:
    """The words in a folder of this machine; None where the system has no id for its boot. Raises WordsLocked."""
    boot = boot_id()
    if not boot:
        return None
    try:
        return PeopleWords(HostFiles(folder, boot), RoomsTruth(ledger, rooms, clock))
    except WordsUnusable as problem:
        return NoWords(problem)
