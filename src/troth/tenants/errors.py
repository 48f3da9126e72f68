"""What the room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class TenantRefused(CallerError):
    """That is no tenant's id, or this person does not belong to it."""
