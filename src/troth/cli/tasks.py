"""`troth tasks`: what people have to show: the list, something done with its document, something given to somebody."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troth.app.organisation import Organisation
from troth.app.posting import posting_of
from troth.app.tasking import Line, assign, bring_up, done, lines, remind
from troth.cli.home import installation_of
from troth.cli.staff import instant
from troth.cli.verbs import Answer, add_verb
from troth.kernel.errors import OperatorError
from troth.tasks import State
from troth.tasks.service import LARGEST, document_of


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("tasks", help="evidence that only people can give: who shows what, by when")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "list", "tasks out of the policy in force, the most urgent first", _list)
    made.add_argument("--state", default="", choices=["", *State], help="in this state alone")
    made = add_verb(verbs, "done", "somebody showed what a task asks for", _done)
    _task(made)
    made.add_argument("--by", required=True, metavar="MEMBER", help="the id of whoever saw it")
    made.add_argument("--document", type=Path, metavar="FILE", help="what was seen; it is kept by its digest")
    made.add_argument("--heads", type=int, help="how many people were counted, where the policy caps them")
    made.add_argument("--until", type=instant, help="when it runs out, if before the policy's own period")
    made = add_verb(verbs, "assign", "give a task to somebody", _assign)
    _task(made)
    made.add_argument("member", help="the id of whoever works here; '' for nobody")
    made.add_argument("--mail", default="", help="where they are reminded; it is sealed")
    add_verb(verbs, "remind", "send the reminders that are due now", _remind)


def _task(command: argparse.ArgumentParser) -> None:
    command.add_argument("task", help="the id of the task, tsk_…")


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    bring_up(organisation)
    found = lines(organisation, state=args.state)
    late = [one for one in found if one.state in (State.OVERDUE, State.EXPIRED)]
    answer = {"tasks": [_json(one) for one in found], "overdue": len(late)}
    return answer, "\n".join(map(_line, found)) or "This policy asks people for nothing.", not late


def _done(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    document = document_of(args.document.name, _bytes(args.document)) if args.document else None
    found = done(organisation, args.task, args.by, document=document, heads=args.heads, until=args.until)
    until = found.expires_at.isoformat() if found.expires_at else None
    answer = {"task": found.id, "statement": found.statement, "document": found.document, "until": until}
    return answer, f"{found.id} is done; it lasts until {until}.", True


def _assign(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = assign(organisation, args.task, args.member, args.mail)
    return {"task": found.id, "owner": found.owner}, f"{found.id} belongs to {found.owner or 'nobody'}.", True


def _remind(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    channel = posting_of(installation_of(args), organisation.clock).channels.get("email")
    found = {state.value: count for state, count in remind(organisation, channel).items()}
    said = ", ".join(f"{count} {state}" for state, count in sorted(found.items())) or "Nothing was due"
    return {"reminders": found, "channel": channel.name if channel else ""}, f"{said}.", True


def _json(one: Line) -> Answer:
    task = one.task
    return {
        "task": task.id, "statement": task.statement, "item": task.item, "words": one.wish.words if one.wish else "",
        "state": one.state.value, "owner": task.owner, "next": task.next_at.isoformat(), "document": task.document,
        "clauses": list(one.clauses), "period_chosen": one.wish.chosen if one.wish else True,
    }  # fmt: skip


def _line(one: Line) -> str:
    words = one.wish.words if one.wish else ""
    return f"{one.task.id}  {one.state.value:<8} {one.task.next_at:%Y-%m-%d}  {one.task.statement}: {words}"


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as problem:
        raise OperatorError(
            f"The file {path} cannot be read: {problem.strerror}.", "Name one that can."
        ) from problem
