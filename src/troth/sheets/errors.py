"""A file of an office that cannot be read as what its name says."""

from __future__ import annotations

from troth.kernel.errors import OperatorError


class SheetUnreadable(OperatorError):
    """A file or folder is not there, or does not open as what it should be: nothing was seen."""
