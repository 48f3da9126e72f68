"""What is not known at present, and is said to be: looks that could not be made, and processes of a company that are not there.

A verdict keeps the age of what it rests on; this says besides that nothing newer is coming in, so that nobody takes silence for peace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from troth.app.town import Town

SHARED: Final = {"mail": "mail room", "trays": "trays", "postgres": "postgres"}
"""Processes that companies share, by what a company says that it needs."""


class What(StrEnum):
    """What is missing."""

    PROBE = "probe"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A probe that could not look, or a process that is not there."""

    what: What
    name: str
    since: datetime | None = None
    """When it looked last; None where it has not since this program was started, and for a process."""
    why: str = ""


def unknown_of(town: Town, id: str) -> tuple[Unknown, ...]:
    """All that is not known of a company of a run."""
    return (*_away(town, id), *_blind(town, id))


def _blind(town: Town, id: str) -> Iterator[Unknown]:
    rounds = town.rounds.get(id)
    if rounds is None:
        return
    for probe, why in sorted(rounds.blind.copy().items()):
        last = rounds.last.get(probe)
        yield Unknown(What.PROBE, probe, last.at if last else None, why)


def _away(town: Town, id: str) -> Iterator[Unknown]:
    company = town.companies.get(id)
    if company is None:
        return
    if id not in town.sites:
        yield Unknown(What.PROCESS, id)
    shared = {name for need, name in SHARED.items() if company.takes(need)}
    for name, child in list(town.nursery.children.items()):
        theirs = name == id or name.startswith(f"{id} ") or name in shared
        if theirs and child.pid is None and not child.order.once:
            yield Unknown(What.PROCESS, name)
