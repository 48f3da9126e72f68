"""The tables of the ledger are opened by its own room alone."""

from __future__ import annotations

from tests.tidy.source import PACKAGE, imports_of, name_of, python_files, tree_of


def test_nobody_else_opens_the_tables_of_the_ledger() -> None:
    found = [
        name_of(path)
        for path in python_files("src/troth")
        if path.relative_to(PACKAGE).parts[0] != "ledger"
        for imported, _ in imports_of(tree_of(path))
        if imported.startswith("troth.ledger.tables")
    ]
    assert not found
