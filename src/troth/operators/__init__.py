"""operators: how members of staff come in, which actions their roles are granted, and what takes two of them.

Owns ways in (password and authenticator, passkeys, providers), sessions, product roles, requests for a second person, emergencies.
Secrets are sealed or kept as digests, and go when their owner leaves. Serves GDPR art. 25(2), 29, 32(1)(b), 32(4), PIPL 51.
"""

from troth.operators.desk import SECRETS, Desk
from troth.operators.errors import (
    ApprovalRefused,
    EnrolmentRefused,
    GlassRefused,
    InviteOver,
    NotPermitted,
    RoleUnknown,
    SecondNeeded,
)
from troth.operators.model import (
    Account,
    Approval,
    Elevation,
    Enrolled,
    Entered,
    Invite,
    Operator,
    Role,
    Session,
    Stage,
    Step,
    Vouch,
    Way,
)
from troth.operators.projection import OperatorsProjection
from troth.operators.rules import REVIEW_WITHIN, SESSION_LASTS
from troth.operators.service import Operators
from troth.operators.table import ADMINISTRATOR, BOOTSTRAP, RoleTable, role_table

__all__ = [
    "ADMINISTRATOR",
    "BOOTSTRAP",
    "REVIEW_WITHIN",
    "SECRETS",
    "SESSION_LASTS",
    "Account",
    "Approval",
    "ApprovalRefused",
    "Desk",
    "Elevation",
    "Enrolled",
    "EnrolmentRefused",
    "Entered",
    "GlassRefused",
    "Invite",
    "InviteOver",
    "NotPermitted",
    "Operator",
    "Operators",
    "OperatorsProjection",
    "Role",
    "RoleTable",
    "RoleUnknown",
    "SecondNeeded",
    "Session",
    "Stage",
    "Step",
    "Vouch",
    "Way",
    "role_table",
]
