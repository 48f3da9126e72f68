"""receipts: what a person takes home: a signed record of what they agreed to, refused, took back, accepted or objected to.

Owns receipts (JWS with Ed25519, RFC 7515 and 8037, over a consent record as ISO/IEC TS 27560 has it, in W3C DPV 2 JSON-LD),
the public keys they are checked with (RFC 7517, 7638), and the check itself, with the ledger at hand or without it.
Nouns: receipt, act, proof. Serves GDPR art. 7(1), 12(1) and 13(2)(c), PIPL art. 14, 15 and 44.
"""

from troth.receipts.checking import check_offline, read_keys
from troth.receipts.errors import NoReceipt, ReceiptRefused
from troth.receipts.keys import ReceiptKey, key_set
from troth.receipts.model import Checked, Outcome, Receipt
from troth.receipts.service import Receipts

__all__ = [
    "Checked",
    "NoReceipt",
    "Outcome",
    "Receipt",
    "ReceiptKey",
    "ReceiptRefused",
    "Receipts",
    "check_offline",
    "key_set",
    "read_keys",
]
