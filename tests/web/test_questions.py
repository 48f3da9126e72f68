"""Addresses that name something nobody knows here: the page says which, offers the nearest, and answers nothing else instead."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.kit import Place

GOOD = "action=use&data=email&purpose=permitted_other"


def said(town: Place, path: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", town.see(path).text))


@pytest.mark.parametrize(
    ("wrong", "value", "label", "nearest", "right"),
    [
        (GOOD.replace("use", "usse", 1), "usse", "What is to be done", "use", GOOD),
        (GOOD.replace("email", "e-mail"), "e-mail", "With which data", "Email account", GOOD),
        (GOOD.replace("permitted_other", "permited_other"), "permited_other", "What for", "", GOOD),
        (f"{GOOD}&place=China", "China", "Where it goes", "mainland China", f"{GOOD}&place=CN"),
        (f"{GOOD}&fact=acepted", "acepted", "What is known", "the person has accepted the policy", f"{GOOD}&fact=accepted"),
        (f"{GOOD}&reading=as_writen", "as_writen", "Under which reading", "the text alone", f"{GOOD}&reading=as_written"),
        (f"{GOOD}&recipient=affiliate_mayor", "affiliate_mayor", "Who receives it", "", f"{GOOD}&recipient=affiliate_major"),
    ],
)  # fmt: skip
def test_a_value_that_nobody_knows_is_named_with_the_nearest(
    town: Place, wrong: str, value: str, label: str, nearest: str, right: str
) -> None:
    page = said(town, f"/harbour/ask?{wrong}")
    assert f"“{value}” is not known under “{label}”." in page
    assert f'href="/harbour/ask?{right.replace(":", "%3A")}">{nearest}' in page
    assert 'id="answer"' not in page, "an answer to another question would be taken for one to this"
    assert 'id="answer"' in said(town, f"/harbour/ask?{right}")


def test_a_field_that_does_not_exist_is_named_too(town: Place) -> None:
    page = said(town, f"/harbour/ask?{GOOD}&recipiant=registry")
    assert "“recipiant” is nothing that can be asked for here." in page
    assert f'href="/harbour/ask?{GOOD}&recipient=registry">recipient</a>' in page


def test_what_is_like_nothing_can_be_left_out(town: Place) -> None:
    page = said(town, f"/harbour/ask?{GOOD}&message=%3Cscript%3E{'x' * 200}")
    assert "<script>" not in town.see(f"/harbour/ask?{GOOD}&message=%3Cscript%3E").text
    assert "x" * 81 not in re.sub("<[^>]*>", "", page)
    assert re.search(rf'href="/harbour/ask\?{re.escape(GOOD)}">Leave it out', page)


def test_a_question_that_was_begun_says_what_is_still_to_be_chosen(town: Place) -> None:
    assert "Still to be chosen: With which data, What for." in said(town, "/harbour/ask?action=use")
    assert "Still to be chosen" not in said(town, "/harbour/ask")
    assert "Still to be chosen" not in said(town, f"/harbour/ask?{GOOD}")


@pytest.mark.parametrize(
    ("path", "value", "nearest"),
    [
        ("ask/request?right=delet", "delet", ">delete</a>"),
        ("ask/request?right=delete&ground=UNLAWFULL", "UNLAWFULL", "ground=UNLAWFUL"),
        ("ask/request?right=access&paper=identiti", "identiti", "paper=identity"),
        ("ledger?kind=gates:", "gates:", ">decisions</a>"),
        ("ledger?origin=observd", "observd", ">observed</a>"),
        ("ledger?before=soon", "soon", "Leave it out"),
    ],
)
def test_other_pages_say_so_too(town: Place, path: str, value: str, nearest: str) -> None:
    page = said(town, f"/harbour/{path}")
    assert f"“{value}” is not known under" in page
    assert nearest in page


def test_a_board_filtered_by_no_state_says_so_and_shows_all(town: Place) -> None:
    page = said(town, "/harbour?state=brokken")
    assert "“brokken” is not known under “Show”." in page
    assert 'href="/harbour?state=broken">broken</a>' in page
    assert page.count('class="c ') == 133


def test_the_language_is_changed_without_losing_the_question(town: Place) -> None:
    assert f'name="back" value="/harbour/ask?{GOOD}"' in said(town, f"/harbour/ask?{GOOD}")
