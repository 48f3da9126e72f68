"""From a policy to its directories: the two lists, the permissions and the kits, each line from what is declared and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from troth.directories.model import COLLECTED, DEVICE_KINDS, SHARED, Kit, Line, Permission
from troth.policy.catalogue import Catalogue
from troth.policy.model import Point, Purpose, Recipient

MARKS = frozenset({"pixel", "link", "beacon"})
"""What stands in a page or mail without a form; they are collected by like any other."""


def lines(catalogue: Catalogue, which: str) -> tuple[Line, ...]:
    """The lines of a list, in the order in which the policy declares points, recipients and purposes."""
    return tuple(_collected(catalogue) if which == COLLECTED else _shared(catalogue))


def _collected(catalogue: Catalogue) -> Iterator[Line]:
    seen: dict[str, set[str]] = {}
    for point in catalogue.all(Point):
        for line in _of_point(catalogue, point, COLLECTED):
            seen.setdefault(line.purpose, set()).update(line.data)
            yield line
    for purpose in catalogue.all(Purpose):
        if purpose.acts and "collect" not in purpose.acts:
            continue
        rest = tuple(
            one for one in (*purpose.data, *purpose.optional)
            if not any(catalogue.covers((one,), other) or catalogue.covers((other,), one) for other in seen.get(purpose.id, ()))
        )  # fmt: skip
        if rest:
            yield Line(COLLECTED, "", "", purpose.id, rest, clauses=purpose.clauses)


def _shared(catalogue: Catalogue) -> Iterator[Line]:
    for recipient in catalogue.all(Recipient):
        for purpose in _purposes(catalogue, recipient.purposes):
            data = _within(catalogue, recipient.data, purpose)
            if data:
                yield Line(SHARED, recipient.key, recipient.what, purpose.id, data, clauses=recipient.clauses)
    for point in catalogue.all(Point):
        if point.what == "sdk":
            yield from _of_point(catalogue, point, SHARED)


def _of_point(catalogue: Catalogue, point: Point, which: str) -> Iterator[Line]:
    """A point with each purpose that it serves, and what it may take for that; a kit that takes nothing has a line as well."""
    bare = True
    for purpose in _purposes(catalogue, point.purposes):
        data = tuple(one for one in point.data if catalogue.covers((*purpose.data, *purpose.optional), one))
        if data:
            bare = False
            yield Line(
                which, point.key, point.what, purpose.id, data, point.features, point.link, point.clauses
            )
    if bare and which == SHARED:
        for purpose in _purposes(catalogue, point.purposes):
            yield Line(
                which, point.key, point.what, purpose.id, (), point.features, point.link, point.clauses
            )


def _within(catalogue: Catalogue, need: tuple[str, ...], purpose: Purpose) -> tuple[str, ...]:
    """What a recipient may get for a purpose: its own list as far as the purpose reaches, or all the purpose has."""
    reach = (*purpose.data, *purpose.optional)
    if not need:
        return tuple(dict.fromkeys(reach))
    listed = sorted(catalogue.expand("category", need))
    narrow = [one for one in listed if catalogue.covers(reach, one)]
    wide = [one for one in reach if catalogue.covers(need, one)]
    return tuple(dict.fromkeys([*narrow, *wide]))


def _purposes(catalogue: Catalogue, named: tuple[str, ...]) -> Iterator[Purpose]:
    """The purposes that a list names, in its order where it names them one by one; all where it names none."""
    ids = catalogue.expand("purpose", named) if named else catalogue.ids("purpose")
    order = [one for one in named if one in ids]
    for id in dict.fromkeys([*order, *sorted(ids)]):
        found = catalogue.get(Purpose, id)
        if found is not None:
            yield found


def app_points(catalogue: Catalogue) -> tuple[Point, ...]:
    """The points that belong to an app on a device."""
    return tuple(point for point in catalogue.all(Point) if point.what in DEVICE_KINDS)


def permissions(catalogue: Catalogue) -> tuple[Permission, ...]:
    """Every permission, identifier and sensor, with the features it is tied to."""
    return tuple(
        Permission(
            point.id, point.what, point.prompt, point.closable, point.features, point.data,
            tuple(purpose.id for purpose in _purposes(catalogue, point.purposes)) if point.purposes else (), point.clauses,
        )
        for point in app_points(catalogue)
        if point.what != "sdk"
    )  # fmt: skip


def kits(catalogue: Catalogue) -> tuple[Kit, ...]:
    """Every kit of another vendor."""
    return tuple(
        Kit(
            point.id, point.vendor, point.data,
            tuple(purpose.id for purpose in _purposes(catalogue, point.purposes)) if point.purposes else (), point.features,
            point.link, point.clauses,
        )
        for point in app_points(catalogue)
        if point.what == "sdk"
    )  # fmt: skip


def uses(catalogue: Catalogue) -> tuple[Purpose, ...]:
    """Purposes that no point serves: what an app does without reading anything anew, such as starting again by itself."""
    served = {id for point in catalogue.all(Point) for id in catalogue.expand("purpose", point.purposes)}
    return tuple(purpose for purpose in catalogue.all(Purpose) if purpose.id not in served)
