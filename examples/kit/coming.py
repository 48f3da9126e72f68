"""People who come to a company one after another: what their process is told, and its loop, the same for every company.

    came("People who come to acme by the front door.", lambda told: Town(Around(told.site, told.mail, told.post), told.seed, told.state))

With `--people N` that many live their whole story and the process ends; without, they come one after another. With `--days N` besides
they come spread over so many days of the run: who is not due waits until time has jumped that far.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import httpx

from examples.kit.process import ready, tied
from examples.kit.time import acting, now
from examples.kit.waiting import until

GIVES_UP = (httpx.HTTPError, TimeoutError, LookupError, OSError)
"""The site may be away for a moment; whoever was on the way gives up, the next one comes."""
SLOWEST = 0.01


class Living(Protocol):
    """Everybody who lives with a company."""

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""

    def step(self) -> None:
        """One more person comes."""


@dataclass(frozen=True)
class Told:
    """What a process of people is told: where the site and its trays are, the mail room's folder and server, and the seed."""

    site: str
    mail: Path
    post: tuple[str, int]
    trays: str
    state: Path
    seed: int


def came(
    words: str, found: Callable[[Told], Living], *, needs: tuple[str, ...] = ("mail", "post"),
    besides: tuple[type[Exception], ...] = (),
) -> None:  # fmt: skip
    """Let people come, as the command line says, which must name what is needed; `besides` is what else makes somebody give up."""
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--site", required=True)
    parser.add_argument("--mail", type=Path, default=Path(), required="mail" in needs)
    parser.add_argument("--post", default="", metavar="HOST:PORT", required="post" in needs)
    parser.add_argument("--trays", default="", metavar="URL", required="trays" in needs)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--days", type=float, default=0.0)
    parser.add_argument("--pause", type=float, default=2.0)
    args = parser.parse_args()
    tied()
    host, _, port = args.post.partition(":")
    told = Told(args.site, args.mail, (host, int(port or 0)), args.trays, args.state, args.seed)
    living = found(told)
    ready()
    number, began = 0, now()
    while not args.people or number < args.people:
        if args.people and number:
            due = began + timedelta(days=args.days * number / args.people)
            until(lambda due=due: now() >= due, math.inf)  # type: ignore[misc]
        _next(living, (*GIVES_UP, *besides))
        number += 1
        if not args.people:
            time.sleep(args.pause / max(args.speed, SLOWEST))
    print(json.dumps({"people": number, "done": living.done}), flush=True)


def _next(living: Living, gives_up: tuple[type[Exception], ...]) -> None:
    try:
        with acting():
            living.step()
    except gives_up as problem:
        print(f"people: {type(problem).__name__}", file=sys.stderr, flush=True)
