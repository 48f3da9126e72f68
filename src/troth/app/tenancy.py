"""People join and leave tenants: the membership, and the class of administrators where the policy declares one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.policy.model import Feature, SubjectClass
from troth.tenants import Role

ADMINISTRATORS: Final = "tenant_admin"
"""The class of people whom a policy lets act for a tenant: its facts are read at the gate (`is:tenant_admin`)."""
OTHERS: Final = frozenset({"tenant", "admin_list"})
"""Who switches what goes with a membership."""


def join(
    acts: Acts, organisation: Organisation, subject: str, tenant: str, role: Role, *, on: Iterable[str] = ()
) -> Mapping[str, Role]:
    """Somebody belongs to a tenant, in a role, with the functions that it has on for them; in force with this transaction. What they
    are in each. Raises TenantRefused, SubjectUnknown, NotDeclared."""
    digest = acts.declared().digest
    organisation.tenants.add(acts.work, subject, tenant, role, policy=digest, at=acts.at, origin=acts.origin)
    if functions := [f"on:{one}" for one in on]:
        acts.set_facts(subject, set=functions)
    return _settled(acts, organisation, subject)


def part(
    acts: Acts, organisation: Organisation, subject: str, tenant: str, *, off: Iterable[str] = ()
) -> Mapping[str, Role]:
    """Somebody left a tenant; belonging to none any more, they have no function on that a tenant switches, nor those of `off`. What they
    are in those that are left. Raises TenantRefused, SubjectUnknown, NotDeclared."""
    declared = acts.declared()
    organisation.tenants.remove(
        acts.work, subject, tenant, policy=declared.digest, at=acts.at, origin=acts.origin
    )
    found = _settled(acts, organisation, subject)
    if not found:
        switched = [one.id for one in declared.catalogue.all(Feature) if one.switch in OTHERS]
        acts.set_facts(subject, clear=[f"on:{one}" for one in (*switched, *off)])
    return found


def _settled(acts: Acts, organisation: Organisation, subject: str) -> Mapping[str, Role]:
    acts.work.settle()
    found = organisation.tenants.roles(acts.work.connection, subject)
    if acts.declared().catalogue.get(SubjectClass, ADMINISTRATORS) is not None:
        fact, holds = f"is:{ADMINISTRATORS}", Role.ADMINISTRATOR in found.values()
        acts.set_facts(subject, set=[fact] if holds else (), clear=() if holds else [fact])
    return found
