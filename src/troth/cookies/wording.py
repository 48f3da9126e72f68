"""The words of the banner: one file a language, the same keys in each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def wording(language: str) -> Mapping[str, str]:
    """The words of one of the languages there are (KeyError of the file system for another)."""
    file = resources.files("troth.cookies").joinpath("words", f"{language}.yaml")
    found: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found
