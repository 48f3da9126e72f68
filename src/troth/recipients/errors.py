"""What the room of recipients refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class StakeTooSmall(CallerError):
    """Control is claimed with a stake that the policy does not call control."""


class WhenUnreadable(CallerError):
    """A fact would end before it begins."""
