"""The main job: the example companies on one server, alive. Companies, mail room, partners and people are processes of
their own; they reach the product over HTTP alone, each with a key for what it may do."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from troth.app.archiving import archive
from troth.app.children import Nursery, Order
from troth.app.chores import doing
from troth.app.config import Home
from troth.app.hosting import Hosted, Hosting, Site, open_hosting
from troth.app.opening import PolicyRefused
from troth.app.posting import posting_of, sending
from troth.app.probing import Report, Rounds, probes_beside
from troth.app.schedule import keeping, schedule_of
from troth.app.serve import address, listen, serving, sign_in_link
from troth.app.sights import Sights
from troth.app.standing import (
    MARKET,
    bring_mail,
    chores_of_others,
    mail_folder,
    name_provider,
    name_site,
    published,
)
from troth.app.town import STANDING, Settings, Tell, Town, check_settings, find_folders
from troth.app.witnessing import Witnessing, read_witnessing
from troth.client import Away, Client, KeyFile
from troth.kernel.errors import OperatorError, TrothError
from troth.ledger import Origin
from troth.probes import Look, Probe

SELFTESTS: Final = "self-tests"
TICK: Final = 0.25
SELFTEST_EVERY: Final = 3600.0
FLUSH_EVERY: Final = 2.0
ARCHIVE_EVERY: Final = 6 * 3600.0
ARCHIVE_AFTER: Final = timedelta(days=90)
"""How old an entry is when it moves out of the tables."""
FOLLOW_EVERY: Final = 1.0
COMPANY_SCOPES: Final = ("ask", "subjects", "consents", "notices", "messages", "accounts", "read")
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
        ends.enter_context(doing(chores_of_others(hosting, tell)))
        others = [id for id in hosting.organisations if id != STANDING]
        ends.enter_context(
            sending(hosting, posting_of(Home.at(settings.data), hosting.clock), tell, of=others)
        )
        town = Town(
            settings, hosting, address(listening), Nursery(tell), ends, tell=tell, witnessing=witnessing
        )
        ends.callback(town.nursery.stop)
        yield town


def enliven(town: Town, *, once: bool = False) -> None:
    """Hand out keys and start everybody. Raises ChildFailed."""
    _hand_out_keys(town)
    if STANDING in town.hosting.organisations:
        _start_standing(town, once=once)
    if town.scripted:
        _start_scripted(town, once=once)


def live(town: Town, tell: Tell) -> None:
    """Look after everything until interrupted: start again what died, look with the probes, test, seal what was gathered."""
    tested = flushed = followed = archived = float("-inf")
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
        if now - archived >= ARCHIVE_EVERY:
            archive_old(town, tell)
            archived = now
        if now - flushed >= FLUSH_EVERY:
            flush(town)
            flushed = now
        time.sleep(TICK)


def live_once(town: Town) -> dict[str, Any]:
    """A fixed piece of life, all probes and self-tests after it, and what came of it."""
    done: dict[str, Any] = {}
    children = town.nursery.children
    start_selftests(town)
    if "people" in children:
        done[STANDING] = children["people"].wait(ONCE_PATIENCE).get("done", {})
    if "scripted" in children:
        done |= children["scripted"].wait(ONCE_PATIENCE).get("done", {})
    surprises = children["scripted"].said.get("surprises", []) if "scripted" in children else []
    children[SELFTESTS].wait(ONCE_PATIENCE)
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
    if found and STANDING in town.rounds:
        try:
            _send_round(town, STANDING)
        except TrothError as problem:
            tell(f"{STANDING}: the probes stay as they were. {problem}")
    return any(one.activated for one in found)


def start_selftests(town: Town) -> bool:
    """Let every organisation ask its engine what its statements must decide, in a process of its own; False while that runs."""
    which = list(town.hosting.organisations)
    home = town.settings.data.resolve()
    cases = _cases(town.settings)
    told = ("--cases", cases.resolve()) if cases else ()
    order = _order(
        town, SELFTESTS, "troth.app.selftesting", "--home", home, *told, *which, once=True, port=False
    )
    if town.nursery.pid(SELFTESTS) is not None:
        return False
    town.nursery.start(order)
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
        f"People:  {town.base}/my/{STANDING if STANDING in known else next(iter(known), '')}",
    ]


def what_lives(town: Town) -> list[str]:
    """What to tell once everybody is started: where codes go, when checkpoints are due, and the company's own pages."""
    lines = [f"         codes go by {_code_room(town)}", f"Checkpoints: {town.witnessing.sentence}"]
    if town.site:
        lines += [f"harbour: {town.site}/", f"         {town.site}/what-could-go-wrong"]
    return lines


def _code_room(town: Town) -> str:
    """Where a code for a privacy page is to be looked for."""
    room = town.data_of(STANDING) / "mail"
    return f"the mail room: {room}" if town.site else town.hosting.visitors.courier.name


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


def _hand_out_keys(town: Town) -> None:
    keys = town.hosting.keys
    for id in town.hosting.organisations:
        origin = Origin.OBSERVED if id == STANDING else Origin.EXAMPLE
        KeyFile(town.base, id, keys.issue(id, COMPANY_SCOPES, origin)).write(town.keys_of(id))


def _start_standing(town: Town, *, once: bool) -> None:
    """Mail room, partners, company, people, and the probes that look at what they leave behind."""
    data = town.data_of(STANDING)
    boxes = [part for address in published(town) for part in ("--maildir", address)]
    mail = town.nursery.start(
        _order(town, "mail room", "examples.kit.mailroom", "--folder", mail_folder(town), *boxes)
    )
    bring_mail(town, mail.port)
    if MARKET in town.hosting.organisations:
        folder = town.data_of(MARKET).resolve() / "liaotong"
        provider = town.nursery.start(_order(town, "liaotong", "examples.kit.provider", "--folder", folder))
        name_provider(town, folder, provider.port)
    partners = town.nursery.start(
        _order(town, "partners", "examples.kit.partners", "--database", data / "partners.db")
    )
    company = town.nursery.start(
        _order(
            town, STANDING, f"examples.{STANDING}.company", "--data", data, "--keys", town.keys_of(STANDING),
            "--mail", f"127.0.0.1:{mail.port}", "--partners", f"http://127.0.0.1:{partners.port}",
        )
    )  # fmt: skip
    town.site = f"http://127.0.0.1:{company.port}"
    name_site(town)
    town.hosting.sites[STANDING] = Site(town.site, f"{town.site}/what-could-go-wrong")
    _send_round(town, STANDING)
    settings = town.settings
    people = ["--people", settings.people] if once else ["--speed", settings.speed]
    town.nursery.start(
        _order(
            town, "people", f"examples.{STANDING}.people", "--site", town.site, "--mail", mail_folder(town),
            "--post", f"127.0.0.1:{mail.port}", "--state", data / "people.json", "--seed", settings.seed, *people, once=once, port=False,
        )
    )  # fmt: skip


def _start_scripted(town: Town, *, once: bool) -> None:
    settings = town.settings
    steps = ["--steps", settings.steps] if once else ["--speed", settings.speed]
    town.nursery.start(
        _order(
            town, "scripted", "examples.kit.scripted", "--policies", settings.examples.resolve(),
            "--keys", town.keys_of("x").parent, "--state", town.data_of("scripted"), "--seed", settings.seed,
            *steps, "--only", *town.scripted, once=once, port=False,
        )
    )  # fmt: skip


def _order(town: Town, name: str, module: str, *args: object, once: bool = False, port: bool = True) -> Order:
    folder = town.settings.examples.resolve().parent
    log = town.settings.data.resolve() / "logs" / f"{name.replace(' ', '-')}.log"
    command = [sys.executable, "-m", module, *map(str, args)]
    return Order(name, command, folder, log, keeps_port=port, once=once)


def _send_round(town: Town, id: str) -> None:
    """Look for what an organisation promises now. Raises ProbesUnreadable."""
    hosted = town.hosting.current(id)
    assert hosted is not None
    probes = probes_beside(town.settings.examples / id, hosted.catalogue)
    if id not in town.reports:
        town.reports[id] = _reporter(town, id)
    town.hosting.sights[id] = Sights(probes, town.data_of(id))
    town.rounds[id] = Rounds(probes, town.data_of(id), hosted.organisation.clock, town.reports[id])


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
