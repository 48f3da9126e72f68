"""recipients: what is on record about those who receive data, and from when until when it holds.

Owns the facts about recipients (agreements in force, control over a stake, assessments). What a policy asks of a stake is
held when it is recorded, and again whenever it is looked up. Serves GDPR art. 28 and 46, PIPL art. 21 to 23 and 38.
"""

from troth.recipients.errors import StakeTooSmall, WhenUnreadable
from troth.recipients.model import Entry
from troth.recipients.rules import entered, held, next_change
from troth.recipients.service import Recipients, RecipientsProjection

__all__ = [
    "Entry",
    "Recipients",
    "RecipientsProjection",
    "StakeTooSmall",
    "WhenUnreadable",
    "entered",
    "held",
    "next_change",
]
