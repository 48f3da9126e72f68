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


class NoteRefused(CallerError):
    """A signed note, checkpoint or key is not written as the formats ask, or its signature does not hold."""


class LedgerParted(OperatorError):
    """The ledger is not the continuation of what was signed before: cut, rolled back, or one of two under one key."""


class WitnessProblem(OperatorError):
    """A witness could not be reached, or did not take the checkpoint; the checkpoint itself stands."""


class PayloadSealed(CallerError):
    """A payload lies under a subject's own key and is not shown by the ledger."""
