"""Numbers as found become addresses: every style in English, Malay and Chinese, nested, glued, repeated, in running text."""

from __future__ import annotations

import pytest

from troth.policy.clauses import Cut, Kind, cut


def addresses(text: str, format: str = "text") -> list[str]:
    made = cut(text, format=format)
    assert made.joined() == text
    return [c.address for c in made.clauses]


def numbers(made: Cut) -> dict[str, str | None]:
    return {c.address: c.number for c in made.clauses}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. Data\n1.1 We keep it.\n1.2After you ask we drop it.\n", ["1", "1.1", "1.2"]),
        (
            "5. Rights\n(1) See\nYou may look.\n(6) Answers\nNot when:\n1. it harms;\n2. it is secret.\n",
            ["5", "5(1)", "5(1)¶1", "5(6)", "5(6)¶1", "5(6)1", "5(6)2"],
        ),
        ("1.3 Aims:\n(a) one;\n(b) two.\n", ["1.3", "1.3(a)", "1.3(b)"]),
        ("1.3(a) One thing here.\n(b) Another thing.\n(c) A third.\n", ["1.3(a)", "1.3(b)", "1.3(c)"]),
        ("1.3 (a) One thing here.\n(b) Another thing.\n", ["1.3", "1.3(a)", "1.3(b)"]),
        ("1、Data\n2、Use\n", ["1", "2"]),
        ("1) one;\n2) two.\n", ["(1)", "(2)"]),
        ("a) one;\nb) two.\n", ["(a)", "(b)"]),
        ("(i) one;\n(ii) two;\n(iii) three.\n", ["(i)", "(ii)", "(iii)"]),
        ("(h) eighth;\n(i) ninth;\n(j) tenth.\n", ["(h)", "(i)", "(j)"]),
        ("A. Scope\nB. Use\nI. One\nII. Two\n", ["A", "B", "I", "II"]),
        ("①甲方；\n②乙方。\n", ["①", "②"]),
        (
            "第一章 总则\n第一条 适用。\n第二章 使用\n第二条 目的：\n（一）甲方；\n（二）乙方。\n",
            ["第一章", "第一条", "第二章", "第二条", "第二条（一）", "第二条（二）"],
        ),
        ("一、收集\n（一）登录\n1. 手机号。\n二、共享\n", ["一", "一（一）", "一（一）1", "二"]),
        (
            "Bahagian A: Am\nPerkara 1. Kami mengumpul:\n(a) nama;\n(b) e-mel.\nPerkara 2. Hak\nFasal 3 Aduan\n",
            ["Bahagian A", "Perkara 1", "Perkara 1(a)", "Perkara 1(b)", "Perkara 2", "Fasal 3"],
        ),
        ("Part 1: General\nArticle 4 Scope\nSection 5 – Use\n", ["Part 1", "Article 4", "Section 5"]),
    ],
)
def test_every_style_of_number_is_an_address(text: str, wanted: list[str]) -> None:
    assert addresses(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "1.2.5 Tools:\n1.2.5.4 Alpha\nLink: https://x.example/a.html1.2.5.5 Beta tool\nWhat it does.\n",
            "1.2.5.5",
        ),
        ("1.2.1.1After you agree we read it.\n", "1.2.1.1"),
        ("4.1 We guard it.4.2 We test it.\n", "4.2"),
        ("3. Sharing is rare.4. Transfer is rarer.\n", "4"),
        ("第三条 其他。第四条 我们会通知您。\n", "第四条"),
    ],
)
def test_a_number_glued_to_the_text_before_or_after_it_is_found(text: str, wanted: str) -> None:
    assert wanted in addresses(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.2 We use TLS1.3 everywhere and v1.2.1 of it.\n",
        "1.2 As said in section1.2.1 above, we keep it.\n",
        "1.2 Call 10.20.30.40 for help.\n",
        "3.5 million people use it.\n",
        "2.5 GB of data is stored.\n",
        "Section 5 applies to you.\n",
        "Article 6 of the law allows it.\n",
        "(c) 2024 The Company\n",
        "7 days is enough for us.\n",
        "2024-01-05 is the date.\n",
        "第三方可以访问。\n",
        "We follow paragraphs (a) and (b) of it.\n",
    ],
)
def test_figures_versions_and_references_are_no_numbers(text: str) -> None:
    assert len(cut(text).clauses) == 1


def test_numbers_are_given_as_found_and_the_text_without_them() -> None:
    made = cut("1、Data\n（一）甲方；\n• dot\n5.How\n")
    assert [(c.number, c.text) for c in made.clauses] == [
        ("1、", "Data"),
        ("（一）", "甲方；"),
        ("•", "dot"),
        ("5.", "How"),
    ]


def test_a_repeated_number_gets_a_suffix_and_holds_its_own_items() -> None:
    text = "4.1 First.\n4.1 Again:\n(a) one;\n4.2 Next.\n"
    assert addresses(text) == ["4.1", "4.1~2", "4.1~2(a)", "4.2"]


def test_a_dotted_number_keeps_its_address_against_a_list_that_would_take_it() -> None:
    text = "1. Data:\n1. names;\n2. mail.\n1.1 Cookies\n"
    made = cut("## 1. Data\n\n1. names;\n2. mail.\n\n### 1.1 Cookies\n", format="markdown")
    assert [c.address for c in made.clauses] == ["1", "1.1~2", "1.2", "1.1"]
    assert addresses(text)[-1] == "1.1"


def test_a_gap_or_a_slip_in_the_numbering_breaks_nothing() -> None:
    text = "1.2.5 Kits\n1.2.5.9 Nine\n1.2.4.10 Ten, misnumbered\n1.2.5.11 Eleven\n2. Two\n4. Four\n"
    made = cut(text).by_address()
    assert list(made) == ["1.2.5", "1.2.5.9", "1.2.4.10", "1.2.5.11", "2", "4"]
    assert made["1.2.5.11"].parent == "1.2.5"


def test_a_nested_list_ends_where_the_outer_numbering_goes_on() -> None:
    text = "1. Use\n(1) Kits\n1. We add kits.\n2. We check them.\n2. Share\n(1) With us\n"
    assert addresses(text) == ["1", "1(1)", "1(1)1", "1(1)2", "2", "2(1)"]


def test_two_readings_of_the_next_number_are_told_apart_by_shape() -> None:
    text = "1. Data we take\n2. How we share\nOnly so:\n1. With consent.\n2. By law.\n3. How we guard\n"
    assert addresses(text) == ["1", "2", "2¶1", "2.1", "2.2", "3"]


def test_paragraphs_and_bullets_count_within_what_holds_them() -> None:
    text = "7. Changes\nThey happen.\nMajor ones:\n• a new owner;\n• a new aim.\nWe tell you.\n"
    assert addresses(text) == ["7", "7¶1", "7¶2", "7¶2•1", "7¶2•2", "7¶3"]


def test_bullets_right_beneath_a_number_are_addressed_beneath_it() -> None:
    made = cut("1.3 Aims:\n  • to sell;\n  • to serve.\n").by_address()
    assert list(made) == ["1.3", "1.3•1", "1.3•2"]
    assert (made["1.3•2"].parent, made["1.3•2"].level) == ("1.3", 2)


def test_a_paragraph_after_a_list_that_a_colon_opened_belongs_to_what_holds_the_list() -> None:
    text = "3. Sharing\nOnly so:\n(1) with consent;\n(2) by law.\nPartners sign first.\n"
    assert addresses(text)[-1] == "3¶2"


def test_a_paragraph_after_a_titled_item_belongs_to_the_item() -> None:
    assert addresses("3.1 Kits:\n3.1.1 Alpha push\nIt pushes messages.\n")[-1] == "3.1.1¶1"


def test_an_enumeration_in_running_text_is_cut_and_the_rest_stays_a_paragraph() -> None:
    text = "6. Rights\nyou may (i) see it, (ii) mend it, and (iii) have it erased. write to us for that.\n"
    made = cut(text).by_address()
    assert list(made) == ["6", "6¶1", "6¶1(i)", "6¶1(ii)", "6¶1(iii)", "6¶1¶1"]
    assert made["6¶1¶1"].text == "write to us for that."


def test_a_flattened_row_of_items_is_cut_into_siblings() -> None:
    assert addresses("2. Aims\n(1) to bill you; (2) to help you.\n") == ["2", "2(1)", "2(2)"]


def test_a_table_of_contents_does_not_take_the_numbers_of_the_clauses() -> None:
    contents = "1、What we collect\n2、How we share\n3、Your rights\n"
    body = "1. What we collect\nNames.\n2. How we share\nNever.\n3. Your rights\nMany.\n"
    text = f"Notice\nIt covers:\n{contents}{body}"
    made = cut(text).by_address()
    assert [a for a in made if a.startswith("TOC")] == ["TOC.1", "TOC.2", "TOC.3"]
    assert made["1"].kind is Kind.HEADING
    assert made["TOC.1"].kind is Kind.CONTENTS
    assert {"1¶1", "2¶1", "3¶1"} <= made.keys()


def test_a_list_that_never_comes_again_is_no_table_of_contents() -> None:
    assert addresses("1. Data\n2. Use\n3. Rights\n") == ["1", "2", "3"]


def test_headings_without_number_are_named_by_their_words_and_the_text_before_them_is_the_intro() -> None:
    text = "You agree by using it.\nWhat may we collect?\nWe take your name.\nChange\nWe may change it.\n"
    assert addresses(text) == [
        "Intro¶1",
        "what-may-we-collect",
        "what-may-we-collect¶1",
        "change",
        "change¶1",
    ]


def test_flattened_cells_of_a_table_are_addressed_one_by_one() -> None:
    text = "1.3 Permissions\nCamera\nTo take photos\nyes\nMicrophone\nTo talk\nyes\n"
    assert addresses(text) == ["1.3", *(f"1.3¶{n}" for n in range(1, 7))]


def test_a_number_that_only_a_space_parts_from_its_title_must_be_due() -> None:
    assert addresses("1 Scope\nAll of it.\n2 Terms\nSome of it.\n32 Long Road\n") == [
        "1",
        "1¶1",
        "2",
        "2¶1",
        "2¶2",
    ]
