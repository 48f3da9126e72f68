"""The canonical form and digests."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.canonical import SAFE_INTEGER, NotJson, canonical, digest, digest_bytes

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({"é": 1, "e": 2}, '{"e":2,"é":1}'.encode()),
        # Keys are ordered by UTF-16 code units, in which U+1F600 comes before U+FB33 (RFC 8785 section 3.2.3).
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
        # Numbers of RFC 8785, appendix B.
        (-0.0, b"0"),
        (5e-324, b"5e-324"),
        (1e23, b"1e+23"),
        (333333333.3333332, b"333333333.3333332"),
        (0.000001, b"0.000001"),
        (1e-7, b"1e-7"),
        (1e21, b"1e+21"),
        (100000000000000000000.0, b"100000000000000000000"),
        ("\u20ac$\u000f\nA'\"\\", b'"\xe2\x82\xac$\\u000f\\nA\'\\"\\\\"'),
        ((1, 2), b"[1,2]"),
    ],
)
def test_form(value: object, written: bytes) -> None:
    assert canonical(value) == written


def number(digits: str) -> int | float:
    """A number as JSON means it: a double. Python alone reads the digits of 1e20 as an integer."""
    return int(digits) if abs(int(digits)) <= SAFE_INTEGER else float(digits)


@given(VALUES)
def test_read_again_it_is_the_same_value_and_the_same_bytes(value: Any) -> None:
    read = json.loads(canonical(value), parse_int=number)
    assert read == value
    assert canonical(read) == canonical(value)


@given(st.dictionaries(TEXT, SCALARS))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def circle() -> list[object]:
    ring: list[object] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    ("value", "place", "word"),
    [
        ({"a": [1, {"b": datetime(2026, 1, 1, tzinfo=UTC)}]}, "$.a[1].b", "datetime"),
        ({"a": {1, 2}}, "$.a", "set"),
        ({"a": {"x": {1: 2}}}, "$.a.x", "key"),
        ([float("nan")], "$[0]", "finite"),
        ([0, float("-inf")], "$[1]", "finite"),
        ({"n": 2**53}, "$.n", "2^53"),
        ({"n": -(2**53)}, "$.n", "2^53"),
        (b"bytes", "$", "bytes"),
        ({"t": "\ud800"}, "$.t", "surrogate"),
        ({"\udfff": 1}, "$", "surrogate"),
        ({"Tan Ah Kow lives here": b""}, "$.*", "bytes"),
    ],
)
def test_what_is_no_json_is_refused_by_its_place(value: object, place: str, word: str) -> None:
    with pytest.raises(NotJson) as refused:
        canonical(value)
    assert refused.value.data["place"] == place
    assert word in refused.value.message
    assert refused.value.actor == "caller"
    str(refused.value).encode()


def test_the_largest_whole_numbers_pass() -> None:
    assert canonical([SAFE_INTEGER, -SAFE_INTEGER]) == b"[9007199254740991,-9007199254740991]"


def test_a_value_that_contains_itself_is_refused() -> None:
    with pytest.raises(NotJson, match="contains itself"):
        canonical(circle())


def test_a_refused_value_is_not_quoted() -> None:
    with pytest.raises(NotJson) as refused:
        canonical({"note": "880101-14-5555\ud800"})
    assert "5555" not in json.dumps(refused.value.as_json())


def test_digest_is_the_hash_of_the_form() -> None:
    assert digest({"b": 1, "a": 2}) == "sha256:" + hashlib.sha256(b'{"a":2,"b":1}').hexdigest()
    assert digest_bytes(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
