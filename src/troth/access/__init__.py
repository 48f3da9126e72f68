"""access: sealed fields of people, and who here may read them: role, training and a purpose that is alive decide each read.

Owns cells (a sealed field of a subject), blind indexes to find a value again, access tokens, and the record of every read. A
value leaves only after its read is on disk. Serves GDPR art. 5(1)(f), 25, 29, 32; PIPL art. 6, 51.
"""

from troth.access.desk import Desk
from troth.access.errors import FieldUnknown, TokenRefused, WriteRefused
from troth.access.model import (
    Asked,
    Counted,
    Field,
    FoundRead,
    Issued,
    ObservedRead,
    Outcome,
    Put,
    Token,
    Told,
    Wrote,
)
from troth.access.projection import AccessProjection
from troth.access.service import Access

__all__ = [
    "Access",
    "AccessProjection",
    "Asked",
    "Counted",
    "Desk",
    "Field",
    "FieldUnknown",
    "FoundRead",
    "Issued",
    "ObservedRead",
    "Outcome",
    "Put",
    "Token",
    "TokenRefused",
    "Told",
    "WriteRefused",
    "Wrote",
]
