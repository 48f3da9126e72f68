"""Laws that hold for every text: nothing is lost, addresses are unique, a rewording changes one digest and no address."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from troth.policy.clauses import Cut, Format, compare, cut, digest_of, sentences

WORDS = ("we", "keep", "your", "name", "until", "you", "leave", "shop", "mail", "order")
PIECES = (
    *("1.", "1.1", "1.2.3", "2、", "(1)", "（一）", "第一条", "第二章", "一、", "(i)", "(a)", "a)", "•", "-", "*", "Perkara 1"),
    "Bahagian A",
    *("#", "##", "|", "---", "```", "<!--", "-->", "<p>", "</p>", "<li>", "<ol>", "<b>", "&amp;", "[x](y)", "**", "\\", "<td>", "<h2>"),
    *("\n", "\n\n", "\r\n", "  ", "\t", "\0", "\ufeff", "\u202e", ":", ".", ";", "。", "we keep", "Data", "名称", "html"),
)  # fmt: skip
SIGNED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
ANY = st.one_of(st.text(max_size=200), SIGNED)


@given(ANY, st.sampled_from(list(Format)))
def test_joined_again_the_clauses_give_back_the_text(text: str, format: Format) -> None:
    made = cut(text, format=format)
    assert made.joined() == text
    ends = [0, *(c.end for c in made.clauses)]
    assert [c.start for c in made.clauses] == ends[:-1]


@given(ANY, st.sampled_from(list(Format)))
def test_addresses_are_unique_parents_exist_and_digests_fit(text: str, format: Format) -> None:
    made = cut(text, format=format)
    seen: dict[str, int] = {}
    for clause in made.clauses:
        assert clause.address not in seen
        assert clause.level == (seen[clause.parent] + 1 if clause.parent else 1)
        assert clause.digest == digest_of(clause.text)
        seen[clause.address] = clause.level


@given(ANY, st.sampled_from([None, "en", "ms", "zh"]))
def test_sentences_are_in_order_and_leave_out_only_white_space(text: str, language: str | None) -> None:
    left, position = "", 0
    for start, end in sentences(text, language):
        assert position <= start < end <= len(text)
        left += text[position:start]
        position = end
    assert not (left + text[position:]).strip()


sentence = st.lists(st.sampled_from(WORDS), min_size=2, max_size=8).map(
    lambda w: " ".join(w).capitalize() + "."
)


@st.composite
def numbered(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """A text as (number, sentence, address wanted): sections, dotted clauses, letters, bullets, paragraphs."""
    lines: list[tuple[str, str, str]] = []
    for section in range(1, draw(st.integers(1, 4)) + 1):
        lines.append((f"{section}. ", draw(sentence), f"{section}"))
        lines += [("", draw(sentence), f"{section}¶{n + 1}") for n in range(draw(st.integers(0, 2)))]
        for clause in range(1, draw(st.integers(0, 3)) + 1):
            address = f"{section}.{clause}"
            lines.append((f"{address} ", draw(sentence), address))
            letters, dots = draw(st.integers(0, 3)), draw(st.integers(0, 2))
            lines += [("• ", draw(sentence), f"{address}•{n + 1}") for n in range(dots)]
            lines += [(f"({'abc'[n]}) ", draw(sentence), f"{address}({'abc'[n]})") for n in range(letters)]
    return lines


def written(lines: Sequence[tuple[str, str, str]]) -> Cut:
    return cut("".join(f"{number}{text}\n" for number, text, _ in lines))


@given(numbered())
def test_every_number_written_is_an_address(lines: list[tuple[str, str, str]]) -> None:
    assert [c.address for c in written(lines).clauses] == [address for _, _, address in lines]


@given(numbered(), st.data())
def test_rewording_a_clause_changes_its_digest_and_nothing_else(
    lines: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, len(lines) - 1))
    number, text, address = lines[i]
    reworded = [*lines[:i], (number, f"Newly put: {text}", address), *lines[i + 1 :]]
    difference = compare(written(lines), written(reworded))
    assert (difference.reworded, difference.added, difference.removed, difference.moved) == (
        (address,),
        (),
        (),
        (),
    )


@given(numbered(), st.data())
def test_a_paragraph_put_in_moves_no_number(lines: list[tuple[str, str, str]], data: st.DataObject) -> None:
    i = data.draw(st.integers(1, len(lines)))
    more = written([*lines[:i], ("", "Something quite new stands here.", ""), *lines[i:]]).by_address()
    counted = ("¶", "•")
    kept = [(a, t) for _, t, a in lines if not any(sign in a for sign in counted)]
    assert all(more[address].text == text for address, text in kept)


@given(numbered())
def test_cutting_twice_gives_the_same(lines: list[tuple[str, str, str]]) -> None:
    assert written(lines) == written(lines)
    assert compare(written(lines), written(lines)).empty
