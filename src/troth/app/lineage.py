"""Looks into files and derivations that were found, as the board hears of them: a look that fails breaks what it was held against."""

from __future__ import annotations

from typing import Final

from troth.app.acts import Acts
from troth.lineage import Checked, Dataset, Derivation, Lineage
from troth.lineage.rules import asked_of_join
from troth.promises import Promises
from troth.promises.evidence import Looked

SCHEMA: Final = "lineage-schema"
JOINS: Final = "lineage-joins"
MOST_SEEN: Final = 50


def look(acts: Acts, promises: Promises, checked: Checked, file: str = "") -> int:
    """Put a look on record: passed where every item was listed. Its point's promise is broken until a look passes again; a look at a
    set that a policy knows nothing of is on record and breaks nothing. The number of its entry."""
    seen = tuple(
        {"file": file, "line": one.line, "column": one.column} for one in checked.misfits[:MOST_SEEN]
    )
    statements = (checked.against,) if checked.against.startswith("point:") else ()
    return _record(acts, promises, f"{SCHEMA}-{checked.against.replace(':', '-')}", statements, seen)


def derive(acts: Acts, promises: Promises, lineage: Lineage, said: Derivation) -> Dataset:
    """Put a derivation on record. One that was found to have been made without what requirements ask for breaks these, until the set is
    made again with all of it."""
    declared = acts.declared()
    made, unmet = lineage.derive(acts.work, declared, said, now=acts.at, origin=acts.origin)
    about = unmet or tuple(asked_of_join(declared.catalogue, made.columns))
    if about and (said.happened or unmet):
        seen = ({"dataset": made.name, "inputs": list(made.inputs)},) if unmet else ()
        _record(acts, promises, f"{JOINS}-{made.name}", tuple(f"requirement:{id}" for id in about), seen)
    return made


def _record(
    acts: Acts, promises: Promises, probe: str, statements: tuple[str, ...], seen: tuple[object, ...]
) -> int:
    policy = acts.declared().digest
    promises.looked(acts.work, Looked(probe, not seen, statements, seen, policy, acts.at, acts.origin))
    acts.work.settle()
    return acts.work.sequences[-1]
