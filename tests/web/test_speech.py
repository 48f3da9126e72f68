"""Words of the frame: the same keys in every language, everything the pages say is written down, browsers are heard."""

from __future__ import annotations

import re
from importlib import resources

import pytest
import yaml

from tests.web.kit import EXAMPLES
from troth.app.organisation import compiled_folder
from troth.policy.catalogue import Catalogue
from troth.policy.facts import FAMILIES, Condition
from troth.web.plainly import FACT_WORDS, Plainly
from troth.web.speech import LANGUAGES, catalogue, chosen

FOLDER = resources.files("troth.web")
TEMPLATES = [
    f.read_text(encoding="utf-8") for f in FOLDER.joinpath("templates").iterdir() if f.name.endswith(".html")
]


def written(language: str) -> list[str]:
    text = FOLDER.joinpath("locale", f"{language}.yaml").read_text(encoding="utf-8")
    return [line.partition(":")[0] for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_once(language: str) -> None:
    assert len(written(language)) == len(set(written(language)))
    assert set(written(language)) == set(written("en"))
    plain = yaml.safe_load(FOLDER.joinpath("locale", f"{language}.yaml").read_text(encoding="utf-8"))
    assert all(isinstance(words, str) and words.strip() for words in plain.values())


def test_what_the_pages_say_is_written_down() -> None:
    said = {key for text in TEMPLATES for key in re.findall(r"\bt\('([^']+)'\)", text)}
    assert said
    assert said - catalogue("en").keys() == set()


def test_nothing_is_written_down_in_vain() -> None:
    text = "\n".join(TEMPLATES)
    begun = (*re.findall(r"\bt\('([^'%]+\.)'", text), "state.", "error.")
    unused = [key for key in catalogue("en") if f"'{key}'" not in text and not key.startswith(begun)]
    assert unused == []


@pytest.mark.parametrize(
    ("preferred", "accepted", "spoken"),
    [
        ("", "", "en"),
        ("", "ms", "ms"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "de, fr;q=0.5", "en"),
        ("", "en;q=0.2, ms;q=0.7", "ms"),
        ("", "zh;q=0, en", "en"),
        ("", "zh;q=x", "en"),
        ("", ";;;,,,", "en"),
        ("ms", "zh", "ms"),
        ("xx", "zh", "zh"),
    ],
)
def test_the_language_a_reader_wishes(preferred: str, accepted: str, spoken: str) -> None:
    assert chosen(preferred, accepted) == spoken


def test_every_family_of_facts_has_words() -> None:
    assert FACT_WORDS.keys() == FAMILIES.keys()


def test_conditions_are_said_with_the_names_the_policy_gives() -> None:
    say = Plainly(Catalogue.of(compiled_folder(EXAMPLES / "harbour")[0]))
    assert say.condition(Condition.parse("shown:filing_notice or not registered")) == (
        "was shown: What a filing needs, or not: the person has an account"
    )
    assert "statute" in say.literal("paper:citation")
    rows = {row.name: row.values for row in say.terms(say.catalogue.by_key("point:filing_form"))}  # type: ignore[arg-type]
    assert rows["what"] == ("form",)
    assert "label" not in rows
