"""The header is canonical, comes back as it went in, and takes no personal data by oversight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.kit import NOON, draft
from troth.kernel.canonical import NotJson, canonical
from troth.ledger import Draft, Origin
from troth.ledger.errors import DraftRefused
from troth.ledger.header import read_header, write_header, write_instant
from troth.ledger.work import canonical_payload

INSTANTS = st.datetimes(timezones=st.just(UTC))
LETTERS = st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), blacklist_characters='"\\@')
CODES = st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: not any(map(str.isspace, text)))
DRAFTS = st.builds(
    Draft,
    kind=st.sampled_from(["consent:choice:given", "a:b:c", "rights:request:received-late"]),
    occurred_at=INSTANTS,
    policy=st.none() | CODES,
    rule=st.none() | CODES,
    codes=st.lists(CODES, max_size=4).map(tuple),
    origin=st.sampled_from(Origin),
    schema=st.integers(1, 2**40),
)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)


def rfc3339(at: datetime) -> str:
    return f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}.{at.microsecond:06}Z"


@given(DRAFTS, st.integers(1, 2**53 - 1), INSTANTS, st.none() | HEX, st.none() | HEX)
def test_the_header_is_canonical_json_and_reads_back(
    made: Draft, sequence: int, recorded: datetime, subject: str | None, commitment: str | None
) -> None:
    header = write_header(made, "harbour", sequence, write_instant(recorded), subject, commitment)
    plain = {
        "codes": list(made.codes),
        "commitment": commitment,
        "envelope": 1,
        "kind": made.kind,
        "occurred_at": rfc3339(made.occurred_at),
        "organisation": "harbour",
        "origin": made.origin.value,
        "policy": made.policy,
        "recorded_at": rfc3339(recorded),
        "rule": made.rule,
        "schema": made.schema,
        "sequence": sequence,
        "subject": subject,
    }
    assert header == canonical(plain)
    event = read_header(header)
    assert (event.kind, event.schema, event.codes) == (made.kind, made.schema, made.codes)
    assert (event.policy, event.rule, event.origin) == (made.policy, made.rule, made.origin)
    assert (event.occurred_at, event.recorded_at) == (made.occurred_at, recorded)
    assert (event.sequence, event.subject, event.commitment) == (sequence, subject, commitment)


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.lists(st.text()),
    )
)
def test_a_payload_is_written_as_the_general_canonicaliser_writes_it(payload: dict[str, object]) -> None:
    assert_written_generally(payload)


@pytest.mark.parametrize(
    "text", ["\x00\x1f\x7f\x80", "\b\f\n\r\t", '"\\/', "\u2028\u2029", "语言", "\U0001f512", "\ud800"]
)
def test_every_odd_letter_in_a_payload(text: str) -> None:
    assert_written_generally({"a": text, text: 1})


def assert_written_generally(payload: dict[str, object]) -> None:
    try:
        general = canonical(payload)
    except NotJson:
        with pytest.raises(NotJson):
            canonical_payload(payload)
    else:
        assert canonical_payload(payload) == general


def test_the_bytes_of_a_header_are_final() -> None:
    """A golden leaf: whoever changes these bytes breaks every ledger there is."""
    header = write_header(draft(), "harbour", 7, write_instant(NOON), "ab" * 32, "cd" * 32)
    assert header.decode() == (
        '{"codes":["newsletter","1.10"],"commitment":"' + "cd" * 32 + '","envelope":1,'
        '"kind":"consent:choice:given","occurred_at":"2026-03-01T12:00:00.000000Z","organisation":"harbour",'
        '"origin":"observed","policy":"sha256:' + "ab" * 32 + '","recorded_at":"2026-03-01T12:00:00.000000Z",'
        '"rule":"rules-1","schema":1,"sequence":7,"subject":"' + "ab" * 32 + '"}'
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"codes": ("ann@example.test",)},
        {"codes": ("two words",)},
        {"codes": ("",)},
        {"codes": ('a"b',)},
        {"codes": ("a\\b",)},
        {"codes": ("a\u2028b",)},
        {"codes": ("\ud800",)},
        {"codes": ("x" * 161,)},
        {"codes": tuple(str(n) for n in range(257))},
        {"policy": "not a digest"},
        {"rule": "rule@home"},
        {"kind": "consent"},
        {"kind": "Consent:choice:given"},
        {"kind": "consent:choice:given:twice"},
        {"occurred_at": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"occurred_at": NOON.astimezone(timezone(timedelta(hours=8)))},
        {"schema": 0},
        {"subject": ""},
    ],
)
def test_a_draft_out_of_form_is_refused_without_repeating_it(changes: dict[str, object]) -> None:
    with pytest.raises(DraftRefused) as refused:
        draft(**changes)  # type: ignore[arg-type]
    assert "ann@example" not in str(refused.value)


@pytest.mark.parametrize("header", [b"", b"[]", b"{}", b'{"envelope":2}', b'{"envelope":1,"codes":[]}'])
def test_what_is_no_header_is_not_read(header: bytes) -> None:
    with pytest.raises(ValueError):
        read_header(header)
