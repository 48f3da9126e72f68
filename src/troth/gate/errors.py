"""What the gate refuses to be asked. A denial is no error: it is an answer."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class PaperUnknown(CallerError):
    """A paper of no known kind, or without a reference, was given."""


class KeyReused(CallerError):
    """An idempotency key came a second time with another request."""


class ActUnreadable(CallerError):
    """An observed act does not say how it was seen."""
