"""The life of those who carry requests out: people ask, prove, are shown, set right and erased over a shop, while stores are cut off.

Each writer is a worker of its own beside the others, on one database and one shop. It says `did` after each thing it did: what
stands is held against the shop itself and the ledger alone, never against what was said.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.datamap.shop import MAP, build
from tests.gate.kit import NOON, TEXT
from tests.intake.kit import asks, take
from tests.rights.kit import POLICY
from tests.storms.lives import COMPANY, Life, Speaks
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.app.searching import Searching
from troth.connectors import Secrets
from troth.connectors.sql import SqlWriting
from troth.datamap import StoreUnreachable, load_map
from troth.datamap.changing import Correction
from troth.intake import MoveRefused, Overtaken, Proof
from troth.kernel.clock import SteppedClock
from troth.kernel.findings import Findings

PEOPLE = 24
RIGHTS = ("access", "delete", "correct")
ROUND = timedelta(minutes=10)


def found(home: Home) -> None:
    """Quay with its policy in force, its shop and the map of it."""
    folder = home.folder / "policy"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "text.md").write_text(TEXT)
    (folder / "map.yaml").write_text(MAP)
    people = build(f"sqlite:///{folder / 'shop.db'}", PEOPLE)
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        for n in range(1, PEOPLE + 1):
            shop.execute(
                "UPDATE newsletter SET email = ? WHERE email = ?", (address(n), people.markers[n]["email"])
            )
            shop.execute("UPDATE customers SET email = ? WHERE id = ?", (address(n), n))
    set_clock(home, NOON)
    open_organisation(home, COMPANY, folder, clock=clock_of(home)).close()


def address(n: int) -> str:
    """Where a customer writes from."""
    return f"p{n}@example.test"


def corrected(n: int) -> str:
    """What the name of a customer becomes."""
    return f"right-name-of-{n}"


def clock_of(home: Home) -> SteppedClock:
    """The instant of a round: the same for all who live in it."""
    return SteppedClock(datetime.fromisoformat((home.folder / "now").read_text()))


def set_clock(home: Home, at: datetime) -> None:
    """The instant of the next round."""
    (home.folder / "now").write_text(at.isoformat())


def carrier_at(company: Organisation, folder: Path) -> Carrier:
    """Who carries out over the shop."""
    map = load_map((folder / "map.yaml").read_text(), Findings())
    return Carrier(Searching(Reception(company), folder, map, Secrets(None, {})))


def live(home: Home, life: Life, voice: Speaks) -> None:
    """Ask and carry out until death."""
    dice = random.Random(life.lot)
    cut_off(dice)
    with open_organisation(home, COMPANY, bring_up=False, clock=clock_of(home)) as company:
        worker = Worker(company, carrier_at(company, home.folder / "policy"), dice, life.name)
        voice.say("ready")
        while True:
            worker.act()
            voice.say("did")


def cut_off(dice: random.Random) -> None:
    """A store is cut off in the middle of a transaction, now and then: before it does what it is told, or after."""
    for name in ("remove", "change"):
        _cut(name, getattr(SqlWriting, name), dice)


def _cut(name: str, real: Any, dice: random.Random) -> None:
    def cut(self: SqlWriting, *told: Any) -> Any:
        lot = dice.random()
        if lot < 0.03:
            raise StoreUnreachable("shop is cut off.", "Wait.")
        met = real(self, *told)
        if lot > 0.97:
            raise StoreUnreachable("shop is cut off.", "Wait.")
        return met

    setattr(SqlWriting, name, cut)


class Worker:
    """One worker's acts, drawn by lot."""

    def __init__(self, company: Organisation, carrier: Carrier, dice: random.Random, name: str) -> None:
        self._company, self._carrier, self._dice, self._name = company, carrier, dice, name

    def act(self) -> None:
        """Somebody asks, or what was asked goes on."""
        if self._dice.random() < 0.4:
            self._ask()
        self._carrier.begin()
        self._carrier.turn(self._name)
        help_on(self._company, self._carrier, self._dice, most=3)

    def _ask(self) -> None:
        right, who = self._dice.choice(RIGHTS), self._dice.randint(1, PEOPLE)
        number = take(self._company, asks(right, who, **ground_of(right))).number
        Reception(self._company).prove(number, Proof.DOCUMENT, "console")


def ground_of(right: str) -> dict[str, str]:
    """On which ground it is asked."""
    return {"ground": "UNLAWFUL"} if right == "delete" else {}


def help_on(company: Organisation, carrier: Carrier, dice: random.Random, most: int = 1000) -> int:
    """Give requests that wait for somebody what they wait for, twice or badly now and then; how many."""
    with company.database.read() as connection:
        live = [run.id for run in company.steps.listed(connection, "rights", limit=1000)]
    dice.shuffle(live)
    helped = 0
    for number in live[:most]:
        for step in carrier.status(number):
            if step.standing == "open":
                helped += 1
                with suppress(MoveRefused, Overtaken):
                    _helped(company, carrier, dice, number, step)
    return helped


def _helped(company: Organisation, carrier: Carrier, dice: random.Random, number: str, step: Any) -> None:
    match step.name:
        case "identity":
            Reception(company).prove(number, Proof.DOCUMENT, "console")
        case "grounds":
            carrier.paper(number, ["violation", "identity"])
        case "tell":
            for _ in range(dice.randint(1, 2)):  # a partner answers twice, or something that is no answer
                carrier.told(number, step.about, dice.choice(("done", "refused", "unknown")), "api")
        case "plan" if step.said.get("waits") == "for a value that stands somewhere":
            Reception(company).answer(number, "informed", "It is right already, or gone.", "console")
        case "plan" if "waits" in step.said and "problem" not in step.said:
            _right(company, carrier, number)
        case _:
            carrier.retry(number)


def _right(company: Organisation, carrier: Carrier, number: str) -> None:
    who = who_asked(company, number)
    carrier.correct(number, [Correction("shop/customers.name", corrected(who))], "console")


def who_asked(company: Organisation, number: str) -> int:
    """The customer who asked."""
    contact = Reception(company).contact(number)
    assert contact is not None
    return int(contact.address.partition("@")[0][1:])
