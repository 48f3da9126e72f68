"""Which rows are held for nothing any more once a consent is withdrawn; pure.

A purpose has lost its ground when every ground that covers it needs a consent that is not there. Rows of a dataset all of whose
purposes have lost theirs go; where another purpose still stands on something, they stay, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from troth.datamap.model import DataMap, Dataset
from troth.datamap.plan import Stay
from troth.datamap.traversal import Reached
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact
from troth.policy.model import Consent, Ground, Purpose

HELD: Final = frozenset({"collect", "store", "use"})
"""The acts for which data are held."""


@dataclass(frozen=True, slots=True)
class Resting:
    """Rows that rested on what was withdrawn alone, and what stays because it serves something else."""

    alone: Reached
    stays: tuple[Stay, ...]


def groundless(catalogue: Catalogue, holding: Set[Fact]) -> frozenset[str]:
    """The purposes that no ground lets data be held for of whoever these facts hold of. A ground to hand data out, or an exception
    that lifts a need for consent once, is no ground to hold them."""
    open_ones: set[str] = set()
    for ground in catalogue.all(Ground):
        holds = not ground.exception and (not ground.acts or HELD & set(ground.acts))
        if holds and not any(_lacks(one, holding) for one in ground.needs):
            open_ones |= (
                catalogue.expand("purpose", ground.purposes) if ground.purposes else set(_all(catalogue))
            )
    return frozenset(_all(catalogue)) - open_ones


def resting_on(
    map: DataMap, catalogue: Catalogue, reached: Reached, consents: Iterable[str], holding: Set[Fact]
) -> Resting:
    """Of what was reached: the rows that withdrawn consents alone held. `holding` is what holds after the withdrawal."""
    lost = groundless(catalogue, holding)
    withdrawn: set[str] = set()
    for id in consents:
        consent = catalogue.get(Consent, id)
        withdrawn |= catalogue.expand("purpose", consent.purposes) if consent is not None else set()
    alone, stays = {}, []
    for name, rows in reached.rows.items():
        dataset = map.dataset(name)
        assert dataset is not None
        served = catalogue.expand("purpose", dataset.purposes)
        if not served & withdrawn:
            continue
        if served <= lost:
            alone[name] = rows
        else:
            stays.append(Stay(name, len(rows), (), _for(dataset, served - lost)))
    return Resting(Reached(alone, reached.asked), tuple(stays))


def _for(dataset: Dataset, others: Iterable[str]) -> str:
    named = [one for one in dataset.purposes if one in set(others)] or sorted(others)
    return f"it is held for {', '.join(named)} as well, which rest on something else"


def _all(catalogue: Catalogue) -> frozenset[str]:
    return catalogue.ids(Purpose.kind)


def _lacks(condition: Condition, holding: Set[Fact]) -> bool:
    """Whether a need can be met by a consent alone that is not there."""
    return all(
        any(one.fact.family == "consent" and not one.negated and one.fact not in holding for one in way)
        for way in condition.ways
    )
