"""Published texts laid beside a policy: which of the texts in a folder is the one whose addresses this policy speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from troth.kernel.errors import OperatorError
from troth.policy.bundle import Bundle
from troth.policy.clauses import Cut, cut, decode
from troth.policy.compile import FORMATS

ENOUGH: Final = 0.8
"""The share of a policy's addresses that a text must have to be taken for its original."""


def check_originals(folder: Path) -> None:
    """Pass where there is such a folder. Raises OperatorError."""
    if not folder.is_dir():
        raise OperatorError(
            f"There is no folder {folder}.", "Name the folder that holds the published texts."
        )


def read_originals(folder: Path) -> dict[str, Cut]:
    """Every text of a folder, cut, by file name; those that cannot be read as texts are passed over. Raises OperatorError."""
    check_originals(folder)
    found: dict[str, Cut] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in FORMATS and path.is_file():
            text = decode(path.read_bytes(), name=path.name)
            made = (
                cut(text, format=FORMATS[path.suffix.lower()], name=path.name)
                if isinstance(text, str)
                else None
            )
            if made is not None and not made.refused:
                found[path.name] = made
    return found


def match_originals(bundles: Mapping[str, Bundle], texts: Mapping[str, Cut]) -> dict[str, Cut]:
    """For each policy the text that has its addresses, the best pairs first; a text belongs to one policy at most."""
    pairs = sorted(
        (
            (likeness(bundle, text), id, name)
            for id, bundle in bundles.items()
            for name, text in texts.items()
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    found: dict[str, Cut] = {}
    taken: set[str] = set()
    for share, id, name in pairs:
        if share >= ENOUGH and id not in found and name not in taken:
            found[id] = texts[name]
            taken.add(name)
    return found


def likeness(bundle: Bundle, text: Cut) -> float:
    """The share of a policy's addresses that a text has."""
    mine = {clause.address for clause in bundle.clauses}
    return len(mine & text.by_address().keys()) / len(mine) if mine else 0.0
