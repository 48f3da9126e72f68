"""`troth accounts`: how many accounts stand where, what happened at the doors, what is chosen about passwords; lift a lock."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from troth.app.organisation import Organisation
from troth.cli.verbs import Answer, add_verb
from troth.ledger import Origin


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("accounts", help="show accounts of people by count, and lift locks")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    add_verb(verbs, "show", "how many stand where, and what happened at the doors", _show)
    add_verb(verbs, "rules", "what is chosen about passwords, codes, locks and limits", _rules)
    add_verb(verbs, "unlock", "lift the lock of the name on standard input", _unlock)
    add_verb(verbs, "tidy", "say which codes ran out, and let go of what says nothing any more", _tidy)


def _show(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    accounts = organisation.accounts
    with organisation.database.read() as connection:
        standing, counts = accounts.standing(connection), accounts.counted(connection)
        running, locked = accounts.running(connection, organisation.clock.now())
    lines = [
        f"{count} {state} ({level.replace('_', ' ')})" for (state, level), count in sorted(standing.items())
    ]
    lines = lines or ["Nobody has an account yet."]
    lines.append(f"{running} sessions run, {locked} names are locked.")
    lines += [f"{one.count} x {one.what} {one.detail}".rstrip() for one in counts]
    answer = {
        "accounts": [
            {"state": state, "level": level, "count": count}
            for (state, level), count in sorted(standing.items())
        ],
        "sessions": running,
        "locked": locked,
        "counts": [
            {"what": one.what, "detail": one.detail, "origin": one.origin, "count": one.count}
            for one in counts
        ],
    }
    return answer, "\n".join(lines), True


def _rules(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    chosen = organisation.accounts.desk.settings
    minutes = {name: int(limit.window.total_seconds()) // 60 for name, limit in chosen.limits.items()}
    answer = {
        "password": {
            "least_score": chosen.least_score, "shortest": chosen.shortest, "longest": chosen.longest,
            "memory_kib": chosen.memory_kib, "passes": chosen.passes, "lanes": chosen.lanes,
        },
        "code": {"minutes": int(chosen.code_lasts.total_seconds()) // 60, "tries": chosen.code_tries},
        "lock": {"tries": chosen.free_tries, "longest_minutes": int(chosen.longest_lock.total_seconds()) // 60},
        "limits": {
            name: {"most": limit.most, "minutes": minutes[name]} for name, limit in sorted(chosen.limits.items())
        },
    }  # fmt: skip
    lines = [
        f"A password scores at least {chosen.least_score} of 4, and has {chosen.shortest} to {chosen.longest} signs.",
        f"Argon2id with {chosen.memory_kib} KiB, {chosen.passes} passes, {chosen.lanes} lanes.",
        f"A code serves once, within {int(chosen.code_lasts.total_seconds()) // 60} minutes and {chosen.code_tries} tries.",
    ]
    lines += [
        f"{name}: {limit.most} within {minutes[name]} minutes"
        for name, limit in sorted(chosen.limits.items())
    ]
    return answer, "\n".join(lines), True


def _unlock(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    """The name comes by standard input, so that no history of commands keeps it."""
    lifted = organisation.accounts.unlock(sys.stdin.readline(1000).strip())
    return {"lifted": lifted}, "The lock is lifted." if lifted else "That name was not locked.", lifted


def _tidy(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    swept = organisation.accounts.tickets.sweep(Origin.OBSERVED)
    return {"expired": swept}, f"{swept} codes ran out.", True
