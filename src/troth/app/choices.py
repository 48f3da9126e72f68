"""The small YAML files in a home by which operators choose: where each lies, and how one that cannot be read is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from troth.app.config import Home
from troth.kernel.errors import OperatorError


def file_of(
    home: Home, name: str, variable: str, environment: Mapping[str, str] | None = None
) -> Path | None:
    """The file that the environment names, or else the one of that name in the home; None where nobody chose anything."""
    named = (os.environ if environment is None else environment).get(variable, "")
    path = Path(named) if named else home.folder / name
    return path if named or path.exists() else None


def read_yaml(path: Path, unreadable: type[OperatorError], help: str) -> Any:
    """What stands in it, as plain values; `help` says what to write where it is no YAML. Raises `unreadable`."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(f"The file {path} cannot be read: {type(error).__name__}.") from error
    except yaml.YAMLError:
        raise unreadable(f"The file {path} is no YAML.", help) from None


def parts_of(path: Path, unreadable: type[OperatorError], known: frozenset[str], help: str) -> dict[str, Any]:
    """A file of parts, each of them known and itself a mapping. Raises `unreadable`."""
    found = read_yaml(path, unreadable, help)
    parts = found if isinstance(found, dict) else {"?": None}
    if set(parts) - known or not all(isinstance(part, dict) for part in parts.values()):
        raise unreadable(f"The file {path} says something else than {', '.join(sorted(known))}.")
    return parts
