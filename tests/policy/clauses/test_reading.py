"""Sentences, the difference between two cuts, and how a cut is shown."""

from __future__ import annotations

import hashlib
import json

import pytest

from troth.policy.clauses import as_json, compare, cut, digest_of, render, sentences


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("We keep it. You may ask! Why?", "en", ["We keep it.", "You may ask!", "Why?"]),
        ("all is small. it goes on.", "en", ["all is small.", "it goes on."]),
        ("Ask Acme Co., Ltd. for it, e.g. by mail, i.e. in writing.", "en", None),
        ("It costs 3.5 points. See No. 7 there.", "en", ["It costs 3.5 points.", "See No. 7 there."]),
        ("It ends here.Glued it goes on.", "en", ["It ends here.", "Glued it goes on."]),
        ("See https://www.Example.Com/a.Html or so.", "en", None),
        ("He said “no.” We went.", "en", ["He said “no.”", "We went."]),
        (
            "Kami simpan data, cth. nama. Anda boleh bertanya.",
            "ms",
            ["Kami simpan data, cth. nama.", "Anda boleh bertanya."],
        ),
        ("我们收集信息。您可以撤回！为什么？", "zh", ["我们收集信息。", "您可以撤回！", "为什么？"]),
        ("他说“不行。”我们走了。", "zh", ["他说“不行。”", "我们走了。"]),
        ("", None, []),
        ("no end", None, ["no end"]),
    ],
)
def test_sentences(text: str, language: str | None, wanted: list[str] | None) -> None:
    assert [text[a:b] for a, b in sentences(text, language)] == ([text] if wanted is None else wanted)


OLD = "1. Data\n1.1 We take your name.\n1.2 We take your mail.\n1.3 We keep both.\n"


def test_a_reworded_clause_is_told() -> None:
    assert compare(cut(OLD), cut(OLD.replace("both", "neither"))).reworded == ("1.3",)


def test_an_added_and_a_removed_clause_are_told() -> None:
    more = cut(OLD + "1.4 We drop all.\n")
    assert compare(cut(OLD), more).added == ("1.4",)
    assert compare(more, cut(OLD)).removed == ("1.4",)


def test_a_renumbered_clause_moved() -> None:
    difference = compare(cut(OLD), cut(OLD.replace("1.3 We", "1.4 We").replace("1.2", "1.3")))
    assert difference.moved == (("1.2", "1.3"), ("1.3", "1.4"))
    assert (difference.reworded, difference.added, difference.removed) == ((), (), ())


def test_white_space_and_unicode_form_are_no_rewording() -> None:
    assert compare(cut("1. caf\u00e9  is open\n"), cut("1.  cafe\u0301 is\u00a0open\r\n")).empty


def test_the_digest_is_sha_256_of_the_composed_folded_text() -> None:
    assert digest_of(" cafe\u0301\n\n bar ") == hashlib.sha256("caf\u00e9 bar".encode()).hexdigest()


def test_a_number_without_words_never_counts_as_moved() -> None:
    difference = compare(cut("1.1 Kept.\n1.2\n"), cut("1.1 Kept.\n1.3\n"))
    assert (difference.removed, difference.added, difference.moved) == (("1.2",), ("1.3",), ())


def test_a_cut_is_shown_a_line_a_clause() -> None:
    made = cut(OLD)
    lines = render(made).splitlines()
    assert len(lines) == 4
    assert lines[1].split()[:2] == ["1.1", made.clauses[1].digest[:12]]
    assert lines[1].startswith("  1.1")
    assert lines[1].endswith("1.1 We take your name.")


def test_a_cut_is_plain_json() -> None:
    values = json.loads(json.dumps(as_json(cut(OLD, language="en"))))
    assert values["language"] == "en"
    assert values["clauses"][1]["address"] == "1.1"
    assert values["clauses"][1]["parent"] == "1"
    assert values["findings"] == []
