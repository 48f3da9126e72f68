"""The cycle of each right, as data: which stages a request goes through, in which order, and what it does at the stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.steps import Wanted

KIND: Final = "rights"
"""What a run of this room is called among all runs."""


class Stage(StrEnum):
    """A stage of the cycle, in the order of the law: nothing is looked up before somebody is proven, nothing is done before the
    grounds were weighed, nothing is said to be done before it was read again."""

    IDENTITY = "identity"
    """Whoever asks is proven to be whom it is about."""
    GROUNDS = "grounds"
    """The policy's grounds: accepted, may be refused, barred, more proof needed."""
    SETTLE = "settle"
    """What holds at the gate from now on: restricted, an objection, a consent withdrawn."""
    PLAN = "plan"
    """Which rows of which systems, in what order, what would break and what must stay."""
    APPROVE = "approve"
    """A second person agrees, where the operator asks for one."""
    ACT = "act"
    """One system: intended, done in one transaction, read again."""
    VERIFY = "verify"
    """All systems once more: nothing may be left that the plan did not say."""
    TELL = "tell"
    """One recipient is told, and answers."""
    ANSWER = "answer"
    """The person is answered."""


class Does(StrEnum):
    """What a right does at the stores."""

    READS = "reads"
    """Rows are shown."""
    LISTS = "lists"
    """What is on record here is shown; no store is asked."""
    ERASES = "erases"
    """Rows go, or lose what is personal."""
    WRITES = "writes"
    """Values of rows are written, and the rows stay."""


_READS: Final = (Stage.IDENTITY, Stage.GROUNDS, Stage.PLAN, Stage.ANSWER)
_ACTS: Final = (Stage.PLAN, Stage.APPROVE, Stage.ACT, Stage.VERIFY, Stage.TELL, Stage.ANSWER)
_BEGINS: Final = (Stage.IDENTITY, Stage.GROUNDS)
_SETTLES: Final = (*_BEGINS, Stage.SETTLE)
CYCLES: Final[Mapping[str, tuple[Stage, ...]]] = MappingProxyType(
    {
        "access": _READS,
        "export": _READS,
        "history": _READS,
        "disclosures": (*_BEGINS, Stage.ANSWER),
        "delete": (*_BEGINS, *_ACTS),
        "withdraw": (*_SETTLES, *_ACTS),
        "correct": (*_BEGINS, *_ACTS),
        "restrict": (*_SETTLES, *_ACTS),
        "object": (*_SETTLES, *_ACTS),
    }
)
"""By right. A right that is not here is answered by people alone."""
DOES: Final[Mapping[str, Does]] = MappingProxyType(
    {
        "access": Does.READS, "export": Does.READS, "history": Does.READS, "disclosures": Does.LISTS,
        "delete": Does.ERASES, "withdraw": Does.ERASES,
        "correct": Does.WRITES, "restrict": Does.WRITES, "object": Does.WRITES,
    }
)  # fmt: skip
"""By right: what it does at the stores."""
_PLANNED: Final = (Stage.APPROVE, Stage.ACT, Stage.VERIFY, Stage.TELL, Stage.ANSWER)
"""Stages that are known once there is a plan."""


def first_stages(right: str) -> tuple[Wanted, ...]:
    """The steps of a request before its plan; all of them, where it needs none."""
    stages = CYCLES[right]
    known = stages if Stage.PLAN not in stages else [one for one in stages if one not in _PLANNED]
    return tuple(Wanted(_rank(one), one.value) for one in known)


def later_stages(
    right: str, systems: Sequence[str], recipients: Iterable[str], *, approved: bool
) -> tuple[Wanted, ...]:
    """The steps after the plan: systems one after the other, recipients beside the answer, which does not wait for them.

    `approved` says that nobody has to agree any more.
    """
    found: list[Wanted] = []
    for stage in (one for one in CYCLES[right] if one in _PLANNED):
        rank = _rank(stage)
        if stage is Stage.ACT:
            found += [Wanted(rank + at, stage.value, system) for at, system in enumerate(systems)]
        elif stage is Stage.TELL:
            found += [Wanted(rank, stage.value, one) for one in recipients]
        elif stage is not Stage.APPROVE or not approved:
            found.append(Wanted(rank, stage.value))
    return tuple(found)


def _rank(stage: Stage) -> int:
    """Far enough apart that each system has a rank of its own; telling and answering share one."""
    return 1000 * list(Stage).index(Stage.ANSWER if stage is Stage.TELL else stage)
