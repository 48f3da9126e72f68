"""What receipts refuse."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class NoReceipt(CallerError):
    """There is no receipt of that entry: it is no act of a person on consent or acceptance, or not of this person."""


class ReceiptRefused(CallerError):
    """What was handed in is no receipt of ours: it cannot be read, was altered, or none of our keys signed it."""
