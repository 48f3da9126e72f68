"""Routes about sealed fields and about staff; the two that are asked most, one person at a time, stand in `sealed`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from troth.access import Told
from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.kernel.errors import TrothError
from troth.kernel.ids import StaffId
from troth.staff import Member
from troth.staff.evidence import Deed
from troth.web.api import vault_models as m
from troth.web.api.entry import key_of, opens
from troth.web.api.sealed import told_json, wrote_json
from troth.web.api.writing import Answer, Once, answer_once
from troth.web.problems import problem_of

router = APIRouter()
Writes = Annotated[Hosted, Depends(opens("vault:write"))]
Reads = Annotated[Hosted, Depends(opens("vault:read"))]
Runs = Annotated[Hosted, Depends(opens("staff"))]
Observes = Annotated[Hosted, Depends(opens("observe"))]
MemberId = Annotated[str, Path(max_length=64)]


# --- sealed fields ----------------------------------------------------------------------------------------------------------


@router.post("/{org}/vault/fields", tags=["vault"])
def declare_field(request: Request, hosted: Writes, sent: m.FieldSent) -> Answer:
    """Let people have sealed values in a field of a category."""
    access, origin = hosted.organisation.access, key_of(request).origin

    def do(acts: Acts) -> None:
        access.declare(acts.work, sent.field, sent.category, sent.search, at=acts.at, origin=origin)

    hosted.organisation.act(do, origin=origin)
    indexed = access.reindex(sent.field) if sent.reindex else 0
    return {
        "field": sent.field,
        "category": sent.category,
        "search": sorted(set(sent.search)),
        "indexed": indexed,
    }


@router.get("/{org}/vault/fields", tags=["vault"])
def fields(hosted: Reads) -> Answer:
    """Every field in which people may have sealed values."""
    with hosted.organisation.database.read() as connection:
        found = hosted.organisation.access.fields(connection)
    return {
        "fields": [{"field": one.name, "category": one.category, "search": list(one.search)} for one in found]
    }


@router.post("/{org}/vault/writes", tags=["vault"])
def write_many(request: Request, hosted: Writes, sent: m.WritesSent) -> Answer:
    """Keep values of many people; what is refused says so in its place, and the others stand."""
    found = hosted.organisation.access.write(
        [one.put() for one in sent.writes], origin=key_of(request).origin
    )
    return {"writes": [_problem(one) if isinstance(one, TrothError) else wrote_json(one) for one in found]}


@router.post("/{org}/vault/reads", tags=["vault"])
def read_many(request: Request, hosted: Reads, sent: m.ReadsSent) -> Answer:
    """Read fields of many people; each read is on record before this answers."""
    asked = sent.asked()
    found = hosted.organisation.access.read(asked, origin=key_of(request).origin)
    return {
        "reads": [
            _problem(told) if isinstance(told, TrothError) else told_json(one.subject, told)
            for one, told in zip(asked, found, strict=True)
        ]
    }


@router.post("/{org}/vault/search", tags=["vault"])
def search(request: Request, hosted: Reads, sent: m.SearchSent) -> Answer:
    """Whose field has exactly this value: of those for whom the purpose of the token is alive."""
    found = hosted.organisation.access.search(
        sent.token, sent.field, sent.value, origin=key_of(request).origin
    )
    if isinstance(found, Told):
        return {"outcome": "refused", "reason": found.reason, "missing": [list(way) for way in found.missing]}
    return {"outcome": "found", "subjects": list(found)}


@router.post("/{org}/vault/remove", tags=["vault"])
def remove(request: Request, hosted: Writes, sent: m.RemoveSent, once: Once = "") -> Answer:
    """Take values of a person away."""

    def do(acts: Acts) -> Answer:
        gone = hosted.organisation.access.remove(
            acts.work, sent.subject, sent.fields, at=acts.at, origin=acts.origin
        )
        return {"subject": sent.subject, "removed": list(gone)}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/vault/observed", tags=["observe"])
def observed(request: Request, hosted: Observes, sent: m.ReadsSeenSent, once: Once = "") -> Answer:
    """Report reads seen outside: one that no entry permitted shortly before is a breach."""

    def do(acts: Acts) -> Answer:
        seen = [one.observed() for one in sent.reads]
        found = hosted.organisation.access.observe(acts.work, seen, origin=acts.origin)
        return {
            "found": [
                {"breach": one.breach, "sequence": one.sequence, "permitted_by": one.permitted_by}
                for one in found
            ]
        }

    return answer_once(request, hosted, once, sent, do)


# --- staff ------------------------------------------------------------------------------------------------------------------


@router.post("/{org}/staff", status_code=201, tags=["staff"])
def add_member(request: Request, hosted: Runs, sent: m.MemberSent, once: Once = "") -> Answer:
    """Somebody comes to work here, under a random id."""

    def do(acts: Acts) -> Answer:
        return {
            "member": hosted.organisation.staff.add(acts.work, name=sent.name, at=acts.at, origin=acts.origin)
        }

    return answer_once(request, hosted, once, sent, do)


@router.get("/{org}/staff", tags=["staff"])
def members(hosted: Runs) -> Answer:
    """Who works here, by id, with roles and trainings; no names."""
    now = hosted.organisation.clock.now()
    with hosted.organisation.database.read() as connection:
        found = hosted.organisation.staff.members(connection)
    return {"at": now.isoformat(), "staff": [member_json(one) for one in found]}


@router.post("/{org}/staff/{member}/roles", tags=["staff"])
def grant(request: Request, hosted: Runs, member: MemberId, sent: m.RoleSent, once: Once = "") -> Answer:
    """Give a role. A role that is full, or whose training is not current, is refused, and the refusal is on record."""

    def do(acts: Acts) -> Answer:
        found = hosted.organisation.staff.grant(
            acts.work, _deed(acts, member), acts.declared(), sent.role, until=sent.until
        )
        return {
            "member": member, "role": sent.role, "granted": found.granted, "reason": found.reason,
            "missing": list(found.missing), "holders": found.holders, "at_most": found.at_most,
        }  # fmt: skip

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/staff/{member}/roles/end", tags=["staff"])
def revoke(
    request: Request, hosted: Runs, member: MemberId, sent: m.RoleEndedSent, once: Once = ""
) -> Answer:
    """Take a role away."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.staff.revoke(acts.work, _deed(acts, member), sent.role)
        return {"member": member, "role": sent.role}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/staff/{member}/trainings", tags=["staff"])
def train(request: Request, hosted: Runs, member: MemberId, sent: m.TrainingSent, once: Once = "") -> Answer:
    """Put a course on record that some role asks for, with when it was taken and when it expires."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.staff.train(
            acts.work, _deed(acts, member), acts.declared(), sent.course,
            taken=sent.taken, expires=sent.expires, document=sent.document,
        )  # fmt: skip
        return {"member": member, "course": sent.course, "expires": sent.expires.isoformat()}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/staff/{member}/leave", tags=["staff"])
def leave(request: Request, hosted: Runs, member: MemberId, sent: m.LeaveSent, once: Once = "") -> Answer:
    """Somebody works here no more, and holds no role."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.staff.leave(acts.work, _deed(acts, member))
        return {"member": member}

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/staff/tokens", status_code=201, tags=["staff"])
def issue_token(request: Request, hosted: Runs, sent: m.TokenSent) -> Answer:
    """An access token; it is shown this once. Whoever does not hold the role, or is not trained, gets none."""
    found = hosted.organisation.access.issue(
        sent.member, sent.role, sent.purpose, timedelta(minutes=sent.minutes), origin=key_of(request).origin
    )
    return {"token": found.text, "id": found.token.id, "expires": found.token.expires_at.isoformat()}


@router.post("/{org}/staff/tokens/end", tags=["staff"])
def revoke_token(request: Request, hosted: Runs, sent: m.TokenEndedSent, once: Once = "") -> Answer:
    """Let an access token count no more."""

    def do(acts: Acts) -> Answer:
        hosted.organisation.access.revoke(acts.work, sent.id, at=acts.at, origin=acts.origin)
        return {"id": sent.id}

    return answer_once(request, hosted, once, sent, do)


def member_json(member: Member) -> dict[str, Any]:
    """Somebody who works here, as plain values, without a name."""
    return {
        "member": member.id,
        "since": member.since.isoformat(),
        "left": member.left.isoformat() if member.left else None,
        "roles": [
            {"role": one.role, "since": one.since.isoformat(), "until": one.until.isoformat() if one.until else None}
            for one in member.roles
        ],
        "trainings": [
            {"course": one.course, "taken": one.taken.isoformat(), "expires": one.expires.isoformat(),
             "document": one.document}
            for one in member.trainings
        ],
    }  # fmt: skip


def _deed(acts: Acts, member: str) -> Deed:
    return Deed(StaffId(member), acts.at, acts.origin, acts.declared().digest)


def _problem(error: TrothError) -> Answer:
    return {"problem": problem_of(error)}
