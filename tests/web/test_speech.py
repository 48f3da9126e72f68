"""What the pages say: the same keys in every language, all of it written down and none in vain, browsers are heard."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import resources

import pytest
import yaml

from tests.tidy.source import ROOT
from tests.web.kit import EXAMPLES
from troth.app.opening import compiled_folder
from troth.consent.model import ConsentAct
from troth.policy.catalogue import Catalogue
from troth.policy.facts import FAMILIES, Condition
from troth.policy.load import term_fields
from troth.policy.model import KINDS
from troth.policy.terms import UNITS
from troth.promises.controls import REGISTRY
from troth.web.lexicon import VOCABULARIES, lexicon
from troth.web.plainly import Plainly
from troth.web.speech import LANGUAGES, catalogue, chosen, speaker

FOLDER = resources.files("troth.web")
SAYING = [
    path.read_text(encoding="utf-8")
    for pattern in ("templates/*.html", "*.py", "console/*.py", "centre/*.py")
    for path in sorted((ROOT / "src" / "troth" / "web").glob(pattern))
]
"""Everything that speaks: templates, and the modules that make sentences."""


def written(language: str) -> list[str]:
    text = FOLDER.joinpath("locale", f"{language}.yaml").read_text(encoding="utf-8")
    return [line.partition(":")[0] for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_once(language: str) -> None:
    assert len(written(language)) == len(set(written(language)))
    assert set(written(language)) == set(written("en"))
    plain = yaml.safe_load(FOLDER.joinpath("locale", f"{language}.yaml").read_text(encoding="utf-8"))
    assert all(
        isinstance(words, str) and (words.strip() or key.startswith("join.")) for key, words in plain.items()
    )


def test_what_the_pages_say_is_written_down() -> None:
    said = {key for text in SAYING for key in re.findall(r"\bt\(['\"]([a-z0-9_.]*[a-z0-9_])['\"]", text)}
    counted = {key for text in SAYING for key in re.findall(r"\bcounted\(['\"]([a-z0-9_.]+)['\"]", text)}
    assert len(said) > 100
    assert said - catalogue("en").keys() == set()
    assert {f"{key}.{form}" for key in counted for form in ("one", "many")} - catalogue("en").keys() == set()


def test_nothing_is_written_down_in_vain() -> None:
    text = "\n".join(SAYING)
    begun = tuple(re.findall(r"['\"]([a-z_]+\.(?:[a-z_]+\.)*)['\"{%]", text))
    assert "event." in begun
    unused = [key for key in catalogue("en") if not re.search(f"['\"]{re.escape(key)}['\"]", text)]
    counted = {key.rpartition(".")[0] for key in unused if key.endswith((".one", ".many"))}
    alone = [key for key in unused if key.rpartition(".")[0] not in counted]
    assert [key for key in alone if not key.startswith(begun)] == []
    assert [
        key
        for key in sorted(counted)
        if f'"{key}"' not in text and f"'{key}'" not in text and not f"{key}.".startswith(begun)
    ] == []


def test_values_stand_in_the_same_places_in_every_language() -> None:
    for key, words in catalogue("en").items():
        places = sorted(set(re.findall(r"{(\w+)}", words)))
        for language in LANGUAGES:
            assert sorted(set(re.findall(r"{(\w+)}", catalogue(language)[key]))) == places, (language, key)


def test_every_kind_of_event_has_words() -> None:
    """Every kind that some room writes, found where rooms write them down."""
    home = ROOT / "src" / "troth"
    sources = home.rglob("*.py")
    rooms = "|".join([*sorted(path.parent.name for path in home.glob("*/evidence.py")), "ledger", "packs"])
    written = {
        kind
        for path in sources
        for kind in re.findall(rf'"((?:{rooms}):[a-z_]+:[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    written |= {f"consent:item:{act}" for act in ConsentAct}
    assert len(written) > 50
    assert [
        kind for kind in sorted(written) if f"event.{kind.replace(':', '.')}" not in catalogue("en")
    ] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_word_of_the_policy_language_is_translated(language: str) -> None:
    words, english = lexicon(language), lexicon("en")
    assert [kind.kind for kind in KINDS.values() if not words.translated("kinds", kind.kind)] == []
    terms = {(kind.kind, term) for kind in KINDS.values() for term in term_fields(kind)}
    assert [t for t in sorted(terms) if words.about(*t) == english.about(*t)] == []
    used = [name for name in VOCABULARIES if name != "reading_names"]
    same = [(name, id) for name in used for id in VOCABULARIES[name] if not words.translated(name, id)]
    assert same == []
    assert [c.id for c in REGISTRY if words.control(c) == c.title] == []
    assert [unit for unit in UNITS if words.period(2, unit) == english.period(2, unit)] == []


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
    assert [family for family in FAMILIES if f"fact.{family}" not in catalogue("en")] == []


def test_conditions_are_said_with_the_names_the_policy_gives() -> None:
    declared = Catalogue.of(compiled_folder(EXAMPLES / "harbour")[0])
    say = Plainly(declared)
    assert say.condition(Condition.parse("shown:filing_notice or not registered")) == (
        "was shown: What a filing needs, or not: the person has an account"
    )
    assert "statute" in say.literal("paper:citation")
    rows = {row.name: row.values for row in say.terms(say.catalogue.by_key("point:filing_form"))}  # type: ignore[arg-type]
    assert rows["what"] == ("form",)
    assert "label" not in rows
    assert Plainly(declared, "zh").literal("not registered") == "没有：本人有账户"
    assert Plainly(declared, "ms").literal("paper:citation").startswith("dalam fail: statut")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 seconds"), (1, "1 second"), (3600, "1 hour"), (90000, "1 day")]
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert speaker("en").age(timedelta(seconds=seconds)) == said
