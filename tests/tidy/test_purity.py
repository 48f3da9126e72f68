"""Pure means pure: the language floors, and every model, rules and plan, cannot reach the world."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.tidy.purity import trespasses
from tests.tidy.source import PACKAGE, name_of, python_files, tree_of

FLOORS = {"kernel", "policy", "decide"}
FILES = {"model.py", "rules.py", "plan.py"}


def is_pure(relative: tuple[str, ...]) -> bool:
    """Whether a file of the package, by its path there, has to be pure."""
    return relative[0] in FLOORS or relative[-1] in FILES


def test_pure_files_do_not_reach_the_world() -> None:
    looked_at = [p for p in python_files("src/troth") if is_pure(p.relative_to(PACKAGE).parts)]
    found = [
        f"{name_of(path)}:{line}: {what}"
        for path in looked_at
        for line, what in trespasses(tree_of(path), sys.stdlib_module_names)
    ]
    assert looked_at
    assert not found, "a pure file reaches the world:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "import sqlalchemy",
        "from starlette.requests import Request",
        "import os",
        "from os import environ",
        "import urllib.request",
        "from urllib import request",
        "from uuid import uuid4",
        "import subprocess as s",
        "from importlib import import_module; import random",
        "import datetime; datetime.datetime.now()",
        "from datetime import datetime; datetime.now(tz)",
        "from datetime import date; date.today()",
        "import uuid; uuid.uuid4()",
        "import time",
        "open('x')",
        "path.read_text()",
        "print('x')",
        "import numpy as np; np.random.default_rng()",
        "def f():\n    import socket",
    ],
)
def test_each_way_into_the_world_is_seen(line: str) -> None:
    assert trespasses(ast.parse(line), sys.stdlib_module_names)


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import UTC, datetime; datetime(2024, 1, 1, tzinfo=UTC)",
        "from urllib.parse import urlsplit",
        "from uuid import UUID",
        "import numpy as np; np.zeros(3)",
        "import yaml",
        "from troth.kernel import findings",
        "import re; re.compile('x')",
        "from . import findings",
    ],
)
def test_what_is_pure_is_left_alone(line: str) -> None:
    assert not trespasses(ast.parse(line), sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("path", "pure"),
    [
        (("kernel", "deep", "any.py"), True),
        (("consent", "rules.py"), True),
        (("consent", "store.py"), False),
        (("app", "wiring.py"), False),
    ],
)
def test_which_files_are_pure(path: tuple[str, ...], pure: bool) -> None:
    assert is_pure(path) is pure
