"""Reading the ledger: events in order, payloads, and proofs against a head."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Final, cast

from sqlalchemy import Connection

from troth.ledger import tables, tree
from troth.ledger.archive import Archives
from troth.ledger.errors import EntryMissing, PayloadUnreadable
from troth.ledger.header import read_header
from troth.ledger.model import Event
from troth.ledger.sealing import UNREADABLE, Body, Disclosed, Seals
from troth.ledger.upcasters import Upcasters

AT_ONCE: Final = 500
IN_TABLES: Final = Archives()
"""For a ledger whose folder is not at hand: what was archived cannot be read."""


def organisations(connection: Connection) -> list[str]:
    """Every organisation that has a ledger here, by name."""
    return tables.organisations(connection)


def events(
    connection: Connection,
    organisation: str,
    *,
    after: int = 0,
    until: int | None = None,
    kinds: Iterable[str] = (),
    subject: str | None = None,
    limit: int | None = None,
    newest_first: bool = False,
    upcasters: Upcasters | None = None,
    archives: Archives = IN_TABLES,
) -> Iterator[Event]:
    """Events with sequence numbers in (after, until], oldest first unless asked otherwise.

    `kinds` names kinds, or with a colon at the end all that begin so; `subject` is a pseudonym.
    """
    upcasters = upcasters or Upcasters()
    written = upcasters.written_as(kinds)
    for entry in archives.entries(
        connection,
        organisation,
        after=after,
        until=until,
        kinds=written,
        subject=subject,
        limit=limit,
        newest_first=newest_first,
    ):
        yield upcasters.read(read_header(entry.header))


def payload(
    connection: Connection, seals: Seals, sequence: int, archives: Archives = IN_TABLES
) -> dict[str, object] | None:
    """The payload of an entry, None where it has none. Raises EntryMissing, PayloadUnreadable, PayloadSealed."""
    found = disclose(connection, seals, sequence, archives)
    return cast(dict[str, object], json.loads(found.payload)) if found is not None else None


def disclose(
    connection: Connection, seals: Seals, sequence: int, archives: Archives = IN_TABLES
) -> Disclosed | None:
    """The payload of an entry in its recorded bytes, with the salt that opens its commitment; None where it has none.

    Whoever is given both can check the entry, and has read it. Raises EntryMissing, PayloadUnreadable where the key was
    destroyed or the person erased, PayloadSealed where the keys are not at hand.
    """
    event = read_header(leaf(connection, seals.organisation, sequence, archives))
    stored = archives.payload(connection, seals.organisation, sequence)
    if stored is None or event.commitment is None:
        return None
    [found] = seals.open(connection, [Body(sequence, event.subject, event.commitment, stored)])
    if found is None:
        raise PayloadUnreadable(f"The payload of entry {sequence} is {UNREADABLE}.", sequence=sequence)
    return found


def leaf(connection: Connection, organisation: str, sequence: int, archives: Archives = IN_TABLES) -> bytes:
    """The stored header bytes of an entry, which are its leaf. Raises EntryMissing."""
    found = next(archives.entries(connection, organisation, after=sequence - 1, until=sequence), None)
    if found is None:
        raise EntryMissing(f"The ledger of {organisation} holds no entry {sequence}.")
    return found.header


def prove_inclusion(
    connection: Connection, organisation: str, sequence: int, size: int, archives: Archives = IN_TABLES
) -> list[bytes]:
    """The path that proves entry `sequence` (from 1) in the tree of the first `size` entries (RFC 9162, 2.1.3)."""
    _within(connection, organisation, size)
    if not 1 <= sequence <= size:
        raise EntryMissing(f"Entry {sequence} does not lie among the first {size} of {organisation}.")
    return _proof(connection, organisation, tree.inclusion_spans(sequence - 1, size), archives)


def prove_all(
    connection: Connection,
    organisation: str,
    sequences: Collection[int],
    size: int,
    archives: Archives = IN_TABLES,
) -> tuple[list[bytes], dict[int, list[int]]]:
    """The inclusion paths of many entries at once: a table of hashes, and for each entry the places in it. Raises EntryMissing."""
    _within(connection, organisation, size)
    if sequences and not 1 <= min(sequences) <= max(sequences) <= size:
        raise EntryMissing(f"Not all of these entries lie among the first {size} of {organisation}.")
    places: dict[tree.Span, int] = {}
    paths = {
        sequence: [places.setdefault(span, len(places)) for span in tree.inclusion_spans(sequence - 1, size)]
        for sequence in sequences
    }
    table: list[bytes] = []
    for some in _chunks(list(places)):
        table += _proof(connection, organisation, some, archives)
    return table, paths


def prove_consistency(
    connection: Connection, organisation: str, old: int, new: int, archives: Archives = IN_TABLES
) -> list[bytes]:
    """The path that proves the first `old` entries a prefix of the first `new` (RFC 9162, 2.1.4)."""
    _within(connection, organisation, new)
    if not 0 < old <= new:
        raise EntryMissing(f"A ledger of {old} entries cannot be proven a prefix of one of {new}.")
    return _proof(connection, organisation, tree.consistency_spans(old, new), archives)


def root_at(connection: Connection, organisation: str, size: int, archives: Archives = IN_TABLES) -> bytes:
    """The root of the tree over the first `size` entries."""
    _within(connection, organisation, size)
    cover = tree.cover(0, size)
    known = archives.nodes(connection, organisation, cover)
    return tree.fold([known[node] for node in cover])


def _proof(
    connection: Connection, organisation: str, spans: list[tree.Span], archives: Archives
) -> list[bytes]:
    known = archives.nodes(connection, organisation, list(tree.nodes_of(spans)))
    return tree.proof(spans, known.__getitem__)


def _within(connection: Connection, organisation: str, size: int) -> None:
    held = tables.get_head(connection, organisation).size
    if size > held:
        raise EntryMissing(f"The ledger of {organisation} holds {held} entries, not {size}.")


def _chunks(spans: list[tree.Span]) -> Iterator[list[tree.Span]]:
    """As many as one statement asks for without reaching a database's limit on parameters."""
    for start in range(0, len(spans), AT_ONCE):
        yield spans[start : start + AT_ONCE]
