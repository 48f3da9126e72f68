"""A folder as a witness: on another disk, or one that somebody else copies away."""

from __future__ import annotations

import re
from pathlib import Path

from troth.ledger.checkpoint import Checkpoint
from troth.ledger.errors import WitnessProblem
from troth.ledger.kept import SUFFIX, read_checkpoint
from troth.ledger.note import Note, Signature
from troth.ledger.tree import verify_consistency
from troth.ledger.witness import Prove


class FolderWitness:
    """Keeps every checkpoint as a file, and takes none that does not continue the largest it has of that ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._folder)

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        """Keep the checkpoint; a folder signs nothing. Raises WitnessProblem."""
        mine = re.sub(r"[^a-z0-9._-]", "_", checkpoint.origin.lower())
        last = self._last(mine, checkpoint.origin)
        if last is not None and not _continues(last, checkpoint, prove):
            raise WitnessProblem(
                f"{self.name} has a checkpoint of {last.size} entries that this one does not continue."
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{mine}-{checkpoint.size:012}{SUFFIX}").write_text(str(note), encoding="utf-8")
        except OSError as error:
            raise WitnessProblem(
                f"The checkpoint cannot be kept in {self.name}: {error.strerror}."
            ) from error
        return ()

    def _last(self, mine: str, origin: str) -> Checkpoint | None:
        files = sorted(self._folder.glob(f"{mine}-*{SUFFIX}"))
        found = (read_checkpoint(path)[1] for path in reversed(files))
        return next((one for one in found if one.origin == origin), None)


def _continues(last: Checkpoint, new: Checkpoint, prove: Prove) -> bool:
    if last.size > new.size:
        return False
    return verify_consistency(last.size, new.size, prove(last.size), last.root, new.root)
