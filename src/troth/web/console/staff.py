"""Who works here, in which roles, and how often they read what for which purpose: ids and counts, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.access import Counted
from troth.app.hosting import Hosted
from troth.operators import Way, role_table
from troth.policy.model import StaffRole
from troth.policy.terms import AllBut
from troth.staff import Member
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly
from troth.web.rights import may


@dataclass(frozen=True, slots=True)
class Role:
    """A role as the policy declares it, in words, and how many hold it."""

    id: str
    name: str
    data: tuple[str, ...]
    purposes: tuple[str, ...]
    training: tuple[str, ...]
    clauses: tuple[str, ...]
    holders: int
    at_most: int | None

    @property
    def full(self) -> bool:
        """Whether more hold it than may."""
        return self.at_most is not None and self.holders > self.at_most


async def staff(request: Request) -> Response:
    """Roles, people by id, and reads by role and purpose."""
    return await staff_page(request, await hosted_of(request))


async def staff_page(
    request: Request, hosted: Hosted, status: int = 200, *, wrong: str = "", link: str = ""
) -> Response:
    """The page, with what could not be done, or with the link to enrol that was made."""
    say = Plainly(hosted.catalogue, language_of(request))
    now = hosted.organisation.clock.now()
    members, heads, reads = await run_in_threadpool(_read, hosted, now)
    roles = [_role(role, say, heads.get(role.id, 0)) for role in hosted.catalogue.all(StaffRole)]
    here = [one for one in members if one.left is None]
    operators = await run_in_threadpool(_operators, hosted, here)
    return page(
        request, "staff.html", status, hosted=hosted, here="staff", roles=roles, members=here, reads=reads, say=say,
        now=now, operators=operators, may_manage=may(request, "staff.manage"), wrong=wrong, link=link,
        product_roles=sorted(role_table().roles),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """How somebody may come in: product roles, ways in, sessions that count."""

    roles: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Operating:
    """Who may come in, by id; whether somebody manages staff; emergencies that nobody judged yet."""

    staffed: bool
    access: dict[str, Access]
    unjudged: int


def _operators(hosted: Hosted, here: list[Member]) -> Operating:
    operators, now = hosted.organisation.operators, hosted.organisation.clock.now()
    with operators.database.read() as connection:
        ways = {one.member: one.ways for one in operators.accounts(connection)}
        held, sessions = operators.held(connection), operators.sessions.listed(connection)
        staffed = operators.staffed(connection)
        unjudged = sum(one.reviewed_at is None for one in operators.glass.listed(connection))
    access = {
        one.id: Access(
            tuple(role.role for role in held if role.member == one.id and role.holds(now)),
            ways.get(one.id, ()),
            sum(session.member == one.id for session in sessions),
        )
        for one in here
    }
    return Operating(staffed, {str(id): found for id, found in access.items()}, unjudged)


def _read(hosted: Hosted, now: datetime) -> tuple[tuple[Member, ...], dict[str, int], list[Counted]]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        return (
            organisation.staff.members(connection),
            organisation.staff.heads(connection, now),
            organisation.access.counted(connection),
        )


def _role(role: StaffRole, say: Plainly, holders: int) -> Role:
    return Role(
        role.id,
        say.name(role),
        _named(say, "category", role.data),
        _named(say, "purpose", role.purposes),
        role.training,
        role.clauses,
        holders,
        None if role.at_most is None else int(role.at_most),
    )


def _named(say: Plainly, kind: str, refs: tuple[str, ...]) -> tuple[str, ...]:
    """What a term names, in words; of a list turned round, everything it leaves."""
    ids = sorted(say.catalogue.expand(kind, refs)) if isinstance(refs, AllBut) else refs
    return tuple(say.named(kind, id) for id in ids)
