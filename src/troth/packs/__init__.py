"""packs: evidence packs: one file that shows somebody outside what was recorded, without showing the rest.

Owns what goes into a pack and how it is written. A pack is a signed note around one line of JSON: the checkpoint, the
selected entries as their stored headers with proofs, payloads only where they were asked for, the policy version with its
texts, and verdicts with the entries they rest on. A program of its own checks it: verifier/troth_verify.py.
Serves GDPR art. 5(2), 30(4) and 31, PIPL art. 54 and 63.
"""

from troth.packs.errors import NothingSelected, PayloadNotAllowed
from troth.packs.model import Pack, Selection
from troth.packs.service import Packs

__all__ = ["NothingSelected", "Pack", "Packs", "PayloadNotAllowed", "Selection"]
