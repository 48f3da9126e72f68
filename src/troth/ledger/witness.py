"""Handing checkpoints to somebody outside, so that a rewritten or rolled-back ledger meets what it once signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from troth.ledger.checkpoint import Checkpoint
from troth.ledger.note import Note, Signature

Prove = Callable[[int], list[bytes]]
"""Given an older size, the path that proves it a prefix of the checkpoint in hand. Raises EntryMissing."""


class Witness(Protocol):
    """Whoever keeps checkpoints outside the database, and may sign under them that they continue what it saw before."""

    @property
    def name(self) -> str:
        """How people call it."""
        ...

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        """Hand over a checkpoint; the cosignatures that came back, unverified. Raises WitnessProblem."""
        ...
