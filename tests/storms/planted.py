"""Bugs a writer can be born with, each by its name, so that a storm can be seen to turn red."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from troth.app import searching
from troth.app.erasing import Erased, Eraser
from troth.datamap import Outcome
from troth.erasures import Grave, Tombs
from troth.keepers import FileKeeper
from troth.ledger import Draft, Recorder
from troth.ledger.work import Sealed, Writer
from troth.vault import Vault
from troth.vault import store as keystore
from troth.vault.maker import Maker
from troth.vault.ring import Ring
from troth.vault.store import KeyRow


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
    waiting: list[tuple[Sealed, bytes]] = []

    def later(self: Writer, drafts: Sequence[Sealed], headers: Sequence[bytes]) -> None:
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


def _project_pairs(project: Any, writer: Writer, pairs: Sequence[tuple[Sealed, bytes]]) -> None:
    project(writer, [draft for draft, _ in pairs], [header for _, header in pairs])


def _commit_halfway(writer: Writer) -> None:
    writer.connection.exec_driver_sql("COMMIT")
    for _ in range(2000):
        _dawdle()  # the lot falls on a step: so many more of them lie between the two
    writer.connection.exec_driver_sql("BEGIN IMMEDIATE")


def _dawdle() -> None:
    """A step on which a writer may die."""


def _destroyed_but_not_read_back() -> None:
    """The statement that takes keys away takes none, and nobody looks."""
    keystore.kill = lambda *_: None
    keystore.bury = lambda *_: None
    Vault._living = lambda *_: []  # type: ignore[method-assign, assignment]


def _a_destroyed_key_stays_in_memory() -> None:
    """What other processes destroyed is never looked for once a key was read."""
    catch_up = Ring._catch_up

    def once(self: Ring) -> None:
        if self._seen < 0:
            catch_up(self)

    Ring._catch_up = once  # type: ignore[method-assign]


def _sealed_before_its_key_is_durable() -> None:
    """A new key is used at once, and written behind its caller's back."""

    def early(self: Maker, owners: Iterable[str], bucket: str) -> dict[str, KeyRow]:
        rows = {row.owner: row for row in self._drawn([(owner, bucket) for owner in owners])}
        write = threading.Timer(0.001, self._written, (list(rows.values()),))
        write.start()
        return rows

    Maker.make = early  # type: ignore[method-assign]


def _an_epoch_whose_root_key_stays() -> None:
    """The keeper forgets to take a root key away, and says it did."""
    FileKeeper.destroy = lambda *_: None  # type: ignore[method-assign, assignment]
    FileKeeper.names = lambda *_: frozenset()  # type: ignore[method-assign, assignment]


def _an_end_acknowledged_before_the_keys_died() -> None:
    """An erasure is said to be done and its keys are left to the next opening."""

    def early(self: Eraser, grave: Grave) -> Erased:
        at = self._clock.now()
        with self._ledger.recording() as work:
            self._erasures.finish(work, grave.person, 0, at)
        return Erased(len(grave.pseudonyms), 0, at)

    Eraser.finish = early  # type: ignore[method-assign]


def _written_of_somebody_who_is_gone() -> None:
    """Tombstones are not looked at when something is sealed or opened, and keys are kept in memory whoever dies."""
    nobody = frozenset[str]()
    Tombs.among = lambda *_: nobody  # type: ignore[method-assign]
    _a_destroyed_key_stays_in_memory()


def _reported_erased_and_left() -> None:
    """A system is said to be erased, and nothing was done in it."""
    searching.erase_in = lambda _survey, _plan, system, _token: Outcome(system, removed=1)


PLANTS: dict[str, tuple[str, Callable[[], None]]] = {
    "acknowledged before the commit": ("company", _acknowledged_before_the_commit),
    "tried again after success": ("company", _tried_again_after_success),
    "head in a transaction of its own": ("company", _head_in_a_transaction_of_its_own),
    "state after the entries": ("company", _state_after_the_entries),
    "an end acknowledged before the keys died": ("company", _an_end_acknowledged_before_the_keys_died),
    "written of somebody who is gone": ("company", _written_of_somebody_who_is_gone),
    "destroyed but not read back": ("keys", _destroyed_but_not_read_back),
    "a destroyed key stays in memory": ("keys", _a_destroyed_key_stays_in_memory),
    "sealed before its key is durable": ("keys", _sealed_before_its_key_is_durable),
    "reported erased and left": ("requests", _reported_erased_and_left),
    "an epoch whose root key stays": ("keys", _an_epoch_whose_root_key_stays),
}
"""By name: what its writers must do for it to show, and how to break them."""
