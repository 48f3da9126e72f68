"""The cases of tests/cases as values, and the policies they are about."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from troth.app.cases import Case, load_cases
from troth.app.folders import compile_folder
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "cases"


def cases() -> list[Case]:
    """Every case of every policy, in the order of the files."""
    return load_cases(FOLDER)


@cache
def bundle(policy: str, reading: str = "") -> Bundle:
    """The compiled policy of an example, under the reading it enforces or the one named."""
    if reading:
        whole = bundle(policy)
        return replace(whole, header=replace(whole.header, enforced=reading))
    findings = Findings()
    compiled = compile_folder(ROOT / "examples" / policy, findings)
    if compiled is None:
        raise ValueError(f"examples/{policy} does not compile: {findings.sorted[0]}")
    return compiled.bundle


def policies() -> list[str]:
    """The examples that have a policy."""
    return sorted(p.parent.name for p in (ROOT / "examples").glob("*/policy.yaml"))
