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

@gate.use(ASK)
@at("/news")
def open_shop(keys):
    return Client(keys)
'''
MOST = 60
"""Statements of harbour's; whoever makes it more says here why."""


def test_what_speaks_to_the_product_counts_a_decorator_too_and_what_sells_does_not(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(CODE)
    (tmp_path / "way.py").write_text("a = 1\nb = 2\n")
    assert counted(tmp_path, ("client", "gate")) == {"all": 8, "integration": 3, "questions": 1}
    assert counted(tmp_path, ("client", "gate"), ("way.py",))["integration"] == 5


def test_harbours_share_stays_small() -> None:
    found = counted(ROOT / "examples/harbour/company", ("client", "gate", "guard"), ("gate.py",))
    assert found["integration"] <= MOST
    assert found["integration"] < found["all"] / 8
