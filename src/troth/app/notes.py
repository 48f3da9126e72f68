"""Notes in the home of what took long to find out: each says from what it was made, and counts for nothing else.

A note may be lost or damaged at any time; then the same is found out anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from troth.app.config import Home


def recall(home: Home, name: str, made_from: str) -> Any:
    """What a note says that was made from just this; None where there is none."""
    try:
        kept = json.loads(_file(home, name).read_text(encoding="utf-8"))
        return kept["found"] if kept["made_from"] == made_from else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(home: Home, name: str, made_from: str, found: Any) -> None:
    """Write a note in place of the one before; where the home takes none, go on without."""
    note = _file(home, name)
    part = note.with_suffix(f".{os.getpid()}.part")
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"made_from": made_from, "found": found}), encoding="utf-8")
        part.replace(note)


def digest_of_texts(texts: dict[str, str], *packages: str) -> str:
    """A digest of named texts and of the code that makes something of them."""
    found = hashlib.sha256()
    for package in packages:
        found.update(_digest_of_package(package))
    for name, text in sorted(texts.items()):
        for piece in (name.encode(), text.encode()):
            found.update(len(piece).to_bytes(8))
            found.update(piece)
    return found.hexdigest()


def _file(home: Home, name: str) -> Path:
    return home.folder / "notes" / f"{name}.json"


@cache
def _digest_of_package(package: str) -> bytes:
    found = hashlib.sha256()
    for file in _files_below(resources.files(package)):
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.digest()


def _files_below(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _files_below(entry)
        elif entry.name.endswith((".py", ".yaml")):
            found.append(entry)
    return found
