"""A year in the life of a company, by its people, day after day: what they did, what was refused, and what of its lapses was found.

python -m examples.kit.year --company NAME [--people N] [--seed N] [--days N] [--data DIR] [--json]

The company stands in a run of its own. So many people come in the course of the year, spread over its days; time jumps from day to day
between their acts.
Each lapse on its page of switches is planted once, for a while, as a plan drawn from the seed says; it is found when the board calls
something broken meanwhile. Something broken while nothing is planted is a false alarm. The same seed makes the same plan and people.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from examples.kit.looks import Looks
from examples.kit.time import NAMED as NAMED_TIME
from examples.kit.time import ahead, jump
from examples.kit.waiting import until
from troth.client import Client, KeyFile

ROOT: Final = Path(__file__).resolve().parents[2]
DAY: Final = timedelta(days=1)
PATIENCE: Final = 120.0
"""Seconds that probes have at most to look again; as soon as each of them has, nobody waits any longer."""
CHECK_EVERY: Final = 5
"""Days between looks at the board while nothing is planted."""
SEARCH_EVERY: Final = 2
"""Days between looks at the board while something is."""
STUCK: Final = 120.0
EASY: Final = 0.5
"""Seconds between looks at the board by somebody who waits: each is judged anew from all that is known."""


@dataclass(slots=True)
class Planted:
    """A lapse and the days in which it goes wrong; what came of it."""

    lapse: str
    begins: int
    ends: int
    found: bool = False
    after_days: int = 0
    clauses: list[str] = field(default_factory=list)


@dataclass
class Year:
    """What the year came to."""

    company: str
    people: int
    days: int
    seed: int
    seconds: float = 0.0
    acts: int = 0
    refusals: int = 0
    failures: int = 0
    planted: list[Planted] = field(default_factory=list)
    false_alarms: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        found = [one.lapse for one in self.planted if one.found]
        missed = [one.lapse for one in self.planted if not one.found]
        return asdict(self) | {"found": found, "missed": missed}

    def told(self) -> Iterator[str]:
        """In words."""
        yield f"{self.company}: {self.days} days and {self.people} people in {self.seconds:.0f} s"
        yield f"  {self.acts} acts, {self.refusals} refused, {self.failures} came to nothing"
        for one in self.planted:
            came = f"found after {one.after_days} days: {', '.join(one.clauses)}" if one.found else "MISSED"
            yield f"  day {one.begins:>3} to {one.ends:>3}  {one.lapse}: {came}"
        yield f"  {len(self.false_alarms)} false alarms"
        yield from (f"    day {one['day']}: {', '.join(one['clauses'])}" for one in self.false_alarms)


def plan(lapses: list[str], days: int, seed: int) -> list[Planted]:
    """When each lapse goes wrong: one after another, never two at once, and with quiet days between."""
    chance = random.Random(f"{seed}/year")  # noqa: S311 - seeded, to be the same again
    order = chance.sample(sorted(lapses), len(lapses))
    share = days / max(len(order), 1)
    found = []
    for number, lapse in enumerate(order):
        begins = int(share * (number + chance.uniform(0.05, 0.12)))
        found.append(Planted(lapse, begins, int(share * (number + chance.uniform(0.88, 0.95)))))
    return found


@contextmanager
def lived(company: str, data: Path, seed: int) -> Iterator[dict[str, Any]]:
    """The company in a run of its own, to which nobody comes by themselves; where it is up."""
    command = [
        sys.executable, "-m", "troth.cli", "run", "--data", str(data), "--only", company, "--people", "0", "--seed", str(seed),
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603 - the product's own command
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        said, up = list[str](), threading.Event()
        hearing = threading.Thread(target=_hear, args=(run.stdout, said, up), daemon=True)
        try:
            hearing.start()
            up.wait(PATIENCE)
            if run.poll() is not None or not up.is_set():
                raise SystemExit(f"{company} did not come up: {''.join(said[-3:])}")
            yield json.loads((data / "up.json").read_text(encoding="utf-8"))
        finally:
            run.terminate()  # as good as Ctrl-C, which a shell may have told its children not to hear
            run.wait(60)
            hearing.join(60)


def _hear(lines: Iterable[str], said: list[str], up: threading.Event) -> None:
    """Hear what a run says, to its end; what it says once it is up goes on to whoever looks."""
    for line in lines:
        said.append(line)
        if up.is_set():
            print(line, end="", file=sys.stderr, flush=True)
        elif "Ctrl-C" in line:
            up.set()
    up.set()


class Living:
    """A company through the days of a year."""

    def __init__(self, year: Year, up: dict[str, Any], data: Path, board: Client) -> None:
        self._year = year
        self._up = up
        self._mine = up["companies"][year.company]
        self._board = board
        self._looks = Looks(board)
        self._time = data.resolve() / "time"
        self._state = data.resolve() / "companies" / year.company / "year.json"
        self._http = httpx.Client(timeout=60, follow_redirects=True)
        self._alarmed: set[str] = set()

    def lapses(self) -> list[str]:
        """The lapses that have a switch on the company's page."""
        page = self._http.get(self._mine["switches"]).text
        path = re.escape(httpx.URL(self._mine["switches"]).path)
        return sorted(set(re.findall(rf'action="(?:https?://[^"/]+)?{path}/([\w\-]+)"', page)))

    def live(self) -> None:
        """Day after day, until the year is over and everybody was there."""
        year = self._year
        year.planted = plan(self.lapses(), year.days, year.seed)
        with self._people() as people:
            for day in range(year.days):
                self._until_there(people, day)
                jump(DAY, self._time)
                self._switch(day)
            said, _ = people.communicate(timeout=600)
        self._count(said)
        self._check(year.days)
        self._http.close()

    @contextmanager
    def _people(self) -> Iterator[subprocess.Popen[str]]:
        year, up = self._year, self._up
        trays = ["--trays", up["trays"]] if up["trays"] else []
        command = [
            sys.executable, "-m", self._mine["people"], "--site", self._mine["site"], "--mail", up["mail"], "--post", up["post"],
            "--state", str(self._state), "--seed", str(year.seed), "--people", str(year.people), "--days", str(year.days), *trays,
        ]  # fmt: skip
        environment = os.environ | {NAMED_TIME: str(self._time)}
        with subprocess.Popen(  # noqa: S603 - modules of the examples
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as people:
            try:
                yield people
            finally:
                people.kill()

    def _until_there(self, people: subprocess.Popen[str], day: int) -> None:
        """Until as many people have come as come by that day, the first at once, or the last of them has been there."""
        due = min(self._year.people, 1 + day * self._year.people // self._year.days)
        until(lambda: people.poll() is not None or self._came() >= due, STUCK)

    def _came(self) -> int:
        try:
            return int(json.loads(self._state.read_text())["next"])
        except (OSError, ValueError, KeyError):
            return 0

    def _switch(self, day: int) -> None:
        """Plant what is due, look whether it is found, take it away again; else look now and then whether all is quiet."""
        on = [one for one in self._year.planted if one.begins <= day < one.ends]
        for one in self._year.planted:
            if day == one.begins:
                self._check(day)
                self._turn(one, "yes")
            elif day == one.ends:
                self._search(one, day, last=True)
                self._turn(one, "no")
                self._quiet()
        for one in on if day % SEARCH_EVERY == 0 else ():
            self._search(one, day)
        if not on and day % CHECK_EVERY == 0:
            self._check(day)

    def _turn(self, one: Planted, on: str) -> None:
        address = f"{self._mine['switches']}/{one.lapse}"
        self._http.post(
            address, data={"on": on}, headers={"Sec-Fetch-Site": "same-origin"}
        ).raise_for_status()

    def _search(self, one: Planted, day: int, *, last: bool = False) -> None:
        """Whether a lapse is found by now; at the end of its days every probe has one more look at what it has come to."""
        if last and not one.found:
            at = datetime.now(UTC) + ahead(self._time)
            self._wait_for(lambda: bool(self._broken() - self._alarmed) or self._looks.all_since(at))
        broken = self._broken() - self._alarmed
        if broken and not one.found:
            one.found, one.after_days = True, day - one.begins
        one.clauses = sorted(set(one.clauses) | broken)

    def _quiet(self) -> None:
        """What is taken away is seen to be gone by the next look."""
        self._wait_for(lambda: not self._broken() - self._alarmed)

    def _check(self, day: int) -> None:
        """Nothing is planted: whatever is broken is a false alarm, told once as long as it lasts."""
        broken = self._broken()
        if new := broken - self._alarmed:
            self._year.false_alarms.append({"day": day, "clauses": sorted(new)})
        self._alarmed = broken

    def _broken(self) -> set[str]:
        return {one["clause"] for one in self._board.promises()["clauses"] if one["state"] == "broken"}

    @staticmethod
    def _wait_for(so: Callable[[], bool]) -> None:
        try:
            until(so, PATIENCE, EASY)
        except TimeoutError:
            return

    def _count(self, said: str) -> None:
        plain = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        year = self._year
        year.done = plain[-1].get("done", {}) if plain else {}
        year.acts = sum(year.done.values())
        year.refusals = sum(number for what, number in year.done.items() if "refused" in what)
        year.failures = sum(number for what, number in year.done.items() if "failed" in what)


def a_year(company: str, people: int, seed: int, days: int, data: Path | None = None) -> Year:
    """A year of a company, in a folder of its own that is gone afterwards, or in this one, which stays."""
    year, began = Year(company, people, days, seed), time.monotonic()
    with ExitStack() as ends:
        folder = data or Path(
            ends.enter_context(tempfile.TemporaryDirectory(prefix="year-", ignore_cleanup_errors=True))
        )
        up = ends.enter_context(lived(company, folder, seed))
        board = Client(KeyFile.read(Path(up["companies"][company]["keys"])))
        ends.callback(board.close)
        Living(year, up, folder, board).live()
    year.seconds = round(time.monotonic() - began, 1)
    return year


def main() -> None:
    """Live a year and print what came of it."""
    parser = argparse.ArgumentParser(description="A year in the life of a company, by its people.")
    parser.add_argument("--company", required=True)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (ROOT / "examples" / args.company / "company.yaml").is_file():
        parser.error(f"{args.company} does not stand: there is no examples/{args.company}/company.yaml.")
    year = a_year(args.company, args.people, args.seed, args.days, args.data)
    print(json.dumps(year.plain(), indent=2, ensure_ascii=False) if args.json else "\n".join(year.told()))


if __name__ == "__main__":
    main()
