"""tenants: which people belong to which enterprise that an organisation works for, and who administers it.

Owns memberships, as the organisation records them: a pseudonym, the tenant's id and a role each; read from the record, kept in no table.
Whoever administers a tenant acts for its people and nobody else's. Nouns: tenant, member, administrator. Serves GDPR art. 4(7), 12(2),
28(3)(e); PIPL art. 21, 50.
"""

from troth.tenants.errors import TenantRefused
from troth.tenants.model import Role
from troth.tenants.service import Tenants

__all__ = ["Role", "TenantRefused", "Tenants"]
