"""Requests held to account by the shop and the ledger: each ends, is answered once, did once what it says, and left nothing behind."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from functools import cache

from tests.datamap.shop import People, build
from tests.storms import requests
from tests.storms.lives import COMPANY
from tests.storms.tally import Tally
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.intake import State, What
from troth.leftovers import read_markers, search
from troth.steps import Standing

TAKEN_OVER = timedelta(seconds=9)
"""After so long whatever a dead worker held is somebody else's."""
TRIES = 12
ONCE = ("rights:cycle:opened", "rights:cycle:answered", "rights:system:erased", "rights:system:written")


class Account:
    """What stands, by whoever listens to nobody."""

    def met(self, dice: random.Random) -> list[str]:
        """Workers meet each other in the database alone."""
        return []

    def hear(self, line: str) -> int:
        """How much was done."""
        return int(line == "did")

    def close(self) -> None:
        """Nothing is held open."""

    def settle(self, home: Home, tally: Tally, where: str) -> None:
        """An heir ends what the dead left, and all is looked at."""
        clock = requests.clock_of(home)
        clock.advance(TAKEN_OVER)
        with open_organisation(home, COMPANY, bring_up=False, clock=clock) as company:
            carrier = requests.carrier_at(company, home.folder / "policy")
            tally.wrong(
                "undead", _held(company, carrier), f"{where}: a dead worker's step was not taken over"
            )
            for _ in range(TRIES):
                _work(carrier)
                if not requests.help_on(company, carrier, random.Random(tally.rounds)) and not _live(company):
                    break
                clock.advance(timedelta(hours=7))
            self._look(home, company, tally, where)
            carrier.close()
        requests.set_clock(home, clock.now() + requests.ROUND)

    def _look(self, home: Home, company: Organisation, tally: Tally, where: str) -> None:
        left = _live(company)
        told = [f"{run}: {step.name} {dict(step.said)}" for run, step in left]
        tally.wrong("undead", len(left), f"{where}: requests did not end: {told[:3]}")
        tally.wrong("doubled", len(_twice(company)), f"{where}: done twice: {_twice(company)[:3]}")
        asked = _asked(company)
        gone = {who for who, right in asked if right == "delete"}
        changed = {who for who, right in asked if right == "correct"}
        shop = home.folder / "policy" / "shop.db"
        found = self._found(shop, gone)
        tally.wrong("missing", len(found), f"{where}: left behind: {found[:3]}")
        hurt = self._hurt(shop, set(range(1, requests.PEOPLE + 1)) - gone, changed)
        tally.wrong("lost", len(hurt), f"{where}: of others, or not set right: {hurt[:3]}")

    def _found(self, shop: object, gone: set[int]) -> list[str]:
        """Where anything of the erased still lies, whoever knows no map."""
        marks = [mark for n in gone for mark in people().all_but(n, "billed", "email")]
        marks += [requests.address(n) for n in gone if n >= 10]  # p3@ ends p13@ too
        return [str(hit) for hit in search([str(shop)], read_markers("\n".join(marks))).hits] if marks else []

    def _hurt(self, shop: object, staying: set[int], changed: set[int]) -> list[str]:
        with closing(sqlite3.connect(str(shop))) as connection:
            names = dict(connection.execute("SELECT id, name FROM customers").fetchall())
            orders = Counter(dict.fromkeys(staying, 0))
            orders.update(one for (one,) in connection.execute("SELECT customer_id FROM orders"))
        expected = {
            n: requests.corrected(n) if n in changed else people().markers[n]["name"] for n in staying
        }
        wrong = [f"name of {n}" for n in staying if names.get(n) != expected[n]]
        return wrong + [f"orders of {n}" for n in staying if orders[n] != 2]


@cache
def people() -> People:
    """Who was planted: the same in every shop."""
    return build("sqlite://", requests.PEOPLE)


def _work(carrier: Carrier) -> None:
    carrier.begin()
    while carrier.turn("heir"):
        pass


def _live(company: Organisation) -> list[tuple[str, object]]:
    """Requests that have not ended, with what they wait for."""
    with company.database.read() as connection:
        runs = company.steps.listed(connection, "rights", limit=10_000)
        return [
            (run.id, step)
            for run in runs
            for step in company.steps.steps(connection, run.id)
            if step.standing not in (Standing.DONE, Standing.LEFT)
        ]


def _held(company: Organisation, carrier: Carrier) -> int:
    """Steps that a dead worker still holds once an heir has been through."""
    carrier.begin()
    while carrier.turn("heir"):
        pass
    return sum(step.standing is Standing.DOING for _, step in _live(company))  # type: ignore[attr-defined]


def _twice(company: Organisation) -> list[str]:
    with company.database.read() as connection:
        events = company.ledger.events(connection, kinds=("rights:", "intake:"), limit=1_000_000)
        counted = Counter((one.kind, _number(one.codes)) for one in events if one.kind in ONCE)
        tickets = company.intake.listed(connection, limit=10_000)
        answers = {
            one.number: sum(part.what is What.ANSWER for part in company.intake.parts(connection, one.number))
            for one in tickets
        }
    found = [f"{kind} of {number}: {count}" for (kind, number), count in counted.items() if count > 1]
    found += [f"{count} answers to {number}" for number, count in answers.items() if count > 1]
    return found + [
        f"{one.number} is {one.state.value}" for one in tickets if one.state is not State.ANSWERED
    ]


def _number(codes: tuple[str, ...]) -> str:
    return next((one for one in codes if one.startswith(("id=", "ticket="))), json.dumps(codes))


def _asked(company: Organisation) -> set[tuple[int, str]]:
    with company.database.read() as connection:
        tickets = company.intake.listed(connection, limit=10_000)
    return {(requests.who_asked(company, one.number), one.right) for one in tickets}
