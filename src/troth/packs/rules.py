"""What a selection means on a board and on entries, and how each part of a pack reads. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.kernel.findings import did_you_mean
from troth.ledger import Disclosed, Event, Timestamp
from troth.packs.errors import NothingSelected, PayloadNotAllowed
from troth.packs.model import TITLE, Selection
from troth.policy.binding import passage, words_digest
from troth.policy.bundle import Bundle, ClauseRef
from troth.policy.clauses import Cut
from troth.policy.model import Statement
from troth.promises.board import Board
from troth.promises.evidence import statements_of
from troth.promises.model import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """What a board says of a selection: verdicts by what they are of, and the statements that evidence is sought for."""

    clauses: tuple[ClauseRef, ...]
    verdicts: tuple[tuple[str, Verdict], ...]
    statements: frozenset[str]

    @property
    def sequences(self) -> set[int]:
        """The entries the verdicts rest on."""
        return {sequence for _, verdict in self.verdicts for sequence in verdict.sequences}


def judge(board: Board, selection: Selection) -> Judged:
    """The verdicts on a selection, each clause followed by its statements. Raises NothingSelected with the nearest known."""
    known = {clause.clause.id: clause for clause in board.clauses}
    by_key: dict[str, tuple[Statement, Verdict]] = {
        statement.key: (statement, verdict)
        for pairs in (*(clause.statements for clause in board.clauses), board.added)
        for statement, verdict in pairs
    }
    ids = tuple(known) if selection.everything else selection.clauses
    for id in selection.clauses:
        _refuse_unknown("clause", id, known)
    for key in selection.statements:
        _refuse_unknown("statement", key, by_key)
    keys = [s.key for id in ids for s, _ in known[id].statements] + list(selection.statements)
    verdicts = {f"clause:{id}": known[id].verdict for id in ids}
    verdicts |= {f"statement:{key}": by_key[key][1] for key in keys}
    return Judged(tuple(known[id].clause for id in ids), tuple(verdicts.items()), frozenset(keys))


def speaks_of(event: Event, statements: frozenset[str]) -> bool:
    """Whether an entry is evidence on one of these statements."""
    return bool(statements) and not statements.isdisjoint(statements_of(event))


def check_payload(event: Event, selection: Selection) -> None:
    """Pass when the payload of an entry may be shown. Raises PayloadNotAllowed."""
    if event.subject is not None and not selection.personal:
        raise PayloadNotAllowed(
            f"Entry {event.sequence} is about a person; its payload leaves only with a reason, which is recorded.",
            "Say why with --personal REASON, or leave its payload out.",
        )


def clause_part(ref: ClauseRef, cut: Cut, policy: str) -> dict[str, str] | None:
    """A clause with the words it is bound to; None where the text was reworded since it was bound."""
    clause = cut.by_address().get(ref.address)
    for words in (passage(ref, cut), clause.text if clause else ""):
        if words_digest(words) == ref.digest:
            return {"id": ref.id, "policy": policy, "words": words}
    return None


def verdict_part(of: str, verdict: Verdict, policy: str) -> dict[str, Any]:
    """A verdict as the pack tells it; `age` is in whole seconds."""
    return {
        "age": int(verdict.age.total_seconds()) if verdict.age is not None else None,
        "breaches": verdict.breaches,
        "entries": sorted(verdict.sequences),
        "grade": verdict.grade.value if verdict.grade else None,
        "mended": verdict.mended,
        "of": of,
        "origins": list(verdict.origins),
        "permitted": verdict.permitted,
        "policy": policy,
        "reason": verdict.reason,
        "refused": verdict.refused,
        "sentence": verdict.sentence,
        "state": verdict.state.value,
    }


def entry_part(sequence: int, header: bytes, path: Sequence[int], shown: Disclosed | None) -> dict[str, Any]:
    """An entry as its stored header, which is the leaf; payload and salt are there only where they are shown."""
    return {
        "header": header.decode(),
        "path": list(path),
        "payload": shown.payload.decode() if shown else None,
        "salt": base64.b64encode(shown.salt).decode() if shown else None,
        "sequence": sequence,
    }


def timestamp_part(stamp: Timestamp, checkpoint: str) -> dict[str, str]:
    """An authority's timestamp (RFC 3161) as it came, with the checkpoint whose text it is over."""
    token = base64.b64encode(stamp.token).decode()
    return {
        "at": stamp.at.isoformat(),
        "authority": stamp.authority,
        "checkpoint": checkpoint,
        "token": token,
    }


def selection_part(selection: Selection) -> dict[str, Any]:
    """What was asked for."""
    return {
        "clauses": list(selection.clauses),
        "everything": selection.everything,
        "payloads": sorted(selection.payloads),
        "sequences": sorted(selection.sequences),
        "statements": list(selection.statements),
    }


def is_simulation(bundle: Bundle) -> bool:
    """Whether the policy is that of an invented company; every pack says so then."""
    return bundle.header.simulation


def written(body: Mapping[str, Any]) -> str:
    """The text that is signed: the title, and the body on one line, as RFC 8785 writes it; a test holds that."""
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{TITLE}\n{plain}\n"


def _refuse_unknown(noun: str, id: str, known: Iterable[str]) -> None:
    listed = list(known)
    if id not in listed:
        raise NothingSelected(f"This policy has no {noun} '{id}'.", did_you_mean(id, listed))
