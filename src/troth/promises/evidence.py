"""The kinds of evidence this room writes, and how it reads those of others: by the statement keys in their codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from troth.decide.register import Shown
from troth.ledger import Draft, Event, Origin
from troth.policy.model import SINGULAR
from troth.promises.model import Grade

SELFTEST_PASSED = "promises:selftest:passed"
SELFTEST_FAILED = "promises:selftest:failed"
PROBE_PASSED = "promises:probe:passed"
PROBE_FAILED = "promises:probe:failed"
BREACH_MENDED = "promises:breach:mended"
ACT_BREACH = "gate:act:breach"
READ_BREACH = "access:read:breach"
CHANGE_BREACH = "notices:change:breach"
PROMPT_BREACH = "directories:prompt:breach"
BREACHES = frozenset({ACT_BREACH, READ_BREACH, CHANGE_BREACH, PROMPT_BREACH})
"""What was seen and should not have been, told by the rooms that judge it."""
FACT_SET = "subjects:fact:set"
ITEM_SHOWN = "safeguards:evidence:shown"
ITEM_FAILED = "safeguards:evidence:failed"
MOST_STATEMENTS = 200
"""How many statement keys one event carries; an event holds at most 256 codes."""


@dataclass(frozen=True, slots=True)
class SelfTested:
    """The live engine was asked what these statements must decide, and did (or did not) decide it."""

    passed: bool
    statements: tuple[str, ...]
    policy: str
    at: datetime

    def drafts(self) -> Iterable[Draft]:
        """One event for every two hundred statements."""
        kind = SELFTEST_PASSED if self.passed else SELFTEST_FAILED
        for start in range(0, len(self.statements), MOST_STATEMENTS):
            codes = self.statements[start : start + MOST_STATEMENTS]
            yield Draft(kind, self.at, policy=self.policy, codes=codes)


@dataclass(frozen=True, slots=True)
class Looked:
    """A probe looked into a store, a mailbox or a page; what it saw is the payload, the codes name probe and statements."""

    probe: str
    passed: bool
    statements: tuple[str, ...]
    seen: tuple[object, ...]
    policy: str
    at: datetime
    origin: Origin = Origin.OBSERVED

    def draft(self) -> Draft:
        """The event of this look."""
        return Draft(
            PROBE_PASSED if self.passed else PROBE_FAILED,
            self.at,
            policy=self.policy,
            codes=(f"probe={self.probe}", *self.statements[:MOST_STATEMENTS]),
            payload={"seen": list(self.seen)} if self.seen else None,
            origin=self.origin,
        )


def shown_of(event: Event) -> Shown:
    """What an event of the register says of an item of evidence."""
    said = {name: value for code in event.codes for name, equals, value in (code.partition("="),) if equals}
    until, heads = said.get("until"), said.get("heads")
    return Shown(
        int(said["item"]),
        event.kind == ITEM_SHOWN,
        event.occurred_at,
        datetime.fromisoformat(until) if until else None,
        int(heads) if heads else None,
    )


def probe_of(event: Event) -> str:
    """The id of the probe that wrote this event."""
    return next((code[6:] for code in event.codes if code.startswith("probe=")), "")


def statements_of(event: Event) -> dict[str, tuple[int, int]]:
    """The statements an event is about, each with how many acts it permitted and refused there.

    A code is a statement key (`purpose:promotion`), or, in the summary of a segment, one with its counts
    (`purpose:promotion=214/3`). Without counts the last word of the kind tells: what was refused is counted as refused. That a notice
    was shown (`shown:use_notice`) is an occasion of the notice; where its words were rendered here, the display itself tells of it.
    """
    refused = event.kind.endswith((":refused", ":denied"))
    told = event.kind == FACT_SET and not any(code.startswith("rendered:") for code in event.codes)
    found: dict[str, tuple[int, int]] = {}
    for code in event.codes:
        key, equals, counts = code.partition("=")
        kind, colon, id = key.partition(":")
        if told and kind == "shown":
            kind, key = "notice", f"notice:{id}"
        if not colon or not id or ":" in id or kind not in SINGULAR:
            continue
        if equals:
            permitted, _, denied = counts.partition("/")
            found[key] = (int(permitted or 0), int(denied or 0))
        else:
            found[key] = (0, 1) if refused else (1, 0)
    return found


def grade_of(event: Event) -> Grade:
    """How strong an event is: what it says of itself (`grade:…`), an attestation as one, everything else our own log."""
    said = next((code[6:] for code in event.codes if code.startswith("grade:")), "")
    if said in set(Grade):
        return Grade(said)
    return Grade.ATTESTATION if event.origin is Origin.ATTESTED else Grade.LOG
