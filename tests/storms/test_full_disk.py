"""A disk fills: one sentence says so, what was acknowledged is there, and once there is room all goes on as before."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.packs.kit import written
from tests.storms.account import Account, settle
from tests.storms.company import Writer
from tests.storms.lives import COMPANY, life_at
from tests.storms.power import switch_on
from tests.storms.tally import Tally
from tests.support.exams import could_not_run
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of
from troth.kernel.errors import OperatorError

pytestmark = pytest.mark.storm
KILOBYTE = 1024
FILLINGS = 60


class TinyDisk:
    """A real file system with little room, and ballast to take what there is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, left: int) -> None:
        """Take all the room but so many kilobytes."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4 * KILOBYTE))
            except OSError:
                file.truncate(max(0, file.tell() - left * KILOBYTE))

    def empty(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[TinyDisk]:
    """Four megabytes in memory, mounted where this user may."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        could_not_run("this user may not mount a small disk")
    yield TinyDisk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


@dataclass
class Heard:
    """Listens as a storm does."""

    account: Account = field(default_factory=Account)

    def say(self, *words: object) -> None:
        self.account.hear(" ".join(map(str, words)))


def on_disk(tmp_path: Path, disk: TinyDisk, part: str) -> Home:
    """A home of which one part lies on the tiny disk."""
    folder = tmp_path / "home"
    folder.mkdir()
    if part == "database":
        return Home(folder, f"sqlite:///{disk.folder / 'troth.db'}")
    if part == "root":
        return replace(Home.at(folder), keeper=f"file:{disk.folder / part}")
    (disk.folder / part).mkdir(mode=0o700)
    (folder / part).symlink_to(disk.folder / part)
    return Home.at(folder)


def checkpoint(company: Organisation, home: Home, writer: Writer) -> None:
    writer.person()
    checkpoints_of(company, home).make()


def use(_company: Organisation, _home: Home, writer: Writer) -> None:
    writer.person()
    writer.use()


def anything(_company: Organisation, _home: Home, writer: Writer) -> None:
    writer.act()


def epoch(company: Organisation, _home: Home, _writer: Writer) -> None:
    company.end_epoch()
    company.vault.rewrap_root()


CASES: list[tuple[str, Callable[[Organisation, Home, Writer], None], tuple[int, ...]]] = [
    ("database", anything, (0, 4, 8, 16, 32, 64, 100)),
    ("segments", use, (0, 4, 8, 12, 16)),
    ("checkpoints", checkpoint, (0,)),
    ("keystore", anything, (0, 4, 8, 16, 32)),
    ("root", epoch, (0, 0, 0)),
]
"""What lies on the disk, what is done, and the kilobytes that are free when it begins."""


@pytest.mark.parametrize(("part", "do", "rooms"), CASES)
def test_a_full_disk_is_one_sentence_and_loses_nothing(
    tmp_path: Path,
    disk: TinyDisk,
    part: str,
    do: Callable[[Organisation, Home, Writer], None],
    rooms: tuple[int, ...],
) -> None:
    home, heard, refused = on_disk(tmp_path, disk, part), Heard(), 0
    with open_organisation(home, COMPANY, written(tmp_path / "policy")) as company:
        life = life_at(home, "company", "full", lot=1, threads=1, others=[])
        writer = Writer(company, heard, life, 0)
        do(company, home, writer)
        for left in rooms:
            disk.fill(left)
            refused += until_refused(lambda: do(company, home, writer))
            disk.empty()
            assert not list(disk.folder.rglob(".*")), "what could not be finished is left lying"
            do(company, home, writer)
    assert refused == len(rooms)
    tally = Tally()
    with open_organisation(home, COMPANY, bring_up=False) as company:
        settle(company, heard.account, tally, part)
    assert tally.clean, tally.first


def until_refused(do: Callable[[], None], most: int = 100) -> bool:
    """Do it until the operator is told, in one sentence and a help, that there is no room."""
    told = next((problem for problem in (refusal(do) for _ in range(most)) if problem), "")
    assert not told or ("room" in told and "\n" not in told), told
    return bool(told)


def refusal(do: Callable[[], None]) -> str:
    try:
        do()
    except OperatorError as problem:
        return str(problem)
    return ""


def test_a_write_that_finds_no_room_is_undone_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write to a database in turn is the first that fails, and all after it, until somebody makes room."""
    home, heard, dice, refused = Home.at(tmp_path / "home"), Heard(), random.Random(3), 0
    home.folder.mkdir()
    with monkeypatch.context() as patch:
        machine = switch_on(patch, "full")
        machine.checkpoint_after = 0  # SQLite bears a failure of its own checkpoints; this driver reports it
        with open_organisation(home, COMPANY, written(tmp_path / "policy")) as company:
            writer = Writer(company, heard, life_at(home, "company", "full", lot=1, threads=1, others=[]), 0)
            writer.act()
            for _ in range(FILLINGS):
                machine.room = dice.randrange(40)
                refused += until_refused(writer.act)
                machine.room = None
                writer.act()
    assert refused == FILLINGS
    tally = Tally()
    with open_organisation(home, COMPANY, bring_up=False) as company:
        settle(company, heard.account, tally, "room again")
    assert tally.clean, tally.first
