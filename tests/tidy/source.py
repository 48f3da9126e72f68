"""The project's own files, as the tidy tests see them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "troth"


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git tracks or would track, or all when there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        walked = (path for path in ROOT.rglob("*") if path.is_file())
        return tuple(sorted(path for path in walked if not hidden(path)))
    return tuple(sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file()))


def hidden(path: Path) -> bool:
    """Whether a path lies in a folder that tools make for themselves."""
    names = path.relative_to(ROOT).parts
    return any(name.startswith(".") and name != ".ci" for name in names) or bool(
        {"var", "__pycache__"} & {*names}
    )


@cache
def text_of(path: Path) -> str:
    """A file's text; empty for what is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree_of(path: Path) -> ast.Module:
    """A Python file's syntax."""
    return ast.parse(text_of(path), filename=str(path))


def python_files(*folders: str) -> list[Path]:
    """The Python files under the named folders of the project."""
    tops = [ROOT / folder for folder in folders]
    return [p for p in project_files() if p.suffix == ".py" and any(top in p.parents for top in tops)]


def name_of(path: Path) -> str:
    """A path as a reader of a failure wants it."""
    return path.relative_to(ROOT).as_posix()


def imports_of(tree: ast.Module, package: str = "") -> list[tuple[str, int]]:
    """Every module a file imports, absolute, with its line; `package` is where relative imports start."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found.append((base, node.lineno))
            found += [(f"{base}.{alias.name}", node.lineno) for alias in node.names]
    return found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def rooms() -> list[str]:
    """The names of the rooms that exist today."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
