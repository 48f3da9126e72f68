"""Clause ids in addresses: every id there and back, no two alike, nothing a browser would change on the way."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.web.slugs import slug, unslug

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(IDS)
def test_there_and_back(id: str) -> None:
    assert unslug(slug(id)) == id


@given(IDS, IDS)
def test_no_two_ids_share_a_slug(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


@given(IDS)
def test_a_browser_leaves_it_alone(id: str) -> None:
    path = f"/harbour/clauses/{slug(id)}"
    assert urlsplit(urljoin("http://localhost/a/b", path)).path == path
    assert quote(path) == path


@given(st.text(max_size=20))
def test_a_text_that_is_no_slug_leads_nowhere(text: str) -> None:
    id = unslug(text)
    assert id is None or slug(id) == text


@pytest.mark.parametrize(
    "id", ["Intro¶1/1", "1.2(a)/2", "3.1 end/1", "..", ".", "a~2F", "第一条", "%2F", "a/../b"]
)
def test_odd_ids(id: str) -> None:
    assert unslug(slug(id)) == id
    assert "/" not in slug(id)
