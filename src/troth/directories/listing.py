"""The two lists with what was counted of each line: how often, and when last. What was done beside the list has a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from troth.directories.model import COLLECTED, UNDECLARED, Deed, Line

RELEASES = frozenset({"share", "transfer", "publish", "export"})
TAKING = frozenset({"collect", "use"})
"""What counts as taking where a point is named: some permissions work with data on the device."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line with its counts, of one person or of all together; `strange` where no line of the policy covers what was done."""

    line: Line
    count: int = 0
    breaches: int = 0
    last: datetime | None = None
    strange: bool = False
    each: dict[str, int] = field(default_factory=dict)
    """How often each category."""

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        line = self.line
        return {
            "list": line.list, "by": line.by, "kind": line.what, "purpose": line.purpose, "data": list(line.data),
            "features": list(line.features), "link": line.link, "clauses": list(line.clauses), "count": self.count,
            "breaches": self.breaches, "last": self.last.isoformat() if self.last else None, "declared": not self.strange,
            "each": dict(sorted(self.each.items())),
        }  # fmt: skip


def listed(lines: Iterable[Line], deeds: Iterable[Deed], which: str) -> tuple[Listed, ...]:
    """Every line of a list with its counts; what was done that no line covers comes last."""
    counted: dict[tuple[str, str], Deed] = {}
    for deed in deeds:
        by = _by(deed, which)
        if by is not None:
            key = (by, deed.purpose)
            counted[key] = _added(counted[key], deed) if key in counted else deed
    return (*_covered(lines, counted), *_beside(counted, which))


def _covered(lines: Iterable[Line], counted: dict[tuple[str, str], Deed]) -> Iterator[Listed]:
    for line in lines:
        deed = counted.pop((line.by, line.purpose), None)
        if deed is None:
            yield Listed(line)
        else:
            yield Listed(line, deed.count, deed.breaches, deed.last, each=dict(deed.data))


def _beside(counted: dict[tuple[str, str], Deed], which: str) -> Iterator[Listed]:
    for (by, purpose), deed in sorted(counted.items()):
        line = Line(which, by, UNDECLARED, purpose, tuple(sorted(deed.data)))
        yield Listed(line, deed.count, deed.breaches, deed.last, strange=True, each=dict(deed.data))


def _by(deed: Deed, which: str) -> str | None:
    """The key of the point or recipient that a deed counts under in a list; None where it is none of it."""
    if which == COLLECTED:
        if deed.point:
            return f"point:{deed.point}" if deed.action in TAKING else None
        return "" if deed.action == "collect" else None
    if deed.recipient:
        return f"recipient:{deed.recipient}" if deed.action in RELEASES else None
    return f"point:{deed.point}" if deed.point and deed.action in TAKING else None


def only_shared(listing: Iterable[Listed], kits: Iterable[str]) -> tuple[Listed, ...]:
    """Of the list of what is shared, the lines of recipients and kits: what other points took was shared with nobody."""
    known = {f"point:{id}" for id in kits}
    return tuple(one for one in listing if one.line.by.startswith("recipient:") or one.line.by in known)


def chosen(
    listing: Iterable[Listed], *, purpose: str = "", what: str = "", feature: str = "", category: str = ""
) -> tuple[Listed, ...]:
    """Lines of a purpose, of a kind, of a feature (scene), with a category; '' for any."""
    return tuple(
        one
        for one in listing
        if (not purpose or one.line.purpose == purpose)
        and (not what or one.line.what == what)
        and (not feature or feature in one.line.features)
        and (not category or category in one.line.data)
    )


def without_counts(listing: Iterable[Listed]) -> tuple[Listed, ...]:
    """The list as it may be read by anybody: what is declared, and nothing about what was done."""
    return tuple(Listed(one.line) for one in listing if not one.strange)


def _added(one: Deed, other: Deed) -> Deed:
    names = {*one.data, *other.data}
    times = [at for at in (one.last, other.last) if at is not None]
    return replace(
        one,
        count=one.count + other.count,
        breaches=one.breaches + other.breaches,
        last=max(times, default=None),
        data={name: one.data.get(name, 0) + other.data.get(name, 0) for name in names},
    )
