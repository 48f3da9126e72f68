"""What the room of subjects refuses; none of these ever repeats an identity."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class SubjectUnknown(CallerError):
    """No subject of that id is known to this organisation."""


class SubjectErased(SubjectUnknown):
    """The person was erased: nothing more is recorded of them, asked or answered."""


class IdentityTaken(CallerError):
    """An identity belongs to another subject."""


class IdentitiesDiffer(CallerError):
    """Several identities were given that belong to different subjects."""


class IdentityUnreadable(CallerError):
    """An identity is of no kind known here, or empty."""


class MergeRefused(CallerError):
    """Two subjects cannot be merged."""
