"""A witness over HTTP, as C2SP tlog-witness has it: `add-checkpoint`, answered with cosignatures."""

from __future__ import annotations

from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final

from troth.ledger.checkpoint import Checkpoint, submission
from troth.ledger.errors import NoteRefused, WitnessProblem
from troth.ledger.note import MOST_SIGNATURES, Note, Signature
from troth.ledger.witness import Prove

PATIENCE: Final = 10.0
"""Seconds that a witness has for its answer."""
_LARGEST: Final = 64_000


class WebWitness:
    """Asks one witness. What it saw last it says itself, so nothing is remembered here."""

    def __init__(self, scheme: str, host: str, port: int | None, prefix: str) -> None:
        self._scheme, self._host, self._port, self._prefix = scheme, host, port, prefix

    @property
    def name(self) -> str:
        """Its host."""
        return self._host

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        """Submit the checkpoint, first as if it were new to the witness; the cosignatures. Raises WitnessProblem."""
        status, body = self._ask(submission(0, [], note))
        if status == 409:
            old = self._size(body, checkpoint)
            path: Sequence[bytes] = prove(old) if old else []
            status, body = self._ask(submission(old, path, note))
        if status != 200:
            raise WitnessProblem(
                f"The witness {self.name} did not take the checkpoint of {checkpoint.size} entries: it answered {status}.",
                "See with its operator whether it knows this ledger and its keys.",
            )
        try:
            return tuple(Signature.parse(line) for line in body.splitlines()[:MOST_SIGNATURES])
        except NoteRefused:
            raise WitnessProblem(
                f"The witness {self.name} answered with something else than signatures."
            ) from None

    def _size(self, body: str, checkpoint: Checkpoint) -> int:
        size = int(body) if body.strip().isdecimal() and len(body) < 20 else -1
        if not 0 <= size <= checkpoint.size:
            raise WitnessProblem(
                f"The witness {self.name} has seen more of this ledger than its {checkpoint.size} entries.",
                "Find out whether the database was rolled back: troth verify.",
            )
        return size

    def _ask(self, body: str) -> tuple[int, str]:
        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        connection = kind(self._host, self._port, timeout=PATIENCE)
        try:
            connection.request("POST", f"{self._prefix}/add-checkpoint", body.encode())
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST).decode()
        except (OSError, HTTPException, UnicodeDecodeError) as error:
            raise WitnessProblem(
                f"The witness {self.name} cannot be reached: {type(error).__name__}."
            ) from error
        finally:
            connection.close()
