"""What the room of erasures refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class BackupUnknown(CallerError):
    """No backup of that name is on the register, or another one is already."""


class ErasureUnfinished(OperatorError):
    """Keys of an erased person still stand in the key store; the erasure is tried again at the next opening."""
