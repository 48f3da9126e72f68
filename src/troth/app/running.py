"""The main job: the example companies on one server, alive. Companies, mail room, partners and people are processes of
their own; they reach the product over HTTP alone, each with a key for what it may do."""

from __future__ import annotations

import fcntl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from troth.app.archiving import archive
from troth.app.changing import watching
from troth.app.children import Nursery
from troth.app.chores import doing
from troth.app.companies import Company, companies_in
from troth.app.config import Home
from troth.app.hosting import Hosted, Hosting, open_hosting
from troth.app.offices import offices_of
from troth.app.opening import PolicyRefused
from troth.app.pace import FILE as TIME
from troth.app.pace import RunClock
from troth.app.posting import posting_of, sending
from troth.app.probing import Report, Rounds, probes_beside
from troth.app.schedule import keeping, schedule_of
from troth.app.serve import address, listen, serving, sign_in_link
from troth.app.sights import Sights
from troth.app.standing import chores_of_others
from troth.app.starting import (
    hand_out_keys,
    order,
    people_of,
    start_around,
    start_companies,
    start_office,
    start_people,
    start_scripted,
    start_time,
    write_up,
)
from troth.app.system import SystemClock
from troth.app.town import Around, Settings, Tell, Town, check_settings, find_folders
from troth.app.unknown import unknown_of
from troth.app.witnessing import Witnessing, read_witnessing
from troth.client import Away, Client, KeyFile
from troth.kernel.errors import OperatorError, TrothError
from troth.probes import Look, Probe

SELFTESTS: Final = "self-tests"
TICK: Final = 0.25
SELFTEST_EVERY: Final = 3600.0
FLUSH_EVERY: Final = 2.0
ARCHIVE_EVERY: Final = timedelta(hours=6)
"""By the time of the run; and by real time not more often than once a minute, however fast days pass."""
ARCHIVE_REST: Final = 60.0
ARCHIVE_AFTER: Final = timedelta(days=90)
"""How old an entry is when it moves out of the tables."""
FOLLOW_EVERY: Final = 1.0
STAND_EVERY: Final = 30.0
"""Seconds between tries to start a company that did not come up."""
PROBE_SCOPES: Final = ("observe", "read")
ONCE_PATIENCE: Final = 600.0


@contextmanager
def running(settings: Settings, tell: Tell = print) -> Iterator[Town]:
    """Open organisations and server; nothing is alive yet. Raises OperatorError, PolicyRefused, DatabaseProblem.

    Settings that cannot be are refused before anything is made.
    """
    check_settings(settings)
    with ExitStack() as ends:
        ends.enter_context(_alone(settings.data))
        listening = listen(settings.port)
        ends.callback(listening.close)
        witnessing = _witnessing(settings)
        hosting = ends.enter_context(_open_all(settings, tell))
        ends.enter_context(serving(hosting, listening))
        ends.enter_context(keeping(schedule_of(hosting, witnessing, tell)))
        folders = find_folders(settings.examples, settings.only)
        companies = companies_in({id: folders[id] for id in hosting.organisations})
        ends.enter_context(watching(hosting, tell))
        ends.enter_context(doing(chores_of_others(hosting, companies, tell)))
        others = [id for id in hosting.organisations if id not in companies]
        ends.enter_context(
            sending(hosting, posting_of(Home.at(settings.data), hosting.clock), tell, of=others)
        )
        town = Town(
            settings, hosting, address(listening), Nursery(tell), ends,
            companies=companies, tell=tell, witnessing=witnessing,
        )  # fmt: skip
        ends.callback(town.nursery.stop)
        hosting.unknown = partial(unknown_of, town)
        yield town


def enliven(town: Town, *, once: bool = False, people: bool = True) -> None:
    """Hand out keys and start everybody (with `once`, so many people as the settings say). Raises ChildFailed.

    A company that does not come up leaves the others alone: it is told of, and `live` tries it again; with `once` it is raised.
    """
    hand_out_keys(town)
    standing = list(town.companies.values())
    town.around = start_around(town, standing) if standing else Around()
    failed = start_companies(town, standing, town.around)
    for id, problem in failed.items():
        if once or len(standing) == 1:
            raise problem
        town.tell(f"{id} is not up: {problem}")
    for company in standing:
        if company.id not in failed:
            _settle(town, company, people=people, once=once)
    for id in _files_of(town).keys() & (town.hosting.organisations.keys() - town.companies.keys()):
        with _told(town, raised=once):
            _send_round(town, id)
    with _told(town, raised=once):
        start_scripted(town, once=once)
    if not once:
        start_office(town)
        start_time(town)
    write_up(town)


def _settle(town: Town, company: Company, *, people: bool, once: bool = False) -> None:
    """Look with the probes of a company that is up, and let its people come. What goes wrong is told, or raised with `once`."""
    with _told(town, raised=once):
        _send_round(town, company.id)
    many = town.settings.people if once else town.settings.only_people
    if people and many != 0:
        with _told(town, raised=once):
            start_people(town, company, town.around, people=many or 0)


@contextmanager
def _told(town: Town, *, raised: bool) -> Iterator[None]:
    """What goes wrong in the block is told, since the others go on without it; or raised."""
    try:
        yield
    except TrothError as problem:
        if raised:
            raise
        town.tell(str(problem))


def stand_missing(town: Town) -> None:
    """Try again the companies that did not come up."""
    missing = [company for id, company in town.companies.items() if id not in town.sites]
    failed = start_companies(town, missing, town.around)
    for company in missing:
        if company.id not in failed:
            _settle(town, company, people=True)
            town.tell(f"{company.id} is up: {town.sites[company.id]}/")
    if missing:
        write_up(town)


def live(town: Town, tell: Tell) -> None:
    """Look after everything until interrupted: start again what died, look with the probes, test, seal what was gathered."""
    tested = flushed = followed = archived = float("-inf")
    stood, archive_at = time.monotonic(), town.hosting.clock.now()
    said: dict[str, bool] = {}
    while True:
        town.nursery.tend()
        _look(town, tell, said)
        now = time.monotonic()
        if now - followed >= FOLLOW_EVERY:
            tested = float("-inf") if follow(town, tell) else tested
            followed = now
        if now - tested >= SELFTEST_EVERY and start_selftests(town):
            tested = now
        if now - stood >= STAND_EVERY:
            stand_missing(town)
            stood = now
        if town.hosting.clock.now() >= archive_at and now - archived >= ARCHIVE_REST:
            archive_old(town, tell)
            archived, archive_at = now, town.hosting.clock.now() + ARCHIVE_EVERY
        if now - flushed >= FLUSH_EVERY:
            flush(town)
            flushed = now
        time.sleep(TICK)


def live_once(town: Town) -> dict[str, Any]:
    """A fixed piece of life, all probes and self-tests after it, and what came of it."""
    done: dict[str, Any] = {}
    children = town.nursery.children
    start_selftests(town)
    for id in town.companies:
        if people_of(id) in children:
            done[id] = children[people_of(id)].wait(ONCE_PATIENCE).get("done", {})
    if "scripted" in children:
        for id, acts in children["scripted"].wait(ONCE_PATIENCE).get("done", {}).items():
            done[id] = dict(Counter(done.get(id, {})) + Counter(acts))
    surprises = children["scripted"].said.get("surprises", []) if "scripted" in children else []
    children[SELFTESTS].wait(ONCE_PATIENCE)
    for office in town.offices.values():
        office.turn(all=True)
    flush(town)
    for rounds in town.rounds.values():
        rounds.look(all=True)
    found = {id: summary(town, hosted, done.get(id, {})) for id, hosted in town.hosting.organisations.items()}
    return {"organisations": found, "surprises": surprises, "seed": town.settings.seed}


def summary(town: Town, hosted: Hosted, done: dict[str, int]) -> dict[str, Any]:
    """One organisation in figures."""
    rounds = town.rounds.get(hosted.id)
    looks = rounds.last if rounds else {}
    return {
        "clauses": {state.value: number for state, number in hosted.board().counts.items() if number},
        "acts": sum(done.values()),
        "refused": sum(number for what, number in done.items() if "refused" in what),
        "lapses": sorted(id for id, look in looks.items() if not look.passed),
        "probes": len(looks),
        "could_not_look": dict(rounds.blind) if rounds else {},
        "done": done,
    }


def follow(town: Town, tell: Tell) -> bool:
    """Put in force what policy folders have come to say, and look for what they now promise; whether a version changed."""
    found = town.hosting.follow()
    for one in found:
        tell(one.sentence)
    for id in town.rounds if found else ():
        try:
            _send_round(town, id)
        except TrothError as problem:
            tell(f"{id}: the probes stay as they were. {problem}")
    return any(one.activated for one in found)


def start_selftests(town: Town) -> bool:
    """Let every organisation ask its engine what its statements must decide, in a process of its own; False while that runs."""
    which = list(town.hosting.organisations)
    home = town.settings.data.resolve()
    cases = _cases(town.settings)
    told = ("--cases", cases.resolve()) if cases else ()
    tests = order(
        town, SELFTESTS, "troth.app.selftesting", "--home", home, *told, *which, once=True, port=False
    )
    if town.nursery.pid(SELFTESTS) is not None:
        return False
    town.nursery.start(tests)
    return True


def flush(town: Town) -> None:
    """Seal the permitted uses gathered so far, so that the boards count them."""
    for hosted in town.hosting.organisations.values():
        hosted.organisation.gate.flush()


def archive_old(town: Town, tell: Tell) -> None:
    """Move what is old out of the tables of every ledger; the schedule signs what it lies under."""
    for id, hosted in town.hosting.organisations.items():
        try:
            archive(hosted.organisation, hosted.home, ARCHIVE_AFTER, sign=False)
        except TrothError as problem:
            tell(f"{id}: old entries stay where they are: {problem}")


def where_to_look(town: Town) -> list[str]:
    """What to tell whoever started this, at once."""
    known = town.hosting.organisations
    return [
        f"Sign in (works once): {sign_in_link(town.hosting, town.base)}",
        f"Boards:  {town.base}/",
        f"People:  {town.base}/my/{next(iter([*town.companies, *known]), '')}",
    ]


def what_lives(town: Town) -> list[str]:
    """What to tell once everybody is started: where codes go, when checkpoints are due, and the company's own pages."""
    lines = [f"         codes go by {_code_room(town)}", f"Checkpoints: {town.witnessing.sentence}"]
    tour = next((id for id, company in town.companies.items() if id in town.sites and company.switches), "")
    lines += [f"Tour:    {town.base}/{tour}/tour"] if tour else []
    for id, site in sorted(town.sites.items()):
        lines += [f"{id + ':':<9}{site}/", f"         {site}{town.companies[id].switches}"]
    return lines


def _code_room(town: Town) -> str:
    """Where a code for a privacy page is to be looked for."""
    return f"the mail room: {town.mail}" if town.site else town.hosting.visitors.courier.name


def _witnessing(settings: Settings) -> Witnessing:
    """Who is handed checkpoints, by the file in the data folder. Raises WitnessesUnreadable."""
    found = read_witnessing(Home.at(settings.data))
    return replace(found, every=settings.checkpoint_every) if settings.checkpoint_every else found


def _open_all(settings: Settings, tell: Tell) -> Hosting:
    """Every organisation whose policy compiles; one that does not is told of and passed over."""
    folders = find_folders(settings.examples, settings.only)
    while True:
        try:
            return open_hosting(
                Home.at(settings.data),
                folders,
                originals=settings.originals,
                cases=_cases(settings),
                clock=RunClock(settings.data / TIME),
                doors_clock=SystemClock(),
            )
        except PolicyRefused as problem:
            refused = Path(str(problem.data.get("folder", ""))).name
            if len(folders) < 2 or folders.pop(refused, None) is None:
                raise
            tell(f"{refused} is passed over: {problem}")


def _cases(settings: Settings) -> Path | None:
    """The law book beside the examples, where there is one."""
    found = settings.examples.parent / "tests" / "cases"
    return found if found.is_dir() else None


def _send_round(town: Town, id: str) -> None:
    """Look for what an organisation promises now. Raises ProbesUnreadable."""
    hosted = town.hosting.current(id)
    assert hosted is not None
    probes = probes_beside(town.settings.examples / id, hosted.catalogue)
    if id not in town.reports:
        town.reports[id] = _reporter(town, id)
    places, data = town.places.get(id, {}), _files_of(town).get(id) or town.data_of(id)
    town.hosting.sights[id] = Sights(probes, data, places)
    town.rounds[id] = Rounds(probes, data, hosted.organisation.clock, town.reports[id], places)


def _files_of(town: Town) -> dict[str, Path]:
    """Where offices that nobody plays keep their files. Raises OfficesUnreadable."""
    return offices_of(Home.at(town.settings.data))


def _reporter(town: Town, id: str) -> Report:
    """Probes report with a key of their own, which can do nothing else."""
    client = Client(KeyFile(town.base, id, town.hosting.keys.issue(id, PROBE_SCOPES)))
    town.ends.callback(client.close)

    def report(probe: Probe, look: Look) -> None:
        client.probe(probe.id, look.passed, probe.statements, look.seen, look.at.isoformat())

    return report


def _look(town: Town, tell: Tell, said: dict[str, bool]) -> None:
    """Look with the probes that are due; say what changed."""
    for id, rounds in town.rounds.items():
        try:
            looks = rounds.look()
        except (Away, TrothError) as problem:
            tell(f"{id}: a probe could not report: {problem}")
            continue
        for look in looks:
            if said.get(look.probe, True) != look.passed:
                tell(f"{id}: {look.probe} {'is clean again' if look.passed else f'found {look.found}'}.")
            said[look.probe] = look.passed


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One run at a time for a data folder. Raises OperatorError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "run.lock").open("w")
    except OSError as problem:
        raise OperatorError(
            f"The data folder {data} cannot be used: {problem.strerror}.", "Name another with --data."
        ) from problem
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise OperatorError(
                f"The data folder {data} is in use by another run.",
                "End that one, or name another with --data.",
            ) from problem
        yield
