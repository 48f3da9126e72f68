"""ledger: what happened, as entries that can be proven unaltered; no readable personal data stands in them.

Owns the event envelope, the Merkle tree (RFC 9162), signed checkpoints, segments of mass facts, pseudonyms, how payloads are
sealed beside their entries, and the replay of state.
Nouns: draft, event, work, head, checkpoint, witness, segment, archive, projection. Serves GDPR art. 5(2), PIPL art. 55, 56.

A service takes a `Work`, reads and writes on `work.connection`, and gives its evidence to `work.record(Draft(…))`:
    with ledger.recording() as work:
        consents.withdraw(work, subject, …)
"""

from troth.ledger.archived import Archived
from troth.ledger.archiving import Archiver
from troth.ledger.checkpoint import Checkpoint
from troth.ledger.checkpoints import Checkpoints, Made, Outside, PublishedKey
from troth.ledger.committing import seal
from troth.ledger.kept import Kept
from troth.ledger.keys import PseudonymKey, create_key, read_key
from troth.ledger.model import Draft, Event, Head, Origin
from troth.ledger.note import Note, SigningKey, VerifierKey
from troth.ledger.projections import Payload, Projection, Replayed
from troth.ledger.recorder import Recorder
from troth.ledger.sealing import UNREADABLE, Disclosed, Sealer, Seals, Tombstones
from troth.ledger.segments import SegmentName, Segments, segment_of
from troth.ledger.service import Ledger
from troth.ledger.signing import SigningKeys
from troth.ledger.timestamps import Authority, Timestamp
from troth.ledger.upcasters import Upcaster, Upcasters
from troth.ledger.uses import Uses
from troth.ledger.verify import Verified
from troth.ledger.witness import Witness
from troth.ledger.work import Work

__all__ = [
    "UNREADABLE",
    "Archived",
    "Archiver",
    "Authority",
    "Checkpoint",
    "Checkpoints",
    "Disclosed",
    "Draft",
    "Event",
    "Head",
    "Kept",
    "Ledger",
    "Made",
    "Note",
    "Origin",
    "Outside",
    "Payload",
    "Projection",
    "PseudonymKey",
    "PublishedKey",
    "Recorder",
    "Replayed",
    "Sealer",
    "Seals",
    "SegmentName",
    "Segments",
    "SigningKey",
    "SigningKeys",
    "Timestamp",
    "Tombstones",
    "Upcaster",
    "Upcasters",
    "Uses",
    "Verified",
    "VerifierKey",
    "Witness",
    "Work",
    "create_key",
    "read_key",
    "seal",
    "segment_of",
]
