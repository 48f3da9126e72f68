"""erasures: what the ledger says of dying: who was erased, which epochs of keys ended, which backups lie where, what drills found.

Owns tombstones, the register of backups and drills, and the answer to the question which backups can still bring whom back,
and until when. Nouns: tombstone, epoch, backup, drill, outlook. Serves GDPR art. 17, 19, 5(1)(e), PIPL art. 47.

A tombstone outlives the person's keys: a pseudonym and two instants, so that a restore knows whom to erase again.
"""

from troth.erasures.errors import BackupUnknown, ErasureUnfinished
from troth.erasures.evidence import BEGUN
from troth.erasures.model import Backup, BackupKind, Drill, EpochSpan, Grave, Outlook, Reaching
from troth.erasures.service import Erasures, ErasuresProjection, Tombs

__all__ = [
    "BEGUN",
    "Backup",
    "BackupKind",
    "BackupUnknown",
    "Drill",
    "EpochSpan",
    "ErasureUnfinished",
    "Erasures",
    "ErasuresProjection",
    "Grave",
    "Outlook",
    "Reaching",
    "Tombs",
]
