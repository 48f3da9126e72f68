"""The published texts themselves, where a folder of them is named: nothing lost, every number of the clause list found."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from troth.policy.clauses import cut, decode

FOLDER = os.environ.get("TROTH_ORIGINALS", "")
LIST = os.environ.get("TROTH_CLAUSES", "")
TEXTS = sorted(Path(FOLDER).glob("*.txt")) if FOLDER else []
NUMBER = re.compile(r"\d+(?:\.\d+)*(?:\(\d+\)\d*)?")

needs_originals = pytest.mark.skipif(not TEXTS, reason="TROTH_ORIGINALS names no folder with texts")


@needs_originals
@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.stem)
def test_nothing_is_lost_and_addresses_are_unique(path: Path) -> None:
    text = decode(path.read_bytes(), name=path.name)
    assert isinstance(text, str)
    made = cut(text, language="en")
    assert made.joined() == text
    assert made.findings == ()
    assert len(made.by_address()) == len(made.clauses)


@needs_originals
@pytest.mark.skipif(not LIST, reason="TROTH_CLAUSES names no clause list")
@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.stem)
def test_every_number_of_the_clause_list_is_an_address(path: Path) -> None:
    with Path(LIST).open(encoding="utf-8", newline="") as lines:
        ids = [row["clause"] for row in csv.DictReader(lines) if row["policy"] == path.stem[:3]]
    found = cut(path.read_text(encoding="utf-8")).by_address()
    wanted = {m[0] for name in ids if (m := NUMBER.match(name))}
    assert wanted - found.keys() == set()
