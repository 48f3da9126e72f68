"""Promises, the controls that make them hold, and the verdicts that evidence allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from troth.decide.register import Shown
from troth.policy.model import Statement


class State(StrEnum):
    """What can be said of a promise at an instant."""

    BROKEN = "broken"
    AT_RISK = "at_risk"
    UNPROVEN = "unproven"
    KEPT = "kept"
    UNBOUND = "unbound"
    """A clause that no statement renders: a sign of its own."""
    REASONED = "reasoned"
    """A clause without a testable control, for a recorded reason."""


WORST_FIRST = (State.BROKEN, State.AT_RISK, State.UNPROVEN, State.KEPT)


class Grade(StrEnum):
    """How strong evidence is: a look into the real store beats re-reading, a third party's word, our own log, and a statement."""

    PROBE = "probe"
    READ_BACK = "read_back"
    SIGNED = "signed"
    LOG = "log"
    ATTESTATION = "attestation"


BEST_FIRST = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Control:
    """What makes statements hold: a gate that refuses, a duty with a clock, a job, a probe, an attestation that expires.

    `covers` says which statements it enforces; `built` is False for controls that other rooms will bring; `needs_exception`
    marks permissions and exceptions, which break only when they are exceeded. `fresh` is how old evidence may grow before
    the promise decays to unproven; `selftest` how old a self-test may be.
    """

    id: str
    room: str
    title: str
    covers: Callable[[Statement], bool]
    built: bool = True
    fresh: timedelta = timedelta(days=30)
    selftest: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the ledger says about one statement from one origin and of one grade."""

    origin: str
    grade: Grade
    permitted: int = 0
    refused: int = 0
    last_at: datetime | None = None
    last_sequence: int = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """Something found that should not have been: where, by what, and whether it was mended since."""

    what: str
    found_at: datetime
    sequence: int
    grade: Grade
    origin: str
    mended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The last self-test of a statement: asked the live engine what the statement must decide."""

    passed: bool
    at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Look:
    """The last look of a probe at what a statement promises."""

    probe: str
    passed: bool
    at: datetime
    sequence: int
    origin: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """The last word on one item of evidence that a safeguard names, how strong it is, and where it stands in the ledger."""

    shown: Shown
    grade: Grade
    origin: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one statement."""

    tallies: tuple[Tally, ...] = ()
    breaches: tuple[Breach, ...] = ()
    selftest: SelfTest | None = None
    looks: tuple[Look, ...] = ()
    items: tuple[ItemShown, ...] = ()


@dataclass(frozen=True, slots=True)
class Proofs:
    """How many proofs that a safeguard names are shown and fresh, of how many, and which are missing, as the policy words them."""

    shown: int
    whole: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of a statement or clause, and on what."""

    state: State
    reason: str
    """A stable word: occasions, selftest, breach, probe_failed, stale, ageing, no_evidence, not_built, unbound, reasoned …"""
    sentence: str
    """For people: "Kept: 214 decisions, last one 3 hours ago"."""
    grade: Grade | None = None
    age: timedelta | None = None
    permitted: int = 0
    refused: int = 0
    breaches: int = 0
    mended: int = 0
    origins: tuple[str, ...] = ()
    worst: str = ""
    """The statement (in a clause) or breach (in a statement) that decided."""
    controls: tuple[str, ...] = ()
    sequences: tuple[int, ...] = field(default=())
    """Ledger entries to look at first."""
    by: str = ""
    """What kind of evidence decided: probe, occasions or selftest; '' where nothing fresh did."""
    rests_on: str = ""
    """The statement on which this one rests, and whose verdict this is."""
    proofs: Proofs | None = None
    """For a safeguard: what the register shows of it."""
