"""How much of a company's code is about the product: statements that speak to it, counted from the syntax.

python -m examples.kit.integration FOLDER --through client,gate --whole gate.py,banner.py [--json]

A statement counts once, however many lines it is written on: one that uses what the public ways in export, or that reaches the product
through one of the named attributes; of the files named as whole every statement counts. Questions (what the company asks, as data) are
its policy written down once more, and are counted apart; imports, remarks and forms are not code.
A decorator that asks is one more.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

ROOMS = ("troth.client", "troth.inside")
QUESTION = "Question"


def counted(folder: Path, through: Collection[str], whole: Collection[str] = ()) -> dict[str, int]:
    """Statements in all, those that are about the product, and questions written down."""
    found: Counter[str] = Counter(all=0, integration=0, questions=0)
    for file in sorted(folder.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        exported = set(_from_the_room(tree))
        for statement in _statements(tree):
            found["all"] += 1
            if QUESTION in _called(statement):
                found["questions"] += 1
            elif file.name in whole or _speaks(statement, exported, through):
                found["integration"] += 1
        found["integration"] += sum(_speaks(one, exported, through) for one in _decorators(tree))
    return dict(found)


def _from_the_room(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROOMS):
            yield from (one.asname or one.name for one in node.names)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement that does something; what only holds others, imports and remarks are left out."""
    for node in ast.walk(tree):
        remark = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        holds = isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        )
        if isinstance(node, ast.stmt) and not holds and not remark:
            yield node


def _decorators(tree: ast.Module) -> Iterator[ast.stmt]:
    """What stands above functions and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (ast.Expr(one) for one in node.decorator_list)


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """What belongs to a statement itself, without the statements inside it."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt):
            yield from ast.walk(child)


def _called(statement: ast.stmt) -> set[str]:
    return {
        node.func.id
        for node in _own(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _speaks(statement: ast.stmt, exported: Collection[str], through: Collection[str]) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in exported)
        or (isinstance(node, ast.Attribute) and node.attr.removeprefix("_") in through)
        or (isinstance(node, ast.Name) and node.id in through)
        for node in _own(statement)
    )


def main() -> None:
    """Print the count."""
    parser = argparse.ArgumentParser(description="How much of a company's code is about the product.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--through", default="client,gate")
    parser.add_argument("--whole", default="")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = counted(args.folder, args.through.split(","), args.whole.split(","))
    words = f"{found['integration']} of {found['all']} statements are about the product, and {found['questions']} write questions down."
    print(json.dumps(found) if args.json else words)


if __name__ == "__main__":
    main()
