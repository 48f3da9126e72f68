"""Group commit: small works of many threads share one transaction, and each returns once it is durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar, cast

from troth.db import Database, Task, Together, TransactionLost, savepoint
from troth.ledger.errors import SubjectGone
from troth.ledger.model import Draft
from troth.ledger.work import Desk, Prepared, Sealed, Work, Writer, prepare, seal_all

T = TypeVar("T")


class _Task(Task):
    """One caller's work and its outcome."""

    __slots__ = ("act", "drafts", "result", "sealed", "sequences")

    def __init__(self, act: Callable[[Work], Any] | None, drafts: tuple[Prepared, ...]) -> None:
        super().__init__()
        self.act = act
        self.drafts = drafts
        self.sealed: list[Sealed] = []
        self.result: Any = None
        self.sequences: tuple[int, ...] = ()


class _Several(Task):
    """The works of one caller, which share their transaction and fail one by one."""

    __slots__ = ("tasks",)

    def __init__(self, tasks: list[_Task]) -> None:
        super().__init__()
        self.tasks = tasks


class Recorder:
    """Lets threads share commits. A work that fails is undone by itself and raises in its own caller; the others stand.
    Sequence numbers follow the order of arrival.
    A work may be carried by another caller's thread, and must not wait for a second work of the same recorder.
    """

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._together: Together[_Task | _Several] = Together(self._carry)

    def record(self, *drafts: Draft) -> tuple[int, ...]:
        """Record drafts that need no state besides; their sequence numbers, once they are durable."""
        task = _Task(None, tuple(prepare(self._desk, draft) for draft in drafts))
        self._together.do(task)
        return task.sequences

    def run(self, act: Callable[[Work], T]) -> T:
        """Run a work in the shared transaction, under a savepoint of its own; what it returned, once it is durable."""
        task = _Task(act, ())
        self._together.do(task)
        return cast(T, task.result)

    def run_each(self, acts: Iterable[Callable[[Work], Any]]) -> list[tuple[Any, BaseException | None]]:
        """Run several works in one transaction, in this order, each under a savepoint of its own; of each what it returned, or
        what it raised and was undone for. Raises what kept all of them from becoming durable."""
        tasks = [_Task(act, ()) for act in acts]
        self._together.do(_Several(tasks))
        return [(task.result, task.error) for task in tasks]

    def _carry(self, batch: list[_Task | _Several]) -> None:
        ready = self._seal(
            [one for some in batch for one in (some.tasks if isinstance(some, _Several) else [some])]
        )
        if ready:
            self._commit(ready)

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
            with savepoint(writer.connection):
                _write_plain(writer, tasks)
        except TransactionLost as lost:
            raise lost.because from None
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
        with savepoint(writer.connection):
            _write(writer, task)
    except TransactionLost as lost:
        raise lost.because from None
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
