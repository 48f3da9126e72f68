"""What the pages say, in the languages people read: one catalogue a language, the same keys in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Final

import yaml

LANGUAGES: Final = ("en", "zh", "ms")
NAMES: Final[Mapping[str, str]] = {"en": "English", "zh": "中文", "ms": "Bahasa Melayu"}
_SPANS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Voice:
    """Says the keys of a catalogue in one language; a key nobody wrote down is a fault of the program (KeyError)."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = catalogue(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """The words of a key, with these values in their places."""
        words = self._words[key]
        return words.format(**values) if values else words

    def known(self, key: str, otherwise: str) -> str:
        """The words of a key, or others where nobody wrote them down."""
        return self._words.get(key, otherwise)

    def counted(self, key: str, number: int, **values: object) -> str:
        """A number of things: languages that tell one from many have a word for each."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", number=number, **values)

    def listed(self, items: Iterable[str], how: str = "join.list") -> str:
        """Several things in a row, joined as the language does."""
        return self(how).join(items)

    def age(self, age: timedelta) -> str:
        """A length of time in its largest whole unit."""
        seconds = max(int(age.total_seconds()), 0)
        size, unit = next((span for span in _SPANS if seconds >= span[0]), _SPANS[-1])
        return self.counted(f"age.{unit}", seconds // size)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The words of a language, those of the frame and those that rooms bring in folders of their own; what it lacks is said in English."""
    folder = resources.files("troth.web").joinpath("locale")
    rooms = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.name)
    words: dict[str, str] = {}
    for place in (folder, *rooms):
        file = place.joinpath(f"{language}.yaml")
        words |= yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return words if language == "en" else {**catalogue("en"), **words}


@cache
def speaker(language: str) -> Voice:
    """What speaks a language."""
    return Voice(language)


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
