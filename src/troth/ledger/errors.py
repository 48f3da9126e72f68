"""What the ledger refuses, cut by who must act."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class DraftRefused(CallerError):
    """A program drafted an entry that may not be recorded; the message names the field, never its value."""


class EntryMissing(CallerError):
    """The ledger holds no such entry."""


class KeyProblem(OperatorError):
    """The file of the pseudonym key has to be mended."""


class SegmentProblem(OperatorError):
    """A segment file is missing, damaged, or not the one the ledger committed to."""


class ArchiveRefused(OperatorError):
    """Old entries may not be moved out of the tables as they are."""


class NoteRefused(CallerError):
    """A signed note, checkpoint or key is not written as the formats ask, or its signature does not hold."""


class LedgerParted(OperatorError):
    """The ledger is not the continuation of what was signed before: cut, rolled back, or one of two under one key."""


class WitnessProblem(OperatorError):
    """A witness could not be reached, or did not take the checkpoint; the checkpoint itself stands."""


class PayloadSealed(OperatorError):
    """A payload is sealed, and the program was opened without the keys."""


class PayloadUnreadable(CallerError):
    """A payload can be read by nobody any more: its key was destroyed, or its subject erased."""


class SubjectGone(CallerError):
    """The person was erased: nothing more is recorded of them."""
