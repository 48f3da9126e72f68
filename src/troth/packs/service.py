"""Making an evidence pack.

The steps: refuse what may not be shown; record that a pack is made, before anything leaves; then, out of one consistent
state, sign the head, judge, gather entries and proofs; write, and sign the whole.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.kernel.clock import Clock
from troth.ledger import Checkpoints, Disclosed, Event, Ledger
from troth.ledger.checkpoints import KEY_PUBLISHED
from troth.ledger.errors import EntryMissing
from troth.ledger.header import read_header
from troth.packs.errors import NothingSelected, PayloadNotAllowed
from troth.packs.evidence import made
from troth.packs.model import Pack, Selection
from troth.packs.rules import (
    Judged,
    check_payload,
    clause_part,
    entry_part,
    is_simulation,
    judge,
    selection_part,
    speaks_of,
    timestamp_part,
    verdict_part,
    written,
)
from troth.policies import Policies
from troth.policies.evidence import ACTIVATED
from troth.policy.bundle import Bundle
from troth.policy.clauses import cut
from troth.policy.compile import FORMATS
from troth.promises.board import Board

EARLIER: Final = 64
"""From how many of the last checkpoints a pack proves that the ledger continues them."""
Look = Callable[[Connection, datetime], Board]


class Packs:
    """Makes the packs of one organisation; `look` judges every promise under the policy in force."""

    def __init__(
        self, ledger: Ledger, checkpoints: Checkpoints, policies: Policies, look: Look, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._policies = policies
        self._look = look
        self._clock = clock

    def make(self, selection: Selection) -> Pack:
        """A pack that shows the selection and nothing else; that it is made is recorded first.

        Raises NothingSelected, EntryMissing, PayloadNotAllowed, PayloadSealed, NoPolicyInForce, LedgerParted, KeyProblem.
        """
        if selection.empty:
            raise NothingSelected(
                "A pack of nothing proves nothing.", "Name a clause, a statement or an entry."
            )
        self._checkpoints.publish()
        at = self._clock.now()
        with self._ledger.database.read() as connection:
            policy = self._policies.in_force(connection, at).digest
            judge(self._look(connection, at), selection)
            self._shown(connection, selection)
        with self._ledger.recording() as work:
            work.record(made(selection, policy, at))
        with self._ledger.database.read() as connection:
            return self._pack(connection, selection, policy, at)

    def _pack(self, connection: Connection, selection: Selection, policy: str, at: datetime) -> Pack:
        signed = self._checkpoints.sign(connection, self._ledger.head(connection))
        size = signed.checkpoint.size
        judged = judge(self._look(connection, at), selection)
        bundle = self._policies.declared(connection, policy).bundle
        shown = self._shown(connection, selection)
        headers = self._headers(connection, selection, judged, policy, size)
        table, paths = self._ledger.prove_all(connection, headers, size)
        entries = [entry_part(n, headers[n], paths[n], shown.get(n)) for n in sorted(headers)]
        keys = sorted(
            str(one.key)
            for one in self._checkpoints.published(connection)
            if any(one.key.signed(line, signed.note.text) for line in signed.note.signatures)
        )
        body: dict[str, Any] = {
            "checkpoint": str(signed.note),
            "clauses": self._clauses(connection, bundle, judged, policy),
            "entries": entries,
            "keys": keys,
            "made_at": at.isoformat(),
            "organisation": self._ledger.organisation,
            "origin": signed.checkpoint.origin,
            "policies": {policy: self._policy(connection, policy)},
            "selection": selection_part(selection),
            "simulation": is_simulation(bundle),
            "since": self._since(connection, size, table),
            "timestamps": self._timestamps(connection, size),
            "verdicts": [verdict_part(of, verdict, policy) for of, verdict in judged.verdicts],
        }
        body["hashes"] = [base64.b64encode(one).decode() for one in table]
        note = self._checkpoints.seal(written(body))
        return Pack(
            str(note),
            at,
            signed.checkpoint.origin,
            size,
            len(entries),
            len(shown),
            body["simulation"],
            tuple(keys),
        )

    def _headers(
        self, connection: Connection, selection: Selection, judged: Judged, policy: str, size: int
    ) -> dict[int, bytes]:
        """The stored headers of all that was selected, of the entries that verdicts rest on, and of policy and keys."""
        found = {
            at: self._ledger.leaf(connection, at)
            for at in {*selection.sequences, *selection.payloads, *judged.sequences}
        }
        for event in self._ledger.events(connection, until=size, kinds=(ACTIVATED, KEY_PUBLISHED)):
            if event.kind == KEY_PUBLISHED or event.policy == policy:
                found[event.sequence] = self._ledger.leaf(connection, event.sequence)
        if selection.everything or judged.statements:
            for sequence, header in self._ledger.leaves(connection, until=size):
                if selection.everything or speaks_of(read_header(header), judged.statements):
                    found[sequence] = header
        return found

    def _shown(self, connection: Connection, selection: Selection) -> dict[int, Disclosed]:
        """The payloads that were asked for, where they may be shown."""
        found: dict[int, Disclosed] = {}
        for sequence in (*selection.sequences, *selection.payloads):
            self._event(connection, sequence)
        for sequence in selection.payloads:
            check_payload(self._event(connection, sequence), selection)
            shown = self._ledger.disclose(connection, sequence)
            if shown is None:
                raise PayloadNotAllowed(f"Entry {sequence} has no payload to show.")
            found[sequence] = shown
        return found

    def _event(self, connection: Connection, sequence: int) -> Event:
        if sequence < 1:
            raise EntryMissing("Entries count from 1.")
        return read_header(self._ledger.leaf(connection, sequence))

    def _policy(self, connection: Connection, policy: str) -> dict[str, Any]:
        return {
            "bundle": self._policies.encoded(connection, policy).decode(),
            "texts": self._policies.texts(connection, policy),
        }

    def _clauses(
        self, connection: Connection, bundle: Bundle, judged: Judged, policy: str
    ) -> list[dict[str, str]]:
        text = next(one for one in bundle.texts if one.authoritative)
        words = self._policies.texts(connection, policy)[text.file]
        format = next((form for end, form in FORMATS.items() if text.file.lower().endswith(end)), "text")
        whole = cut(words, format=format, language=text.language or None)
        parts = (clause_part(ref, whole, policy) for ref in judged.clauses)
        return [part for part in parts if part is not None]

    def _timestamps(self, connection: Connection, size: int) -> list[dict[str, str]]:
        """The last timestamp of each authority, with the checkpoint that it is over: the pack proves its ledger continues it."""
        notes = {one.checkpoint.size: one.note for one in self._checkpoints.all(connection)[:EARLIER]}
        last = {
            one.authority: one
            for one in reversed(self._checkpoints.timestamps(connection))
            if one.size in notes and 0 < one.size <= size
        }
        return [timestamp_part(last[name], str(notes[last[name].size])) for name in sorted(last)]

    def _since(self, connection: Connection, size: int, table: list[bytes]) -> list[dict[str, Any]]:
        """Proofs that the ledger continues its last checkpoints, their hashes added to the table."""
        found = []
        for one in self._checkpoints.all(connection)[:EARLIER]:
            if 0 < one.checkpoint.size < size:
                path = self._ledger.prove_consistency(connection, one.checkpoint.size, size)
                found.append(
                    {"path": list(range(len(table), len(table) + len(path))), "size": one.checkpoint.size}
                )
                table += path
        return found
