"""What is installed is pinned, hashed, addressless, and each dependency has its reason."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.tidy.source import ROOT, imports_of, name_of, python_files, text_of, tree_of

FOLDER = ROOT / "requirements"
OWN = {"", "bench", "examples", "tests", "troth"}
GUESTS = {"src/troth/client/django.py", "src/troth/client/flask.py"}
"""Middlewares: whoever uses one has its framework, and the package does without."""


def registry_name(package: str) -> str:
    """A package's name in the one spelling that the registry treats as equal to all others."""
    return re.sub(r"[-_.]+", "-", package).lower()


def names_in(file: str) -> set[str]:
    """The packages that a list of requirements asks for by name, as the registry spells them."""
    lines = (re.sub(r"#.*", "", line).strip() for line in text_of(FOLDER / file).splitlines())
    asked = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and not line.startswith("-"))
    return {registry_name(name[0]) for name in asked if name}


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
    asked = names_in("run.in") | names_in("examples.in") | names_in("stores.in")
    assert asked == given, (
        f"without a reason: {sorted(asked - given)}; no longer used: {sorted(given - asked)}"
    )


@pytest.mark.parametrize(
    ("folder", "lists"), [("src", ["run.in", "stores.in"]), ("examples", ["run.in", "examples.in"])]
)
def test_everything_that_is_imported_is_asked_for(folder: str, lists: list[str]) -> None:
    asked = {name for file in lists for name in names_in(file)}
    brought_by = packages_distributions()
    undeclared = {
        f"{name_of(path)}:{line}: {name}"
        for path in python_files(folder)
        if name_of(path) not in GUESTS
        for name, line in imports_of(tree_of(path))
        if (top := name.split(".")[0]) not in OWN and top not in sys.stdlib_module_names
        if not {registry_name(package) for package in brought_by.get(top, [])} & asked
    }
    assert not undeclared, f"not in requirements/{' or '.join(lists)}: {sorted(undeclared)}"


def test_the_package_does_without_the_frameworks_of_its_guests() -> None:
    """Nothing but a middleware itself imports its framework, and nothing of the package imports a middleware."""
    named = re.compile(r"(django|flask|asgiref)(\.|$)|troth\.client\.(django|fastapi|flask)$")
    found = [
        f"{name_of(path)}:{line}: {name}"
        for path in python_files("src")
        if name_of(path) not in GUESTS
        for name, line in imports_of(tree_of(path))
        if named.match(name)
    ]
    assert not found
