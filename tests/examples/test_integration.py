"""What a company's code says to the product is counted from its syntax, and harbour's share stays small."""

from __future__ import annotations

from pathlib import Path

from examples.kit.integration import counted
from tests.tidy.source import ROOT

CODE = '''"""A shop."""
from troth.client import Client, Question

ASK = Question("use", ("email",), "news")

def sell(gate, basket):
    """Sell."""
    if gate.may("somebody", ASK):
        total = sum(basket)
        return total
    return None

def open_shop(keys):
    return Client(keys)
'''
MOST = 115
"""Statements of harbour's; whoever makes it more says here why."""


def test_what_speaks_to_the_product_counts_and_what_sells_does_not(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(CODE)
    (tmp_path / "way.py").write_text("a = 1\nb = 2\n")
    assert counted(tmp_path, ("client", "gate")) == {"all": 8, "integration": 2, "questions": 1}
    assert counted(tmp_path, ("client", "gate"), ("way.py",))["integration"] == 4


def test_harbours_share_stays_small() -> None:
    found = counted(ROOT / "examples/harbour/company", ("client", "gate"), ("gate.py", "banner.py"))
    assert found["integration"] <= MOST
    assert found["integration"] < found["all"] / 3
