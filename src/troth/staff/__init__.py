"""staff: who works for the organisation, which roles they hold, and what they have been taught, with the days it lasts.

Owns people at work under a random id (a name is sealed in the ledger, or was never given), role grants and trainings. A grant
is refused, and the refusal recorded, where a role is full or its training is not current. Serves GDPR art. 29, 32(4), PIPL 51.
"""

from troth.staff.errors import PeriodUnreadable, StaffGone, StaffUnknown
from troth.staff.model import Granted, Held, Member, Training
from troth.staff.rules import heads
from troth.staff.service import Staff, StaffProjection

__all__ = [
    "Granted",
    "Held",
    "Member",
    "PeriodUnreadable",
    "Staff",
    "StaffGone",
    "StaffProjection",
    "StaffUnknown",
    "Training",
    "heads",
]
