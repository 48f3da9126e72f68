"""intake: what people ask, say and complain about, by every route that a policy publishes: a ticket each, with its legal clock.

Owns tickets and where each stands, their sealed words and files, what became of each mail that came in, and proofs of identity.
Nouns: ticket, kind, route, proof, clock, limit, part. Serves GDPR art. 12, 15-22, 38(4), 77; PIPL art. 50, 65; PDPA (MY) s. 30-38.
"""

from troth.intake.desk import Desk
from troth.intake.errors import IdentityOpen, MoveRefused, Overtaken, ReceivedRefused, TicketUnknown
from troth.intake.mail import Mail, Sort, read_mail
from troth.intake.model import (
    BY_STAFF,
    Actor,
    Attachment,
    Clock,
    Contact,
    Kind,
    Limit,
    Opened,
    Proof,
    Received,
    Route,
    State,
    Ticket,
    What,
)
from troth.intake.projection import IntakeProjection
from troth.intake.service import Intake

__all__ = [
    "BY_STAFF",
    "Actor",
    "Attachment",
    "Clock",
    "Contact",
    "Desk",
    "IdentityOpen",
    "Intake",
    "IntakeProjection",
    "Kind",
    "Limit",
    "Mail",
    "MoveRefused",
    "Opened",
    "Overtaken",
    "Proof",
    "Received",
    "ReceivedRefused",
    "Route",
    "Sort",
    "State",
    "Ticket",
    "TicketUnknown",
    "What",
    "read_mail",
]
