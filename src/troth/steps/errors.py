"""What can go wrong with a step."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class LeaseLost(CallerError):
    """Somebody else does this step by now; what was about to be written was not."""


class StepUnknown(CallerError):
    """There is no such run, or no such step in it."""
