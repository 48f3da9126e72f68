"""The verifier stands alone: its own package, no dependency, no line of the product's code, and the same trees."""

from __future__ import annotations

import ast
import sys
import tomllib
from hashlib import sha256

from tests.tidy.source import ROOT, imports_of, python_files, tree_of
from tests.verifier.program import FILE, load
from troth.ledger.tree import Edge, consistency_spans, inclusion_spans, leaf_hash, proof

program = load()


def test_it_needs_nothing_but_python() -> None:
    tops = {name.split(".")[0] for name, _ in imports_of(ast.parse(FILE.read_text()))}
    assert tops <= sys.stdlib_module_names | {"__future__"}
    settings = tomllib.loads((FILE.parent / "pyproject.toml").read_text())["project"]
    assert (settings["dependencies"], settings["name"]) == ([], "troth-verify")
    assert settings["scripts"] == {"troth-verify": "troth_verify:main"}


def test_it_opens_no_connection_and_runs_no_program() -> None:
    tops = {name.split(".")[0] for name, _ in imports_of(ast.parse(FILE.read_text()))}
    assert not tops & {"socket", "ssl", "http", "urllib", "subprocess", "ctypes", "asyncio", "os"}


def test_it_shares_no_code_with_the_product() -> None:
    product = python_files("src/troth")
    assert not [p for p in product if any(name == "troth_verify" for name, _ in imports_of(tree_of(p)))]
    assert "troth" not in {name.split(".")[0] for name, _ in imports_of(ast.parse(FILE.read_text()))}
    ours = {body for path in product for body in bodies(tree_of(path))}
    assert not bodies(ast.parse(FILE.read_text())) & ours, "a function was copied"


def bodies(tree: ast.Module) -> set[str]:
    """Every function of some length, without its docstring."""
    found = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and len(one.body) > 2:
            rest = one.body[1:] if ast.get_docstring(one) else one.body
            found.add(ast.dump(ast.Module(rest, [])))
    return found


def test_it_reads_the_trees_that_the_ledger_grows() -> None:
    entries = [b"entry %d" % number for number in range(33)]
    leaves = [leaf_hash(entry) for entry in entries]
    roots, edge = [edge_root(leaves[:size]) for size in range(34)], Edge()
    assert edge.root() == roots[0]
    for size in range(1, 34):

        def node(at: tuple[int, int]) -> bytes:
            level, position = at
            return edge_root(leaves[position << level : (position + 1) << level])

        for index in range(size):
            path = proof(inclusion_spans(index, size), node)
            assert program.included(entries[index], index, size, path) == roots[size]
            assert program.included(entries[index] + b"!", index, size, path) != roots[size]
            assert program.included(entries[index], index, size, path[:-1]) != roots[size] or not path
            assert program.included(entries[index], index, size, [*path, bytes(32)]) is None
        for old in range(1, size + 1):
            path = proof(consistency_spans(old, size), node)
            assert program.continues(old, roots[old], size, roots[size], path)
            assert not program.continues(old, sha256(b"").digest(), size, roots[size], path)
            assert not program.continues(old, roots[old], size, roots[size], [*path, bytes(32)])
            assert not path or not program.continues(old, roots[old], size, roots[size], path[:-1])


def edge_root(leaves: list[bytes]) -> bytes:
    edge = Edge()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def test_the_help_names_every_exit_code() -> None:
    said = program.__doc__ or ""
    assert all(f" {code} it" in said for code in (0, 1, 2, 3))
    assert (ROOT / "verifier").is_dir()
