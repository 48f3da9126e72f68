"""`troth rights`: requests carried out over the stores of the data map: the queue, one with its stages, plan, work, what others said."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from troth.app.carriers import carrier_of
from troth.app.carrying import Carrier
from troth.app.mapping import secrets_of
from troth.app.organisation import Organisation
from troth.app.requests import ANSWERS, GRADES
from troth.cli.home import installation_of
from troth.cli.verbs import Answer, add_verb
from troth.datamap.changing import Correction
from troth.kernel.errors import CallerError
from troth.rights import KIND
from troth.steps import Run, Step


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("rights", help="carry requests out over the stores of the data map")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "list", "requests that are being carried out, the most urgent first", _list)
    made.add_argument("--all", action="store_true", help="those that ended too")
    _numbered(verbs, "show", "one request with its stages", _show)
    _numbered(verbs, "plan", "what an erasure would do now; nothing is done", _plan)
    made = _numbered(
        verbs, "run", "do what can be done of it now, and try again what waits for a problem", _run
    )
    made.add_argument(
        "--paper", action="append", default=[], metavar="PAPER", help="evidence on file for its grounds"
    )
    made.add_argument("--ground", default="", metavar="CODE", help="the listed ground that its words come to")
    made.add_argument(
        "--meant", action="append", default=[], metavar="ID", help="which consent or objection it is about"
    )
    made.add_argument(
        "--correct",
        type=Path,
        metavar="FILE",
        help="what is to be set right: JSON, a list of {what, becomes, was}; sealed with the ticket",
    )
    made = _numbered(verbs, "approve", "agree with its plan, as a second person", _approve)
    made.add_argument("--by", required=True, metavar="MEMBER", help="the id of whoever agrees")
    made = _numbered(verbs, "told", "what a recipient answered", _told)
    made.add_argument("recipient", help="the id of the recipient")
    made.add_argument("answer", choices=ANSWERS)
    made.add_argument(
        "--grade", choices=GRADES, default=GRADES[-1], help="how that is known (default: assertion)"
    )


def _numbered(verbs: Any, name: str, words: str, act: Any) -> argparse.ArgumentParser:
    made = add_verb(verbs, name, words, act)
    made.add_argument("number", help="the number of the ticket, T-…")
    made.add_argument(
        "--map",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the folder of the policy with its map.yaml (default: this one)",
    )
    made.add_argument("--secrets", type=Path, metavar="FOLDER", help="credentials of stores, a file each")
    return made


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    now = organisation.clock.now()
    with organisation.database.read() as connection:
        runs = organisation.steps.listed(connection, KIND, live=not args.all)
        found = [(run, organisation.steps.steps(connection, run.id)) for run in runs]
    late = [
        run.id for run, _ in found if run.ended_at is None and run.due_at is not None and run.due_at < now
    ]
    answer = {"requests": [_as_json(run, steps) for run, steps in found], "overdue": len(late)}
    return answer, "\n".join(_line(run, steps) for run, steps in found) or "Nothing is here.", not late


def _show(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    with organisation.database.read() as connection:
        run = organisation.steps.run(connection, args.number)
        steps = organisation.steps.steps(connection, args.number)
    return _shown(run, steps)


def _shown(run: Run, steps: list[Step]) -> tuple[Answer, str, bool]:
    lines = [
        _line(run, steps),
        *(f"  {one.standing.value:<6} {one.name:<9} {one.about}{_why(one)}" for one in steps),
    ]
    return _as_json(run, steps), "\n".join(lines), run.ended_at is not None or not _stuck(steps)


def _plan(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    plan = _carrier(organisation, args).would_erase(args.number)
    return plan.as_json(), str(plan) or "Nothing of theirs is there.", not plan.refusal


def _run(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    carrier = _carrier(organisation, args)
    carrier.begin()
    if args.paper or args.ground:
        carrier.paper(args.number, args.paper, args.ground)
    if args.meant:
        carrier.meant(args.number, args.meant)
    if args.correct:
        carrier.correct(args.number, corrections_in(args.correct), "cli")
    carrier.retry(args.number)
    while carrier.turn(f"cli.{os.getpid()}", args.number):
        pass
    return _show(organisation, args)


def corrections_in(file: Path) -> list[Correction]:
    """The corrections that a file lists: a category or a field each, what it becomes, and what it was. Raises CallerError."""
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))
        return [Correction(one["what"], one["becomes"], one.get("was", "")) for one in listed]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CallerError(
            f"{file.name} lists no corrections.",
            'Write [{"what": "phone", "becomes": "…", "was": "…"}] as JSON.',
        ) from None


def _approve(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    waited = _carrier(organisation, args).approve(args.number, args.by)
    return {"waited": waited}, "Agreed." if waited else "Nothing waits for anybody's leave there.", waited


def _told(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    waited = _carrier(organisation, args).told(args.number, args.recipient, args.answer, args.grade)
    return {"waited": waited}, "Noted." if waited else "Nobody waits for that recipient there.", waited


def _carrier(organisation: Organisation, args: argparse.Namespace) -> Carrier:
    return carrier_of(organisation, installation_of(args), args.map, secrets_of(args.secrets))


def _as_json(run: Run, steps: list[Step]) -> dict[str, Any]:
    return {
        "number": run.id, "opened_at": run.opened_at.isoformat(), "due_at": run.due_at.isoformat() if run.due_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None, "waits": _stuck(steps),
        "steps": [one.as_json() for one in steps],
    }  # fmt: skip


def _stuck(steps: list[Step]) -> str:
    return next((f"{one.name} {one.about}".strip() for one in steps if one.standing == "open"), "")


def _line(run: Run, steps: list[Step]) -> str:
    due = f"{run.due_at:%Y-%m-%d}" if run.due_at else "no date"
    where = "ended" if run.ended_at else f"waits: {_stuck(steps)}" if _stuck(steps) else "goes on"
    return f"{run.id}  {due}  {where}"


def _why(step: Step) -> str:
    said = step.said
    for name in ("problem", "waits", "missing", "obstacles"):
        if said.get(name):
            value = said[name]
            return f": {'; '.join(value) if isinstance(value, list) else value}"
    return ""
