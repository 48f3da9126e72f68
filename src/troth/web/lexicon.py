"""The words of the policy language itself (kinds, terms, vocabularies, controls) in the languages people read.

English stands where the language is defined; the others are written down in `locale/language.*.yaml`, by the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from troth.policy import vocabulary
from troth.policy.load import term_fields
from troth.policy.model import KINDS
from troth.policy.vocabulary import Vocabulary
from troth.promises.model import Control

VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    name.lower(): value
    for name, value in vars(vocabulary).items()
    if name.isupper() and isinstance(value, dict)
}
MEANT: Final = frozenset(
    {
        "papers",
        "recipient_facts",
        "duties",
        "regions",
        "languages",
        "channels",
        "change_kinds",
        "sides",
        "start_events",
    }
)
"""Vocabularies whose words are best said by their meaning; those of the others speak for themselves."""
KIND_WORDS: Final[Mapping[str, str]] = {
    "text_claim": "claim about the text",
    "class": "class of persons",
    "change": "rule of change",
    "role": "role of staff",
    "tenant": "rule about tenants",
    "minor": "rule about minors",
    "point": "place of collection",
    "user_duty": "what the person is asked to do",
    "lawful_basis": "list of legal bases",
    "request_ground": "ground of a request",
    "message": "class of messages",
    "export": "route abroad",
    "residency": "place of storage",
    "category": "kind of data",
    "source": "source of data",
    "acceptance": "acceptance of the policy",
    "retention": "time of keeping",
}
_ABOUT: Final = {
    (kind.kind, name): str(of.metadata["doc"]).partition(" (default")[0]
    for kind in KINDS.values()
    for name, of in term_fields(kind).items()
}
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "hours": ("hour", "hours"),
    "calendar_days": ("calendar day", "calendar days"),
    "working_days": ("working day", "working days"),
    "months": ("month", "months"),
    "years": ("year", "years"),
}


class Lexicon:
    """Says the words of the policy language in one language; what nobody translated yet is said in English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._said = _written(language)

    def kind(self, kind: str) -> str:
        """What a kind of statement is called."""
        return self._of("kinds", kind) or KIND_WORDS.get(kind, in_words(kind))

    def about(self, kind: str, term: str) -> str:
        """What a term of a kind of statement is about."""
        own = self._of("terms", f"{kind}.{term}") or self._of("terms", term)
        return own or _ABOUT.get((kind, term), in_words(term))

    def word(self, vocabulary: str, id: str) -> str:
        """A word of a closed vocabulary."""
        said, known = self.translated(vocabulary, id), VOCABULARIES[vocabulary].get(id)
        if said or known is None:
            return said or in_words(id)
        return known.meaning if vocabulary in MEANT else in_words(id)

    def meaning(self, vocabulary: str, id: str) -> str:
        """What a word of a closed vocabulary means: in one line where the language has one, else the word itself."""
        return VOCABULARIES[vocabulary][id].meaning if self.language == "en" else self.word(vocabulary, id)

    def of(self, words: Vocabulary, id: str) -> str:
        """As `word`, for a vocabulary in hand."""
        return self.word(next(name for name, value in VOCABULARIES.items() if value is words), id)

    def translated(self, section: str, id: str) -> str:
        """What a word was translated to, in a section of the file or one of its vocabularies; '' where nobody did."""
        return self._of(section, id) or str(self._said.get("words", {}).get(section, {}).get(id, ""))

    def control(self, control: Control) -> str:
        """What a control does."""
        return self._of("controls", control.id) or control.title

    def period(self, value: int, unit: str) -> str:
        """A length of time as a policy gives it."""
        said = self.translated("units", unit)
        one, many = _UNITS.get(unit, (unit, unit))
        return f"{value} {said or (one if value == 1 else many)}"

    def _of(self, section: str, key: str) -> str:
        return str(self._said.get(section, {}).get(key, ""))


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language."""
    return Lexicon(language)


def in_words(text: str) -> str:
    """An identifier as words: `collection_point` as `collection point`."""
    return text.replace("_", " ")


@cache
def _written(language: str) -> Mapping[str, Mapping[str, Any]]:
    file = resources.files("troth.web").joinpath("locale", f"language.{language}.yaml")
    found: dict[str, dict[str, Any]] = (
        yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    )
    return found
