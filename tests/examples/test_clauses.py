"""The five examples are whole: every clause of the vendored list is addressed and bound, with nothing added."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from troth.app.folders import compile_folder
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle
from troth.policy.model import Reason

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SOURCES = {"harbour": "000", "axle": "001", "counter": "002", "desk": "003", "gateway": "004"}


def listed(source: str) -> dict[str, str]:
    """The clause ids of one source, each with its testable control."""
    with (EXAMPLES / "clauses.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["clause"]: row["testable_control"] for row in csv.DictReader(file) if row["policy"] == source
        }


@cache
def bundle_of(name: str) -> Bundle:
    findings = Findings()
    compiled = compile_folder(EXAMPLES / name, findings)
    assert compiled is not None, [str(f) for f in findings.sorted]
    return compiled.bundle


def test_the_list_holds_807_clauses_795_of_them_with_a_control() -> None:
    controls = [control for source in SOURCES.values() for control in listed(source).values()]
    assert len(controls) == 807
    assert sum(not control.startswith("n/a") for control in controls) == 795


@pytest.mark.parametrize("name", SOURCES)
def test_every_clause_has_an_address_and_no_other_is_claimed(name: str) -> None:
    assert {clause.id for clause in bundle_of(name).clauses} == set(listed(SOURCES[name]))


@pytest.mark.parametrize("name", SOURCES)
def test_every_clause_is_bound(name: str) -> None:
    assert [clause for clause, bound in bundle_of(name).by_clause.items() if not bound] == []


@pytest.mark.parametrize("name", SOURCES)
def test_only_clauses_without_a_control_rest_on_a_bare_reason(name: str) -> None:
    controls = listed(SOURCES[name])
    bare = [c for c, bound in bundle_of(name).by_clause.items() if all(isinstance(s, Reason) for s in bound)]
    assert [clause for clause in bare if not controls[clause].startswith("n/a")] == []


@pytest.mark.parametrize("name", SOURCES)
def test_a_bundle_comes_back_from_its_bytes_under_the_same_name(name: str) -> None:
    bundle = bundle_of(name)
    again = Bundle.from_bytes(bundle.encoded)
    assert (again.digest, again.statements) == (bundle.digest, bundle.statements)


@pytest.mark.parametrize("name", SOURCES)
def test_the_company_is_called_a_simulation(name: str) -> None:
    assert bundle_of(name).header.simulation
