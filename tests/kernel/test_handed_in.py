"""Clock, entropy, ids and errors: what is handed in, and what comes out of it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel import ids
from troth.kernel.clock import FixedClock, NaiveInstant, SteppedClock, utc
from troth.kernel.entropy import SeededEntropy
from troth.kernel.errors import AuthorError, CallerError, OperatorError, TrothError

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
KINDS: list[Any] = [getattr(ids, name) for name in ids.PREFIXES]


class Told:
    """A source that gives the bytes it was told."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def bytes(self, n: int) -> bytes:
        assert len(self.data) == n
        return self.data


def test_a_fixed_clock_stands_still_in_utc() -> None:
    clock = FixedClock(NOON.astimezone(timezone(timedelta(hours=8))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_a_stepped_clock_moves_as_told() -> None:
    clock = SteppedClock(NOON, timedelta(seconds=1))
    assert [clock.now(), clock.now()] == [NOON, NOON + timedelta(seconds=1)]
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1, seconds=2)


def test_no_clock_runs_backwards_or_without_a_zone() -> None:
    with pytest.raises(CallerError, match="back"):
        SteppedClock(NOON).advance(timedelta(seconds=-1))
    with pytest.raises(CallerError, match="back"):
        SteppedClock(NOON, timedelta(seconds=-1))
    with pytest.raises(NaiveInstant):
        FixedClock(NOON.replace(tzinfo=None))
    with pytest.raises(NaiveInstant):
        utc(NOON.replace(tzinfo=None))


def test_a_seed_gives_the_same_bytes_again_and_others_for_another() -> None:
    one, again, other = SeededEntropy("a"), SeededEntropy("a"), SeededEntropy("b")
    drawn = [one.bytes(16), one.bytes(16)]
    assert drawn == [again.bytes(16), again.bytes(16)]
    assert len({*drawn, other.bytes(16)}) == 3
    assert len(one.bytes(1000)) == 1000


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(min_size=16, max_size=16))
def test_an_id_is_read_back_as_its_own_kind_only(kind: Any, data: bytes) -> None:
    made = ids.new(kind, Told(data))
    assert ids.parse(kind, made) == made
    assert made == ids.new(kind, Told(data))
    for other in KINDS:
        if other is not kind:
            with pytest.raises(ids.BadId):
                ids.parse(other, made)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_ids_differ_when_their_bytes_do_and_sort_as_they_do(one: bytes, two: bytes) -> None:
    first, second = (ids.new(ids.SubjectId, Told(data)) for data in (one, two))
    assert (first < second) == (one < two)
    assert (first == second) == (one == two)


def test_an_organisation_may_bear_a_chosen_name() -> None:
    assert ids.parse(ids.OrganisationId, "harbour") == "harbour"


@pytest.mark.parametrize(
    "text", ["", "sub_", "sub_" + "u" * 26, "sub_8" + "0" * 25, "Sub_" + "0" * 26, "harbour"]
)
def test_what_is_no_id_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ids.BadId) as refused:
        ids.parse(ids.SubjectId, text)
    assert not text or text == "sub_" or text not in str(refused.value)
    assert "a subject" in refused.value.message


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CallerError, match="no kind of id"):
        ids.new(str, SeededEntropy(1))


@pytest.mark.parametrize(
    ("kind", "actor"), [(CallerError, "caller"), (OperatorError, "operator"), (AuthorError, "author")]
)
def test_an_error_says_who_must_act_and_carries_its_data(kind: type[TrothError], actor: str) -> None:
    error = kind("The file is not there.", "Make it.", path="a.yaml", line=3)
    assert isinstance(error, TrothError)
    assert str(error) == "The file is not there. Make it."
    assert error.as_json() == {
        "error": kind.__name__,
        "actor": actor,
        "message": "The file is not there.",
        "help": "Make it.",
        "data": {"path": "a.yaml", "line": 3},
    }
    assert pickle.loads(pickle.dumps(error)).as_json() == error.as_json()
