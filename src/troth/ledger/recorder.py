"""Group commit: small works of many threads share one transaction, and each returns once it is durable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import groupby
from typing import Any, Final, TypeVar, cast

from troth.db import Database
from troth.ledger.errors import SubjectGone
from troth.ledger.model import Draft
from troth.ledger.work import Desk, Prepared, Sealed, Work, Writer, prepare, seal_all

MOST_AT_ONCE: Final = 512
YIELDS: Final = 16
T = TypeVar("T")


class _Task:
    """One caller's work, its outcome, and the latch the caller waits at."""

    __slots__ = ("act", "drafts", "error", "latch", "leads", "result", "sealed", "sequences")

    def __init__(self, act: Callable[[Work], Any] | None, drafts: tuple[Prepared, ...]) -> None:
        self.act = act
        self.drafts = drafts
        self.sealed: list[Sealed] = []
        self.latch = threading.Lock()
        self.latch.acquire()
        self.leads = False
        self.result: Any = None
        self.sequences: tuple[int, ...] = ()
        self.error: BaseException | None = None


class Recorder:
    """Lets threads share commits: whoever comes first carries all who came meanwhile, then hands the lead on.

    There is no thread of its own and no waiting for company: alone, a work commits at once. A work that fails is
    undone by itself and raises in its own caller; the others stand. Sequence numbers follow the order of arrival.
    A work may be carried by another caller's thread, and must not wait for a second work of the same recorder.
    """

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._mutex = threading.Lock()
        self._queue: list[_Task] = []
        self._busy = False
        self._carried_last = 1

    def record(self, *drafts: Draft) -> tuple[int, ...]:
        """Record drafts that need no state besides; their sequence numbers, once they are durable."""
        prepared = tuple(prepare(self._desk, draft) for draft in drafts)
        return self._carried(_Task(None, prepared)).sequences

    def run(self, act: Callable[[Work], T]) -> T:
        """Run a work in the shared transaction, under a savepoint of its own; what it returned, once it is durable."""
        return cast(T, self._carried(_Task(act, ())).result)

    def _carried(self, task: _Task) -> _Task:
        with self._mutex:
            self._queue.append(task)
            leads, self._busy = not self._busy, True
        if not leads:
            task.latch.acquire()
            leads = task.leads
        if leads:
            self._lead()
        if task.error is not None:
            raise task.error
        return task

    def _lead(self) -> None:
        """Carry everybody who waits, the leader among them, then name the next leader."""
        self._gather()
        with self._mutex:
            batch, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        try:
            ready = self._seal(batch)
            if ready:
                self._commit(ready)
        except BaseException as error:  # noqa: BLE001  each caller raises it
            for task in batch:
                task.error = task.error or error
        self._carried_last = len(batch)
        with self._mutex:
            following = self._queue[0] if self._queue else None
            self._busy = following is not None
        for task in batch[1:]:
            task.latch.release()
        if following is not None:
            following.leads = True
            following.latch.release()

    def _gather(self) -> None:
        """Let those who were carried last come back with their next, if they have one: else the first of them pays a commit
        for itself alone, and the others wait for it. Yields, and never waits for anybody; alone, it does not even yield."""
        for _ in range(YIELDS):
            if len(self._queue) >= self._carried_last:
                return
            time.sleep(0)

    def _seal(self, batch: list[_Task]) -> list[_Task]:
        """Seal what only records, before the lock is taken; those of the batch that could be sealed."""
        plain = [task for task in batch if task.act is None]
        try:
            sealed = iter(seal_all(self._desk, [draft for task in plain for draft in task.drafts]))
        except Exception:  # noqa: BLE001  each is tried by itself, and fails in its own caller
            return [task for task in batch if task.act is not None or self._sealed_alone(task)]
        for task in plain:
            task.sealed = [next(sealed) for _ in task.drafts]
        return batch

    def _sealed_alone(self, task: _Task) -> bool:
        try:
            task.sealed = seal_all(self._desk, task.drafts)
        except Exception as error:  # noqa: BLE001  its own caller raises it
            task.error = error
        return task.error is None

    def _commit(self, batch: list[_Task]) -> None:
        with self._database.write() as connection:
            writer = Writer(connection, self._desk)
            if len(batch) == 1:
                _write(writer, batch[0])  # no savepoint: whoever comes alone fails with the whole transaction
                writer.finish()
                return
            for plain, run in groupby(batch, lambda task: task.act is None):
                tasks = list(run)
                if not plain or not self._write_together(writer, tasks):
                    for task in tasks:
                        _write_guarded(writer, task)
            writer.finish()

    def _write_together(self, writer: Writer, tasks: list[_Task]) -> bool:
        """Write tasks that only record, in one go; False, and nothing written, when one of them spoils it."""
        if not any(self._is_projected(task) for task in tasks):
            try:
                _write_plain(writer, tasks)
            except SubjectGone:  # raised before anything was written: all but those it is about can stand
                return False
            return True
        mark = writer.mark()
        try:
            with writer.connection.begin_nested():
                _write_plain(writer, tasks)
        except Exception:  # noqa: BLE001  each is tried again by itself, and fails in its own caller
            writer.return_to(mark)
            return False
        return True

    def _is_projected(self, task: _Task) -> bool:
        """Whether a projection reads what the task records: only then can one task fail and another not."""
        return any(self._desk.readers(one.draft.kind) for one in task.drafts)


def _write_plain(writer: Writer, tasks: list[_Task]) -> None:
    sequences = writer.write([sealed for task in tasks for sealed in task.sealed])
    at = 0
    for task in tasks:
        task.sequences = tuple(sequences[at : at + len(task.sealed)])
        at += len(task.sealed)


def _write_guarded(writer: Writer, task: _Task) -> None:
    mark = writer.mark()
    try:
        with writer.connection.begin_nested():
            _write(writer, task)
    except Exception as error:  # noqa: BLE001  its own caller raises it
        writer.return_to(mark)
        task.error = error


def _write(writer: Writer, task: _Task) -> None:
    if task.act is None:
        task.sequences = tuple(writer.write(task.sealed))
        return
    work = Work(writer)
    task.result = task.act(work)
    work.settle()
    task.sequences = work.sequences
