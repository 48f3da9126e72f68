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
