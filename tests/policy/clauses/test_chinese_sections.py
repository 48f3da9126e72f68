"""Sections in Chinese numerals hold the dotted numbers after them, and go on where the next numeral comes."""

from __future__ import annotations

import pytest

from troth.policy.clauses import cut

LAYOUTS = [
    (
        ["一、收集", "1.1 收集。", "1.2 更多。", "二、共享", "2.1 共享。", "三、其他"],
        {"一": None, "1.1": "一", "1.2": "一", "二": None, "2.1": "二", "三": None},
    ),
    (
        ["（一）收集", "1.1 收集。", "（二）共享", "2.1 共享。"],
        {"（一）": None, "1.1": "（一）", "（二）": None, "2.1": "（二）"},
    ),
    (
        [
            "一、收集",
            "（一）登录",
            "1.1 收集。",
            "（二）下单",
            "1.2 更多。",
            "二、共享",
            "（一）境内",
            "2.1 共享。",
        ],
        {
            "一": None,
            "一（一）": "一",
            "1.1": "一（一）",
            "一（二）": "一",
            "1.2": "一（二）",
            "二": None,
            "二（一）": "二",
            "2.1": "二（一）",
        },
    ),
    (
        ["一、收集", "1.1 包括：", "（一）甲；", "（二）乙。", "1.2 更多。", "1.2.1 细则。", "二、共享"],
        {
            "一": None,
            "1.1": "一",
            "1.1（一）": "1.1",
            "1.1（二）": "1.1",
            "1.2": "一",
            "1.2.1": "1.2",
            "二": None,
        },
    ),
    (
        ["一、收集", "1.1 收集。", "（一）甲。", "二、共享", "2.1 共享。"],
        {"一": None, "1.1": "一", "1.1（一）": "1.1", "二": None, "2.1": "二"},
    ),
    (
        ["一、收集", "1.1 收集。", "2. 更多。", "二、共享"],
        {"一": None, "1.1": "一", "一.2": "一", "二": None},
    ),
    (
        ["一、我们收集信息。", "1.1 收集。", "二、我们共享信息。", "2.1 共享。"],
        {"一": None, "1.1": "一", "二": None, "2.1": "二"},
    ),
    (
        ["本政策包括以下内容：", "一、收集", "1.1 收集。", "二、共享", "2.1 共享。"],
        {"Intro¶1": None, "一": None, "1.1": "一", "二": None, "2.1": "二"},
    ),
]


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
@pytest.mark.parametrize(("format", "title"), [("text", "P"), ("markdown", "# P")], ids=["text", "markdown"])
@pytest.mark.parametrize(("lines", "wanted"), LAYOUTS)
def test_a_section_in_chinese_numerals_goes_on_after_dotted_numbers(
    lines: list[str], wanted: dict[str, str | None], format: str, title: str, gap: str
) -> None:
    text = gap.join([title, *lines]) + "\n"
    made = cut(text, format=format)
    assert made.joined() == text
    assert {c.address: c.parent for c in made.clauses} == {"Title": None} | wanted


def test_an_item_of_a_list_that_a_colon_introduced_holds_no_dotted_numbers() -> None:
    made = cut("第一条 收集：\n（一）甲；\n（二）乙。\n1.1 更多。\n").by_address()
    assert made["1.1"].parent == "第一条"


def test_a_section_inside_a_dotted_number_holds_none_of_its_siblings() -> None:
    made = cut("1.1 收集\n（一）登录\n1.2 共享\n（一）境内\n").by_address()
    assert {a: c.parent for a, c in made.items()} == {
        "1.1": None,
        "1.1（一）": "1.1",
        "1.2": None,
        "1.2（一）": "1.2",
    }
