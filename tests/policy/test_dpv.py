"""Every term of the W3C Data Privacy Vocabulary that the language names exists there."""

from __future__ import annotations

import pytest

from troth.policy import vocabulary
from troth.policy.dpv import NAMESPACES, TERMS

VOCABULARIES = {
    name: value for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, dict)
}


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_a_vocabulary_names_terms_that_exist(name: str) -> None:
    named = {word: entry.dpv for word, entry in VOCABULARIES[name].items() if getattr(entry, "dpv", "")}
    assert {word: term for word, term in named.items() if term not in TERMS} == {}


def test_every_term_has_a_namespace() -> None:
    assert {term.partition(":")[0] for term in TERMS} == set(NAMESPACES)
    assert "dpv:Marketing" in TERMS
    assert "eu-gdpr:A15" in TERMS
    assert "dpv:A15" not in TERMS
