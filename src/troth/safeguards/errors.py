"""What the register refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class ItemUnknown(CallerError):
    """The policy names no such item of evidence."""


class ItemRefused(CallerError):
    """Evidence does not say what it must: by whom, when, how many."""
