"""`troth conform`: the rules for apps, played against an app's own test harness."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from troth.app.conforming import Address, HarnessFailed, command, conform
from troth.app.folders import compile_folder
from troth.app.opening import open_organisation
from troth.cli.home import add_home, installation_of, refused
from troth.directories.conformance import FAILED, RULES, Verdict
from troth.kernel.errors import TrothError
from troth.kernel.findings import Findings
from troth.policies import Declared


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("conform", help="play the rules for apps against an app's test harness")
    command.add_argument("harness", help="its address (http://…), or the command that starts it")
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--policy", type=Path, help="the folder that holds policy.yaml")
    which.add_argument("--organisation", help="the id of an organisation: its policy in force counts")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 where every rule that was reached is kept, 1 where one is broken, 2 where it could not be played."""
    try:
        declared = _declared(args)
        if args.harness.startswith(("http://", "https://")):
            verdicts = conform(declared, Address(args.harness))
        else:
            with command(shlex.split(args.harness)) as talk:
                verdicts = conform(declared, talk)
    except TrothError as problem:
        return refused(problem, args.json)
    _print(verdicts, args.json)
    return int(any(one.outcome == FAILED for one in verdicts))


def _declared(args: argparse.Namespace) -> Declared:
    if args.policy is None:
        with open_organisation(installation_of(args), args.organisation, bring_up=False) as organisation:
            return organisation.policy()
    compiled = compile_folder(args.policy, Findings())
    if compiled is None:
        raise HarnessFailed(
            f"{args.policy}: the policy does not compile.", f"See `troth check {args.policy}`."
        )
    return Declared(compiled.bundle)


def _print(verdicts: list[Verdict], as_json: bool) -> None:
    if as_json:
        rules = [
            {"rule": one.rule, "outcome": one.outcome, "occasions": one.occasions, "breaches": one.breaches}
            for one in verdicts
        ]
        print(json.dumps({"rules": rules}, indent=2, ensure_ascii=False))
        return
    for one in verdicts:
        print(f"{one.outcome:<12} {one.rule:<12} {RULES[one.rule]}")
        for breach in one.breaches[:5]:
            print(f"{'':12} {breach}")
        if len(one.breaches) > 5:
            print(f"{'':12} and {len(one.breaches) - 5} more")
    counts = {
        word: sum(one.outcome == word for one in verdicts) for word in ("passed", "failed", "not_reached")
    }
    sys.stdout.write(
        ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in counts.items()) + ".\n"
    )
