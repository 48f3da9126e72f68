"""Quay asked for what a shop holds: its policy, the shop's store beside it, and whoever carries requests out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.datamap.shop import MAP, People, build
from tests.intake.kit import ASKING, asked, asks, clock_of, later, see, take
from troth.app.carrying import Carrier
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.app.searching import Searching
from troth.connectors import Secrets
from troth.datamap import load_map
from troth.intake import Proof
from troth.kernel.findings import Findings
from troth.leftovers import read_markers, search
from troth.rights import Stage
from troth.steps import Standing, Step

WHO, ADDRESS = 3, "p9@example.test"
"""The customer whose address in the shop is the one that asks."""

POLICY = ASKING.replace("retentions:\n", """requirements:
  frozen: {acts: [use, collect, share], data: [email], purposes: [newsletter, polling, proving], needs: ["not restricted"]}
retentions:
""").replace("request_grounds:\n", """  correct: {what: correct, routes: [email], purpose: asking}
  anew: {what: correct, routes: [self_service], purpose: asking, reading: literal, because: the text gives no other}
  restrict: {what: restrict, routes: [email], purpose: asking}
  object: {what: object, routes: [email], purpose: asking}
  take_back: {what: withdraw, routes: [email], purpose: asking}
  given: {what: disclosures, routes: [email], purpose: asking}
  done: {what: history, routes: [email], purpose: asking}
request_grounds:
""")  # fmt: skip
"""Quay, asked for every right that is carried out over its stores; one of them by a route that costs more than was asked."""


@dataclass
class Counter:
    """A company that is asked, with its shop."""

    quay: Organisation
    folder: Path
    people: People
    carrier: Carrier

    def asked(self, right: str, *, proven: bool = True, **more: Any) -> str:
        """A request comes in; its number."""
        number = take(self.quay, asks(right, **more)).number
        if proven:
            Reception(self.quay).prove(number, Proof.DOCUMENT, "console")
        return number

    def work(self, worker: str = "w") -> int:
        """Everything that can be done now; how many steps that were."""
        self.carrier.begin()
        done = 0
        while self.carrier.turn(worker):
            done += 1
        return done

    def step(self, number: str, name: str, about: str = "") -> Step:
        return next(
            one for one in self.carrier.status(number) if one.name == name and about in ("", one.about)
        )

    def stands(self, number: str) -> dict[str, str]:
        return {f"{one.name} {one.about}".strip(): one.standing.value for one in self.carrier.status(number)}

    def kinds(self, number: str) -> list[str]:
        with self.quay.database.read() as connection:
            events = self.quay.ledger.events(connection, kinds=("rights:",))
            return [one.kind for one in events if f"id={number}" in one.codes]

    def found(self, who: int, *kept: str) -> list[str]:
        """Where anything of somebody still lies, by whoever knows no map."""
        markers = read_markers("\n".join(self.people.all_but(who, *kept)))
        return [str(hit) for hit in search([str(self.folder / "shop.db")], markers).hits]


def files(desk: Counter, number: str) -> dict[str, bytes]:
    """What came with the answer, by name."""
    with desk.quay.database.read() as connection:
        parts = desk.quay.intake.parts(connection, number)
        opened = [
            desk.quay.intake.file(connection, number, one.number) for one in parts if one.what == "file"
        ]
    return {one.name: one.data for one in opened}


@contextmanager
def counter(
    place: Path, url: str = "", *, text: str = MAP, approve: tuple[str, ...] = (), policy: str = ASKING
) -> Iterator[Counter]:
    folder = place / "policy"
    with asked(place, url, policy) as quay:
        people = build(f"sqlite:///{folder / 'shop.db'}")
        with sqlite3.connect(folder / "shop.db") as shop:
            shop.execute("UPDATE customers SET email = ? WHERE id = ?", (ADDRESS, WHO))
            shop.execute(
                "UPDATE newsletter SET email = ? WHERE email = ?", (ADDRESS, people.markers[WHO]["email"])
            )
        shop.close()
        (folder / "map.yaml").write_text(text)
        findings = Findings()
        map = load_map(text, findings)
        assert not findings.refused
        carrier = Carrier(Searching(Reception(quay), folder, map, Secrets(None, {})), approve=approve)
        yield Counter(quay, folder, people, carrier)


__all__ = [
    "ADDRESS",
    "POLICY",
    "WHO",
    "Counter",
    "Stage",
    "Standing",
    "clock_of",
    "counter",
    "files",
    "later",
    "see",
]
