"""The verbs of `troth staff` about coming in: links to enrol, who may do what, sessions, second persons, emergencies."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from troth.app.guarding import show_access
from troth.app.organisation import Organisation
from troth.app.seconding import RELEASE, Doing
from troth.cli.home import installation_of
from troth.cli.persons import add_persons, persons_of
from troth.cli.verbs import Answer, add_verb
from troth.kernel.errors import CallerError
from troth.operators import REVIEW_WITHIN, Approval, Elevation, SecondNeeded

MACHINE = "machine"
"""By whom what a command does without a named operator was done: whoever owns the files."""
Told = tuple[Answer, str, bool]


def add_operating(verbs: Any) -> None:
    """Declare the verbs."""
    made = add_verb(verbs, "invite", "a link by which a member of staff enrols, shown this once", _invite)
    made.add_argument("member", help="the id of whoever works here")
    made.add_argument("--role", default="", help="a role on the console to go with it")
    made.add_argument("--base", default="http://127.0.0.1:8000", metavar="URL", help="where the console is")
    add_verb(verbs, "roles", "who holds which role on the console, and by which ways they come in", _roles)
    made = add_verb(verbs, "sessions", "who is signed in", _sessions)
    made.add_argument("member", nargs="?", default="", help="only this one's")
    made = add_verb(verbs, "revoke", "end a session, or all sessions of somebody", _revoke)
    made.add_argument("which", help="the id of a session, or of whoever works here")
    made = add_verb(verbs, "approve", "requests for a second person; approve one, and carry it out", _approve)
    made.add_argument(
        "request", nargs="?", default="", help="the id of a request; without it they are listed"
    )
    made.add_argument(
        "--policy", type=Path, metavar="FOLDER", help="the policy folder, to put a version in force"
    )
    made.add_argument("--decline", action="store_true", help="turn it down instead")
    add_persons(made, second=False)
    made = add_verb(verbs, "reviews", "emergencies, and those that nobody judged yet; judge one", _reviews)
    made.add_argument("emergency", nargs="?", default="", help="the id of an emergency to judge")
    made.add_argument("--words", default="", help="what you found")
    made.add_argument("--unjustified", action="store_true", help="it was not justified")
    add_persons(made, second=False)


def standing(organisation: Organisation, connection: Connection) -> tuple[Answer, str]:
    """Whether operators are enrolled, and what that means for whoever holds the link of the program."""
    staffed = organisation.operators.staffed(connection)
    sentence = (
        "Operators are enrolled; what takes two persons takes two."
        if staffed
        else "Bootstrap: nobody is enrolled who manages staff, so whoever runs the program or a command here may do everything."
    )
    return {"bootstrap": not staffed, "operators": len(organisation.operators.accounts(connection))}, sentence


def _invite(organisation: Organisation, args: argparse.Namespace) -> Told:
    operators = organisation.operators
    if args.role:
        operators.grant(args.member, args.role, MACHINE)
    link = f"{args.base.rstrip('/')}/sign-in/enrol/{operators.enrolling.invite(args.member, MACHINE)}"
    return {"member": args.member, "link": link}, f"{link}\nworks once, within three days", True


def _roles(organisation: Organisation, args: argparse.Namespace) -> Told:
    now, operators = organisation.clock.now(), organisation.operators
    with organisation.database.read() as connection:
        ways = {one.member: one.ways for one in operators.accounts(connection)}
        held = [one for one in operators.held(connection) if one.holds(now)]
        here = [one.id for one in organisation.staff.members(connection) if one.left is None]
        told, sentence = standing(organisation, connection)
        rows = [
            {
                "member": member,
                "roles": [one.role for one in held if one.member == member],
                "ways": [way.value for way in ways.get(member, ())],
                "actions": sorted(operators.sessions.rights_of(connection, member, now)),
            }
            for member in here
        ]
    lines = [
        f"{row['member']}  {', '.join(row['roles']) or 'no role'}  ({', '.join(row['ways']) or 'not enrolled'})"
        for row in rows
    ]
    return told | {"staff": rows}, "\n".join([*lines, sentence]), True


def _sessions(organisation: Organisation, args: argparse.Namespace) -> Told:
    with organisation.database.read() as connection:
        found = organisation.operators.sessions.listed(connection, args.member)
    rows = [
        {
            "session": one.id, "member": one.member, "ways": [way.value for way in one.ways],
            "opened_at": one.opened_at.isoformat(), "seen_at": one.seen_at.isoformat(), "until": one.until.isoformat(),
        }
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.id}  {one.member}  since {_at(one.opened_at)}, last seen {_at(one.seen_at)}" for one in found
    ]
    return {"sessions": rows}, "\n".join(lines) or "Nobody is signed in.", True


def _revoke(organisation: Organisation, args: argparse.Namespace) -> Told:
    sessions, which = organisation.operators.sessions, args.which
    everybody = which.startswith("stf_")
    number = sessions.revoke(MACHINE, member=which) if everybody else sessions.revoke(MACHINE, session=which)
    return {"ended": number}, f"{number} sessions ended.", number > 0


def _approve(organisation: Organisation, args: argparse.Namespace) -> Told:
    seconding = organisation.operators.seconding
    if not args.request:
        with organisation.database.read() as connection:
            found = seconding.listed(connection)
        now = organisation.clock.now()
        waiting = [one for one in found if one.live(now) and one.decided_at is None]
        lines = [
            f"{one.id}  {one.action}  asked by {one.asked_by}, until {_at(one.expires_at)}" for one in waiting
        ]
        return {"requests": [_plain(one) for one in found]}, "\n".join(lines) or "Nothing waits.", True
    persons = persons_of(organisation, args)
    if not persons:
        raise SecondNeeded("A request is decided by a named operator.", "Name yourself: --as STAFF.")
    if args.decline:
        one = seconding.decline(persons[0], args.request)
        return _plain(one), f"{one.id} is declined.", True
    with organisation.database.read() as connection:
        one, paper = seconding.found(connection, args.request), seconding.paper(connection, args.request)
    seconding.approve(persons[0], one.id, one.digest)
    if one.action != RELEASE:
        one = Doing(organisation, installation_of(args), args.policy).carry(one.id, persons[0].member)
    return _plain(one) | {"paper": dict(paper)}, f"{one.id} is approved: {one.stage}.", True


def _reviews(organisation: Organisation, args: argparse.Namespace) -> Told:
    glass = organisation.operators.glass
    if args.emergency:
        persons = persons_of(organisation, args)
        if not persons:
            raise CallerError("An emergency is judged by a named operator.", "Name yourself: --as STAFF.")
        one = glass.review(persons[0], args.emergency, not args.unjustified, args.words)
        show_access(organisation)
        return _emergency(one), f"{one.id} is judged.", True
    with organisation.database.read() as connection:
        found, late = glass.listed(connection), {one.id for one in glass.overdue(connection)}
    lines = [
        f"{one.id}  {one.member} as {one.role}  {_at(one.since)} to {_at(one.until)}  "
        + ("judged" if one.reviewed_at else "waits too long" if one.id in late else "not judged yet")
        for one in found
    ]
    rows = [_emergency(one) | {"overdue": one.id in late} for one in found]
    answer = {"emergencies": rows, "within_days": REVIEW_WITHIN.days}
    return answer, "\n".join(lines) or "There was no emergency.", not late


def _plain(one: Approval) -> Answer:
    return {
        "request": one.id, "action": one.action, "digest": one.digest, "stage": one.stage.value, "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat(), "expires_at": one.expires_at.isoformat(), "decided_by": one.decided_by,
        "carried_at": one.carried_at.isoformat() if one.carried_at else None,
    }  # fmt: skip


def _emergency(one: Elevation) -> Answer:
    return {
        "emergency": one.id, "member": one.member, "role": one.role, "since": one.since.isoformat(),
        "until": one.until.isoformat(), "told": one.told, "acts": one.acts, "reviewed_by": one.reviewed_by,
        "justified": one.justified,
    }  # fmt: skip


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
