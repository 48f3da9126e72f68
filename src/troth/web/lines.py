"""The lines of the policy file on which a statement stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troth.kernel.findings import Place

MOST = 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file: its name, the number of the first, the lines, and whether there are more."""

    file: str
    first: int
    lines: tuple[str, ...]
    more: bool


def excerpt(files: Mapping[str, str], place: Place) -> Excerpt | None:
    """What stands at a place and all that is indented beneath it; None where the file is not at hand."""
    text = files.get(place.file)
    if text is None or place.line < 1:
        return None
    lines = text.splitlines()
    if place.line > len(lines):
        return None
    depth = _indent(lines[place.line - 1])
    end = place.line
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > depth):
        end += 1
    found = lines[place.line - 1 : end]
    while found and not found[-1].strip():
        found.pop()
    shown = tuple(line[depth:] for line in found[:MOST])
    return Excerpt(place.file, place.line, shown, len(found) > MOST)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
