"""What the room of notices refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class NoticeMismatch(CallerError):
    """A display names words, by digest or version, that this notice does not have."""


class NoticeTooLong(CallerError):
    """A notice is longer than anybody reads, or than is kept."""


class TextUnknown(CallerError):
    """A digest is named under which no shown text is kept."""


class DisplayUnreadable(CallerError):
    """A display or submission is not described as it has to be."""


class ChangeUnknown(CallerError):
    """A number is named under which no change of the policy is kept."""
