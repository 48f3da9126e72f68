"""Words of the frame in the languages people read: one catalogue a language, the same keys in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Final

import yaml

LANGUAGES: Final = ("en", "zh", "ms")
NAMES: Final[Mapping[str, str]] = {"en": "English", "zh": "中文", "ms": "Bahasa Melayu"}
Speak = Callable[[str], str]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The words of a language; what it lacks is said in English."""
    file = resources.files("troth.web").joinpath("locale", f"{language}.yaml")
    words: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return words if language == "en" else {**catalogue("en"), **words}


def speaker(language: str) -> Speak:
    """What says a key in a language; a key nobody wrote down is a fault of the program (KeyError)."""
    return catalogue(language).__getitem__


def chosen(preferred: str, accepted: str) -> str:
    """The language to speak: the one preferred, else the first known one a browser accepts (RFC 9110, 12.5.4), else English."""
    if preferred in LANGUAGES:
        return preferred
    wishes = []
    for part in accepted.split(",")[:20]:
        name, _, rest = part.strip().partition(";")
        wishes.append((-_weight(rest), name.split("-")[0].lower()))
    return next(
        (name for weight, name in sorted(wishes, key=lambda w: w[0]) if weight < 0 and name in LANGUAGES),
        "en",
    )


def label(words: Mapping[str, str], language: str, otherwise: str = "") -> str:
    """A label of the policy in the language spoken, or in English, or in any it has."""
    return words.get(language) or words.get("en") or next(iter(words.values()), otherwise)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
