"""words: what is known of each person as bits, in memory that every process of a host shares.

Owns the maps (one word per person and lane, by epoch), the lock that spans a change, and the protocol that keeps a map never
laxer than what is committed. It knows keys, facts as text and bit positions, handed in as data, and decides nothing.
Serves GDPR art. 7(3): a withdrawal counts at once, in every process; PIPL art. 15.
"""

from troth.words.errors import WordsLocked, WordsUnusable
from troth.words.files import HostFiles, boot_id
from troth.words.model import NEVER, Hit, Packed, Shape, VersionShape
from troth.words.protocol import ORDER, Change, Order, Truth
from troth.words.service import SharedWords

__all__ = [
    "NEVER",
    "ORDER",
    "Change",
    "Hit",
    "HostFiles",
    "Order",
    "Packed",
    "Shape",
    "SharedWords",
    "Truth",
    "VersionShape",
    "WordsLocked",
    "WordsUnusable",
    "boot_id",
]
