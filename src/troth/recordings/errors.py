"""What the room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class RecordingUnknown(CallerError):
    """No recording of this id was begun."""
