"""Requests carried out over a PostgreSQL shop of eleven tables with 2,000 customers, and over three samples of known sizes.

From the moment a request is proven to its sealed answer: found, planned, carried out, read again, answered, with all evidence. Rates
are of two workers, each a process of its own, on one database.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench import postgres
from bench.rights_shop import SAMPLES, mail_of, sample, secrets_for, shop
from bench.rows import Row, row
from tests.gate.kit import TEXT
from tests.intake.kit import ASKING, asks, take
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.app.searching import Searching
from troth.app.stores import Stores
from troth.datamap import Proven, Survey, erase_in, load_map, plan_erasure, reach
from troth.datamap.together import reach_together
from troth.intake import Proof, State
from troth.kernel.findings import Findings
from troth.steps import Taken, Wanted

CUSTOMERS: Final = 2000
ASKED: Final = 100
"""Requests of each kind that are measured one by one."""
WORKERS: Final = 2
BATCH: Final = 1000
ALONE: Final = 60
"""So many are erased alone, beside the batch: their mean stands for a thousand of them."""
STEPS: Final = 300
POLICY: Final = ASKING.partition("request_grounds:\n")[0] + "refusals:\n" + ASKING.partition("refusals:\n")[2]
"""Quay's, without grounds of its own for an erasure."""


class NotAnswered(Exception):
    """A request was not carried out: its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company is, and the shop it is asked about."""

    home: Home
    folder: Path
    shop: str
    map: str

    @contextmanager
    def opened(self) -> Iterator[tuple[Organisation, Carrier]]:
        """The company, and whoever carries out for it."""
        map = load_map(self.map, Findings())
        with open_organisation(self.home, "quay", self.folder) as quay:
            carrier = Carrier(Searching(Reception(quay), self.folder, map, secrets_for(self.shop)))
            yield quay, carrier
            carrier.close()


def rows() -> list[Row]:
    """The rows of this bench."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="troth-bench-")))
        server = stack.enter_context(postgres.server())

        def database() -> str:
            return stack.enter_context(postgres.database(server))

        url = database()
        here = place(folder / "embedded", "", url, shop(url, CUSTOMERS))
        found = [*_one_by_one(here, "access", "", range(1, ASKED + 1))]
        found += [*_samples(folder, database)]
        shared = place(folder / "shared", database(), url, here.map, database())
        found += [*_together(shared, "access", 40, range(200, 400))]
        found += [*_together(shared, "delete", 20, range(400, 500))]
        found += [*_batch(here)]
        found += [_step(here, "sqlite", 1.5), _step(shared, "postgresql", 4)]
        found += [_takeover(here), _ready(here)]
    return found


def place(folder: Path, url: str, shop_url: str, map: str, keys: str = "") -> Place:
    """A company with its policy in force."""
    policy = folder / "policy"
    policy.mkdir(parents=True)
    (policy / "policy.yaml").write_text(POLICY)
    (policy / "text.md").write_text(TEXT)
    (policy / "map.yaml").write_text(map)
    home = Home.at(folder, url)
    home = replace(home, keystore=keys) if keys else home
    open_organisation(home, "quay", policy).close()
    return Place(home, policy, shop_url, map)


def ask(quay: Organisation, right: str, who: Sequence[int]) -> list[str]:
    """Requests of customers, proven."""
    numbers = [take(quay, asks(right, one)).number for one in who]
    for number in numbers:
        Reception(quay).prove(number, Proof.DOCUMENT, "console")
    return numbers


def _one_by_one(here: Place, right: str, named: str, who: Sequence[int]) -> Iterator[Row]:
    """The median time from a proven request to its answer, by one worker on SQLite."""
    with here.opened() as (quay, carrier):
        first, *numbers = ask(quay, right, [who[0], *who])
        _carried(carrier, first)
        taken = [_seconds(lambda number=number: _carried(carrier, number)) for number in numbers]  # type: ignore[misc]
        _check(quay, numbers)
    name = f"rights.{right}.{named}" if named else f"rights.{right}"
    yield row(name, statistics.median(taken) * 1000, "ms median", at_most=50, smaller_is_better=True)


def _carried(carrier: Carrier, number: str) -> None:
    carrier.begin()
    while carrier.turn("bench", number):
        pass


def _check(quay: Organisation, numbers: Sequence[str], most: int = 0) -> int:
    """How many were not answered. Raises NotAnswered where that is more than may have to be tried again later."""
    with quay.database.read() as connection:
        open_ones = [
            one for one in numbers if quay.intake.ticket(connection, one).state is not State.ANSWERED
        ]
    if len(open_ones) > most:
        raise NotAnswered(f"{len(open_ones)} of {len(numbers)} requests were not answered.")
    return len(open_ones)


def _seconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _samples(folder: Path, database: Callable[[], str]) -> Iterator[Row]:
    for size in SAMPLES:
        url = database()
        here = place(folder / size.name, "", url, sample(url, size))
        yield from _one_by_one(here, "access", size.name, range(1, 31))


# --- rates ------------------------------------------------------------------------------------------------------------------


def _together(here: Place, right: str, goal: float, who: Sequence[int]) -> Iterator[Row]:
    """Requests a second by two workers, and what the larger of them takes of memory."""
    context = multiprocessing.get_context("spawn")
    with here.opened() as (quay, carrier):
        numbers = ask(quay, right, who)
        carrier.begin()
    barrier, said = context.Barrier(WORKERS + 1), context.Queue()
    workers = [context.Process(target=_worker, args=(here, f"w{n}", barrier, said)) for n in range(WORKERS)]
    for one in workers:
        one.start()
    barrier.wait(120)
    begin = time.perf_counter()
    resident = max(said.get(timeout=600) for _ in workers)
    seconds = time.perf_counter() - begin
    for one in workers:
        one.join(60)
    with here.opened() as (quay, _):
        put_off = _check(quay, numbers, most=len(numbers) // 20)
    yield row(f"rights.{right}.rate", (len(numbers) - put_off) / seconds, "requests/s", at_least=goal)
    yield row(f"rights.{right}.put_off", put_off, "requests")
    yield row(f"rights.{right}.resident", resident, "MB", at_most=200, smaller_is_better=True)


def _worker(here: Place, name: str, barrier: Any, said: Any) -> None:
    with here.opened() as (_, carrier):
        barrier.wait(120)
        while carrier.turn(name):
            pass
    said.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


# --- batch ------------------------------------------------------------------------------------------------------------------


def _batch(here: Place) -> Iterator[Row]:
    """A thousand people in one planned batch beside the same one by one: found, planned, erased, read again, looked for once more."""
    stores = Stores(load_map(here.map, Findings()), here.folder, secrets_for(here.shop))
    with stores.surveyed(writable=True) as surveyed:
        alone = _seconds(lambda: _one_after_the_other(surveyed, range(600, 600 + ALONE))) / ALONE
        batch = _seconds(lambda: _erased_together(surveyed, range(1000, 1000 + BATCH))) / BATCH
    stores.close()
    yield row("rights.erasure.alone", alone * 1000, "ms", smaller_is_better=True)
    yield row("rights.erasure.in_batch", batch * 1000, "ms each", smaller_is_better=True)
    yield row(
        "rights.erasure.batch_ratio", batch / alone, "of one by one", at_most=0.2, smaller_is_better=True
    )


def _token() -> str:
    return f"{time.perf_counter_ns():032x}"


def _one_after_the_other(surveyed: Survey, who: Sequence[int]) -> None:
    for n in who:
        _erased(surveyed, n)


def _erased(surveyed: Survey, n: int) -> None:
    proven = [Proven("email", mail_of(n))]
    outcome = erase_in(surveyed, plan_erasure(surveyed, reach(surveyed, proven)), "shop", _token)
    if not outcome.erased or reach(surveyed, proven).count > 1:  # the kept invoice is reached no more
        raise NotAnswered(outcome.problem or "Something was left.")


def _erased_together(surveyed: Survey, who: Sequence[int]) -> None:
    everybody = [[Proven("email", mail_of(n))] for n in who]
    outcome = erase_in(
        surveyed, plan_erasure(surveyed, reach_together(surveyed, everybody).reached), "shop", _token
    )
    if not outcome.erased or reach_together(surveyed, everybody).reached.count:
        raise NotAnswered(outcome.problem or "Something was left.")


# --- steps ------------------------------------------------------------------------------------------------------------------


def _step(here: Place, dialect: str, goal: float) -> Row:
    """What a step costs that does nothing: its end and the taking of the next one, in one transaction."""
    with here.opened() as (quay, _):
        at, run = datetime.now(UTC), f"bench.{dialect}"
        wanted = [Wanted(n, "nothing") for n in range(STEPS)]
        quay.act(lambda acts: quay.steps.open(acts.work.connection, run, "bench", wanted, at=at))

        def steps() -> None:
            taken: Taken | None = None
            for _ in range(STEPS):
                with quay.database.write() as connection:
                    if taken is not None:
                        quay.steps.done(connection, taken, {})
                    taken = quay.steps.take(connection, "bench", ("bench",), at=at, run=run)

        seconds = _seconds(steps)
    return row(f"rights.step.{dialect}", seconds / STEPS * 1000, "ms", at_most=goal, smaller_is_better=True)


def _takeover(here: Place) -> Row:
    """Seconds of the clock until a dead worker's step is somebody else's."""
    with here.opened() as (quay, _):
        at, run = datetime.now(UTC), "bench.takeover"
        quay.act(
            lambda acts: quay.steps.open(acts.work.connection, run, "dead", [Wanted(1, "nothing")], at=at)
        )

        def takes(after: float) -> bool:
            with quay.database.write() as connection:
                later = at + timedelta(seconds=after)
                return quay.steps.take(connection, "heir", ("dead",), at=later, run=run) is not None

        assert takes(0)
        seconds = next(tenth / 10 for tenth in range(1, 1000) if takes(tenth / 10))
    return row("rights.takeover", seconds, "s", at_most=10, smaller_is_better=True)


def _ready(here: Place) -> Row:
    """From starting the program to a worker that has looked and found nothing to do."""
    command = [
        sys.executable,
        "-m",
        "troth.cli",
        "worker",
        "quay",
        "--home",
        str(here.home.folder),
        "--map",
        str(here.folder),
    ]

    def once() -> None:
        subprocess.run([*command, "--once"], check=True, capture_output=True)

    return row(
        "rights.ready",
        statistics.median(_seconds(once) for _ in range(3)),
        "s",
        at_most=2,
        smaller_is_better=True,
    )
