"""What this room records. Codes name choices, languages and digests; no address, no program, no page that was looked at.

A visitor is a subject whom a random identity leads to, made when the first choice is made and not before. A signal is recorded
once a day for all visitors together: to count each of them something would have to be kept about people who chose nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from troth.cookies.model import Made, Said, Stranger
from troth.ledger import Draft, Event, Origin

MADE: Final = "cookies:choice:made"
INTERFACE: Final = "cookies:interface:shown"
SIGNAL: Final = "cookies:signal:honoured"
REFUSED: Final = "cookies:item:refused"
FOUND: Final = "cookies:item:found"
GPC: Final = "gpc"
NAME: Final = re.compile(r"[^A-Za-z0-9_.\-]")
_NUMBER: Final = re.compile(r"\d{3,}")
_MOST_OF_A_NAME: Final = 48


def made(
    subject: str, said: Said, policy: str, preselected: Iterable[str], how: str, at: datetime, origin: Origin
) -> Draft:
    """A visitor chose: what is on, what stood preselected, in which language, before which interface."""
    codes = (
        f"how:{how}",
        f"interface:{said.interface}",
        f"language:{said.language}",
        *(f"on:{one}" for one in sorted(said.on)),
        *(f"preselected:{one}" for one in sorted(preselected)),
        *((f"signal:{GPC}",) if said.signal else ()),
    )
    return Draft(MADE, at, subject=subject, policy=policy, codes=codes, origin=origin)


def made_in(event: Event) -> Made:
    """The choice that an event records."""
    said = Said(
        frozenset(_under(event, "on")),
        _one(event, "language"),
        _one(event, "interface"),
        GPC in _under(event, "signal"),
    )
    policy, preselected = event.policy or "", frozenset(_under(event, "preselected"))
    return Made(said, policy, preselected, _one(event, "how"), event.occurred_at, event.sequence)


def interface(
    digest: str, language: str, policy: str, shown: Mapping[str, object], at: datetime, origin: Origin
) -> Draft:
    """An interface is shown from now on: every word and every item of it, kept under its digest."""
    codes = (f"interface:{digest}", f"language:{language}")
    return Draft(INTERFACE, at, policy=policy, codes=codes, payload={"shown": dict(shown)}, origin=origin)


def signal(policy: str, at: datetime, origin: Origin) -> Draft:
    """Visitors sent a signal on this day, and what it turns off was off for them. It is no consent, and no choice."""
    return Draft(SIGNAL, at, policy=policy, codes=(f"signal:{GPC}", f"day:{at:%Y-%m-%d}"), origin=origin)


def stranger(what: str, name: str, refused: bool, policy: str, at: datetime, origin: Origin) -> Draft:
    """A browser met an item that nobody declared: it kept it out, or found it in place."""
    codes = (f"what:{what}", f"name:{name}", f"day:{at:%Y-%m-%d}")
    return Draft(REFUSED if refused else FOUND, at, policy=policy, codes=codes, origin=origin)


def stranger_in(event: Event) -> Stranger:
    """The undeclared item that an event tells of."""
    at = event.occurred_at
    return Stranger(_one(event, "what"), _one(event, "name"), event.kind == REFUSED, 1, at, at)


def safe_name(name: str) -> str:
    """The name of an item as it may be recorded: some sites write a visitor's number into it, so long numbers go."""
    return _NUMBER.sub("#", NAME.sub("_", name))[:_MOST_OF_A_NAME] or "_"


def day_of(event: Event) -> str:
    """The day an event is about."""
    return _one(event, "day")


def interface_of(event: Event) -> str:
    """The digest of the interface an event is about."""
    return _one(event, "interface")


def language_of(event: Event) -> str:
    """The language an event names."""
    return _one(event, "language")


def _under(event: Event, name: str) -> list[str]:
    return [code.removeprefix(f"{name}:") for code in event.codes if code.startswith(f"{name}:")]


def _one(event: Event, name: str) -> str:
    return next(iter(_under(event, name)), "")
