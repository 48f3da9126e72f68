"""A row says how we stand beside the peer, and whether the goal was met."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.rows import row

ROOT = Path(__file__).parents[2]


def test_a_rate_beside_a_slower_peer() -> None:
    found = row("a.b", 12_345.6, "acts/s", at_least=10_000, peer="other", peer_value=1000)
    assert found == {
        "name": "a.b",
        "value": 12_350.0,
        "unit": "acts/s",
        "peer": "other",
        "peer_value": 1000.0,
        "ratio": 12.35,
        "goal": ">= 10000 acts/s",
        "met": True,
    }


def test_a_time_beside_a_faster_peer_and_two_goals() -> None:
    found = row("a.c", 4, "ms", at_most=5, peer="other", peer_value=2, least_ratio=1, smaller_is_better=True)
    assert (found["ratio"], found["goal"], found["met"]) == (0.5, "<= 5 ms and >= 1 x peer", False)


def test_a_row_without_peer_or_goal() -> None:
    found = row("a.d", 1, "s")
    assert (found["peer_value"], found["ratio"], found["goal"], found["met"]) == (None, None, None, None)


def test_a_goal_beside_a_peer_that_gave_nothing_is_missed() -> None:
    assert row("a.e", 1, "s", peer="other", peer_value=None, least_ratio=30)["met"] is False


def test_an_unknown_bench_is_named_with_those_there_are() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense", "--json"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert "nonsense" in ran.stderr
    assert "ledger" in ran.stderr


def test_every_pinned_peer_has_a_hash_and_no_address() -> None:
    pins = list((ROOT / "bench" / "peers").glob("*.txt"))
    assert pins
    for pinned in pins:
        text = pinned.read_text()
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "//" not in text


def test_the_rows_are_json() -> None:
    assert json.loads(json.dumps(row("a.f", 1.0, "s")))["name"] == "a.f"
