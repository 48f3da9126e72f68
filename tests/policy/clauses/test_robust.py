"""Bad input: a finding with a place and a way to mend it, never an exception, never a lost character."""

from __future__ import annotations

import pytest

from troth.kernel.findings import Finding, Severity
from troth.policy.clauses import MAX_CHARACTERS, Format, Kind, cut, decode


@pytest.mark.parametrize("format", list(Format))
def test_an_empty_text_is_refused(format: Format) -> None:
    made = cut("", format=format, name="policy.txt")
    assert (made.clauses, made.refused, made.joined()) == ((), True, "")
    assert str(made.findings[0].place) == "policy.txt"
    assert made.findings[0].help


@pytest.mark.parametrize("text", [" \n\t\n", "\ufeff", "\u200b\r\n", "\0"])
def test_a_text_without_words_is_refused_and_kept(text: str) -> None:
    made = cut(text)
    assert made.refused
    assert made.joined() == text
    assert [c.kind for c in made.clauses] == [Kind.BLANK]


@pytest.mark.parametrize("format", list(Format))
def test_a_text_beyond_the_limit_is_refused_whole_by_one_finding(format: Format) -> None:
    made = cut("1. a\n" * (MAX_CHARACTERS // 5 + 1), format=format)
    assert [f.code for f in made.findings] == ["text-too-long"]
    assert made.clauses == ()


def test_bytes_beyond_the_limit_are_refused_before_they_are_read() -> None:
    refused = decode(b"x" * (4 * MAX_CHARACTERS + 1), name="big.txt")
    assert isinstance(refused, Finding)
    assert refused.code == "text-too-long"


def test_latin_1_bytes_are_one_finding_with_its_line() -> None:
    refused = decode("Erste Zeile\nGr\xf6\xdfe\n".encode("latin-1"), name="policy.txt")
    assert isinstance(refused, Finding)
    assert (refused.code, refused.severity, str(refused.place)) == (
        "text-not-utf8",
        Severity.ERROR,
        "policy.txt:2",
    )
    assert "iconv" in refused.help


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_bytes_are_read(encoding: str) -> None:
    text = decode("1. Größe\n".encode(encoding))
    assert isinstance(text, str)
    made = cut(text)
    assert [(c.address, c.text) for c in made.clauses] == [("1", "Größe")]


def test_an_unknown_format_is_a_finding() -> None:
    made = cut("1. a", format="docx")
    assert made.refused
    assert "markdown" in made.findings[0].help


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\u2028", "\f"])
def test_every_line_end_parts_clauses(end: str) -> None:
    text = f"1. A{end}{end}2. B"
    made = cut(text)
    assert [c.address for c in made.clauses] == ["1", "2"]
    assert made.joined() == text


def test_a_byte_order_mark_and_zero_width_signs_hide_no_number() -> None:
    assert [c.address for c in cut("\ufeff1. A\n\u200b2. B\n\u200e3. C\n").clauses] == ["1", "2", "3"]


def test_a_nul_is_a_warning_with_its_line_and_no_content() -> None:
    made = cut("1. A\n2. B\0C\n")
    assert made.by_address()["2"].text == "BC"
    assert [(f.code, f.place.line, f.severity) for f in made.findings] == [("text-nul", 2, Severity.WARNING)]


def test_a_sign_that_turns_the_order_of_letters_is_a_warning() -> None:
    assert [f.code for f in cut("1. pay \u202e001\u202c now\n").findings] == ["text-turned"]


def test_right_to_left_writing_is_read() -> None:
    text = "1. سياسة الخصوصية\n1.1 نجمع اسمك.\n(أ) الاسم؛\n"
    made = cut(text)
    assert [c.address for c in made.clauses][:2] == ["1", "1.1"]
    assert made.joined() == text


def test_a_paragraph_broken_at_a_fixed_width_is_one_clause() -> None:
    text = (
        "The shop keeps what it needs to send you the goods that you\n"
        "have ordered and to answer you when you write to us about\n"
        "them.\n\n1. It keeps your name and your address, and nothing that\n"
        "   is not needed for sending.\n2. It keeps no card numbers.\n"
    )
    assert [c.address for c in cut(text).clauses] == ["Intro¶1", "1", "2"]


def test_a_long_title_above_a_short_line_is_not_taken_for_a_broken_paragraph() -> None:
    text = "How we may share what we know about you with others\nWe do not.\n"
    assert [c.address for c in cut(text).clauses] == ["Title", "Intro¶1"]


def test_a_very_long_line_is_kept_with_a_note_that_it_was_not_searched() -> None:
    text = "1.1 " + "Word. 1.2 Word. " * 10_000
    made = cut(text)
    assert [f.code for f in made.findings] == ["text-long-line"]
    assert made.joined() == text


def test_nesting_has_a_floor() -> None:
    text = "".join(f"{'  ' * n}- item\n" for n in range(200)) + "".join(
        "1. Title\nMore words follow here:\n" for _ in range(50)
    )
    assert max(c.level for c in cut(text).clauses) < 20
