"""`troth run`: the example companies on one server, alive; prints where to look."""

from __future__ import annotations

import argparse
import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from troth.app.running import enliven, live, live_once, running, what_lives, where_to_look
from troth.app.thrift import be_thrifty
from troth.app.town import Settings
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("run", help="open the example companies and print where to look")
    command.add_argument(
        "--port", type=int, default=0, help="the port to listen on (default: any that is free)"
    )
    command.add_argument(
        "--examples", type=Path, default=Path("examples"), help="the folder of the companies"
    )
    command.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="one company (repeatable)"
    )
    command.add_argument("--data", type=Path, default=Path("var/run"), help="where everything is kept")
    command.add_argument(
        "--originals", type=Path, help="a folder with the published texts in their own words"
    )
    command.add_argument("--seed", type=int, default=1, help="the same seed makes the same people")
    command.add_argument(
        "--speed", type=float, default=1.0,
        help="how many seconds pass in a second; 43200 makes a month of a minute (default: 1)",
    )  # fmt: skip
    command.add_argument(
        "--people", type=int, metavar="N",
        help="so many people come to each company, and no more (default: one after another)",
    )  # fmt: skip
    command.add_argument(
        "--checkpoint-every", type=_minutes, metavar="MINUTES",
        help="how often checkpoints are signed and handed to witnesses (default: as witnesses.yaml in the data folder says, else 60)",
    )  # fmt: skip
    command.add_argument(
        "--once", action="store_true", help="live a fixed piece, look, print figures and end"
    )
    command.add_argument("--json", action="store_true", help="with --once: print JSON")
    command.set_defaults(run=run)


def _minutes(text: str) -> timedelta:
    """A number of minutes from 1 on."""
    if not text.isdigit() or not 1 <= int(text) <= 525_600:
        raise argparse.ArgumentTypeError("a whole number of minutes from 1 to 525600")
    return timedelta(minutes=int(text))


def run(args: argparse.Namespace) -> int:
    """Exit code 0 at the end of it, 2 when it cannot be opened."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    be_thrifty()
    settings = Settings(
        args.examples, args.data, args.port, args.originals, args.seed, args.speed, only=tuple(args.only),
        only_people=args.people, checkpoint_every=args.checkpoint_every,
    )  # fmt: skip
    tell = _quiet if args.json else _say
    try:
        with running(settings, tell) as town:
            if args.once:
                enliven(town, once=True)
                _show(live_once(town), as_json=args.json)
                return 0
            for line in where_to_look(town):
                _say(line)
            enliven(town)
            for line in what_lives(town):
                _say(line)
            _say("Ctrl-C ends everything.")
            live(town, tell)
    except KeyboardInterrupt:
        _say("\nEnded.")
    except TrothError as problem:
        print(problem)
        return 2
    return 0


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for id, one in found["organisations"].items():
        states = ", ".join(f"{number} {state}" for state, number in one["clauses"].items())
        print(
            f"{id:<8} {states}; {one['acts']} acts, {one['refused']} refused; {one['probes']} probes looked"
        )
        for lapse in one["lapses"]:
            print(f"         {lapse} found something")
    for surprise in found["surprises"]:
        print(f"otherwise than written: {surprise}")


def _say(line: str) -> None:
    print(line, flush=True)


def _quiet(_: str) -> None:
    """Nothing but the JSON is printed."""
