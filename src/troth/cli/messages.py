"""`troth messages`: what waits, what was sent, what came of it; send what is due; settle what nobody knows the fate of."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from troth.app.organisation import Organisation
from troth.app.posting import posting_of
from troth.cli.home import installation_of
from troth.cli.verbs import Answer, add_verb
from troth.messages import State
from troth.messages.bounces import read_bounce


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("messages", help="show and send what is written to people")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "list", "messages that changed last, and opt-outs by count", _list)
    made.add_argument("--state", default="", choices=["", *State], help="in this state alone")
    made.add_argument("--limit", type=int, default=50, help="at most so many (default: 50)")
    made = add_verb(verbs, "send", "send what is due now", _send)
    made.add_argument("--limit", type=int, default=200, help="at most so many (default: 200)")
    _message(add_verb(verbs, "show", "where one message stands", _show))
    made = add_verb(verbs, "settle", "say what happens to a message that may have been sent", _settle)
    _message(made)
    made.add_argument("--again", action="store_true", help="send it again, at the risk of twice")
    add_verb(verbs, "bounce", "read a bounce (RFC 3464) from standard input", _bounce)


def _message(command: argparse.ArgumentParser) -> None:
    command.add_argument("message", help="the id of the message")


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    messages = organisation.messages
    with organisation.database.read() as connection:
        found = messages.listed(connection, state=args.state, limit=args.limit)
        opted_out = messages.suppression_counts(connection)
    lines = [f"{one.id}  {one.message} by {one.channel}: {one.state}" for one in found]
    lines += [
        f"{count} not written to by {channel} for {purpose or 'any purpose'} ({why})"
        for channel, purpose, why, count in opted_out
    ]
    names = ("channel", "purpose", "why", "count")
    answer = {
        "messages": [one.as_json() for one in found],
        "suppressions": [dict(zip(names, one, strict=True)) for one in opted_out],
    }
    return answer, "\n".join(lines) or "Nobody has been written to.", True


def _send(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    posting = posting_of(installation_of(args), organisation.clock, of=organisation.id)
    found = posting.sender(organisation).due(args.limit)
    names = [one.name for one in posting.channels.values()]
    answer = {"channels": names, "sent": {state.value: count for state, count in sorted(found.items())}}
    said = ", ".join(f"{count} {state}" for state, count in sorted(found.items())) or "Nothing was due"
    good = {State.ACCEPTED, State.STOPPED, State.DROPPED}
    return answer, f"{said}. Channels: {', '.join(names) or 'none'}.", set(found) <= good


def _show(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    with organisation.database.read() as connection:
        found = organisation.messages.status(connection, args.message)
    code = f" ({found.code})" if found.code else ""
    tried = f"tried {found.attempts} times" if found.attempts != 1 else "tried once"
    return found.as_json(), f"{found.message} by {found.channel}: {found.state}{code}, {tried}.", True


def _settle(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    messages = organisation.messages
    found = organisation.act(
        lambda acts: messages.settle(acts.work, args.message, again=args.again, at=acts.at)
    )
    return found.as_json(), f"{found.id} is {found.state} now.", True


def _bounce(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    read = read_bounce(sys.stdin.buffer.read(1_000_000))
    if read is None:
        return {"read": False}, "This is no report of a mail of ours that came back.", False
    messages = organisation.messages
    found = organisation.act(
        lambda acts: messages.bounced(acts.work, read.message, read.status, dead=read.dead, at=acts.at)
    )
    return found.as_json(), f"{found.id} came back ({read.status}).", True
