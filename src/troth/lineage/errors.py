"""What the room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class DatasetUnknown(CallerError):
    """No data set of this name was declared."""


class SourceRefused(CallerError):
    """Data may not come from there: not these categories, not for this purpose, or nobody says by which lawful way."""


class Insufficient(CallerError):
    """Something that has to be said of a set, a derivation or a test is missing or does not fit."""
