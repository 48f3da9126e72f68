"""What the room of consents refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class MoveRefused(CallerError):
    """From where a consent or acceptance stands, this act leads nowhere."""


class ActUnreadable(CallerError):
    """An act or a kind of consent is named that does not exist."""


class GuardianRefused(CallerError):
    """A guardian's consent is recorded where no guardian was proven, or somebody is named who cannot be one."""
