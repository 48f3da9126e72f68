"""`troth webhooks`: which systems are told by HTTP, what waits to be told, and what is sent again."""

from __future__ import annotations

import argparse
import os
from typing import Any

from troth.app.hooks import Hooks, endpoints_of, line_of
from troth.app.organisation import Organisation
from troth.cli.home import installation_of
from troth.cli.verbs import Answer, add_verb


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("webhooks", help="tell other systems over HTTP, signed")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "list", "endpoints, and messages that were not taken yet", _list)
    made.add_argument("--all", action="store_true", help="those that were taken too")
    add_verb(verbs, "send", "look what happened, and send what is due now", _send)
    made = add_verb(
        verbs, "replay", "send again what was given up, or one message whatever came of it", _replay
    )
    made.add_argument("what", help="an endpoint, or a message as `list` names it")
    made = add_verb(verbs, "try", "send a message that says it is a trial", _try)
    made.add_argument("endpoint")
    made = add_verb(verbs, "rotate", "make a new secret; the one before stays good until the next", _rotate)
    made.add_argument("endpoint")


def _hooks(organisation: Organisation, args: argparse.Namespace) -> Hooks:
    return Hooks(organisation, endpoints_of(installation_of(args), organisation.id))


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    hooks = _hooks(organisation, args)
    found = [line_of(run, step) for run, step in hooks.listed(live=not args.all)]
    stuck = [one for one in found if one["standing"] == "open"]
    names = [
        {"endpoint": one.id, "url": one.url, "events": sorted(one.events)} for one in hooks.endpoints.values()
    ]
    lines = [f"{one['endpoint']}  {one['url']}  {', '.join(one['events'])}" for one in names]
    lines += [
        f"{one['message']}  {one['standing']}  {one['status'] or one['trouble']}".rstrip() for one in found
    ]
    return {"endpoints": names, "messages": found}, "\n".join(lines) or "Nobody is told.", not stuck


def _send(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    hooks, worker, tried = _hooks(organisation, args), f"cli.{os.getpid()}", 0
    queued = hooks.watch(worker)
    while hooks.turn(worker):
        tried += 1
    return {"queued": queued, "tried": tried}, f"{queued} queued, {tried} tried.", True


def _replay(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    hooks = _hooks(organisation, args)
    by_name = args.what in hooks.endpoints
    count = hooks.replay(endpoint=args.what) if by_name else hooks.replay(args.what)
    return {"again": count}, f"{count} to be sent again.", True


def _try(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    came = _hooks(organisation, args).try_out(args.endpoint)
    said = f"{came.status or came.trouble}: {'taken' if came.taken else 'not taken'}."
    return {"status": came.status, "trouble": came.trouble, "taken": came.taken}, said, came.taken


def _rotate(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    secret, good = _hooks(organisation, args).rotate(args.endpoint)
    return (
        {"secret": secret, "good": good},
        f"{secret}\n{good} good now; hand this one to whoever receives.",
        True,
    )
