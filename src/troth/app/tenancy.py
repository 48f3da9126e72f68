"""People join and leave tenants: the membership, and the class of administrators where the policy declares one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.policy.model import SubjectClass
from troth.tenants import Role

ADMINISTRATORS: Final = "tenant_admin"
"""The class of people whom a policy lets act for a tenant: its facts are read at the gate (`is:tenant_admin`)."""


def join(acts: Acts, organisation: Organisation, subject: str, tenant: str, role: Role) -> Mapping[str, Role]:
    """Somebody belongs to a tenant, in a role; in force with this transaction. What they are in each. Raises TenantRefused,
    SubjectUnknown."""
    digest = acts.declared().digest
    organisation.tenants.add(acts.work, subject, tenant, role, policy=digest, at=acts.at, origin=acts.origin)
    return _settled(acts, organisation, subject)


def part(acts: Acts, organisation: Organisation, subject: str, tenant: str) -> Mapping[str, Role]:
    """Somebody left a tenant; what they are in those that are left. Raises TenantRefused, SubjectUnknown."""
    digest = acts.declared().digest
    organisation.tenants.remove(acts.work, subject, tenant, policy=digest, at=acts.at, origin=acts.origin)
    return _settled(acts, organisation, subject)


def _settled(acts: Acts, organisation: Organisation, subject: str) -> Mapping[str, Role]:
    acts.work.settle()
    found = organisation.tenants.roles(acts.work.connection, subject)
    if acts.declared().catalogue.get(SubjectClass, ADMINISTRATORS) is not None:
        fact, holds = f"is:{ADMINISTRATORS}", Role.ADMINISTRATOR in found.values()
        acts.set_facts(subject, set=[fact] if holds else (), clear=() if holds else [fact])
    return found
