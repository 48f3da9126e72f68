"""What this room records, all of it in codes: names of sets and columns, categories, purposes, sources, digests, counts. Nobody's data."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.lineage.model import Dataset, Tested

DECLARED: Final = "lineage:dataset:declared"
DERIVED: Final = "lineage:dataset:derived"
PASSED: Final = "lineage:test:passed"
FAILED: Final = "lineage:test:failed"


def declared(one: Dataset, policy: str, origin: Origin) -> Draft:
    """A set came in, or was made of others."""
    codes = [f"dataset={one.name}", f"natural:{one.natural}"]
    codes += [f"column={name}={category}" for name, category in one.columns]
    codes += [f"purpose:{purpose}" for purpose in one.purposes]
    codes += [f"input={name}" for name in one.inputs]
    codes += [f"source:{one.source}"] if one.source else []
    codes += [f"supplier={one.supplier}"] if one.supplier else []
    codes += [f"lawful={one.lawful}"] if one.lawful else []
    kind = DERIVED if one.inputs else DECLARED
    return Draft(kind, one.at, policy=policy, codes=tuple(codes), origin=origin)


def tested(one: Tested, policy: str, at: datetime, origin: Origin) -> Draft:
    """A test said that nobody can be found in a set, or that somebody can."""
    codes = (
        f"dataset={one.dataset}",
        f"method={one.method}",
        f"group={one.group}",
        f"by={one.by}",
        f"document={one.document}",
    )
    return Draft(PASSED if one.passed else FAILED, at, policy=policy, codes=codes, origin=origin)


def read(event: Event, before: dict[str, Dataset]) -> Dataset | None:
    """What an event makes of its set; None for a test of a set that is not there."""
    said = _Said(event.codes)
    name = said.one("dataset=")
    if event.kind in (PASSED, FAILED):
        return _after_test(before.get(name), event)
    natural = said.one("natural:")
    columns = tuple((one.partition("=")[0], one.partition("=")[2]) for one in said.all("column="))
    return Dataset(
        name, columns, said.all("purpose:"), natural, "personal" if natural == "non_personal" else natural, event.sequence,
        event.occurred_at, said.one("source:"), said.one("supplier="), said.one("lawful="), said.all("input="),
    )  # fmt: skip


def _after_test(found: Dataset | None, event: Event) -> Dataset | None:
    if found is None:
        return None
    fails = event.kind == FAILED or found.natural != "non_personal"
    nature = ("personal" if found.natural == "non_personal" else found.natural) if fails else "non_personal"
    return Dataset(
        found.name, found.columns, found.purposes, found.natural, nature, found.sequence, found.at, found.source,
        found.supplier, found.lawful, found.inputs, event.sequence,
    )  # fmt: skip


class _Said:
    """The codes of an event, by how they begin."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._codes = codes

    def all(self, start: str) -> tuple[str, ...]:
        return tuple(code.removeprefix(start) for code in self._codes if code.startswith(start))

    def one(self, start: str) -> str:
        return next(iter(self.all(start)), "")
