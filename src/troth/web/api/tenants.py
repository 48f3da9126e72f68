"""Routes about tenants: who joins one, who leaves it, and what somebody is where. The organisation says so, nobody of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints

from troth.app.hosting import Hosted
from troth.app.tenancy import join, part
from troth.tenants import Role
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Sent, Subject, Word
from troth.web.api.writing import Answer

router = APIRouter(tags=["tenants"])
Subjects = Annotated[Hosted, Depends(opens("subjects"))]
Who = Annotated[str, Path(max_length=64)]
Tenant = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class JoinSent(Sent):
    """Who belongs to which tenant, and as what; `on` are the functions that the tenant has on for them."""

    subject: Subject
    tenant: Tenant
    role: Literal["member", "administrator"] = "member"
    on: list[Word] = Field(default=[], max_length=50)


class PartSent(Sent):
    """Who left which tenant; `off` are functions that go off with that besides those that a tenant switches."""

    subject: Subject
    tenant: Tenant
    off: list[Word] = Field(default=[], max_length=50)


@router.post("/{org}/tenants/members")
def joined(request: Request, hosted: Subjects, sent: JoinSent) -> Answer:
    """Record that somebody belongs to a tenant. Its administrators may ask for them from now on."""
    organisation = hosted.organisation
    return _told(
        organisation.act(
            lambda acts: join(acts, organisation, sent.subject, sent.tenant, Role(sent.role), on=sent.on),
            origin=key_of(request).origin,
        )
    )


@router.post("/{org}/tenants/members/gone")
def parted(request: Request, hosted: Subjects, sent: PartSent) -> Answer:
    """Record that somebody left a tenant. Its administrators act for them no more, and what it switched on is off for them."""
    organisation = hosted.organisation
    return _told(
        organisation.act(
            lambda acts: part(acts, organisation, sent.subject, sent.tenant, off=sent.off),
            origin=key_of(request).origin,
        )
    )


@router.get("/{org}/tenants/of/{subject}")
def of(hosted: Subjects, subject: Who) -> Answer:
    """What somebody is in which tenant."""
    with hosted.organisation.database.read() as connection:
        return _told(hosted.organisation.tenants.roles(connection, subject))


def _told(roles: Mapping[str, Role]) -> Answer:
    return {"tenants": {tenant: role.value for tenant, role in sorted(roles.items())}}
