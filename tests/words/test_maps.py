"""Maps and locks as they lie on the disk: found again by others, grown, thrown away after a restart, refused when unusable."""

from __future__ import annotations

import multiprocessing
import os
import random
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from troth.words import NEVER, HostFiles, Packed, Shape, SharedWords, VersionShape, WordsLocked, WordsUnusable
from troth.words.protocol import CURRENT, FIRST_CAPACITY, NOTED, begin_epoch, grow, make_epoch

AT = 1000.0
SPAWN = multiprocessing.get_context("spawn")
SHAPE = Shape(
    (VersionShape("v", {"consent:a": 0, "objects:b": 62}, {"consent:a": 0, "objects:b": 1}),), 0, NEVER
)


def key(number: int) -> str:
    return random.Random(number).randbytes(32).hex()


class Known:
    """A truth in which every key below a number is known, with that number in the first lane."""

    def __init__(self, people: int, shape: Shape = SHAPE) -> None:
        self.numbers = {key(number): number for number in range(people)}
        self.given = shape
        self.reads: list[str] = []

    def shape(self) -> Shape:
        return self.given

    def read(self, shape: Shape, keys: object) -> dict[str, Packed | None]:
        asked = [one for one in keys if one in self.numbers]  # type: ignore[attr-defined]
        self.reads += asked
        return {one: Packed(0, (self.numbers[one], 1), 900) for one in asked}

    def fence(self) -> None:
        self.reads.append("fence")


@pytest.fixture
def files(tmp_path: Path) -> HostFiles:
    return HostFiles(tmp_path, "boot")


def test_everybody_is_found_again_however_often_the_map_grew(files: HostFiles, tmp_path: Path) -> None:
    count = FIRST_CAPACITY * 5
    words = SharedWords(files, Known(count))
    for number in range(count):
        assert words.find(key(number), AT) is not None
    other = SharedWords(HostFiles(tmp_path, "boot"), Known(0))
    for number in range(count):
        hit = other.find(key(number), AT)
        assert hit is not None
        assert hit[2] == (number, 1)
    assert other.find(key(count), AT) is None
    assert len(list((tmp_path / "boot").glob("epoch-*"))) <= 2


def test_growing_keeps_slots(files: HostFiles) -> None:
    epoch = make_epoch(files, SHAPE, 64)
    slots = {key(number): epoch.add(key(number)) for number in range(60)}
    for number, slot in enumerate(slots.values()):
        epoch.put(slot, Packed(0, (number, 0), 900))
    larger = grow(files, epoch)
    assert {one: larger.slot(one) for one in slots} == slots
    assert [larger.find(one, AT) for one in slots] == [(larger.number, 0, (n, 0)) for n in range(60)]
    assert files.control[CURRENT] == larger.number


def test_words_of_another_boot_are_not_believed(files: HostFiles, tmp_path: Path) -> None:
    SharedWords(files, Known(3)).find(key(1), AT)
    after_restart = HostFiles(tmp_path, "another boot")
    assert after_restart.current() is None
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["another boot"]


def test_words_answer_only_now(files: HostFiles) -> None:
    epoch = make_epoch(files, Shape(SHAPE.versions, 500, 2000), 64)
    slot = epoch.add(key(1))
    epoch.put(slot, Packed(0, (1, 0), 900, until=1200))
    assert epoch.find(key(1), 1000.0) is not None
    assert epoch.find(key(1), 1199.9) is not None
    assert epoch.find(key(1), 1200.0) is None, "a consent ran out"
    assert epoch.find(key(1), 890.0) is None, "an instant before it was packed"
    epoch.put(slot, Packed(0, (1, 0), 1900))
    assert epoch.find(key(1), 2000.0) is None, "another policy is in force"


def test_who_cannot_be_told_in_words_is_not_packed_again_and_again(files: HostFiles) -> None:
    truth = Known(3)
    words = SharedWords(files, truth)
    words.find(key(1), AT)
    epoch = files.current()
    assert epoch is not None
    epoch.put(epoch.slot(key(1)), None)
    truth.reads.clear()
    assert words.find(key(1), AT) is None
    assert truth.reads == []


@pytest.mark.parametrize(
    ("fact", "exact", "lanes"),
    [
        ("consent:a", True, (2, 1)),
        ("objects:b", True, (3, 1)),
        ("is:read_by_nobody", True, (3, 1)),
        (None, False, None),
    ],
)
def test_a_restriction_writes_what_forbids(
    files: HostFiles, fact: str | None, exact: bool, lanes: tuple[int, ...] | None
) -> None:
    epoch = make_epoch(files, SHAPE, 64)
    slot = epoch.add(key(1))
    epoch.put(slot, Packed(0, (3, int(fact != "objects:b")), 900))
    assert epoch.restrict(slot, fact) is exact
    hit = epoch.find(key(1), AT)
    assert (hit and hit[2]) == lanes


def give_up(words: SharedWords, touched: list[str], fact: str | None, error: BaseException) -> None:
    with words.changing() as change:
        for one in touched:
            change.restrict(one, fact)
        raise error


def test_what_died_in_the_middle_is_mended_by_the_next(files: HostFiles, tmp_path: Path) -> None:
    truth = Known(3)
    words = SharedWords(files, truth)
    words.find(key(1), AT)
    with pytest.raises(KeyboardInterrupt):
        give_up(words, [key(1)], "consent:a", KeyboardInterrupt())
    assert files.control[NOTED] == 0
    assert "fence" in truth.reads
    hit = words.find(key(1), AT)
    assert hit is not None
    assert hit[2] == (1, 1)


def test_many_at_once_and_everybody_are_mended_too(files: HostFiles) -> None:
    words = SharedWords(files, Known(400))
    for number in range(400):
        words.find(key(number), AT)
    for touched in ([key(number) for number in range(400)], [""]):
        with pytest.raises(LookupError):
            give_up(words, touched, None, LookupError())
        assert all(words.find(key(number), AT) is not None for number in range(400))


def test_repacking_replays_the_tail_and_gives_way_to_another_policy(files: HostFiles) -> None:
    truth = Known(50)
    words = SharedWords(files, truth)
    assert words.repack(list(truth.numbers)[:40], lambda: list(truth.numbers)[39:], 50)
    truth.reads.clear()
    assert all(words.find(one, AT) is not None for one in truth.numbers)
    assert truth.reads == []
    truth.given = Shape((VersionShape("w", {}, {}),), 0, NEVER)
    made = begin_epoch(files, truth)
    truth.given = SHAPE

    def overtaken() -> list[str]:
        raise AssertionError("the tail of an overtaken map is not replayed")

    shapes = iter([SHAPE, Shape((), 0, NEVER)])
    truth.shape = lambda: next(shapes)  # type: ignore[method-assign]
    assert not words.repack([], overtaken)
    assert made is not None
    assert files.control[CURRENT] == made.number


# --- the lock ------------------------------------------------------------------------------------------------------------


def hold(folder: str, held: Event, end: Event) -> None:
    files = HostFiles(Path(folder), "boot")
    files.acquire()
    held.set()
    end.wait(30)


def test_one_holds_the_lock_at_a_time_and_the_dead_let_it_go(tmp_path: Path) -> None:
    files, held, end = HostFiles(tmp_path, "boot", patience=0.2), SPAWN.Event(), SPAWN.Event()
    process = SPAWN.Process(target=hold, args=(str(tmp_path), held, end), daemon=True)
    process.start()
    assert held.wait(30)
    assert not files.try_acquire()
    with pytest.raises(WordsLocked, match="Another process has held"):
        files.acquire()
    process.kill()
    process.join()
    patient = HostFiles(tmp_path, "boot")
    patient.acquire()
    assert not files.try_acquire()
    patient.release()
    assert files.try_acquire()
    files.release()


def test_a_fork_does_not_keep_its_parents_lock(tmp_path: Path) -> None:
    files, other = HostFiles(tmp_path, "boot"), HostFiles(tmp_path, "boot")
    files.acquire()
    (born, bear), (end, ending) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(bear, b"x")
        os.read(end, 1)
        os._exit(0)
    os.read(born, 1)
    files._lock.close()  # as when the parent dies
    free = other.try_acquire()
    os.write(ending, b"x")
    os.waitpid(child, 0)
    assert free


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("")
    with pytest.raises(WordsUnusable, match="cannot be used"):
        HostFiles(tmp_path / "words", "boot")
