"""A laid-out text loses nothing: all words in order, every clause id in its place."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.web.kit import EXAMPLES
from troth.app.opening import compiled_folder
from troth.app.originals import match_originals
from troth.policy.bundle import Bundle
from troth.policy.clauses import Cut, Kind, cut
from troth.web.layout import Block, homeless, lay_out, plain

NAMES = ("harbour", "axle", "counter", "desk", "gateway")


def example(name: str) -> tuple[Bundle, Cut]:
    bundle, texts = compiled_folder(EXAMPLES / name)
    ref = next(text for text in bundle.texts if text.authoritative)
    return bundle, cut(texts[ref.file], format="markdown", language=ref.language)


def words_of(blocks: tuple[Block, ...]) -> list[str]:
    return "".join(passage.words for block in blocks for passage in block.passages).split()


@pytest.mark.parametrize("name", NAMES)
def test_every_word_is_there_once_and_in_order(name: str) -> None:
    bundle, text = example(name)
    found = "".join(words_of(lay_out(text, bundle.clauses)))
    wanted = "".join("".join(clause.text.split()) for clause in text.clauses)
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_is_shown_once(name: str) -> None:
    bundle, text = example(name)
    shown = Counter(id for block in lay_out(text, bundle.clauses) for id in block.ids)
    assert shown == Counter(clause.id for clause in bundle.clauses)


def test_headings_stay_headings() -> None:
    bundle, text = example("harbour")
    blocks = lay_out(text, bundle.clauses)
    assert blocks[0].kind is Kind.TITLE
    heading = next(block for block in blocks if block.address == "3.1")
    assert (heading.kind, heading.number, heading.passages[0].words) == (Kind.HEADING, "3.1", "Sharing")


REWORDED = "1. Data\n\n1.1 First sentence here. Second sentence there.\n\n1.2 Only one. But two are bound! And a third.\n"


def test_other_words_under_the_same_addresses_are_told_apart_by_sentence() -> None:
    own = cut("1. Data\n\n1.1 One. Two.\n\n1.2 Three, four.\n")
    text = cut(REWORDED)
    from troth.policy.bundle import ClauseRef

    refs = (
        ClauseRef("a", "1.1", 1, 0, 8, ""),
        ClauseRef("b", "1.1", 2, 8, 12, ""),
        ClauseRef("c", "1.2", 1, 0, 10, ""),
        ClauseRef("d", "1.2", 2, 10, 15, ""),
        ClauseRef("e", "7.9", 1, 0, 3, ""),
    )
    assert own.by_address().keys() == text.by_address().keys()
    blocks = {block.address: block for block in lay_out(text, refs, own=False)}
    assert [(p.words, p.id) for p in blocks["1.1"].passages] == [
        ("First sentence here.", "a"),
        ("Second sentence there.", "b"),
    ]
    assert blocks["1.2"].beside == ("c", "d"), "three sentences for two clauses: neither may be guessed"
    assert [p.id for p in blocks["1.2"].passages] == [""]
    assert homeless(text, refs) == ("e",)


def test_marks_of_emphasis_are_not_read_aloud() -> None:
    assert plain("Write to **us** at [home](https://a.example) &amp; wait") == "Write to us at home & wait"


def test_an_original_is_found_by_its_addresses_and_belongs_to_one_policy() -> None:
    bundles = {name: example(name)[0] for name in ("harbour", "counter")}
    texts = {"one.txt": example("harbour")[1], "two.txt": cut("1. Nothing\n\n1.1 Alike.\n")}
    assert match_originals(bundles, texts) == {"harbour": texts["one.txt"]}
    assert match_originals(bundles, {}) == {}
