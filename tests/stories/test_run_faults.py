"""Any process of a company may be killed: the others go on, it comes back where it was, and what stands in the stores is what is told of
them. While the product is away a company says so, keeps nothing it did not ask for, and goes on afterwards."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from examples.harbour.people import Around, Story
from examples.kit.people import person
from examples.kit.process import started
from examples.kit.waiting import until
from tests.examples.standing import SEED, Stood, standing
from tests.tidy.source import ROOT
from troth.app.running import enliven, running
from troth.app.town import Settings, Town
from troth.client import KeyFile

pytestmark = [pytest.mark.story, pytest.mark.postgres, pytest.mark.storm]
COMPANY = "gateway"
"""It has one of everything: partners, a database, a provider people sign in at."""
EVERY = (
    "mail room",
    f"{COMPANY} partners",
    f"{COMPANY} liaotong",
    "postgres",
    COMPANY,
    f"{COMPANY} people",
)
PROCESSES = EVERY if os.environ.get("TROTH_STORM") == "long" else ("postgres", COMPANY)
"""In a usual run the two that hold what people said; `make storm` kills each of them."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A company whose people come one after another."""
    settings = Settings(ROOT / "examples", tmp_path_factory.mktemp("faults"), seed=SEED, only=(COMPANY,))
    with running(settings, lambda _: None) as town:
        enliven(town)
        yield town


def killed(pid: int | None) -> None:
    assert pid is not None
    watch = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([watch], [], [], 30)[0]
    os.close(watch)


def came(town: Town) -> int:
    """How many people have come so far."""
    with suppress(OSError, ValueError):
        return int(json.loads((town.data_of(COMPANY) / "people.json").read_text())["next"])
    return 0


def pids(town: Town) -> dict[str, int | None]:
    return {name: child.pid for name, child in town.nursery.children.items()}


def back(town: Town, name: str, before: int | None) -> None:
    """It is there again, as another process."""

    def again() -> bool:
        town.nursery.tend()
        return town.nursery.children[name].pid not in (None, before)

    until(again, 120)


def people_go_on(town: Town) -> None:
    before = came(town)

    def more() -> bool:
        town.nursery.tend()
        return came(town) > before

    until(more, 180)


def all_is_well(town: Town) -> None:
    """Every probe sees what it looks at, and nothing is broken."""
    rounds = town.rounds[COMPANY]

    def seen() -> bool:
        town.nursery.tend()
        rounds.look(all=True)
        return not rounds.blind

    until(seen, 60)
    assert unknown(town) == set()
    board = town.hosting.organisations[COMPANY].board()
    assert [one.clause.id for one in board.clauses if one.verdict.state.value == "broken"] == []


def unknown(town: Town) -> set[str]:
    """What is shown as not known: processes that are not there, probes that could not look."""
    return {one.name for one in town.hosting.unknown(COMPANY)}


def blind_is_not_clean(town: Town) -> None:
    """Without the database its probes report nothing, and are shown as blind since they last looked."""
    rounds = town.rounds[COMPANY]
    until(lambda: rounds.look(all=True) is not None and bool(rounds.blind), 60)
    missing = {one.name: one for one in town.hosting.unknown(COMPANY)}
    assert set(rounds.blind) <= set(missing)
    for name in rounds.blind:
        assert missing[name].since is None or missing[name].since == rounds.last[name].at


def database(town: Town) -> int:
    """The server inside the process that looks after it."""
    return int((town.data_of("postgres") / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_any_process_may_be_killed_and_comes_back_where_it_was(town: Town) -> None:
    until(lambda: came(town) > 0, 120)
    reached = town.around.databases[COMPANY]
    for name in PROCESSES:
        before, port = pids(town), town.nursery.children[name].port
        killed(before[name])
        assert name in unknown(town), "what is not there is said to be not there"
        others = {one: pid for one, pid in before.items() if one != name}
        assert {one: pid for one, pid in pids(town).items() if one != name} == others, (
            f"without {name} the others go on"
        )
        back(town, name, before[name])
        assert town.nursery.children[name].port == port, name
    keeper = pids(town)["postgres"]
    killed(database(town))
    blind_is_not_clean(town)
    back(town, "postgres", keeper)
    assert town.nursery.children["postgres"].said["databases"][COMPANY] == reached
    people_go_on(town)
    all_is_well(town)


# --- the product away --------------------------------------------------------------------------------------------------------------


class Line:
    """The line to the product, which can be cut: a company knows its address alone."""

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self._to = (parts.hostname or "", parts.port or 80)
        self.port = 0
        self._listening: socket.socket | None = None
        self._open = set[socket.socket]()

    def up(self) -> None:
        """Carry what comes, at the same address as before."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """Carry nothing any more, not even what is under way."""
        assert self._listening is not None
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.create_connection(self._to)
                self._open |= {here, there}
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        self._open.discard(source)
        source.close()


@contextmanager
def by_a_line(stood: Stood, line: Line, folder: Path) -> Iterator[str]:
    """The company once more, as a process of its own whose line to the product can be cut; its site."""
    keys = KeyFile.read(stood.keys)
    KeyFile(f"http://127.0.0.1:{line.port}", keys.organisation, keys.key).write(folder / "keys.json")
    command = [*stood.town.nursery.children[stood.id].order.command]
    args = [str(one) for one in command[3:]]
    for name, value in (("--keys", folder / "keys.json"), ("--data", folder / "data")):
        args[args.index(name) + 1] = str(value)
    with started(command[2], *args) as said:
        yield f"http://127.0.0.1:{said['port']}"


def test_while_the_product_is_away_a_company_says_so_and_goes_on_afterwards(tmp_path: Path) -> None:
    with standing("harbour", tmp_path / "run") as stood:
        line = Line(stood.town.base)
        line.up()
        with by_a_line(stood, line, tmp_path) as site:
            around = Around(site, stood.mail, stood.post, tmp_path / "data")
            with closing(Story(person(1, SEED), around)) as known:
                assert known.join()
                line.cut()
                ordered = known.browser.send("ordered", "/order", {"service": "site", "plan": "small"})
                assert ordered.status_code == 503
                newcomer = Story(person(2, SEED), around)
                form = {"user_name": "ann", "email": "ann@people.example", "accurate": "yes"}
                form |= dict.fromkeys(("password", "password_again"), newcomer.who.password)
                with httpx.Client(base_url=site, timeout=60) as browser:
                    away = browser.post("/register", data=form, headers={"Sec-Fetch-Site": "same-origin"})
                assert away.status_code == 503
                assert "nothing" in away.text.lower()
                line.up()
                known.order()
                assert known.done["ordered"] == 1, known.done
                with closing(newcomer):
                    assert newcomer.join()
        line.cut()
