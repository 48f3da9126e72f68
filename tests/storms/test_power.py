"""The power fails under SQLite: what was acknowledged is there when it is back, as long as the product flushes as it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.packs.kit import written
from tests.storms.account import Account, settle
from tests.storms.company import Writer
from tests.storms.lives import COMPANY, life_at
from tests.storms.power import Machine, cuts, lay_out, switch_on, watch_roots
from tests.storms.tally import Tally
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.kernel.errors import TrothError

pytestmark = [pytest.mark.storm, pytest.mark.slow]
ACTS, CUTS = 30, 310
RARE = {3: Writer.epoch, 5: Writer.epoch, 7: Writer.erase, 8: Writer.merge}
"""What each tenth act is: enough of what touches two databases and a keeper."""


def a_day(home: Home, machine: Machine, synchronous: str = "") -> int:
    """A company is founded with care and does its work, careless or not; the step of the machine at which it began."""
    home.folder.mkdir()
    open_organisation(home, COMPANY, written(home.folder / "policy")).close()
    machine.synchronous, opened = synchronous, len(machine.steps)
    with open_organisation(home, COMPANY, bring_up=False) as company:
        life = life_at(home, "company", "day", lot=1, threads=1, others=[])
        writer = Writer(company, machine, life, 0)
        for number in range(ACTS):
            RARE.get(number % 10, Writer.act)(writer)
    return opened


def after_cuts(home: Home, machine: Machine, opened: int, place: Path) -> Tally:
    """What is found after each cut, up to the first that lost something."""
    tally = Tally()
    for found, said in cuts(machine, CUTS, seed=5, after=opened):
        tally.rounds += 1
        here = place / f"cut{tally.rounds}"
        shutil.copytree(home.folder, here, ignore=shutil.ignore_patterns("*.db*", "words", "root"))
        lay_out(found, home.folder, here)
        account = Account()
        tally.acknowledged += sum(map(account.hear, said))
        try:
            with open_organisation(Home.at(here), COMPANY, bring_up=False) as company:
                settle(company, account, tally, f"cut {tally.rounds}", replayed=tally.rounds % 6 == 0)
        except TrothError as problem:
            tally.wrong("torn", 1, f"cut {tally.rounds}: {problem}")
        shutil.rmtree(here)
        if not tally.clean:
            break
    return tally


def a_day_with_cuts(quick: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str = "") -> Tally:
    home = Home.at(quick / "home")
    with monkeypatch.context() as patch:
        machine = switch_on(patch, f"machine{synchronous}")
        watch_roots(patch, machine)
        began = a_day(home, machine, synchronous)
    return after_cuts(home, machine, began, quick)


def test_what_was_acknowledged_outlives_the_power(
    request: pytest.FixtureRequest, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = a_day_with_cuts(quick, monkeypatch)
    said = f"power cuts on sqlite: cuts {tally.rounds}, {tally.found()}"
    request.node.user_properties.append(("storm", said))
    assert tally.clean, tally.first
    assert tally.rounds == CUTS


@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
def test_the_cuts_find_a_product_that_does_not_flush(
    quick: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str
) -> None:
    tally = a_day_with_cuts(quick, monkeypatch, synchronous)
    assert not tally.clean
