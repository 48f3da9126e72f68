"""What packs refuse."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class NothingSelected(CallerError):
    """A pack was asked for that shows nothing, or something that is not there."""


class PayloadNotAllowed(CallerError):
    """A payload was asked for that may not be shown like that."""
