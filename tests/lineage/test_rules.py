"""The pure rules of lineage: natures only ever grow stricter in a join, and every item of a file that is not listed is named."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.lineage import Insufficient
from troth.lineage.heads import columns_in, form_of
from troth.lineage.model import STRICTNESS
from troth.lineage.rules import misfits, strictest

NAMES = st.lists(st.text("abcdef_", min_size=1, max_size=6), min_size=1, max_size=8, unique=True)


@given(st.lists(st.sampled_from(STRICTNESS), min_size=1), st.lists(st.sampled_from(STRICTNESS)))
def test_what_is_added_to_a_set_never_makes_it_less_personal(some: list[str], more: list[str]) -> None:
    assert STRICTNESS.index(strictest(some + more)) >= STRICTNESS.index(strictest(some))


def test_a_set_of_nothing_known_counts_as_personal() -> None:
    assert strictest([]) == "personal"


@given(NAMES, st.sets(st.sampled_from("abcdef")))
def test_every_column_that_is_not_listed_is_named_once(names: list[str], listed: set[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(names)
    found = [one.column for one in misfits({}, listed, columns_in(out.getvalue(), "csv"))]
    assert sorted(found) == sorted(set(names) - listed)


@given(st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers()), max_size=6))
def test_lines_of_json_are_named_by_their_number(rows: list[dict[str, int]]) -> None:
    text = "\n".join(json.dumps(row) for row in rows)
    assert [number for number, _ in columns_in(text, "jsonl")] == list(range(1, len(rows) + 1))
    first = {one.column: one.line for one in misfits({}, (), columns_in(text, "jsonl"))}
    assert first == {
        name: next(n for n, row in enumerate(rows, 1) if name in row) for row in rows for name in row
    }


def test_cells_beyond_the_head_are_columns_nobody_named() -> None:
    assert list(columns_in("a,b\n1,2\n1,2,3\n", "csv")) == [(1, ("a", "b")), (3, ("column 3",))]


@pytest.mark.parametrize(
    ("text", "form"), [("", "csv"), ("[1]", "jsonl"), ("{", "jsonl"), ("a", "xml"), ("[" * 100_000, "jsonl")]
)
def test_what_cannot_be_read_is_said_to_be_so(text: str, form: str) -> None:
    with pytest.raises(Insufficient):
        list(columns_in(text, form))


def test_forms_by_name() -> None:
    assert [form_of(name) for name in ("a.CSV", "b.tsv", "access.log", "c.ndjson")] == [
        "csv",
        "tsv",
        "jsonl",
        "jsonl",
    ]
    with pytest.raises(Insufficient):
        form_of("d.docx")
