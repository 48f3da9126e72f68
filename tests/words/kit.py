"""Quay with words on a database of either kind, for processes that share them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.gate.kit import NOON, folder
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.system import SystemEntropy
from troth.app.words import PeopleWords
from troth.kernel.clock import Clock, SteppedClock


@contextmanager
def sharing(place: Path, url: str, *, clock: Clock | None = None) -> Iterator[Organisation]:
    """Quay, its words in a folder that was named, as an operator does whose PostgreSQL database this host alone serves."""
    policy = place / "policy"
    if not policy.exists():
        folder(policy)
    home = replace(Home.at(place, url), words=place / "shared")
    given = {"clock": clock or SteppedClock(NOON), "entropy": SystemEntropy()}
    with open_organisation(home, "quay", policy, **given) as opened:  # type: ignore[arg-type]
        yield opened


def words_of(quay: Organisation) -> PeopleWords:
    assert isinstance(quay.words, PeopleWords)
    return quay.words
