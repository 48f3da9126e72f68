"""What this room records: runs, batches, prompts, switches, and what an app met that nobody declared.

Codes name statements of the policy, words of this room, and pseudonyms; what an app calls itself is cut to a short name without
long numbers, for some write a person's number into it. What was read or sent is judged, and recorded, by the gate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin

SESSION: Final = "directories:session:started"
BATCH: Final = "directories:batch:taken"
SHOWN: Final = "directories:prompt:shown"
REFUSED: Final = "directories:prompt:refused"
BREACH: Final = "directories:prompt:breach"
OPENED: Final = "directories:switch:opened"
CLOSED: Final = "directories:switch:closed"
KEPT_OUT: Final = "directories:item:refused"
FOUND: Final = "directories:item:breach"
ODD: Final = "directories:app:noticed"
"""Something about an app that is no breach by itself: a clock that jumps, a version older than the policy, a batch sent again."""

_NAME: Final = re.compile(r"[^A-Za-z0-9_.:\-]")
_NUMBER: Final = re.compile(r"\d{4,}")
_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What every draft of this room shares: whom it is about, by which installation ('' where it came by no app), when, under which
    policy, and its origin."""

    subject: str
    install: str
    at: datetime
    policy: str
    origin: Origin

    def draft(self, kind: str, *codes: str, at: datetime | None = None) -> Draft:
        """The draft of an event of that kind."""
        by = (f"install:{self.install}",) if self.install else ()
        return Draft(
            kind, at or self.at, subject=self.subject, policy=self.policy, codes=(*by, *codes), origin=self.origin,
        )  # fmt: skip


def session(told: Told, app: str, version: str, start: str, first: bool) -> Draft:
    """A run of an app began."""
    codes = (f"app:{safe_name(app)}", f"version:{safe_name(version)}", f"start:{start}")
    return told.draft(SESSION, *codes, *(("first:yes",) if first else ()))


def batch(told: Told, upto: int, until: datetime) -> Draft:
    """A batch was taken: up to which number, and to which instant it tells."""
    return told.draft(BATCH, f"upto:{upto}", f"until:{until.isoformat()}")


def prompt(told: Told, kind: str, point: str, moment: str, said: str, reason: str, at: datetime) -> Draft:
    """A prompt was shown at its moment, kept back, or shown when it should not have been."""
    named = {"moment": moment, "said": said, "why": reason}
    codes = (f"{name}:{value}" for name, value in named.items() if value)
    return told.draft(kind, f"point:{point}", *codes, at=at)


def switch(told: Told, statement: str, on: bool, stopped: tuple[str, ...], at: datetime) -> Draft:
    """A person moved a switch, and what can take nothing any more because of it."""
    return told.draft(OPENED if on else CLOSED, statement, *(f"stopped:{one}" for one in stopped), at=at)


def item(told: Told, kind: str, what: str, name: str, point: str, at: datetime) -> Draft:
    """Something that nobody declared: kept out by the app, or done; `point` is declared where what it took is not."""
    codes = (f"what:{what}", f"name:{safe_name(name)}", *((f"point:{point}",) if point else ()))
    return told.draft(kind, *codes, at=at)


def odd(told: Told, what: str, name: str) -> Draft:
    """Something about an app that a person who answers for it should look at."""
    return told.draft(ODD, f"what:{what}", f"name:{safe_name(name)}")


def safe_name(name: str) -> str:
    """A name that an app gave, as it may be recorded."""
    return _NUMBER.sub("#", _NAME.sub("_", name))[:_MOST] or "_"


def one(event: Event, name: str) -> str:
    """What an event says under a name."""
    return next((code[len(name) + 1 :] for code in event.codes if code.startswith(f"{name}:")), "")
