"""The two lists of an organisation, for one person or for all together, as pages, programs and files take them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from troth.app.activity import Activity
from troth.app.organisation import Organisation
from troth.directories import COLLECTED, SHARED, kits, lines
from troth.directories.listing import Listed, listed, only_shared, without_counts
from troth.policies import Declared

COLUMNS = ("list", "by", "kind", "purpose", "category", "features", "link", "clauses", "count", "last")


def lists_of(
    organisation: Organisation, declared: Declared, which: str, pseudonyms: Iterable[str] | None = None
) -> tuple[Listed, ...]:
    """A list with what was counted of a person (their pseudonyms), or of all together."""
    deeds = Activity(organisation).by_point(pseudonyms)
    found = listed(lines(declared.catalogue, which), deeds, which)
    return (
        found if which == COLLECTED else only_shared(found, (kit.point for kit in kits(declared.catalogue)))
    )


def public_list(declared: Declared, which: str) -> tuple[Listed, ...]:
    """A list as anybody may read it: no counts, nothing about people."""
    return without_counts(listed(lines(declared.catalogue, which), (), which))


def as_csv(listing: Iterable[Listed], said: Callable[[str, str], str], *, counts: bool) -> str:
    """A list as CSV (RFC 4180), a row for each category; `said` gives a name for (kind, id). A cell that a table program would
    take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = COLUMNS if counts else COLUMNS[:-2]
    writer.writerow(names)
    for one in listing:
        line = one.line
        kind, _, id = line.by.partition(":")
        for category in line.data or ("",):
            row = [
                line.list, said(kind, id) if id else "", line.what, said("purpose", line.purpose),
                said("category", category) if category else "", "; ".join(said("feature", x) for x in line.features),
                line.link, "; ".join(line.clauses),
            ]  # fmt: skip
            if counts:
                row += [str(one.each.get(category, 0)), one.last.isoformat() if one.last else ""]
            writer.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


__all__ = ["COLLECTED", "COLUMNS", "SHARED", "as_csv", "lists_of", "public_list"]
