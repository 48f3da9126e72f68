"""`troth staff`: who works here, what they learnt, which roles they hold; and access tokens for those who may read."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from troth.app.organisation import Organisation
from troth.cli.operating import MACHINE, add_operating, standing
from troth.cli.verbs import Answer, add_verb
from troth.decide.reads import course_id
from troth.kernel.ids import StaffId, parse
from troth.policy.model import StaffRole
from troth.staff import Member
from troth.staff.evidence import Deed


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("staff", help="record who works here, and give out access tokens")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "add", "somebody comes to work here", _add)
    made.add_argument("--name", default="", help="a display name; it is sealed, and no list shows it")
    made = add_verb(verbs, "role", "give a role, or take one away", _role)
    _member(made)
    made.add_argument("role", help="the id of a role of the policy, or of a role on the console")
    made.add_argument("--until", type=instant, help="until before this day, or instant with its zone")
    made.add_argument("--end", action="store_true", help="take it away")
    made = add_verb(verbs, "training", "put a course on record", _training)
    _member(made)
    made.add_argument("course", help="a course that some role asks for")
    made.add_argument("--taken", type=instant, required=True, help="the day, or instant with its zone")
    made.add_argument("--expires", type=instant, required=True, help="from when it counts no more")
    made.add_argument("--document", default="", metavar="DIGEST", help="the digest of the certificate")
    made = add_verb(verbs, "token", "give out an access token, shown this once", _token)
    _member(made)
    made.add_argument("role", help="the role in which is read")
    made.add_argument("purpose", help="the purpose for which is read")
    made.add_argument("--minutes", type=int, default=60, help="how long it lasts (default: 60, at most 480)")
    made = add_verb(verbs, "leave", "somebody works here no more", _leave)
    _member(made)
    add_operating(verbs)
    add_verb(verbs, "list", "who works here, by id", _list)


def _member(command: argparse.ArgumentParser) -> None:
    command.add_argument("member", help="the id of whoever works here")


def _add(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    member = organisation.act(lambda acts: organisation.staff.add(acts.work, name=args.name, at=acts.at))
    return {"member": member}, f"{member} works here now.", True


def _role(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    declared, deed = organisation.policy(), _deed(organisation, args)
    if (
        args.role in organisation.operators.table.roles
        and declared.catalogue.get(StaffRole, args.role) is None
    ):
        return _on_the_console(organisation, args)
    if args.end:
        organisation.act(lambda acts: organisation.staff.revoke(acts.work, deed, args.role))
        return {"member": args.member, "role": args.role}, f"{args.member} does not hold {args.role}.", True
    found = organisation.act(
        lambda acts: organisation.staff.grant(acts.work, deed, declared, args.role, until=args.until)
    )
    answer = {
        "member": args.member, "role": args.role, "granted": found.granted, "reason": found.reason,
        "missing": list(found.missing), "holders": found.holders, "at_most": found.at_most,
    }  # fmt: skip
    if found.granted:
        return answer, f"{args.member} holds {args.role}.", True
    if found.reason == "full":
        return (
            answer,
            f"Refused: {found.holders} hold {args.role}, and the policy allows {found.at_most}.",
            False,
        )
    return answer, f"Refused: {args.role} asks for {', '.join(found.missing)}, which is not current.", False


def _on_the_console(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    """A role of the product, for which the policy has no rules."""
    answer = {"member": args.member, "role": args.role, "granted": not args.end}
    if args.end:
        organisation.operators.revoke(args.member, args.role, MACHINE)
        return answer, f"{args.member} does not hold {args.role}.", True
    organisation.operators.grant(args.member, args.role, MACHINE, until=args.until)
    return answer, f"{args.member} holds {args.role} on the console.", True


def _training(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    declared, deed = organisation.policy(), _deed(organisation, args)
    organisation.act(
        lambda acts: organisation.staff.train(
            acts.work,
            deed,
            declared,
            args.course,
            taken=args.taken,
            expires=args.expires,
            document=args.document,
        )
    )
    course, expires = course_id(args.course), args.expires.isoformat()
    answer = {"member": args.member, "course": course, "taken": args.taken.isoformat(), "expires": expires}
    return answer, f"{args.member} has learnt {course}; it counts until before {expires}.", True


def _token(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    lasts = timedelta(minutes=args.minutes)
    found = organisation.access.issue(args.member, args.role, args.purpose, lasts)
    expires = found.token.expires_at.isoformat()
    return (
        {"token": found.text, "id": found.token.id, "expires": expires},
        f"{found.text}\ncounts until before {expires}",
        True,
    )


def _leave(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    organisation.staff_leaves(args.member)
    return {"member": args.member}, f"{args.member} works here no more.", True


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    now, declared = organisation.clock.now(), organisation.policy()
    with organisation.database.read() as connection:
        members = organisation.staff.members(connection)
        heads, counted = organisation.staff.heads(connection, now), organisation.access.counted(connection)
        told, sentence = standing(organisation, connection)
    roles = [
        {"role": role.id, "holders": heads.get(role.id, 0), "at_most": int(role.at_most) if role.at_most is not None else None}
        for role in declared.catalogue.all(StaffRole)
    ]  # fmt: skip
    reads = [
        {"role": one.role, "purpose": one.purpose, "origin": one.origin, "permitted": one.permitted, "refused": one.refused}
        for one in counted
    ]  # fmt: skip
    answer = {"staff": [_json(one, now) for one in members], "roles": roles, "reads": reads} | told
    lines = [_line(one, now) for one in members if one.left is None] or ["Nobody works here yet."]
    lines += [
        f"{one['role']}: {one['holders']} of at most {one['at_most']}"
        for one in roles
        if one["at_most"] is not None
    ]
    lines += [
        f"{one['role']} for {one['purpose']}: {one['permitted']} reads, {one['refused']} refused"
        for one in reads
    ]
    return answer, "\n".join([*lines, sentence]), True


def _json(member: Member, now: datetime) -> Answer:
    return {
        "member": member.id,
        "since": member.since.isoformat(),
        "left": member.left.isoformat() if member.left else None,
        "roles": [one.role for one in member.roles if one.holds(now)],
        "trainings": [
            {"course": one.course, "expires": one.expires.isoformat(), "current": one.holds(now)}
            for one in member.trainings
        ],
    }


def _line(member: Member, now: datetime) -> str:
    roles = ", ".join(one.role for one in member.roles if one.holds(now)) or "no role"
    courses = ", ".join(
        f"{one.course} until {one.expires:%Y-%m-%d}" if one.holds(now) else f"{one.course} ran out"
        for one in member.trainings
    )
    return f"{member.id}  {roles}" + (f"  ({courses})" if courses else "")


def _deed(organisation: Organisation, args: argparse.Namespace) -> Deed:
    return Deed(parse(StaffId, args.member), organisation.clock.now(), policy=organisation.policy().digest)


def instant(text: str) -> datetime:
    """A day (its first instant in UTC), or an instant with its zone."""
    try:
        found = datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("name the zone, as in 2026-03-01T09:00:00+08:00")
    return found.astimezone(UTC)
