"""What the room of staff refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class StaffUnknown(CallerError):
    """Nobody of this id works here, or ever did."""


class StaffGone(CallerError):
    """Whoever left holds no role and is taught nothing."""


class PeriodUnreadable(CallerError):
    """A grant or training would end before it begins, or begin in the future."""
