"""Every room looks like the others, and keeps its doors shut."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from tests.tidy.source import PACKAGE, ROOT, imports_of, name_of, python_files, rooms, text_of, tree_of

MODULE_LINES = 400
FUNCTION_LINES = 60
NO_ROOMS = {"common", "core", "helper", "helpers", "lib", "misc", "shared", "tools", "util", "utils"}
STORELESS = {"__init__.py", "model.py", "rules.py", "plan.py", "evidence.py", "controls.py", "errors.py"}

# Vocabularies: many small things of one kind, longer than a module of logic may be. Each with its reason.
VOCABULARIES = {
    "src/troth/policy/model.py": "one frozen type for each kind of statement",
    "src/troth/decide/naive.py": "the specification of decisions, to be read as one piece",
}


def module_of(relative: tuple[str, ...]) -> str:
    return ".".join(("troth", *relative[:-1]))


def test_no_module_or_folder_is_a_drawer_for_odds_and_ends() -> None:
    found = [
        name_of(path)
        for path in python_files("src/troth")
        if NO_ROOMS & {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}
    ]
    assert not found, f"name it for the thing it is: {found}"


def test_modules_stay_small_enough_to_read() -> None:
    sizes = {name_of(p): text_of(p).count("\n") for p in python_files("src", "examples", "bench")}
    found = {name: n for name, n in sizes.items() if n > MODULE_LINES and name not in VOCABULARIES}
    assert not found, f"over {MODULE_LINES} lines: cut them, or say in VOCABULARIES why not: {found}"


def test_functions_do_one_thing() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {node.name} has {length} lines"
        for path in python_files("src", "examples", "bench")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not found, f"over {FUNCTION_LINES} lines:\n" + "\n".join(found)


def test_a_store_is_opened_by_its_own_services_alone() -> None:
    found = [
        f"{name_of(path)}:{line}: imports {name}"
        for path in python_files("src/troth")
        for name, line in imports_of(tree_of(path), module_of(path.relative_to(PACKAGE).parts))
        if opens_a_strange_store(path.relative_to(PACKAGE).parts, name)
    ]
    assert not found, "a store is opened by its own room's services alone:\n" + "\n".join(found)


def opens_a_strange_store(importer: tuple[str, ...], imported: str) -> bool:
    """Whether a file reaches for tables that are not its own to touch: another room's, or its own as a pure file."""
    store = re.fullmatch(r"troth\.(\w+)\.store(\.\w+)?", imported)
    return bool(store) and (importer[0] != store[1] or importer[-1] in STORELESS)


@pytest.mark.parametrize(
    ("importer", "imported", "strange"),
    [
        (("consent", "service.py"), "troth.consent.store", False),
        (("consent", "rules.py"), "troth.consent.store", True),
        (("gate", "service.py"), "troth.consent.store", True),
        (("web", "pages", "home.py"), "troth.ledger.store.read", True),
        (("gate", "service.py"), "troth.consent.service", False),
    ],
)
def test_which_stores_are_strange(importer: tuple[str, ...], imported: str, strange: bool) -> None:
    assert opens_a_strange_store(importer, imported) is strange


PUBLIC = re.compile(r"troth\.(client|inside)(\.|$)")
"""The ways in: over the wire, and the library in one's own process."""


def test_examples_do_not_reach_into_the_product() -> None:
    found = [
        f"{name_of(path)}:{line}: imports {name}"
        for path in python_files("examples")
        for name, line in imports_of(tree_of(path))
        if re.match(r"troth(\.|$)", name) and not PUBLIC.match(name) and name != "troth"
    ]
    assert not found, "a company reaches the product by its public ways alone:\n" + "\n".join(found)


def test_every_room_stands_on_a_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(c for c in settings["contracts"] if c["id"] == "floors")
    placed = {room for floor in contract["layers"] for room in re.findall(r"\w+", floor)}
    assert contract["exhaustive"] is True
    assert set(rooms()) <= placed


def test_the_product_never_calls_anyone_compliant() -> None:
    word = re.compile(r"\bcompliant\b", re.IGNORECASE)
    shown = [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".html", ".txt", ".md", ".yaml"}]
    assert not [name_of(path) for path in shown if word.search(text_of(path))]
