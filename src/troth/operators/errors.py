"""What the room of operators refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class InviteOver(CallerError):
    """A link to enrol was used, was taken back, has run out, or never was one."""


class EnrolmentRefused(CallerError):
    """A name, a password or a code cannot be taken; `reason` says which and why."""

    def __init__(self, reason: str, message: str, help: str = "") -> None:
        super().__init__(message, help, reason=reason)
        self.reason = reason


class RoleUnknown(CallerError):
    """The product has no such role, or the policy grants it by rules of its own."""


class NotPermitted(CallerError):
    """Whoever asks does not have the right."""


class ApprovalRefused(CallerError):
    """A request cannot be approved or carried out as asked; `reason` says why."""

    def __init__(self, reason: str, message: str, help: str = "") -> None:
        super().__init__(message, help, reason=reason)
        self.reason = reason


class SecondNeeded(CallerError):
    """An act needs a second person: an approved request that was not carried out yet."""


class GlassRefused(CallerError):
    """An emergency elevation cannot be opened or reviewed as asked."""
