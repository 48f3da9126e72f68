"""Tasks in use: made from the policy, assigned, done with a document, reminded of."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from troth.ledger import Ledger, Origin, Work
from troth.policies import Declared
from troth.tasks import evidence, rules, store
from troth.tasks.errors import DocumentRefused, TaskRefused, TaskUnknown
from troth.tasks.model import Document, Reminder, Sending, State, Task, Wish
from troth.vault import Item

LARGEST: Final = 10 * 1024 * 1024
MEDIA: Final = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "txt": "text/plain",
    "csv": "text/csv", "md": "text/markdown", "eml": "message/rfc822",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip
"""What is kept, by the ending of its name: nothing that a browser or a machine would run."""
BUCKET: Final = "tasks"


class Keys(Protocol):
    """Whoever seals where owners are written to."""

    def seal_many(self, items: Sequence[Item], *, bucket: str = "") -> list[bytes]:
        """Each (owner, cell, plain) sealed."""

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        """Each (owner, cell, sealed) opened; None where the key was destroyed."""


class Tasks:
    """The tasks of one organisation. Verbs that change take the work they are part of."""

    def __init__(self, organisation: str, ledger: Ledger, keys: Keys) -> None:
        self._organisation, self._ledger, self._keys = organisation, ledger, keys

    # --- what is to be done -----------------------------------------------------------------------------------------------

    def bring_up(
        self, work: Work, declared: Declared, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> tuple[int, int]:
        """Make a task for everything the policy wants shown, and drop those it asks for no more: how many of each."""
        work.lock()
        there = {one.id: one for one in store.listed(work.connection, self._organisation)}
        wanted = {rules.id_of(one.statement, one.item): one for one in rules.wishes(declared.catalogue)}
        made = [(id, wish) for id, wish in wanted.items() if id not in there or _differs(there[id], wish)]
        gone = [id for id, task in there.items() if id not in wanted and not task.dropped]
        for id, wish in made:
            due = there[id].due_at if id in there else rules.first_due(wish, at)
            said = {
                "about": wish.statement, "item": str(wish.item), "due": due.isoformat(),
                "lasts": f"{wish.lasts.value}_{wish.lasts.unit}",
            }  # fmt: skip
            work.record(evidence.about(evidence.MADE, id, at, declared.digest, said, origin))
        for id in gone:
            work.record(evidence.about(evidence.DROPPED, id, at, declared.digest, {}, origin))
        return len(made), len(gone)

    def task(self, connection: Connection, id: str) -> Task:
        """A task. Raises TaskUnknown."""
        found = store.find(connection, self._organisation, id)
        if found is None:
            raise TaskUnknown("There is no task of this id here.", "`troth tasks list` names them.")
        return found

    def listed(self, connection: Connection, now: datetime, *, state: str = "") -> list[Task]:
        """Tasks that are asked for, the most urgent first; with a state those alone."""
        found = [
            one
            for one in store.listed(connection, self._organisation)
            if (rules.state_of(one, now).value == state if state else not one.dropped)
        ]
        return sorted(found, key=lambda one: (rules.state_of(one, now) is State.DONE, one.next_at, one.id))

    def assign(
        self, work: Work, id: str, owner: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Task:
        """Give a task to a member of staff ('' for nobody). Raises TaskUnknown, TaskRefused for one that is dropped."""
        work.lock()
        task = self._asked(work.connection, id)
        work.record(evidence.about(evidence.ASSIGNED, task.id, at, None, {"owner": owner}, origin))
        return self.task(work.connection, id)

    def attest(
        self, work: Work, declared: Declared, id: str, by: str, *, document: str = "", at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Task:  # fmt: skip
        """Somebody says that a contact is reached. What shows a safeguard goes into its register instead. Raises TaskUnknown,
        TaskRefused."""
        work.lock()
        task = self._asked(work.connection, id)
        if not task.statement.startswith("entity:"):
            raise TaskRefused("This is shown in the register of safeguards.", "Put the proof there.")
        said = {"by": by, "document": document}
        work.record(evidence.attested(task.id, task.statement, at, declared.digest, said, origin))
        return self.task(work.connection, id)

    def _asked(self, connection: Connection, id: str) -> Task:
        task = self.task(connection, id)
        if task.dropped:
            raise TaskRefused("The policy asks for this no more.", "Nothing is to be done.")
        return task

    # --- documents --------------------------------------------------------------------------------------------------------

    def keep(self, work: Work, document: Document, *, at: datetime) -> str:
        """Keep a document, by its digest, which is given back."""
        store.keep(work.connection, self._organisation, document, at)
        return document.digest

    def document(self, connection: Connection, digest: str) -> Document | None:
        """A document that was brought."""
        return store.found(connection, self._organisation, digest)

    # --- reminders --------------------------------------------------------------------------------------------------------

    def reach(self, work: Work, owner: str, address: str) -> None:
        """Where an owner is reminded; it lies sealed. An empty one is forgotten."""
        if not address:
            store.forget(work.connection, self._organisation, (owner,))
            return
        (sealed,) = self._keys.seal_many(
            [(self._owner(owner), _cell(owner), address.encode())], bucket=BUCKET
        )
        store.put_address(work.connection, self._organisation, owner, sealed)

    def reached(self, connection: Connection) -> dict[str, str]:
        """Where each owner is reminded, as long as it can be opened."""
        sealed = store.addresses_of(connection, self._organisation)
        items = [(self._owner(owner), _cell(owner), data) for owner, data in sealed.items()]
        plain = self._keys.open_many(items) if items else []
        return {owner: one.decode() for owner, one in zip(sealed, plain, strict=True) if one is not None}

    def forget_owners(self, work: Work, but: Collection[str]) -> int:
        """Let go of where those are written to who work here no more; how many."""
        gone = set(store.addresses_of(work.connection, self._organisation)) - set(but)
        if gone:
            store.forget(work.connection, self._organisation, gone)
        return len(gone)

    def to_remind(self, connection: Connection, now: datetime) -> list[tuple[Task, Reminder]]:
        """Reminders that are due now and were not sent, or not taken, before: one for each step of each round."""
        there = store.reminders_of(connection, self._organisation)
        found = []
        for task in store.listed(connection, self._organisation):
            step = rules.step_of(task, now)
            if not step or not task.owner:
                continue
            id = rules.reminder_id(task, step)
            before = there.get(id)
            if before is None or before.state is Sending.WAITING:
                found.append((task, Reminder(id, task.id, step, Sending.DUE, now)))
        return found

    def reminders(self, connection: Connection) -> list[Reminder]:
        """Every reminder there was, the latest first."""
        found = store.reminders_of(connection, self._organisation).values()
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def reminded(
        self, work: Work, one: Reminder, state: Sending, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> None:
        """Say what becomes of a reminder: `due` before it is handed over, then what came of that."""
        said = {"reminder": one.id, "step": one.step}
        work.record(evidence.about(f"{evidence.REMINDED}{state.value}", one.task, at, None, said, origin))

    def _owner(self, owner: str) -> str:
        return self._ledger.pseudonym(owner)


def document_of(name: str, data: bytes) -> Document:
    """A document as it is kept. Raises DocumentRefused."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")[:200]
    ending = kept.rpartition(".")[2].lower()
    if not data or len(data) > LARGEST:
        raise DocumentRefused(f"A document holds 1 byte to {LARGEST // 1048576} MB.", "Bring a smaller one.")
    if ending not in MEDIA or "." not in kept:
        raise DocumentRefused(
            "A document of this kind is not kept.", f"Bring one of: {', '.join(sorted(MEDIA))}."
        )
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Document(digest, kept, MEDIA[ending], len(data), data)


def _differs(task: Task, wish: Wish) -> bool:
    return task.dropped or task.lasts != wish.lasts


def _cell(owner: str) -> str:
    return f"tasks_addresses.sealed:{owner}"
