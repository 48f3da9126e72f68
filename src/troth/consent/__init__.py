"""consent: what a person agreed to, refused, took back, accepted, declined and objects to, and until when.

Owns consents by item and kind (deemed, explicit, separate, guardian), acceptances of policy versions, and objections. A
deemed yes never counts as an explicit one, and never overrides a no. Five acts stay apart: withdrawing, objecting,
unsubscribing, deleting, closing. Serves GDPR art. 4(11), 6(1)(a), 7, 8, 21; PIPL art. 13-16, 23, 25, 26, 29, 31, 39, 44.
"""

from troth.consent.errors import GuardianRefused, MoveRefused
from troth.consent.guardians import Guardians, purging
from troth.consent.guarding import Found, Guardian, Tried
from troth.consent.guarding import Standing as GuardianStanding
from troth.consent.model import SATISFIED_BY, AcceptanceKind, ConsentAct, ConsentKind, ConsentState, Standing
from troth.consent.rules import held, merged, moved, narrowed, next_change
from troth.consent.service import Consents, ConsentsProjection
from troth.consent.wards import WardsProjection

__all__ = [
    "SATISFIED_BY",
    "AcceptanceKind",
    "ConsentAct",
    "ConsentKind",
    "ConsentState",
    "Consents",
    "ConsentsProjection",
    "Found",
    "Guardian",
    "GuardianRefused",
    "GuardianStanding",
    "Guardians",
    "MoveRefused",
    "Standing",
    "Tried",
    "WardsProjection",
    "held",
    "merged",
    "moved",
    "narrowed",
    "next_change",
    "purging",
]
