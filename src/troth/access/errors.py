"""What the room of access refuses to be asked. A refused read is no error: it is an answer, and it is on record."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class FieldUnknown(CallerError):
    """A field that was never declared, or whose name is not `table.column`."""


class TokenRefused(CallerError):
    """Somebody was not given an access token: the refusal is on record."""


class WriteRefused(CallerError):
    """A value cannot be kept in a cell."""
