"""Bugs a writer can be born with, each by its name, so that a storm can be seen to turn red."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from troth.ledger import Draft, Recorder
from troth.ledger.work import Prepared, Writer


def _acknowledged_before_the_commit() -> None:
    """The recorder returns the numbers it expects, and commits behind its caller's back."""
    record = Recorder.record

    def early(self: Recorder, *drafts: Draft) -> tuple[int, ...]:
        with self._database.read() as connection:
            size = connection.exec_driver_sql("SELECT size FROM ledger_heads").scalar_one()
        threading.Thread(target=record, args=(self, *drafts)).start()
        return tuple(range(size + 1, size + 1 + len(drafts)))

    Recorder.record = early  # type: ignore[method-assign]


def _tried_again_after_success() -> None:
    """The recorder takes a commit that went well for one that failed."""
    record = Recorder.record

    def twice(self: Recorder, *drafts: Draft) -> tuple[int, ...]:
        record(self, *drafts)
        return record(self, *drafts)

    Recorder.record = twice  # type: ignore[method-assign]


def _head_in_a_transaction_of_its_own() -> None:
    """Entries are committed before the head of their tree."""
    finish = Writer.finish

    def apart(self: Writer) -> None:
        _commit_halfway(self)
        finish(self)

    Writer.finish = apart  # type: ignore[method-assign]


def _state_after_the_entries() -> None:
    """Consents reach their table in a second transaction."""
    project, finish = Writer._project, Writer.finish
    waiting: list[tuple[Prepared, bytes]] = []

    def later(self: Writer, drafts: Sequence[Prepared], headers: Sequence[bytes]) -> None:
        pairs = list(zip(drafts, headers, strict=True))
        at_once = [pair for pair in pairs if not pair[0].draft.kind.startswith("consent:")]
        waiting.extend(pair for pair in pairs if pair not in at_once)
        _project_pairs(project, self, at_once)

    def apart(self: Writer) -> None:
        finish(self)
        _commit_halfway(self)
        pairs, waiting[:] = list(waiting), []
        _project_pairs(project, self, pairs)

    Writer._project = later  # type: ignore[method-assign]
    Writer.finish = apart  # type: ignore[method-assign]


def _project_pairs(project: Any, writer: Writer, pairs: Sequence[tuple[Prepared, bytes]]) -> None:
    project(writer, [draft for draft, _ in pairs], [header for _, header in pairs])


def _commit_halfway(writer: Writer) -> None:
    writer.connection.exec_driver_sql("COMMIT")
    writer.connection.exec_driver_sql("BEGIN IMMEDIATE")


PLANTS: dict[str, Callable[[], None]] = {
    "acknowledged before the commit": _acknowledged_before_the_commit,
    "tried again after success": _tried_again_after_success,
    "head in a transaction of its own": _head_in_a_transaction_of_its_own,
    "state after the entries": _state_after_the_entries,
}
