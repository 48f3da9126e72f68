"""ledger: what happened, as entries that can be proven unaltered; no readable personal data stands in them.

Owns the event envelope, the Merkle tree (RFC 9162), segments of mass facts, pseudonyms, and the replay of state.
Nouns: draft, event, work, head, segment, projection. Serves GDPR art. 5(2), PIPL art. 55, 56.

A service takes a `Work`, reads and writes on `work.connection`, and gives its evidence to `work.record(Draft(…))`:
    with ledger.recording() as work:
        consents.withdraw(work, subject, …)
"""

from troth.ledger.keys import PseudonymKey, create_key, read_key
from troth.ledger.model import Draft, Event, Head, Origin
from troth.ledger.projections import Projection, Replayed
from troth.ledger.recorder import Recorder
from troth.ledger.segments import SegmentName, Segments, seal, segment_of
from troth.ledger.service import Ledger
from troth.ledger.upcasters import Upcaster, Upcasters
from troth.ledger.uses import Uses
from troth.ledger.verify import Verified
from troth.ledger.work import Work

__all__ = [
    "Draft",
    "Event",
    "Head",
    "Ledger",
    "Origin",
    "Projection",
    "PseudonymKey",
    "Recorder",
    "Replayed",
    "SegmentName",
    "Segments",
    "Upcaster",
    "Upcasters",
    "Uses",
    "Verified",
    "Work",
    "create_key",
    "read_key",
    "seal",
    "segment_of",
]
