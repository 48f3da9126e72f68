"""What this room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class TaskUnknown(CallerError):
    """There is no task of this id."""


class TaskRefused(CallerError):
    """A task cannot be done or assigned like this."""


class DocumentRefused(CallerError):
    """A document is too large, empty, or of a kind that is not kept."""
