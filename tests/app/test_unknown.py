"""What is not known at present: probes that cannot look, and processes that are not there."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from tests.tidy.source import ROOT
from troth.app.children import Nursery, Order
from troth.app.companies import companies_in
from troth.app.hosting import Hosting
from troth.app.probing import Rounds
from troth.app.system import SystemClock
from troth.app.town import Settings, Town
from troth.app.unknown import Unknown, What, unknown_of
from troth.probes import Probe

STORE = "company.db"
UP = "import json; print(json.dumps({'ready': True}), flush=True); input()"


def empty(folder: Path) -> Town:
    """A run of harbour in which nothing has been started."""
    hosting = cast(Hosting, SimpleNamespace(organisations={}))
    companies = companies_in({"harbour": ROOT / "examples" / "harbour"})
    return Town(
        Settings(ROOT / "examples", folder),
        hosting,
        "",
        Nursery(lambda _: None),
        ExitStack(),
        companies=companies,
    )


def test_a_probe_that_cannot_look_is_told_with_when_it_last_could(tmp_path: Path) -> None:
    town, store = empty(tmp_path), tmp_path / STORE
    town.sites["harbour"] = "http://127.0.0.1:9"
    probe = Probe("fields", "", "sql", STORE, (), (), 1, query="SELECT id AS row FROM filings", show=("row",))
    rounds = town.rounds["harbour"] = Rounds([probe], tmp_path, SystemClock(), lambda *_: None)

    def known() -> tuple[Unknown, ...]:
        rounds.look(all=True)
        return unknown_of(town, "harbour")

    before = datetime.now(UTC)
    (never,) = known()
    assert (never.what, never.name, never.since) == (What.PROBE, "fields", None)
    assert never.why
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE filings (id INTEGER PRIMARY KEY)")
    assert known() == ()
    store.rename(tmp_path / "away.db")
    (again,) = known()
    assert again.since is not None
    assert before <= again.since <= datetime.now(UTC)
    (tmp_path / "away.db").rename(store)
    assert known() == ()


def test_a_process_that_is_not_there_is_told(tmp_path: Path) -> None:
    town = empty(tmp_path)
    assert unknown_of(town, "harbour") == (Unknown(What.PROCESS, "harbour"),), "it never came up"
    town.sites["harbour"] = "http://127.0.0.1:9"
    assert unknown_of(town, "harbour") == ()
    for name in ("harbour", "harbour partners", "mail room", "axle", "trays"):
        order = Order(
            name, [sys.executable, "-c", UP], tmp_path, tmp_path / "log", keeps_port=False, once=False
        )
        town.nursery.start(order)
    try:
        assert unknown_of(town, "harbour") == ()
        for child in town.nursery.children.values():
            child.stop()
        gone = [one.name for one in unknown_of(town, "harbour")]
        assert gone == ["harbour", "harbour partners", "mail room"], "and nothing that others need"
    finally:
        town.nursery.stop()
    assert unknown_of(town, "nobody") == ()
