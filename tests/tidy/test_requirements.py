"""What is installed is pinned, hashed, addressless, and each dependency has its reason."""

from __future__ import annotations

import re

import pytest

from tests.tidy.source import ROOT, text_of

FOLDER = ROOT / "requirements"


def names_in(file: str) -> set[str]:
    """The packages that a list of requirements asks for by name, as the registry spells them."""
    lines = (re.sub(r"#.*", "", line).strip() for line in text_of(FOLDER / file).splitlines())
    asked = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and not line.startswith("-"))
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in asked if name}


@pytest.mark.parametrize(
    ("asked", "pinned"),
    [("run.in", "run.txt"), ("run.in", "test.txt"), ("examples.in", "test.txt"), ("test.in", "test.txt")],
)
def test_the_pinned_lists_hold_what_is_asked_for(asked: str, pinned: str) -> None:
    missing = names_in(asked) - names_in(pinned)
    assert not missing, f"run 'make lock': requirements/{pinned} lacks {sorted(missing)}"


@pytest.mark.parametrize("file", ["run.txt", "test.txt"])
def test_every_pin_is_exact_and_hashed(file: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", text_of(FOLDER / file))[1:]
    assert entries
    assert not [
        e.splitlines()[0] for e in entries if not re.match(r"\S+==\S+", e) or "--hash=sha256:" not in e
    ]


def test_no_list_names_an_address() -> None:
    found = [p.name for p in FOLDER.iterdir() if re.search(r"://|--(extra-)?index|--find-links", text_of(p))]
    assert not found


def test_each_run_time_dependency_has_its_reason() -> None:
    page = text_of(ROOT / "docs/dependencies.md")
    given = {name.lower() for name in re.findall(r"^\| `([^`]+)` \| \S", page, re.MULTILINE)}
    asked = names_in("run.in") | names_in("examples.in")
    assert asked == given, (
        f"without a reason: {sorted(asked - given)}; no longer used: {sorted(given - asked)}"
    )
