"""`troth tickets`: what people asked: the queue, one ticket with its clock, a letter typed in, an answer, an end."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from troth.app.mailing import Postbox, mailboxes_of
from troth.app.organisation import Organisation
from troth.app.posting import posting_of
from troth.app.reception import Reception, Taken
from troth.cli.home import installation_of
from troth.cli.staff import instant
from troth.cli.verbs import Answer, add_verb
from troth.intake import Attachment, Contact, Kind, Proof, Received, Route, State, Ticket
from troth.intake.checking import LARGEST_FILE, LONGEST_WORDS
from troth.intake.model import CLOSINGS, LIVE, OUTCOMES, TYPED
from troth.kernel.errors import OperatorError
from troth.policy.vocabulary import PAPERS

LOCAL: Final = "cli"


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("tickets", help="work on what people asked, by whatever route it came")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "list", "tickets, the overdue first", _list)
    made.add_argument(
        "--state", default="live", choices=["live", "all", *State], help="default: those that are open"
    )
    made.add_argument("--kind", default="", choices=["", *Kind], help="of this kind alone")
    made.add_argument("--overdue", action="store_true", help="what is overdue alone")
    made.add_argument("--limit", type=int, default=50, help="at most so many (default: 50)")
    made = add_verb(verbs, "show", "one ticket with its clock", _show)
    _number(made)
    made.add_argument("--words", action="store_true", help="open what was said; that is put on record")
    _open_verb(verbs)
    made = add_verb(verbs, "sort", "say what a ticket is", _sort)
    _number(made)
    made.add_argument("kind", choices=[one for one in Kind if one is not Kind.UNSORTED])
    made.add_argument("--right", default="", help="which right a request uses")
    made = add_verb(verbs, "prove", "somebody showed who they are", _prove)
    _number(made)
    made.add_argument("proof", choices=["address", "code", "document"])
    made.add_argument(
        "--subject", default="", help="whose it is (default: whoever the mail address leads to)"
    )
    made = add_verb(verbs, "answer", "answer a ticket, with words from standard input", _answer)
    _number(made)
    made.add_argument("outcome", choices=OUTCOMES)
    made.add_argument("--refusal", default="", metavar="CODE", help="the listed ground of a refusal")
    made.add_argument("--ground", default="", metavar="CODE", help="the listed ground of the request")
    made.add_argument(
        "--paper",
        action="append",
        default=[],
        choices=sorted(PAPERS),
        metavar="PAPER",
        help="evidence on file",
    )
    _work_verbs(verbs)
    made = add_verb(verbs, "close", "close a ticket", _close)
    _number(made)
    made.add_argument("reason", choices=CLOSINGS)
    add_verb(verbs, "collect", "read the mailboxes of mailboxes.yaml now", _collect)


def _work_verbs(verbs: Any) -> None:
    made = add_verb(
        verbs, "ask", "ask for proof of identity, with words from standard input (may be empty)", _ask
    )
    _number(made)
    made.add_argument("--no-mail", action="store_true", help="send nothing: it is asked in another way")
    made = add_verb(
        verbs, "extend", "put an answer off as a statute lets; the reason from standard input", _extend
    )
    _number(made)
    made = add_verb(verbs, "join", "say that a ticket says what another of the same person says", _join)
    _number(made)
    made.add_argument("into", help="the number of the other ticket")
    made.add_argument(
        "--merge", action="store_true", help="it goes on as part of the other (default: a duplicate)"
    )
    made = add_verb(verbs, "file", "take one file of a ticket out; that is put on record", _take_file)
    _number(made)
    made.add_argument("part", type=int, help="which part, as `show` numbers them")
    made.add_argument("--to", type=Path, required=True, metavar="FILE", help="where to write it")


def _open_verb(verbs: Any) -> None:
    made = add_verb(
        verbs, "open", "type in a letter, a call or a visit, with its words from standard input", _open
    )
    made.add_argument("kind", choices=[one for one in Kind if one is not Kind.UNSORTED])
    made.add_argument("--right", default="", help="which right a request uses")
    made.add_argument("--route", default=Route.POST.value, choices=sorted(TYPED), help="default: post")
    made.add_argument("--by", required=True, metavar="MEMBER", help="the id of whoever types it in")
    made.add_argument("--day", type=instant, help="when it came (default: now)")
    made.add_argument("--name", default="", help="of whoever wrote; it is sealed")
    made.add_argument("--address", default="", help="where to answer; it is sealed")
    made.add_argument("--channel", default="post", help="by which way to answer (default: post)")
    made.add_argument(
        "--authority", type=Path, metavar="FILE", help="the written authority of an account manager"
    )


def _number(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", help="the number of the ticket, T-…")


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    now = organisation.clock.now()
    states = tuple(LIVE) if args.state == "live" else () if args.state == "all" else (State(args.state),)
    with organisation.database.read() as connection:
        found = organisation.intake.listed(
            connection,
            states=states,
            kind=args.kind,
            overdue_at=now if args.overdue else None,
            limit=args.limit,
        )
    late = [one for one in found if one.overdue(now)]
    answer = {"tickets": [one.as_json() for one in found], "overdue": len(late)}
    lines = [_line(one, one in late) for one in found]
    return answer, "\n".join(lines) or "Nothing is here.", not late


def _show(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    now = organisation.clock.now()
    with organisation.database.read() as connection:
        found = organisation.intake.ticket(connection, args.number)
        clock = organisation.intake.clock(connection, found)
        parts = organisation.intake.parts(connection, args.number)
        opened = organisation.intake.opened(connection, args.number) if args.words else ()
    if args.words:
        organisation.act(lambda acts: organisation.intake.read(acts.work, args.number, LOCAL, at=acts.at))
    limits = [
        {
            "statement": one.statement, "source": one.source, "period": str(one.period), "start": one.start,
            "at": one.at.isoformat() if one.at else None, "provisional": one.provisional, "hedge": one.hedge, "cite": one.cite,
        }
        for one in clock.limits
    ]  # fmt: skip
    said = [
        {"what": one.part.what.value, "by": one.part.by, "text": one.text}
        for one in opened
        if one.contact is None
    ]
    listed = [{"part": one.number, "what": one.what.value, "by": one.by, "size": one.size} for one in parts]
    answer = found.as_json() | {"limits": limits, "parts": listed} | ({"words": said} if args.words else {})
    lines = [_line(found, found.overdue(now))]
    lines += [
        f"  {one['at'] or 'not begun'}  {one['period']} ({one['source']}, {one['statement']})"
        for one in limits
    ]
    lines += [f"  {one['by']}: {one['text']}" for one in said]
    return answer, "\n".join(lines), not found.overdue(now)


def _open(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    received = Received(
        Kind(args.kind), Route(args.route), _words(), args.right, contact=Contact(args.address, args.channel, args.name),
        authority=_file(args.authority) if args.authority else None, agent=args.by, at=args.day,
    )  # fmt: skip
    taken = _reception(organisation, args).take_in(received)
    return _taken(taken, f"{taken.ticket.number} is open")


def _sort(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = organisation.act(
        lambda acts: organisation.intake.sort(
            acts.work, args.number, Kind(args.kind), args.right, LOCAL, at=acts.at
        )
    )
    return found.as_json(), _line(found, late=False), True


def _prove(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    reception = _reception(organisation, args)
    found = reception.prove(args.number, Proof(args.proof), LOCAL, subject=args.subject)
    return found.as_json(), f"{found.number} belongs to a person now, shown by {found.proof}.", True


def _answer(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    taken = _reception(organisation, args).answer(
        args.number,
        args.outcome,
        _words(),
        LOCAL,
        refusal=args.refusal,
        ground=args.ground,
        papers=args.paper,
    )
    return _taken(taken, f"{taken.ticket.number} is answered")


def _ask(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    reception = _reception(organisation, args)
    taken, sign = reception.ask_identity(args.number, _words(), LOCAL, by_mail=not args.no_mail)
    answer, said, well = _taken(taken, f"proof of identity is asked for on {args.number}")
    return answer | {"sign": sign}, f"{said}\n  to be sent back: {sign}" if sign else said, well


def _extend(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    taken = _reception(organisation, args).extend(args.number, _words(), LOCAL)
    return _taken(taken, f"{args.number} is put off")


def _join(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = _reception(organisation, args).join(args.number, args.into, LOCAL, duplicate=not args.merge)
    return found.as_json(), f"{found.number} is {found.state}: see {found.into}.", True


def _take_file(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = _reception(organisation, args).file(args.number, args.part, LOCAL)
    try:
        with args.to.open("xb") as file:
            file.write(found.data)
    except OSError as problem:
        raise OperatorError(
            f"The file {args.to} cannot be written: {problem.strerror}.", "Name one that is not there yet."
        ) from problem
    answer = {"number": args.number, "part": args.part, "size": len(found.data), "digest": found.digest}
    return answer, f"{len(found.data):,} bytes are in {args.to}; treat them with care.", True


def _close(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = organisation.act(
        lambda acts: organisation.intake.close(acts.work, args.number, args.reason, LOCAL, at=acts.at)
    )
    return found.as_json(), f"{found.number} is closed.", True


def _collect(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    boxes = mailboxes_of(installation_of(args)).get(organisation.id, ())
    postbox = Postbox(_reception(organisation, args))
    reads = [one for box in boxes for one in postbox.collect(box)]
    answer = {
        "mailboxes": [box.name for box in boxes],
        "mails": [{"fate": one.fate.value, "number": one.number, "why": one.why} for one in reads],
    }
    lines = [f"{one.fate} {one.number or one.why}" for one in reads]
    return answer, "\n".join(lines) or f"Nothing waited in {len(boxes)} mailboxes.", True


def _taken(taken: Taken, said: str) -> tuple[Answer, str, bool]:
    answer = taken.ticket.as_json() | {"message": taken.receipt.message, "not_sent": taken.receipt.why}
    mail = "a mail is on its way" if taken.receipt.message else f"no mail was sent: {taken.receipt.why}"
    return answer, f"{said}; {mail}.", True


def _reception(organisation: Organisation, args: argparse.Namespace) -> Reception:
    return Reception(organisation, posting_of(installation_of(args), organisation.clock).site)


def _line(one: Ticket, late: bool) -> str:
    what = f"{one.kind.value} {one.right}".strip()
    due = one.due_at.isoformat(timespec="seconds") if one.due_at else "no date"
    return f"{one.number}  {'OVERDUE ' if late else ''}{due}  {what}  {one.state}  by {one.route}"


def _words() -> str:
    return sys.stdin.read(LONGEST_WORDS + 1)


def _file(path: Path) -> Attachment:
    try:
        with path.open("rb") as file:
            return Attachment(path.name, "application/octet-stream", file.read(LARGEST_FILE + 1))
    except OSError as problem:
        raise OperatorError(
            f"The file {path} cannot be read: {problem.strerror}.", "Name one that can."
        ) from problem
